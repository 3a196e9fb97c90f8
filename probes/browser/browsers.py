"""The browsers that probes look through: the only import of Playwright.

Everything here runs on one event loop; Playwright's objects never cross threads.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, cast

from playwright.async_api import (
    Browser,
    BrowserContext,
    Dialog,
    ElementHandle,
    Frame,
    JSHandle,
    Locator,
    Page,
    Playwright,
    Request,
    Response,
    async_playwright,
)
from playwright.async_api import Error as BrowserError
from playwright.async_api import TimeoutError as BrowserTimeout

from probes.base import JSON, OurFailure, Proof
from probes.browser.banners.selector import banner_engine
from probes.browser.failures import first_line, within
from probes.browser.gate import NO_OTHER_WAY_OUT, Gate
from probes.browser.memory import MOST_PAGES, Memory, Room, measure_memory
from probes.browser.page_memory import MOST_BYTES, PageMemory
from probes.browser.reach import PUBLIC_ONLY, Allowed
from probes.browser.remote import is_here, speaks_devtools, without_secret
from probes.browser.sandbox import launcher, sandbox_works
from probes.browser.visiting import note_gate

__all__ = [
    "BrowserContext",
    "BrowserError",
    "BrowserTimeout",
    "Browsers",
    "Dialog",
    "ElementHandle",
    "Frame",
    "JSHandle",
    "Locator",
    "Page",
    "Request",
    "Response",
    "State",
    "first_line",
    "open_page",
    "pictures",
    "screenshot",
    "within",
]

State = Mapping[str, JSON]

STEP_SECONDS = 15.0
"""What one step in a page may take: a click, a look, a screenshot."""
LOAD_SECONDS = 45.0
"""What loading a page may take."""
LAUNCH_SECONDS = 60.0
CLOSE_SECONDS = 10.0
PICTURE_QUALITY = 85
"""Of pictures as JPEG: small print stays sharp, in two thirds of the time and of the bytes of PNG."""
SCRIPT_MEMORY = "--js-flags=--max-old-space-size=512"
"""What the scripts of one page may use, in MB: a page that wants more crashes alone."""
CONTEXTS_PER_BROWSER = 50
"""After so many contexts a fresh browser takes over, for a browser's memory only grows."""


