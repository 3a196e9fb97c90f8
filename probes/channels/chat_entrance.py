"""The way into a chat: the page, the launcher, the form before it, and what may bar the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from probes.base import Blocked, Evidence, NotSent
from probes.browser import BrowserError, FrameLocator, Locator, Page, first_line, screenshot
from probes.widgets.schema import Widget


@dataclass(frozen=True)
class Persona:
    """Who the visitor says to be."""

    name: str
    email: str
    language: str = "en"
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Patience:
    """How long a visitor waits, in seconds."""

    show: float = 15.0
    """For a part of the chat to appear, and for one look at it."""
    click: float = 6.0
    """For one rung of the click ladder."""
    confirm: float = 30.0
    """For our own message to stand in the transcript."""
    settle: float = 8.0
    """For the messages of an earlier conversation to load."""
    poll: float = 3.0
    """Between two looks although nothing seems to change: the safety net under the page's own signals."""


class Entrance:
    """Goes as far into a chat as a visitor can without saying anything."""

    def __init__(self, page: Page, url: str, widget: Widget, persona: Persona, patience: Patience) -> None:
        self._page, self._url, self._widget = page, url, widget
        self._persona, self._patience = persona, patience
        self.chat: Page | FrameLocator = page.frame_locator(widget.frame).first if widget.frame else page

    async def pass_through(self, reopened: bool) -> bool:
        """Go in, and return whether the chat still knows us; a `reopened` one that does not is not begun anew.

        Raises NotSent or Blocked.
        """
        try:
            await self._load()
            await self._open_launcher()
            if reopened and await self._asks_who_we_are():
                return False
            await self._pass_prechat()
        except BrowserError as error:
            raise await self.closed_way(f"could not be opened: {first_line(error)}") from error
        return True

    def composer(self) -> Locator:
        """Return the field that a visitor writes in."""
        return self.chat.get_by_role("textbox", name=self._widget.composer.label, exact=True).first

    def button(self, name: str) -> Locator:
        """Return the button of this name in the chat."""
        return self.chat.get_by_role("button", name=name, exact=True).first

    async def _load(self) -> None:
        response = await self._page.goto(self._url, wait_until="domcontentloaded")
        if response and response.status >= 400:
            raise await self.closed_way(f"answered with status {response.status}", response.status)

    async def _open_launcher(self) -> None:
        """Click as a person would, then ever more bluntly, until the chat shows."""
        host = self._page.locator(self._widget.launcher.host).first
        await host.wait_for(state="attached")
        for click in self._rungs(host):
            if await self._opens(0.0):
                return
            try:
                await click(timeout=self._patience.click * 1000)
            except BrowserError:
                continue
            if await self._opens(self._patience.click):
                return
        raise BrowserError("the chat did not open, whatever was clicked")

    def _rungs(self, host: Locator) -> list[Callable[..., Awaitable[None]]]:
        bluntly = partial(host.dispatch_event, "click")
        if not self._widget.launcher.button:
            return [host.click, bluntly]
        button = host.get_by_role("button", name=self._widget.launcher.button).first
        return [button.click, host.click, partial(button.dispatch_event, "click"), bluntly]

    def _entrance(self) -> Locator:
        """What shows that the chat is open: the form before it, or the field to write in."""
        prechat = self._widget.prechat
        return self.composer().or_(self.button(prechat.submit)) if prechat else self.composer()

    async def _opens(self, seconds: float) -> bool:
        """Wait so long for the chat to open; once its frame is there, wait for what is in it, lest we close it."""
        frame = self._page.locator(self._widget.frame or "body").first
        if self._widget.frame and not await _shows(frame, seconds):
            return False
        return await _shows(self._entrance().first, self._patience.show if self._widget.frame else seconds)

    async def _asks_who_we_are(self) -> bool:
        prechat = self._widget.prechat
        return prechat is not None and await self.button(prechat.submit).is_visible()

    async def _pass_prechat(self) -> None:
        prechat = self._widget.prechat
        if prechat and await self._asks_who_we_are():
            for field in prechat.fields:
                value = self._persona.name if field.value == "name" else self._persona.email
                await self.chat.get_by_label(field.label, exact=True).first.fill(value)
            await self.button(prechat.submit).click()
        await self.composer().wait_for(state="visible", timeout=self._patience.show * 1000)
        await self._settle()

    async def _settle(self) -> None:
        """Give the first messages time to load; a chat may also have none."""
        await _shows(self.chat.locator(self._widget.messages.item).first, self._patience.settle)

    async def closed_way(self, what: str, status: int = 0) -> NotSent | Blocked:
        """Tell a way that is closed to us from one that failed; nothing was sent either way."""
        sentence, evidence = f"The chat on {self._url} {what}.", await pictures(self._page, "not-sent")
        kind = await self._obstacle(status)
        return Blocked(kind, sentence, evidence) if kind else NotSent(sentence, evidence)

    async def _obstacle(self, status: int) -> Literal["captcha", "login_wall", "blocked"] | None:
        if status in (401, 407):
            return "login_wall"
        try:
            if await self._page.locator(
                "iframe[src*='captcha' i], iframe[src*='challenges.' i]"
            ).first.is_visible():
                return "captcha"
            if await self._page.locator("input[type=password]").first.is_visible():
                return "login_wall"
        except BrowserError:
            return None
        return "blocked" if status in (403, 429) else None


async def pictures(page: Page, name: str) -> tuple[Evidence, ...]:
    """Picture the page, if it lets itself be pictured."""
    picture = await screenshot(page, name)
    return (picture,) if picture else ()


async def _shows(locator: Locator, seconds: float) -> bool:
    if seconds <= 0:
        return await locator.is_visible()
    try:
        await locator.wait_for(state="visible", timeout=seconds * 1000)
    except BrowserError:
        return False
    return True
