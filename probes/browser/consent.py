"""Gets consent banners out of the way, as a customer would, preferring the least consent.

What banners say and whose buttons are called what is data: probes/browser/banners/.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from probes.browser.banners.selector import banner_selector
from probes.browser.browsers import BrowserError, ElementHandle, Frame, Page, within

LOOK_SECONDS = 3.0
CLICK_MS = 3000.0
MOST_PRESSES = 20
"""How often the same button is pressed on one page: a banner that comes back after that cannot be got rid of."""


async def expect_consent_banners(page: Page, own_words: Sequence[str] = ()) -> None:
    """From now on, look before every step on the page whether a banner stands in the way, and dismiss it.

    That holds for one that comes late or comes back, is in a frame or in a shadow root. `own_words` are the buttons
    of a known page, best first, tried before what is known of all pages.
    """
    pressed: Counter[str] = Counter()

    async def look() -> None:
        await _dismiss(page, own_words, pressed)

    button = page.locator(banner_selector(own_words)).first
    await page.remove_locator_handler(button)
    await page.add_locator_handler(button, look, no_wait_after=True)


async def dismiss_consent_banner(page: Page, own_words: Sequence[str] = ()) -> bool:
    """Dismiss the banner that shows now; returns whether there was one. Never fails."""
    return await _dismiss(page, own_words, Counter())


async def banner_button(page: Page, own_words: Sequence[str] = ()) -> ElementHandle | None:
    """Return the button by which the banner that shows now would be dismissed, or None. Raises BrowserError."""
    return await _find(page.main_frame, own_words, inside=False)


async def _dismiss(page: Page, own_words: Sequence[str], pressed: Counter[str]) -> bool:
    with suppress(BrowserError):
        button = await _find(page.main_frame, own_words, inside=False)
        if button is None:
            return False
        name = (await button.inner_text()).strip()
        pressed[name] += 1
        if pressed[name] > MOST_PRESSES:
            return False
        await _press(button)
        return True
    return False


async def _press(button: ElementHandle) -> None:
    try:
        await button.click(timeout=CLICK_MS)
    except BrowserError:  # something lies over it, or it moves without end
        await button.dispatch_event("click")


async def _find(frame: Frame, own_words: Sequence[str], *, inside: bool) -> ElementHandle | None:
    """Find the best button in a frame, or in the frame within it that holds the banner."""
    found = await within(LOOK_SECONDS, frame.query_selector(banner_selector(own_words, inside=inside)))
    inner = await found.content_frame() if found else None
    return await _find(inner, own_words, inside=True) if inner else found