class Browsers:
    """One Chromium at a time, started when first needed, replaced when worn or dead; an async context manager.

    It lends as many pages at once as there is memory for, and at most `most_pages`; who comes later waits.
    """

    def __init__(
        self,
        executable: str | Path | None = None,
        contexts_per_browser: int = CONTEXTS_PER_BROWSER,
        step_seconds: float = STEP_SECONDS,
        url: str = "",
        most_pages: int = MOST_PAGES,
        measure: Callable[[], Memory] = measure_memory,
        user_agent: str = "",
        allowed: Allowed = PUBLIC_ONLY,
        page_bytes: int = MOST_BYTES,
    ) -> None:
        """With a `url`, browsers that run elsewhere are used: a DevTools address, or a Playwright server's.

        They call themselves by `user_agent` where one is given, else by their own name. They reach what is public and
        what is `allowed` besides, and a page that takes more than `page_bytes` is closed; of browsers on another
        machine neither holds.
        """
        self._executable, self._url = executable, url
        self._contexts_per_browser = contexts_per_browser
        self._step_seconds, self._user_agent = step_seconds, user_agent
        self._starting = asyncio.Lock()
        self._driver: AbstractAsyncContextManager[Playwright] | None = None
        self._playwright: Playwright | None = None
        self._current: Browser | None = None
        self._opened = 0
        self._open: dict[Browser, int] = {}
        self._selectors = {"banner": banner_engine()}
        self._room = Room(most_pages, None if url else measure)
        self._allowed = allowed
        self._memory = PageMemory(page_bytes)
        self._own = AsyncExitStack()
        self._started_by: Path | None = None
        self._nothing = Gate(lambda: PUBLIC_ONLY)

    async def __aenter__(self) -> Browsers:
        await self._own.enter_async_context(self._nothing)
        if not self._url:
            watching = asyncio.ensure_future(self._memory.watch())
            self._own.push_async_callback(_ended, watching)
        await self._start_driver()
        return self

    def allow(self, allowed: Allowed) -> None:
        """Say anew what may be reached although it is not public; open pages are held to it too."""
        self._allowed = allowed

    async def _start_driver(self) -> None:
        self._driver = async_playwright()
        self._playwright = await self._driver.__aenter__()
        for name, script in self._selectors.items():
            await self._playwright.selectors.register(name, script, content_script=True)

    async def teach_selector(self, name: str, script: str) -> None:
        """Teach all contexts that are opened from now on a way of finding things, once. Raises OurFailure."""
        async with self._starting:
            if name not in self._selectors:
                await self._running.selectors.register(name, script, content_script=True)
                self._selectors[name] = script

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for browser in list(self._open):
            await _close(browser)
        self._current, self._playwright = None, None
        if self._driver is not None:
            await self._driver.__aexit__(kind, error, trace)
        await self._own.aclose()

    @property
    def _running(self) -> Playwright:
        if self._playwright is None:
            raise OurFailure("The browsers are not running.")
        return self._playwright

    async def room(self) -> int:
        """Return how many more pages could be lent now without anybody's waiting."""
        return await self._room.free()

    @property
    def elsewhere(self) -> bool:
        """Whether the browsers run on another machine, or may, so that their clock is not ours."""
        return bool(self._url)

    @asynccontextmanager
    async def context(
        self, locale: str = "en", time_zone: str = "UTC", state: State | None = None
    ) -> AsyncGenerator[BrowserContext, None]:
        """Lend a fresh context, with the storage of an earlier one if `state` is given, and close it afterwards.

        Waits while memory is short. Raises OurFailure when no browser can be started.
        """
        async with self._room.place(), Gate(lambda: self._allowed) as gate:
            looks = {"storage_state": cast("Any", state), **self._looks(locale, time_zone, gate)}
            browser, made = await self._opened_in_one(looks)
            try:
                async with self._held(made, gate) as context:
                    yield context
            finally:
                await self._give_back(browser)

    @asynccontextmanager
    async def _held(self, made: BrowserContext, gate: Gate) -> AsyncGenerator[BrowserContext, None]:
        note_gate(made, gate)
        self._memory.contexts.add(made)
        try:
            async with _closing(made) as context:
                yield context
        finally:
            self._memory.contexts.discard(made)

    async def _opened_in_one(
        self, looks: dict[str, Any], *, again: bool = True
    ) -> tuple[Browser, BrowserContext]:
        """Open a context; that a browser or its driver has died shows only now: then another takes over, once."""
        browser = await self._take()
        try:
            return browser, await self._made(browser.new_context(**looks), browser)
        except BaseException as error:
            await self._give_back(browser)
            if not (again and isinstance(error, OurFailure)):
                raise
        return await self._opened_in_one(looks, again=False)

    @asynccontextmanager
    async def own(self, folder: Path, locale: str, time_zone: str) -> AsyncGenerator[BrowserContext, None]:
        """Lend the one context of a browser that keeps everything in `folder`, and end it afterwards.

        Waits while memory is short. Raises OurFailure, also for browsers that run elsewhere.
        """
        if self._url:
            raise OurFailure(
                "This chat needs a browser profile of its own, which browsers that run elsewhere cannot keep."
                " Nothing was sent: use a browser on this machine for it, without AUDIT_BROWSER_URL."
            )
        async with self._room.place(), Gate(lambda: self._allowed) as gate:
            async with self._starting:
                await self._revive_driver()
            asked = self._running.chromium.launch_persistent_context(
                folder, **await self._program(), **self._looks(locale, time_zone, gate)
            )
            async with self._held(await self._made(asked), gate) as context:
                yield context

    async def _made(self, asked: Awaitable[BrowserContext], browser: Browser | None = None) -> BrowserContext:
        try:
            context = await within(LAUNCH_SECONDS, asked)
        except BrowserError as error:
            if browser is self._current:
                self._current = None  # whatever ails it, the next probe gets a fresh one
            raise OurFailure(f"The browser could not be used: {first_line(error)}") from error
        context.set_default_timeout(self._step_seconds * 1000)
        context.set_default_navigation_timeout(LOAD_SECONDS * 1000)
        return context

    async def _program(self) -> dict[str, Any]:
        program = Path(self._executable or self._running.chromium.executable_path)
        sandbox = await asyncio.to_thread(sandbox_works, program)
        if sandbox and self._started_by is None:
            folder = self._own.enter_context(tempfile.TemporaryDirectory(prefix="browser-"))
            self._started_by = launcher(program, Path(folder))
        started_by = self._started_by if sandbox else self._executable
        return {
            "executable_path": started_by,
            "chromium_sandbox": sandbox,
            "args": [SCRIPT_MEMORY, *NO_OTHER_WAY_OUT],
        }

    @property
    def _filtered(self) -> bool:
        """Whether the browsers can be told to go through a gate on this machine."""
        return not self._url or is_here(self._url)

    def _looks(self, locale: str, time_zone: str, gate: Gate) -> dict[str, Any]:
        return {
            "proxy": {"server": gate.address} if self._filtered else None,
            "locale": locale,
            "timezone_id": time_zone,
            "viewport": {"width": 1280, "height": 900},
            "accept_downloads": False,
            "user_agent": self._user_agent or None,
        }

    async def _launch(self) -> Browser:
        chromium, limit = self._running.chromium, LAUNCH_SECONDS * 1000
        if self._url and speaks_devtools(self._url):
            return await chromium.connect_over_cdp(self._url, timeout=limit)
        if self._url:
            return await chromium.connect(self._url, timeout=limit)
        return await chromium.launch(
            timeout=limit, proxy={"server": self._nothing.address}, **await self._program()
        )

    async def _launch_anyhow(self) -> Browser:
        """Start a browser, with a fresh driver if that is what died: it never comes back by itself."""
        try:
            return await within(LAUNCH_SECONDS, self._launch())
        except BrowserError:
            if not await self._revive_driver():
                raise
            return await within(LAUNCH_SECONDS, self._launch())

    async def _revive_driver(self) -> bool:
        """Start a fresh driver if the one there is has died; returns whether it had."""
        if await self._driver_answers():
            return False
        await self._start_driver()
        return True

    async def _driver_answers(self) -> bool:
        try:
            await (await within(CLOSE_SECONDS, self._running.request.new_context())).dispose()
        except BrowserError:
            return False
        return True

    async def _take(self) -> Browser:
        async with self._starting:
            worn = self._opened >= self._contexts_per_browser
            if self._current is None or worn or not self._current.is_connected():
                await self._replace()
            assert self._current is not None  # noqa: S101 -- for the type checker: _replace has just set it
            self._opened += 1
            self._open[self._current] += 1
            return self._current

    async def _replace(self) -> None:
        old = self._current
        try:
            self._current = await self._launch_anyhow()
        except BrowserError as error:
            which = (
                f"at {without_secret(self._url)} could not be reached"
                if self._url
                else (f"{self._executable or ''} could not be started")
            )
            raise OurFailure(f"The browser {which}: {first_line(error)}") from error
        self._opened, self._open[self._current] = 0, 0
        if old is not None:
            await self._retire(old)

    async def _give_back(self, browser: Browser) -> None:
        if browser in self._open:
            self._open[browser] -= 1
            if browser is not self._current:
                await self._retire(browser)

    async def _retire(self, browser: Browser) -> None:
        """Close a browser that was replaced, once nobody looks through it any more."""
        if self._open.get(browser) == 0:
            del self._open[browser]
            await _close(browser)


