"""The way into a chat: from its open launcher over home screen and form to the field that a visitor writes in."""

from __future__ import annotations

import time
from contextlib import suppress
from enum import StrEnum
from typing import cast

from probes.base import Blocked, NotSent, OurFailure
from probes.browser.browsers import BrowserError, Frame, Locator, Page, first_line, pictures, within
from probes.browser.consent import expect_consent_banners
from probes.browser.visiting import our_doing, visit
from probes.channels.chat.detect import detect
from probes.channels.chat.filling import Step, address_field, fill_fields, ready_to_leave_address
from probes.channels.chat.launcher import Launch
from probes.channels.chat.obstacles import Obstacle, hangs, obstacle_on
from probes.channels.chat.parts import Scope, click, either, find, seen, shows
from probes.channels.chat.screen import what_shows
from probes.channels.chat.signals import Changes
from probes.channels.chat.visitor import Patience, Visitor
from probes.channels.chat.windows import Windows
from probes.widgets.files import AUTO, load_widget
from probes.widgets.schema import Control, Offline, PreChat, Widget

MOST_FRAMES = 12
DETECTING = 0.6
"""What part of the time for opening a chat is spent on finding out which one it is."""
WAY_IN_SECONDS = 240.0
"""For the whole way from the loaded page to the field; its steps have limits of their own and together need less."""
MOST_STEPS = 8
"""So many steps lead from the open chat to its field; more are those of a page that begins again and again."""
GREETING_SECONDS = 1.0
CALLED_SECONDS = 1.0
CALLED = "button => (button.getAttribute('aria-label') || button.textContent || '').trim().slice(0, 100)"


class Way(StrEnum):
    """Where the way into a chat has led."""

    COMPOSER = "composer"
    FORM = "form"
    """The form before the chat takes the message itself, so filling it in is sending."""
    PRECHAT = "prechat"
    """Only the form before the chat is left; what it asks for is known."""
    OFFLINE = "offline"
    FORGOTTEN = "forgotten"
    """A conversation was to be gone back to, and the chat asks anew who is there."""


