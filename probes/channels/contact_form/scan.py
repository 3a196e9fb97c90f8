"""Looks at the forms of a page as a person would: in all its frames and open shadow roots, by what can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from probes.browser.browsers import BrowserError, ElementHandle, Frame, JSHandle, Page, within

READ_SECONDS = 15.0
FrameAndForm = tuple[int, int]


@dataclass(frozen=True)
class Option:
    """One choice of a select."""

    text: str
    value: str
    enabled: bool = True


@dataclass(frozen=True)
class Field:
    """One field as it stands in the page. `where` tells it from all others of the same look.

    `group` numbers the radio buttons that belong together; `objection` is what the browser has against its value.
    """

    where: tuple[int, int]
    kind: str
    label: str = ""
    aria: str = ""
    placeholder: str = ""
    title: str = ""
    nearby: str = ""
    legend: str = ""
    autocomplete: str = ""
    input_mode: str = ""
    required: bool = False
    visible: bool = True
    read_only: bool = False
    enabled: bool = True
    value: str = ""
    checked: bool = False
    options: tuple[Option, ...] = ()
    form: int = -1
    order: int = 0
    group: int = -1
    longest: int = 0
    least: str = ""
    most: str = ""
    accepts: str = ""
    valid: bool = True
    objection: str = ""
    marked_wrong: bool = False
    problem: str = ""
    editor_in: FrameAndForm | None = None
    """Where it belongs, if it is an editor with a frame of its own."""

    @property
    def words(self) -> tuple[str, ...]:
        """All that names it, the surest first; what merely stands nearby counts where nothing else names it."""
        nearby = "" if self.label or self.aria else self.nearby
        return tuple(text for text in (self.label, self.aria, self.placeholder, self.title, nearby) if text)

    @property
    def looks(self) -> tuple[str, ...]:
        """What tells a person that it is another field than the one that was there before."""
        return self.kind, *self.words, self.legend

    @property
    def name(self) -> str:
        """What a person would call it."""
        return next(iter(self.words), "") or self.legend or f"a field of type {self.kind}"

    @property
    def place(self) -> FrameAndForm:
        """The frame and the form that it is in."""
        return self.editor_in or (self.where[0], self.form)


@dataclass(frozen=True)
class Button:
    """One button as it stands in the page."""

    where: tuple[int, int]
    name: str
    visible: bool = True
    enabled: bool = True
    form: int = -1
    order: int = 0
    submits: bool = False
    proper: bool = True
    """Whether it is a button, and not merely looks like one."""

    @property
    def place(self) -> FrameAndForm:
        """The frame and the form that it is in."""
        return self.where[0], self.form


@dataclass(frozen=True)
class Link:
    """One link, tab or heading that unfolds. `elsewhere` is a link that opens a window of its own."""

    where: tuple[int, int]
    name: str
    href: str = ""
    elsewhere: bool = False


@dataclass(frozen=True)
class Sheet:
    """What one look at a page has shown."""

    url: str
    fields: tuple[Field, ...] = ()
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    lines: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    objections: tuple[str, ...] = ()
    """What is marked as an error, in whatever words."""
    captchas: tuple[tuple[FrameAndForm, str], ...] = ()
    searches: frozenset[FrameAndForm] = frozenset()
    asks_password: bool = False
    language: str = ""


@dataclass
class Look:
    """A sheet, and the hold on the page that lets one act on what stands in it. Let go of it after use."""

    sheet: Sheet
    _holds: dict[int, JSHandle] = field(default_factory=dict)

    async def element(self, of: Field | Button | Link) -> ElementHandle:
        """Return the element of a field, button or link; raises BrowserError when it is gone."""
        what = {Button: "buttons", Link: "links"}.get(type(of), "fields")
        return await self._take(what, of.where)

    async def clickable(self, of: Field) -> ElementHandle:
        """Return what a person would click for a box or a dropdown: itself, or what stands for it on the page."""
        return await self._take("labels", of.where)

    async def _take(self, what: str, where: tuple[int, int]) -> ElementHandle:
        hold = self._holds[where[0]]
        found = await hold.evaluate_handle("(hold, [what, at]) => hold[what][at]", [what, where[1]])
        element = found.as_element()
        if element is None:
            raise BrowserError("the field is no longer in the page")
        return element

    async def let_go(self) -> None:
        """Free what the browser keeps for this look."""
        for hold in self._holds.values():
            with suppress(BrowserError):
                await hold.dispose()


async def look_at(page: Page) -> Look:
    """Take one look at all frames that show. A frame that is just being replaced is passed over.

    Raises BrowserError when the page itself does not answer.
    """
    holds: dict[int, JSHandle] = {}
    sheets: list[dict[str, Any]] = []
    for number, frame in enumerate(page.frames):
        try:
            if await _shows(frame):
                hold = await within(READ_SECONDS, frame.evaluate_handle(_script()))
                sheet = await within(READ_SECONDS, hold.evaluate("hold => hold.sheet")) | {"at": number}
                if sheet["editor"]:
                    sheet["editor"] = await _around(frame, page.frames, holds)
                sheets.append(sheet)
                holds[number] = hold
        except BrowserError:
            if frame is page.main_frame:
                raise
    return Look(_sheet(page.url, sheets), holds)


OPEN_ROOTS = """(() => {
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (given) { return attach.call(this, {...given, mode: "open"}); };
})()"""
"""Runs in each frame before its own scripts: a closed shadow root is closed to scripts, not to whoever sits before the screen,
and a form in it is there to be filled in by everybody. It changes nothing else."""


async def _around(frame: Frame, frames: list[Frame], holds: dict[int, JSHandle]) -> FrameAndForm | None:
    """Find the form that an editor's frame stands in."""
    outer = next((number for number in holds if frames[number] is frame.parent_frame), None)
    if outer is None:
        return None
    host = await frame.frame_element()
    return outer, await holds[outer].evaluate("(hold, [host]) => hold.formOf(host)", [host])