@asynccontextmanager
async def _closing(context: BrowserContext) -> AsyncGenerator[BrowserContext, None]:
    try:
        yield context
    finally:
        await _close(context)


async def _close(thing: Browser | BrowserContext) -> None:
    with suppress(BrowserError):
        await within(CLOSE_SECONDS, thing.close())


async def _ended(task: asyncio.Future[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def open_page(context: BrowserContext, says_yes: Callable[[], bool] = bool) -> Page:
    """Open an empty page on which boxes are answered at once, no unless `says_yes`, so that none can hold us up.

    Raises OurFailure.
    """
    try:
        page = await within(STEP_SECONDS, context.new_page())
    except BrowserError as error:
        raise OurFailure(f"The browser could not open a page: {first_line(error)}") from error

    async def answer(dialog: Dialog) -> None:
        with suppress(BrowserError):
            await (dialog.accept() if says_yes() else dialog.dismiss())

    page.on("dialog", answer)
    return page


async def screenshot(page: Page, name: str) -> Proof | None:
    """Picture what the page shows now, or None if it cannot even do that: evidence must not fail a probe."""
    try:
        picture = await within(
            STEP_SECONDS, page.screenshot(type="jpeg", quality=PICTURE_QUALITY, animations="disabled")
        )
    except BrowserError:
        return None
    return Proof("screenshot", "image/jpeg", f"{name}.jpg", picture)


async def pictures(page: Page, name: str) -> tuple[Proof, ...]:
    """Picture the page, if it lets itself be pictured."""
    picture = await screenshot(page, name)
    return (picture,) if picture else ()
