"""Looks at the forms of a page as a person would: in all its frames and open shadow roots, by what can be seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from probes.browser.browsers import BrowserError, ElementHandle, Frame, JSHandle, Page, within
from probes.browser.scripts import script

READ_SECONDS = 15.0
SCAN = script(__package__, "scan")
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

    `group` numbers the radio buttons, or the boxes, that belong together; `objection` is what the browser has against its value.
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
    """What stands beside it marked as an error."""
    hints: tuple[str, ...] = ()
    """What stands below its label, as "First" and "Last" do below "Name"."""
    group_required: bool = False
    """Whether the form insists on one box at least of the group that it belongs to."""
    input_name: str = ""
    """What the site's own answers call it."""
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
    def title_of_group(self) -> str:
        """What a person would call what it belongs to: the question above boxes, else its own name."""
        return self.legend if self.group >= 0 and self.legend else self.name

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
class Snapshot:
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
    title: str = ""
    loaded: Mapping[int, float] = field(default_factory=dict)
    """When the document of each frame was begun (ms since 1970): another number is another document."""


@dataclass
class Look:
    """A snapshot, and the hold on the page that lets one act on what stands in it. Let go of it after use."""

    snapshot: Snapshot
    _holds: dict[int, JSHandle] = field(default_factory=dict)

    async def element(self, of: Field | Button | Link) -> ElementHandle:
        """Return the element of a field, button or link; raises BrowserError when it is gone."""
        what = {Button: "buttons", Link: "links"}.get(type(of), "fields")
        return await self._take(what, of.where)

    async def clickable(self, of: Field) -> ElementHandle:
        """Return what a person would click for a box or a dropdown: itself, or what stands for it on the page."""
        return await self._take("labels", of.where)

    async def native(self, of: Field) -> ElementHandle | None:
        """Return the browser's own select that a dropdown stands for, or None."""
        hold = self._holds[of.where[0]]
        return (await hold.evaluate_handle("(hold, at) => hold.natives[at]", of.where[1])).as_element()

    async def _take(self, what: str, where: tuple[int, int]) -> ElementHandle:
        hold = self._holds[where[0]]
        found = await hold.evaluate_handle("(hold, [what, at]) => hold[what][at]", [what, where[1]])
        element = found.as_element()
        if element is None:
            raise BrowserError("the field is no longer in the page")
        return element

    async def release(self) -> None:
        """Free what the browser keeps for this look."""
        for hold in self._holds.values():
            with suppress(BrowserError):
                await hold.dispose()


async def look_at(page: Page) -> Look:
    """Take one look at all frames that show. A frame that is just being replaced is passed over.

    Raises BrowserError when the page itself does not answer.
    """
    holds: dict[int, JSHandle] = {}
    snapshots: list[dict[str, Any]] = []
    for number, frame in enumerate(page.frames):
        try:
            if await _shows(frame):
                hold = await within(READ_SECONDS, frame.evaluate_handle(SCAN))
                snapshot = await within(READ_SECONDS, hold.evaluate("hold => hold.snapshot")) | {"at": number}
                if snapshot["editor"]:
                    snapshot["editor"] = await _around(frame, page.frames, holds)
                snapshots.append(snapshot)
                holds[number] = hold
        except BrowserError:
            if frame is page.main_frame:
                raise
    return Look(_snapshot(page.url, snapshots), holds)


OPEN_ROOTS = script(__package__, "open_roots")
"""Opens closed shadow roots; runs in each frame before its own scripts."""


async def _around(frame: Frame, frames: list[Frame], holds: dict[int, JSHandle]) -> FrameAndForm | None:
    """Find the form that an editor's frame stands in."""
    outer = next((number for number in holds if frames[number] is frame.parent_frame), None)
    if outer is None:
        return None
    host = await frame.frame_element()
    return outer, await holds[outer].evaluate("(hold, [host]) => hold.formOf(host)", [host])


async def _shows(frame: Frame) -> bool:
    if frame.parent_frame is None:
        return True
    host = await frame.frame_element()
    box = await host.bounding_box()
    return await host.is_visible() and box is not None and min(box["width"], box["height"]) > 30


def _snapshot(url: str, snapshots: list[dict[str, Any]]) -> Snapshot:
    return Snapshot(
        url,
        fields=tuple(_fields(snapshots)),
        buttons=tuple(Button(where, **seen) for where, seen in _each(snapshots, "buttons")),
        links=tuple(Link(where, **seen) for where, seen in _each(snapshots, "links")),
        lines=tuple(line for snapshot in snapshots for line in snapshot["lines"]),
        alerts=tuple(dict.fromkeys(line for snapshot in snapshots for line in snapshot["alerts"])),
        objections=tuple(dict.fromkeys(line for snapshot in snapshots for line in snapshot["objections"])),
        captchas=tuple(
            ((snapshot["at"], seen["form"]), seen["what"])
            for snapshot in snapshots
            for seen in snapshot["captchas"]
        ),
        searches=frozenset(
            (snapshot["at"], form) for snapshot in snapshots for form in snapshot["searches"] if form >= 0
        ),
        asks_password=any(snapshot["passwords"] for snapshot in snapshots),
        language=snapshots[0]["language"] if snapshots else "",
        title=snapshots[0]["title"] if snapshots else "",
        loaded={snapshot["at"]: snapshot["loaded"] for snapshot in snapshots},
    )


def _each(snapshots: list[dict[str, Any]], what: str) -> Iterator[tuple[tuple[int, int], dict[str, Any]]]:
    for snapshot in snapshots:
        for index, seen in enumerate(snapshot[what]):
            yield (snapshot["at"], index), seen


def _fields(snapshots: list[dict[str, Any]]) -> Iterator[Field]:
    editors = {snapshot["at"]: snapshot["editor"] or None for snapshot in snapshots}
    for where, seen in _each(snapshots, "fields"):
        options = tuple(Option(**option) for option in seen.pop("options"))
        hints = tuple(seen.pop("hints"))
        yield Field(where, options=options, hints=hints, editor_in=editors[where[0]], **seen)