@cache
def _script() -> str:
    return (files("probes.channels.contact_form") / "scan.js").read_text("utf-8").partition("\n")[2]


async def _shows(frame: Frame) -> bool:
    if frame.parent_frame is None:
        return True
    host = await frame.frame_element()
    box = await host.bounding_box()
    return await host.is_visible() and box is not None and min(box["width"], box["height"]) > 30


def _sheet(url: str, sheets: list[dict[str, Any]]) -> Sheet:
    return Sheet(
        url,
        fields=tuple(_fields(sheets)),
        buttons=tuple(Button(where, **seen) for where, seen in _each(sheets, "buttons")),
        links=tuple(Link(where, **seen) for where, seen in _each(sheets, "links")),
        lines=tuple(line for sheet in sheets for line in sheet["lines"]),
        alerts=tuple(dict.fromkeys(line for sheet in sheets for line in sheet["alerts"])),
        objections=tuple(dict.fromkeys(line for sheet in sheets for line in sheet["objections"])),
        captchas=tuple(
            ((sheet["at"], seen["form"]), seen["what"]) for sheet in sheets for seen in sheet["captchas"]
        ),
        searches=frozenset(
            (sheet["at"], form) for sheet in sheets for form in sheet["searches"] if form >= 0
        ),
        asks_password=any(sheet["passwords"] for sheet in sheets),
        language=sheets[0]["language"] if sheets else "",
    )


def _each(sheets: list[dict[str, Any]], what: str) -> Iterator[tuple[tuple[int, int], dict[str, Any]]]:
    for sheet in sheets:
        for index, seen in enumerate(sheet[what]):
            yield (sheet["at"], index), seen


def _fields(sheets: list[dict[str, Any]]) -> Iterator[Field]:
    editors = {sheet["at"]: sheet["editor"] or None for sheet in sheets}
    for where, seen in _each(sheets, "fields"):
        options = tuple(Option(**option) for option in seen.pop("options"))
        yield Field(where, options=options, editor_in=editors[where[0]], **seen)
