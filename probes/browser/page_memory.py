"""Closes a page that takes too much memory in all its processes, so that the others and the machine go on.

Only Chromium knows which process draws which frame. It says so at the beginning of a trace, so one is begun and ended
for each open page, but only once all pages together take more than one may.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from weakref import WeakKeyDictionary

import psutil
from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as BrowserError

MOST_BYTES = 1024**3
"""What one page may take in all its processes."""
LOOK_SECONDS = 2.0
ASK_SECONDS = 10.0
TRACE = {
    "transferMode": "ReportEvents",
    "traceConfig": {"includedCategories": ["disabled-by-default-devtools.timeline"]},
}

_closed: WeakKeyDictionary[BrowserContext, str] = WeakKeyDictionary()


def closed_for_memory(context: BrowserContext) -> str:
    """Say in a sentence that a page was closed because of its memory; empty where it was not."""
    return _closed.get(context, "")


def renderers() -> dict[int, int]:
    """Measure the processes below this one that draw pages: bytes that each has for itself, by its number."""
    taken = {}
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "--type=renderer" in process.cmdline():
                size = process.memory_info()
                taken[process.pid] = size.rss - getattr(size, "shared", 0)
    return taken


class PageMemory:
    """Watches the open contexts of one machine's browsers. For one event loop."""

    def __init__(
        self, most_bytes: int = MOST_BYTES, measure: Callable[[], Mapping[int, int]] = renderers
    ) -> None:
        self._most, self._measure = most_bytes, measure
        self.contexts: set[BrowserContext] = set()
        """Those that are open."""

    async def watch(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self.contexts:
                taken = await asyncio.to_thread(self._measure)
                if sum(taken.values()) > self._most:
                    await self._close_the_large(taken)

    async def _close_the_large(self, taken: Mapping[int, int]) -> None:
        known: set[int] = set()
        for context in list(self.contexts):
            numbers = await _processes_of(context)
            known |= numbers
            if sum(taken.get(number, 0) for number in numbers) > self._most:
                await self._close(context, numbers)
        # Whose page did not say where it is drawn: such a process alone is too large, and its page crashes.
        _kill(number for number, size in taken.items() if size > self._most and number not in known)

    async def _close(self, context: BrowserContext, numbers: Iterable[int]) -> None:
        self.contexts.discard(context)
        _closed[context] = f"The page took more than {self._most // 1024**2} MB of memory, so it was closed."
        _kill(numbers)
        with suppress(BrowserError, TimeoutError):
            async with asyncio.timeout(ASK_SECONDS):
                await context.close()


async def _processes_of(context: BrowserContext) -> set[int]:
    numbers: set[int] = set()
    for page in context.pages:
        with suppress(BrowserError, TimeoutError):
            async with asyncio.timeout(ASK_SECONDS):
                numbers |= await _processes_of_page(page)
    return numbers


async def _processes_of_page(page: Page) -> set[int]:
    session = await page.context.new_cdp_session(page)
    events: list[dict[str, object]] = []
    ended = asyncio.Event()
    session.on("Tracing.dataCollected", lambda found: events.extend(found["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.set())
    try:
        await session.send("Tracing.start", TRACE)
        await session.send("Tracing.end")
        await ended.wait()
    finally:
        with suppress(BrowserError):
            await session.detach()
    return {
        number
        for event in events
        if event.get("name") == "TracingStartedInBrowser"
        for number in _numbers(event)
    }


def _numbers(event: Mapping[str, object]) -> set[int]:
    args = event.get("args")
    data = args.get("data") if isinstance(args, Mapping) else None
    frames = data.get("frames", []) if isinstance(data, Mapping) else []
    return {frame["processId"] for frame in frames if isinstance(frame, dict) and "processId" in frame}


def _kill(numbers: Iterable[int]) -> None:
    for number in numbers:
        with suppress(psutil.Error):
            psutil.Process(number).kill()
