"""What a page does on the network and in pop-up boxes, as far as it tells whether something was sent."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import unquote

from probes.browser.browsers import BrowserError, Dialog, Page, Request, Response, within
from probes.browser.scripts import script

PASSIVE = frozenset({"image", "font", "stylesheet", "media", "manifest", "texttrack"})
"""What a page loads to look as it does; everything else may carry what was typed."""
QUIET_SECONDS = 0.25
CHANGES = script(__package__, "changes")
ANSWER_SECONDS = 5.0
LONGEST_ANSWER = 100_000
"""Characters of an answer that are kept."""
RUN = re.compile(r"[A-Za-z0-9]{4,40}")
"""Letters and digits that every way of encoding leaves as they are."""


class Activity:
    """Listens to one page from before its loading on."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._pending: set[Request] = set()
        self._reading: set[asyncio.Task[None]] = set()
        self._noting = False
        self._ours: frozenset[str] = frozenset()
        self.left = False
        """Something that may have carried our words has left since `note_from_now`."""
        self.ever_left = False
        """The same since the first press of all."""
        self.taken = False
        """A request that carried our words was answered with success."""
        self.refused_with = 0
        """The status with which the last such request, or the last page, was refused, or 0."""
        self.answers: list[str] = []
        """What the site's scripts were answered, as text, where it may be JSON."""
        self.said: list[str] = []
        """What pop-up boxes said."""
        page.on("request", self._begins)
        page.on("requestfinished", self._ends)
        page.on("requestfailed", self._ends)
        page.on("response", self._answered)
        page.on("dialog", self._speaks)
        page.on("websocket", lambda socket: socket.on("framesent", lambda _: self._leaves()))

    def note_from_now(self, ours: Iterable[str] = ()) -> None:
        """Begin to note what leaves; called just before the button is pressed. `ours` is what was filled in.

        An answer counts only where one of `ours` was asked with: a page also counts visitors. Without a word among
        them that every encoding leaves alone, any request may have carried them.
        """
        self._noting, self.left, self.taken, self.refused_with = True, False, False, 0
        self._ours = frozenset(run for text in ours if (run := max(RUN.findall(text), key=len, default="")))
        self.said.clear()
        self.answers.clear()

    @property
    def pressed(self) -> bool:
        """Whether the button was pressed, so that a box which asks if we mean it is told yes."""
        return self._noting

    @property
    def busy(self) -> bool:
        """Whether the page still waits for an answer that it asked for, or we for one that it got."""
        return bool(self._pending or self._reading)

    async def settle(self, seconds: float) -> None:
        """Wait until the page has stopped changing and asking, or so many seconds have passed."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                await asyncio.wait_for(self._page.evaluate(CHANGES, QUIET_SECONDS * 1000), 3.0)
            except (BrowserError, TimeoutError):
                await asyncio.sleep(QUIET_SECONDS)
            if not self.busy:
                return

    def _begins(self, request: Request) -> None:
        if request.resource_type not in PASSIVE and request.resource_type not in ("eventsource", "websocket"):
            self._pending.add(request)
        if request.resource_type not in PASSIVE:
            self._leaves()

    def _leaves(self) -> None:
        self.left = self.left or self._noting
        self.ever_left = self.ever_left or self.left

    def _ends(self, request: Request) -> None:
        self._pending.discard(request)

    def _answered(self, response: Response) -> None:
        request = response.request
        if not self._noting or (request.method == "GET" and not request.is_navigation_request()):
            return
        carried = self._carries_ours(request)
        if response.status >= 400:
            refused = carried or request.is_navigation_request()
            self.refused_with = response.status if refused else self.refused_with
        elif carried:
            self.taken = True
        if carried and request.resource_type in ("fetch", "xhr"):
            reading = asyncio.ensure_future(self._read(response))
            self._reading.add(reading)
            reading.add_done_callback(self._reading.discard)

    def _carries_ours(self, request: Request) -> bool:
        """Tell whether a request carries a word of ours; one whose body the browser does not show may."""
        sent = _body(request)
        if not self._ours or sent is None:
            return True
        text = f"{request.url}\n{sent}"
        decoded = unquote(text)
        return any(word in text or word in decoded for word in self._ours)

    async def _read(self, response: Response) -> None:
        with suppress(BrowserError, UnicodeDecodeError):
            body = await within(ANSWER_SECONDS, response.text())
            if len(body) <= LONGEST_ANSWER:
                self.answers.append(body)

    def _speaks(self, dialog: Dialog) -> None:
        self.said.append(dialog.message)


def _body(request: Request) -> str | None:
    """Return what a request carries; None where it carries something that cannot be had, as of files."""
    try:
        body = request.post_data_buffer
    except BrowserError:
        return None
    if body is not None:
        return body.decode("utf-8", "replace")
    return "" if request.method == "GET" else None
