"""What wakes a chat that does not come by itself: many pages load theirs only for somebody who reads them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from probes.browser.browsers import BrowserError, Page, within
from probes.browser.consent import dismiss_consent_banner

AFTER_SECONDS = 3.0
"""So long a chat has to show itself before anything is done on the page."""
DOWN = 600


class Waking:
    """Does once what a reader does, when `waited` is long enough: answer the banner, move the mouse, scroll and come back."""

    def __init__(self, page: Page, own_words: Sequence[str] = ()) -> None:
        self._page, self._own_words, self._done = page, own_words, False

    async def give(self, waited: float) -> None:
        """Waking the page if it is time. Never fails."""
        if self._done or waited < AFTER_SECONDS:
            return
        self._done = True
        await dismiss_consent_banner(self._page, self._own_words)
        mouse = self._page.mouse
        for step in (
            partial(mouse.move, 400, 300),
            partial(mouse.wheel, 0, DOWN),
            partial(mouse.wheel, 0, -DOWN),
        ):
            with suppress(BrowserError):
                await within(AFTER_SECONDS, step())
