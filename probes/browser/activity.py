"""What a page does on the network and in pop-up boxes, as far as it tells whether something was sent."""

from __future__ import annotations

import asyncio
import time

from probes.browser.browsers import BrowserError, Dialog, Page, Request, Response
from probes.browser.scripts import script

PASSIVE = frozenset({"image", "font", "stylesheet", "media", "manifest", "texttrack"})
"""What a page loads to look as it does; everything else may carry what was typed."""
QUIET_SECONDS = 0.25
CHANGES = script(__package__, "changes")


class Activity:
    """Listens to one page from before its loading on."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._pending: set[Request] = set()
        self._noting = False
        self.left = False
        """Something that may have carried our words has left since `note_from_now`."""
        self.ever_left = False
        """The same since the first press of all."""
        self.taken = False
        """A request with a body was answered with success."""
        self.refused_with = 0
        """The status with which the last request with a body was refused, or 0."""
        self.said: list[str] = []
        """What pop-up boxes said."""
        page.on("request", self._begins)
        page.on("requestfinished", self._ends)
        page.on("requestfailed", self._ends)
        page.on("response", self._answered)
        page.on("dialog", self._speaks)
        page.on("websocket", lambda socket: socket.on("framesent", lambda _: self._leaves()))

    def note_from_now(self) -> None:
        """Begin to note what leaves; called just before the button is pressed."""
        self._noting, self.left, self.taken, self.refused_with = True, False, False, 0
        self.said.clear()

    @property
    def pressed(self) -> bool:
        """Whether the button was pressed, so that a box which asks if we mean it is told yes."""
        return self._noting

    @property
    def busy(self) -> bool:
        """Whether the page still waits for an answer that it asked for."""
        return bool(self._pending)

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
        if response.status >= 400:
            self.refused_with = response.status
        else:
            self.taken = True

    def _speaks(self, dialog: Dialog) -> None:
        self.said.append(dialog.message)