class Entrance:
    """Goes as far into a chat as a visitor can without saying anything. `widget` is known once `load` has returned."""

    def __init__(
        self,
        page: Page,
        url: str,
        widget: str | Widget,
        visitor: Visitor,
        patience: Patience,
        changes: Changes,
        adapter: str = "",
    ) -> None:
        self.page, self._url, self._wanted = page, url, widget
        self.visitor, self.patience, self.changes = visitor, patience, changes
        self.adapter = adapter or (widget if isinstance(widget, str) else widget.name)
        self.way = Way.COMPOSER
        self.wordless = False
        """The form for those who find nobody there asks for an address alone, and takes no message."""
        self._scope: Scope = page
        self._detects = widget == AUTO
        self._opening = True
        self._loaded_at = time.monotonic()
        self._windows = Windows(page, self._may_be_the_chat, self._make_ready)

    # --- the parts of the chat --------------------------------------------------------------------------------

    @property
    def chat(self) -> Scope:
        """The page or frame that the chat was found in."""
        return self._scope

    @property
    def view(self) -> Page:
        """The page, or the window of its own, that the chat stands in."""
        return self._scope if isinstance(self._scope, Page) else self._scope.page

    def composer(self) -> Locator:
        """Return the field that a visitor writes in."""
        return self._composer(self._scope).first

    def form(self) -> PreChat | Offline | None:
        """Return the form that the message goes into, where there is one instead of a chat."""
        return {Way.OFFLINE: self.widget.offline, Way.FORM: self.widget.prechat}.get(self.way)

    def _composer(self, scope: Scope) -> Locator:
        return find(scope, self.widget.composer.field, "field")

    def _signs(self, scope: Scope) -> Locator:
        """What shows that the chat is open: any part of it that a visitor can go on with."""
        widget, found = self.widget, [self._composer(scope)]
        if widget.prechat:
            found.append(find(scope, widget.prechat.submit, "button"))
        if widget.home:
            found.append(find(scope, widget.home.begin, "button"))
            if widget.home.conversation:
                found.append(find(scope, widget.home.conversation, "button"))
        if widget.offline:
            found.append(scope.locator(widget.offline.sign))
        if widget.address:
            found.append(address_field(scope, widget.address))
        found += [scope.locator(css) for css in widget.signs.model_dump().values() if css]
        return either(found)

    async def _scopes(self) -> list[Scope]:
        """List where the chat may be: the frames that match, decoys among them, or the page."""
        found: list[Scope] = []
        for window in reversed(self._windows.open):
            with suppress(BrowserError):  # one that is just being loaded or closed
                found += [*await self._frames(window), window]
        found += await self._frames(self.page)
        if self.widget.root:
            found.append(self.page.locator(self.widget.root))
        return found if self.widget.frame or self.widget.root else [*found, self.page]

    async def _frames(self, page: Page) -> list[Frame]:
        if not self.widget.frame:
            return []
        found = page.locator(self.widget.frame).element_handles()
        handles = (await within(self.patience.show, found))[:MOST_FRAMES]
        frames = [await within(self.patience.show, handle.content_frame()) for handle in handles]
        return [frame for frame in frames if frame]

    async def open_now(self) -> bool:
        """Look for the chat's own parts in whatever may hold them, and stay there if they can be seen."""
        for scope in await self._scopes():
            if await seen(self._signs(scope)):
                self._scope = scope
                return True
        return False

    # --- the way in -------------------------------------------------------------------------------------------

    async def pass_through(self, reopened: bool) -> Way:
        """Go in, and return where that led; a `reopened` chat that asks who we are is not begun anew.

        Raises NotSent, Blocked, or OurFailure when it needs a profile that it did not get.
        """
        self._opening = True
        try:
            await self._windows.close_all()
            await self.load()
            if self._profile_is_missing():
                raise OurFailure(
                    f"{self.widget.name}, the chat on {self._url}, needs a browser profile of its own. Nothing was sent:"
                    f" name {self.adapter} as its widget, for what is found on the page comes too late for that."
                )
            self.way = await within(WAY_IN_SECONDS, self._go_in(reopened))
            self._opening = False
            await self._windows.close_all(but=self.view)
        except BrowserError as error:
            raise await self.closed_way(f"could not be opened: {first_line(error)}") from error
        return self.way

    async def _go_in(self, reopened: bool) -> Way:
        await self.open()
        return await self._advance(reopened)

    def _may_be_the_chat(self) -> bool:
        """Tell whether a window that opens now may be the chat's own."""
        launcher = None if isinstance(self._wanted, str) else self._wanted.launcher
        found = self.view in self._windows.open
        return self._opening and not found and launcher is not None and launcher.window

    async def _make_ready(self, window: Page) -> None:
        self.changes.follow(window)
        await expect_consent_banners(window, self.widget.consent)

    def _profile_is_missing(self) -> bool:
        return self._detects and self.widget.browser == "profile"

    async def load(self) -> None:
        """Load the page and find out which widget it has. Raises NotSent, Blocked or BrowserError."""
        response = await visit(self.page, self._url)
        if response and response.status >= 400:
            raise await self.closed_way(f"answered with status {response.status}", response.status)
        self._loaded_at = time.monotonic()
        if self._wanted == AUTO:
            self.adapter, self._wanted = await detect(self.page, self.patience.open * DETECTING)
        if isinstance(self._wanted, str):
            self._wanted = load_widget(self._wanted)
        await expect_consent_banners(self.page, self._wanted.consent)

    @property
    def widget(self) -> Widget:
        """The description of this chat."""
        if isinstance(self._wanted, str):
            self._wanted = load_widget(self._wanted)
        return self._wanted

    async def open(self, missed: Step | None = None) -> None:
        """Open the chat, unless it stands open; `missed` is awaited after a click that did not. Raises BrowserError."""
        await self.launch().open(self.open_now, lambda: bool(self._windows.open), missed)

    def launch(self) -> Launch:
        """Return what opens the chat."""
        return Launch(self.page, self.widget, self.patience, self.changes, self._loaded_at)

    async def _advance(self, reopened: bool) -> Way:
        """Go on from screen to screen, each of them once, until there is something to write in."""
        deadline = time.monotonic() + self.patience.show
        done: set[tuple[str, str, object]] = set()
        there: set[str] = set()
        waited = False
        while time.monotonic() < deadline:
            self.changes.clear()
            there = await self._look()
            if kind := await self._sign():
                raise await self.closed_way("is closed to us", kind=kind)
            if way := self._way(there, reopened):
                if way is Way.COMPOSER:
                    await self._settle()
                return way
            possible = await self._steps(there, reopened)
            steps = [step for step in possible if (*step, self._place()) not in done]
            if steps and len(done) < MOST_STEPS:
                done.add((*steps[0], self._place()))
                await self._take_if_it_stays(steps[0][0])
                deadline, waited = time.monotonic() + self.patience.show, False
                continue
            await self.changes.wait(0.25)
            if waited:  # most chats go on in the same place, and soon
                await self.open_now()
            waited = True
        raise BrowserError(self._stuck(there))

    def _stuck(self, there: set[str]) -> str:
        """Say why there is nothing to write in, as far as it is known."""
        fields = self.widget.prechat.fields if self.widget.prechat else ()
        if "form" in there and not self.visitor.email and any(field.value == "email" for field in fields):
            return "its form asks for an e-mail address, and none was given"
        return "no field to write in appeared"

    async def look_ahead(self, before_begin: Step | None = None) -> Way:
        """Go on as far as nothing is begun: over the home screen, up to a form or the field. Raises BrowserError.

        `before_begin` is awaited before what begins a conversation is clicked, on each screen that has it.
        """
        deadline = time.monotonic() + self.patience.show
        began: set[str] = set()
        while time.monotonic() < deadline:
            self.changes.clear()
            there = await self._look()
            if "form" in there:
                return Way.PRECHAT
            if way := self._way(there, reopened=False):
                return way
            if "begin" in there and repr(self._scope) not in began:
                began.add(repr(self._scope))
                if before_begin:
                    await before_begin()
                await self._take("begin")
            await self.changes.wait(0.25)
            await self.open_now()
        raise BrowserError("no field to write in appeared")

    async def _look(self) -> set[str]:
        return await what_shows(self._scope, self.widget, self.patience.click)

    def _way(self, there: set[str], reopened: bool) -> Way | None:
        if {"offline", "leave", "mail"} <= there and ("words" in there or "composer" not in there):
            self.wordless = "words" not in there
            return Way.OFFLINE
        if {"form", "fields"} <= there and reopened:
            return Way.FORGOTTEN
        if {"form", "question"} <= there:
            return Way.FORM
        open_again = (
            reopened and "address" in there
        )  # if our own words are there, too, it has not forgotten us
        return Way.COMPOSER if ("composer" in there or open_again) and "form" not in there else None

    def _next_steps(self, there: set[str], reopened: bool) -> list[str]:
        """List what may be done next, best first; an earlier conversation is never left for a new one."""
        steps = ["form"] if "form" in there else []
        if reopened and "back" in there:
            return ["back", *steps]
        steps += ["begin"] if "begin" in there else []
        alone = "address" in there and not steps and self.visitor.email
        return ["address"] if alone else steps

    def _place(self) -> object:
        """What the chat stands in, as one that another frame at the same address differs from."""
        return self._scope if isinstance(self._scope, Frame) else repr(self._scope)

    async def _steps(self, there: set[str], reopened: bool) -> list[tuple[str, str]]:
        """List what may be done next with what is written on it: launcher and home screen may both begin, one by one."""
        named: list[tuple[str, str]] = []
        for step in self._next_steps(there, reopened):
            with suppress(BrowserError):  # gone meanwhile
                named.append((step, await self._called() if step == "begin" else ""))
        return named

    async def _called(self) -> str:
        button = find(self._scope, self.widget.home.begin, "button").first if self.widget.home else None
        said: str = await button.evaluate(CALLED, timeout=CALLED_SECONDS * 1000) if button else ""
        return said

    def _control(self, step: str) -> Control | None:
        widget = self.widget
        if step == "form":
            return widget.prechat.submit if widget.prechat else None
        return (widget.home.begin if step == "begin" else widget.home.conversation) if widget.home else None

    async def _take_if_it_stays(self, step: str) -> None:
        """Take a step, unless its frame is replaced by another meanwhile, in which it is then taken."""
        try:
            await self._take(step)
        except BrowserError:
            if not (isinstance(self._scope, Frame) and self._scope.is_detached()):
                raise

    async def _take(self, step: str) -> None:
        scope, prechat, control = self._scope, self.widget.prechat, self._control(step)
        if step == "form" and prechat:
            await fill_fields(scope, prechat.fields, self.visitor, "", self.patience.show)
        if step == "address" and (leave := await self.ready_to_leave_address()):
            await leave()
        # Gone meanwhile, if the chat was just being redrawn when it was looked at: then there is nothing to take.
        if control and await seen(button := find(scope, control, "button")):
            await click(button.first, self.patience.click)

    async def ready_to_leave_address(self) -> Step | None:
        """Fill in our address where the chat asks for one; None where it does not. Raises BrowserError."""
        return await ready_to_leave_address(self.chat, self.widget.address, self.visitor, self.patience)

    async def opens_after_all(self) -> bool:
        """Tell whether a chat that asked for our address alone lets us write now that it has it."""
        opens = self.wordless and await shows(self.composer(), GREETING_SECONDS)
        self.way = Way.COMPOSER if opens else self.way
        return opens

    async def _settle(self) -> None:
        """Give a greeting time to appear; a chat may also have none, and an earlier conversation is waited for later."""
        if item := self.widget.messages.item:
            await shows(self._scope.locator(item).first, min(GREETING_SECONDS, self.patience.settle))

    # --- what bars the way ------------------------------------------------------------------------------------

    async def closed_way(self, what: str, status: int = 0, kind: Obstacle | None = None) -> NotSent | Blocked:
        """Tell a way that is closed to us from one that failed; nothing was sent either way."""
        sentence = f"The chat on {self._url} {what}. {our_doing(self.page)}".strip()
        if await hangs(self.view):
            return NotSent(f"{sentence} The page hangs.")
        evidence = await pictures(self.view, "not-sent")
        kind = kind or await self._sign() or await obstacle_on(self.page, status)
        return Blocked(kind, sentence, evidence) if kind else NotSent(sentence, evidence)

    async def _sign(self) -> Obstacle | None:
        """Return what the widget itself shows in place of a chat."""
        if isinstance(self._wanted, str):
            return None
        for kind, css in self._wanted.signs.model_dump().items():
            if css and await seen(either([self._scope.locator(css)])):
                return cast("Obstacle", kind)
        return None
