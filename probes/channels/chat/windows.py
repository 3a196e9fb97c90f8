"""The windows that a page opens on the way into its chat: one of them may be the chat, all others are closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from probes.browser.browsers import BrowserError, Page

MOST_WINDOWS = 6
"""So many windows are kept open on the way in, the newest; a page that opens more is rid of the older ones."""


class Windows:
    """Keeps the windows that are `wanted` when they open, and hands each to `ready`."""

    def __init__(
        self, page: Page, wanted: Callable[[], bool], ready: Callable[[Page], Awaitable[None]]
    ) -> None:
        self.open: list[Page] = []
        self._wanted, self._ready = wanted, ready
        page.on("popup", self._opened)

    async def _opened(self, window: Page) -> None:
        if not self._wanted():
            await _shut(window)
            return
        window.on("close", lambda _: self.open.remove(window))
        self.open.append(window)
        if len(self.open) > MOST_WINDOWS:
            await _shut(self.open[0])
        with suppress(BrowserError):
            await self._ready(window)

    async def close_all(self, but: Page | None = None) -> None:
        """Close them, except for the one that the chat is in."""
        for window in list(self.open):
            if window is not but:
                await _shut(window)


async def _shut(window: Page) -> None:
    with suppress(BrowserError):
        await window.close()
