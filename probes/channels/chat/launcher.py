"""The ladder that opens a chat: the vendor's own call, clicks as a person would make them, blunter ones, the keyboard."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TypeAlias

from probes.browser.browsers import BrowserError, Locator, Page, within
from probes.channels.chat.parts import find
from probes.channels.chat.signals import Changes
from probes.channels.chat.visitor import Patience
from probes.channels.chat.wake import Waking
from probes.widgets.schema import Widget

Step: TypeAlias = Callable[[], Awaitable[object]]
Opened: TypeAlias = Callable[[], Awaitable[bool]]
LOOK_SECONDS = 0.5
LIKELY = "chatlauncher="


MOST_CANDIDATES = 3
"""Of what might open a chat that nobody has described, so many are clicked."""
LEAST_SECONDS = 2.0
"""What a rung gets at least, however late something to click has appeared."""


class Launch:
    """Opens one chat in `patience.open` seconds from `began` on (of the monotonic clock), or not at all."""

    def __init__(
        self, page: Page, widget: Widget, patience: Patience, changes: Changes, began: float
    ) -> None:
        self._page, self._widget, self._changes = page, widget, changes
        self._show, self._click = patience.show, patience.click
        self._deadline = began + patience.open

    async def open(
        self, opened: Opened, window: Callable[[], bool] = bool, missed: Step | None = None
    ) -> None:
        """Climb until `opened` says that the chat stands open. Raises BrowserError when it does not.

        `window` tells whether a click has opened a window, which then is given time to load. `missed` is awaited after
        a rung that brought nothing known, before the next one changes the page.
        """
        if await self._ready(opened):
            return
        before = await self._frames()
        for place, rung in enumerate(await self._rungs()):
            if place and await opened():
                return
            if place and time.monotonic() > self._deadline:
                break
            try:
                await within(self._click + 1.0, rung())
            except BrowserError:
                continue
            if await self._until(opened, self._left(self._click)) or await self._comes_slowly(
                opened, before, window
            ):
                return
            if missed:
                await missed()
        raise BrowserError("the chat did not open, whatever was clicked")

    async def _ready(self, opened: Opened) -> bool:
        """Wait for the chat, or for something that opens it; returns whether it stands open already."""
        began, waking = time.monotonic(), Waking(self._page, self._widget.consent)
        while (waited := time.monotonic() - began) < self._show and time.monotonic() < self._deadline:
            if await opened():
                return True
            if await self._callable() or await self._there():
                return False
            await waking.give(waited)
            await self._changes.pause(LOOK_SECONDS)
        raise BrowserError("nothing that opens the chat appeared")

    def _left(self, seconds: float) -> float:
        return max(LEAST_SECONDS, min(seconds, self._deadline - time.monotonic()))

    async def _there(self) -> bool:
        if self._widget.launcher is None:
            return False
        with suppress(BrowserError):
            return await within(self._show, self.host().count()) > 0
        return False

    async def _callable(self) -> bool:
        opening = self._widget.opening
        if not opening.script:
            return False
        with suppress(BrowserError):
            return bool(await within(5.0, self._page.evaluate(f"() => !!({opening.ready or 'true'})")))
        return False

    async def _until(self, opened: Opened, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not (there := await opened()) and time.monotonic() < deadline:
            await self._changes.pause(LOOK_SECONDS)
        return there

    async def _frames(self) -> int:
        """Count the frames that the chat may live in, decoys among them."""
        frame = self._widget.frame
        with suppress(BrowserError):
            shown = self._page.locator(frame).filter(visible=True) if frame else None
            return await within(self._show, shown.count()) if shown else 0
        return 0

    async def _comes_slowly(self, opened: Opened, before: int, window: Callable[[], bool]) -> bool:
        """Wait longer for a chat whose frame has come or whose button says so, lest the next click close it."""
        coming, launcher = window() or await self._frames() > before, self._widget.launcher
        if launcher and launcher.button and not coming:
            button = find(self.host(), launcher.button, "button").first
            with suppress(BrowserError):
                coming = await button.get_attribute("aria-expanded", timeout=1000) == "true"
        return coming and await self._until(opened, self._show)

    def host(self) -> Locator:
        """Return the element that opens the chat."""
        launcher = self._widget.launcher
        assert launcher is not None  # noqa: S101 -- for the type checker: asked only where there is one
        where = self._page.frame_locator(launcher.frame).first if launcher.frame else self._page
        return where.locator(launcher.host).first

    async def _rungs(self) -> list[Step]:
        """The blunt rungs come last: they reach through overlays, where a person would have given up."""
        rungs: list[Step] = [self._call] if self._widget.opening.script else []
        launcher, wait = self._widget.launcher, self._click * 1000
        if launcher is None:
            return rungs
        host = self.host()
        if launcher.host == LIKELY:
            return [*rungs, *await self._guesses(wait)]
        button = find(host, launcher.button, "button").first if launcher.button else host
        rungs.append(partial(button.click, timeout=wait))
        if launcher.button:
            rungs.append(partial(host.click, timeout=wait))
        rungs += [
            partial(button.press, "Enter", timeout=wait),
            partial(button.dispatch_event, "click", timeout=wait),
        ]
        if launcher.button:
            rungs.append(partial(host.dispatch_event, "click", timeout=wait))
        return rungs

    async def _guesses(self, wait: float) -> list[Step]:
        """Click what might open a chat, likeliest first; each is kept as it is, for a click may change what is likely."""
        found = (await within(self._show, self._page.locator(LIKELY).element_handles()))[:MOST_CANDIDATES]
        clicks: list[Step] = [partial(each.click, timeout=wait / 2) for each in found]
        keys: list[Step] = [partial(each.press, "Enter", timeout=wait / 2) for each in found[:1]]
        return [*clicks, *keys, *(partial(each.dispatch_event, "click") for each in found)]

    async def _call(self) -> None:
        if not await self._callable():
            raise BrowserError("the chat's own call is not there")
        await self._page.evaluate(f"() => {{ {self._widget.opening.script} }}")
