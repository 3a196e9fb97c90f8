"""A dry run of the way into a chat: what would be clicked and typed, on pictures, without saying anything.

Nothing is typed either: many chats show their staff what a visitor types before it is sent.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from probes.base import JSON, Blocked, OurFailure, ProbeError, Proof
from probes.browser.browsers import (
    BrowserError,
    Browsers,
    ElementHandle,
    Frame,
    Locator,
    first_line,
    open_page,
    screenshot,
    within,
)
from probes.browser.consent import banner_button
from probes.channels.chat.entrance import Entrance, Way
from probes.channels.chat.filling import unanswered
from probes.channels.chat.generic_selectors import teach
from probes.channels.chat.launcher import Launch
from probes.channels.chat.page_elements import Mark, describe, gather, said_in
from probes.channels.chat.parts import find, seen
from probes.channels.chat.signals import Changes
from probes.channels.chat.visitor import Patience, Visitor
from probes.widgets.schema import FormField, Widget

Found: TypeAlias = Literal["found", "missing", "later"]
Say: TypeAlias = Callable[[str], Awaitable[None]]

MOST_SCENES = 6
SETTLE_SECONDS = 1.0
"""So long a page has to finish, so that its consent banner is on the first picture."""
OBSTACLES = {
    "captcha": "A captcha stands in the way; no probe evades one.",
    "login_wall": "It asks for a sign-in, so it is not for customers who just come by.",
    "blocked": "It refuses us.",
}
LOG = "[role=log], [role=feed], [aria-live]:not([aria-live=off])"
SELECTORS = {"css", "host", "frame", "root", "sign", "done", "captcha", "login_wall", "blocked"}
IN_MESSAGES = {"item", "pending", "author", "text", "time", "typing", "visitor", "bot", "system", "person"}


@dataclass(frozen=True)
class Scene:
    """One screen on the way, with everything on it that could be meant."""

    name: str
    picture: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Step:
    """One part of the way: where it was looked for, whether it is there, and what a probe would do with it.

    `part` is its place in a widget file. `later` is what shows only once a conversation was begun.
    """

    part: str
    found: Found
    does: str
    scene: str = ""
    mark: Mark | None = None
    value: str = ""
    """For a field of a form: what of the visitor goes into it."""

    def as_json(self) -> Mapping[str, JSON]:
        """Return it as plain data."""
        return {
            "part": self.part, "found": self.found, "does": self.does, "scene": self.scene, "value": self.value,
            "mark": self.mark.as_json() if self.mark else None,
        }  # fmt: skip


@dataclass
class Trial:
    """What a dry run found."""

    url: str
    adapter: str = ""
    name: str = ""
    verified: str = ""
    way: str = ""
    ready_to_write: bool = False
    problem: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    """Selectors that are none, by their place in the widget file."""
    steps: list[Step] = field(default_factory=list)
    scenes: list[Scene] = field(default_factory=list)
    said: list[Mapping[str, JSON]] = field(default_factory=list)
    """How messages look that stood in the chat already: a greeting, for example."""
    pictures: list[Proof] = field(default_factory=list)

    def as_json(self) -> Mapping[str, JSON]:
        """Return what was found, without the pictures."""
        return {
            "url": self.url, "adapter": self.adapter, "name": self.name, "verified": self.verified,
            "way": self.way, "ready_to_write": self.ready_to_write, "problem": self.problem, "faults": self.faults,
            "steps": [step.as_json() for step in self.steps],
            "scenes": [
                {"name": scene.name, "picture": scene.picture, "marks": [mark.as_json() for mark in scene.marks]}
                for scene in self.scenes
            ],
            "said": self.said,
        }  # fmt: skip


_Screen: TypeAlias = tuple[Scene, Proof | None]


async def _nobody(_words: str) -> None:
    """Tell nobody how far it is."""


async def try_chat(
    browsers: Browsers,
    url: str,
    widget: str | Widget,
    visitor: Visitor,
    patience: Patience | None = None,
    say: Say = _nobody,
) -> Trial:
    """Open the chat on a page as far as nothing is sent or begun; `say` hears how far it is, in words for people.

    Raises OurFailure when no browser can be used.
    """
    await teach(browsers)
    trial, changes = Trial(url), Changes()
    async with browsers.context(visitor.language, visitor.time_zone) as context:
        page = await open_page(context)
        waits = patience or Patience()
        entrance = Entrance(page, url, widget, visitor, waits, changes)
        await changes.listen(page)
        visit = _Visit(trial, entrance, waits, say)
        try:
            await visit.go_in()
        except OurFailure:
            raise
        except ProbeError as error:
            trial.problem = _in_words(error)
        except BrowserError as error:
            trial.problem = _in_words(
                await entrance.closed_way(f"could not be opened: {first_line(error).rstrip('.')}")
            )
        if trial.problem and not trial.way:
            await visit.look_around("end")
    return trial


def _in_words(error: ProbeError) -> str:
    return " ".join([str(error), *([OBSTACLES[error.kind]] if isinstance(error, Blocked) else [])])


class _Visit:
    """One visit to the page, which fills in the trial as it goes."""

    def __init__(self, trial: Trial, entrance: Entrance, waits: Patience, say: Say) -> None:
        self._trial, self._entrance, self._waits, self._say = trial, entrance, waits, say
        self._brought: _Screen | None = None

    async def go_in(self) -> None:
        trial, entrance = self._trial, self._entrance
        await self._say("Opening the page and finding out which chat it has")
        await entrance.load()
        widget = entrance.widget
        trial.adapter, trial.name, trial.verified = entrance.adapter, widget.name, widget.verified
        trial.faults = await self._faults(widget)
        if trial.faults:
            trial.problem = "A selector cannot be used; see the part that has it."
            return
        launch = entrance.launch()
        await self._wait_for_something(launch)
        await self._say("Looking at the page before anything is clicked")
        await self._before_opening(launch)
        await self._say("Opening the chat")
        await entrance.open(self._remember)
        self._brought = None
        await self._say("Looking at what is in the chat")
        way = await entrance.look_ahead(self._home)
        trial.way = way.value
        await self._inside(way)
        missing = [step for step in trial.steps if step.found == "missing" and step.part in self._needed()]
        if missing:
            trial.problem = "The form was found, but not all of what a probe would fill in there."
        elif unanswered := await self._unanswered(way):
            names = " and ".join(f"“{name}”" for name in unanswered)
            trial.problem = f"The form insists on {names}, and nothing says what to put there."
        trial.ready_to_write = not trial.problem

    def _needed(self) -> set[str]:
        """The parts of a form without which a probe could not go on."""
        forms = {step.part for step in self._trial.steps if ".fields." in step.part}
        return forms | {"prechat.submit", "offline.submit"}

    # --- screens ----------------------------------------------------------------------------------------------

    async def look_around(self, name: str, *, inside: bool = True) -> None:
        """Picture the screen and mark what is on it; where the way ended, the fullest that a click has brought."""
        if len(self._trial.scenes) >= MOST_SCENES:
            return
        scene, picture = await self._screen(name, inside=inside)
        if self._brought and len(self._brought[0].marks) > len(scene.marks):
            scene, picture = self._brought
        if picture:
            self._trial.pictures.append(picture)
        self._trial.scenes.append(scene)

    async def _screen(self, name: str, *, inside: bool = True) -> _Screen:
        marks: list[Mark] = []
        with suppress(BrowserError):
            marks = await gather(self._entrance.view, self._entrance.chat if inside else None)
        picture = await screenshot(self._entrance.view, f"{len(self._trial.scenes) + 1}-{name}")
        return Scene(name, picture.name if picture else "", tuple(marks)), picture

    async def _remember(self) -> None:
        """Keep what a click has brought, for the next one may close a chat whose words nobody knows."""
        screen = await self._screen("end")
        if self._brought is None or len(screen[0].marks) > len(self._brought[0].marks):
            self._brought = screen

    async def _add(
        self, part: str, thing: Locator | Frame | ElementHandle | None, does: str, value: str = ""
    ) -> bool:
        mark = await describe(self._entrance.view, thing) if thing is not None else None
        found: Found = "found" if mark else "missing"
        scene = self._trial.scenes[-1]
        self._trial.steps.append(
            Step(part, found, does, scene.name, self._numbered(mark) if mark else None, value)
        )
        return mark is not None

    def _numbered(self, mark: Mark) -> Mark:
        """Give what was found the number that it has on its screen, or a new one there."""
        scene = self._trial.scenes[-1]
        same = next((other for other in scene.marks if mark.is_where(other)), None)
        if same:
            return same
        new = replace(mark, number=len(scene.marks) + 1, in_chat=True)
        self._trial.scenes[-1] = replace(scene, marks=(*scene.marks, new))
        return new

    def _later(self, part: str, does: str) -> None:
        self._trial.steps.append(Step(part, "later", does))

    # --- the way ----------------------------------------------------------------------------------------------

    async def _wait_for_something(self, launch: Launch) -> None:
        """Give what opens the chat time to appear, so that it is on the first picture; opening waits for it too.

        Only by looks that nobody notices: a step of the browser would have a consent banner dismissed unseen.
        """
        entrance, deadline = self._entrance, time.monotonic() + self._waits.show
        while time.monotonic() < deadline and not await entrance.open_now():
            if not entrance.widget.launcher or await seen(launch.host()):
                return
            await entrance.changes.pause(0.25)

    async def _before_opening(self, launch: Launch) -> None:
        widget = self._entrance.widget
        await self._entrance.page.wait_for_timeout(SETTLE_SECONDS * 1000)
        await self.look_around("page", inside=False)
        banner = None
        with suppress(BrowserError):
            banner = await banner_button(self._entrance.page, widget.consent)
        await self._add("consent", banner, "click")
        if widget.opening.script:
            self._later("opening", f"call {widget.opening.script}")
        if widget.launcher:
            host = launch.host()
            button = find(host, widget.launcher.button, "button").first if widget.launcher.button else host
            await self._add("launcher", button if await seen(button) else host, "click")
        elif not widget.opening.script:
            self._trial.steps.append(Step("launcher", "missing", "nothing: the chat stands open", "page"))

    async def _home(self) -> None:
        """Show what begins a conversation, unless that is the launcher itself, as in a chat known only by its looks."""
        widget, chat = self._entrance.widget, self._entrance.chat
        begin = find(chat, widget.home.begin, "button").first if widget.home else None
        mark = await describe(self._entrance.view, begin) if begin is not None else None
        launcher = next((step.mark for step in self._trial.steps if step.part == "launcher"), None)
        if mark and not (launcher and mark.is_where(launcher)):
            await self.look_around("home")
            await self._frame()
            await self._add("home.begin", begin, "click")

    async def _inside(self, way: Way) -> None:
        widget, chat = self._entrance.widget, self._entrance.chat
        await self.look_around({Way.FORM: "form", Way.PRECHAT: "form"}.get(way, way.value))
        await self._frame()
        if way in (Way.FORM, Way.PRECHAT) and widget.prechat:
            await self._fields("prechat", widget.prechat.fields)
            await self._add("prechat.submit", find(chat, widget.prechat.submit, "button").first, "click")
        if way is Way.OFFLINE and widget.offline:
            await self._fields("offline", widget.offline.fields)
            await self._add("offline.submit", find(chat, widget.offline.submit, "button").first, "click")
        if way is Way.COMPOSER:
            await self._composer()
        elif way is Way.PRECHAT:
            self._later("composer", "type the message")
            self._later("composer.send", "click")
            self._later("messages", "read")

    async def _composer(self) -> None:
        entrance, widget = self._entrance, self._entrance.widget
        await self._add("composer", entrance.composer(), "type the message")
        send = find(entrance.chat, widget.composer.send, "button").first if widget.composer.send else None
        await self._add("composer.send", send, "click")
        log = entrance.chat.locator(LOG).filter(visible=True)
        if await self._add("messages", log, "read"):
            self._trial.said = await said_in(log)

    async def _unanswered(self, way: Way) -> list[str]:
        """Name what the form insists on, beside what would be filled in: a probe would stand before it."""
        entrance = self._entrance
        form = entrance.widget.offline if way is Way.OFFLINE else entrance.widget.prechat
        if form is None or way not in (Way.FORM, Way.PRECHAT, Way.OFFLINE):
            return []
        known = [step.mark for step in self._trial.steps if ".fields." in step.part and step.mark]
        empty = await unanswered(entrance.chat, find(entrance.chat, form.submit, "button"), self._waits.show)
        asked = [mark for each in empty if (mark := await describe(entrance.view, each))]
        return [
            mark.name or "a field without a name"
            for mark in asked
            if not any(each.is_where(mark) for each in known)
        ]

    async def _frame(self) -> None:
        chat = self._entrance.chat
        if isinstance(chat, Frame) and all(step.part != "frame" for step in self._trial.steps):
            await self._add("frame", chat, "look inside")

    async def _fields(self, part: str, fields: tuple[FormField, ...]) -> None:
        for place, one in enumerate(fields):
            does = "tick" if one.value == "true" else f"type the {one.value}"
            field_ = find(self._entrance.chat, one.field, "field").first
            if not (one.optional and not await seen(field_)):
                await self._add(f"{part}.fields.{place}", field_, does, one.value)

    # --- selectors --------------------------------------------------------------------------------------------

    async def _faults(self, widget: Widget) -> dict[str, str]:
        """Try every selector of the file, for only a browser knows which it can read."""
        faults = {}
        for part, css in _selectors(widget.model_dump()):
            if words := await self._fault(css, plain=part.startswith("messages.")):
                faults[part] = words
        return faults

    async def _fault(self, css: str, *, plain: bool) -> str:
        page = self._entrance.page
        try:
            if plain:
                trying = page.evaluate(
                    "css => void document.createDocumentFragment().querySelector(css)", css
                )
                await within(self._waits.show, trying)
            else:
                await within(self._waits.show, page.locator(css).count())
        except BrowserError as error:
            if re.search(
                r"selector|unknown engine|unexpected token|parsing", first_line(error), re.IGNORECASE
            ):
                return f"“{css}” is not a selector that a browser can read."
        return ""


def _selectors(given: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, str]]:
    for key, value in given.items():
        part = f"{at}{key}"
        if (
            isinstance(value, str)
            and value
            and key in (IN_MESSAGES if at.startswith("messages.") else SELECTORS)
        ):
            yield part, value
        elif isinstance(value, Mapping):
            yield from _selectors(value, f"{part}.")
        elif isinstance(value, list | tuple):
            for place, one in enumerate(value):
                if part == "detect.css":
                    yield f"{part}.{place}", str(one)
                elif isinstance(one, Mapping):
                    yield from _selectors(one, f"{part}.{place}.")
