"""What a visitor sees on a screen that can be clicked, typed in or read: its name, a lasting selector, its place.

Everything comes from a page that may be hostile, so it is checked and cut before anybody uses it.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Literal, TypeAlias, get_args

from probes.base import JSON
from probes.browser.browsers import BrowserError, ElementHandle, Frame, Locator, Page, within
from probes.channels.chat.generic_selectors import SIGNS

Kind: TypeAlias = Literal["button", "field", "tick", "frame", "area"]
Box: TypeAlias = tuple[float, float, float, float]

MOST_FRAMES = 12
MOST_OF_A_KIND = 24
MOST_MARKS = 80
MOST_BESIDE = 14
"""What is not in the chat: so many, the likeliest."""
LOOK_SECONDS = 5.0
LONGEST = {"name": 80, "tag": 60, "css": 200, "look": 120, "said": 160}
SAME_PLACE = 3.0
"""Pixels by which two boxes of the same thing may differ."""

SCRIPT = SIGNS + (files("probes.channels.chat") / "page_elements.js").read_text("utf-8")
DESCRIBE = f"(element) => {{ {SCRIPT} return describe(element, seenRoots()); }}"
GATHER = f"(most) => {{ {SCRIPT} return gather(most); }}"
BOXES = """(all) => all.slice(0, 20)
  // What holds only floating parts takes no room itself: their places are its own.
  .flatMap((e) => (e.offsetHeight ? [e] : [e, ...[...(e.shadowRoot ?? e).querySelectorAll('*')].slice(0, 200)]))
  .filter((e) => e.checkVisibility({visibilityProperty: true})).slice(0, 200)
  .map((e) => { const {x, y, width, height} = e.getBoundingClientRect(); return [x, y, width, height]; })"""
SAID = f"(element) => {{ {SCRIPT} return said(element); }}"


@dataclass(frozen=True)
class Mark:
    """One thing on a screen; `number` names it there, `box` is where it is in the picture, in pixels.

    `css` finds it alone in the page, or in the frame that `frame` finds; `spoken` says that its name finds it too.
    """

    number: int
    kind: Kind
    name: str
    tag: str
    css: str
    frame: str
    box: Box
    spoken: bool
    in_chat: bool = False

    def as_json(self) -> Mapping[str, JSON]:
        """Return it as plain data."""
        return {
            "number": self.number, "kind": self.kind, "name": self.name, "tag": self.tag, "css": self.css,
            "frame": self.frame, "box": list(self.box), "spoken": self.spoken, "in_chat": self.in_chat,
        }  # fmt: skip

    def is_where(self, other: Mark) -> bool:
        """Tell whether the other is the same thing, going by its place."""
        near = all(abs(a - b) <= SAME_PLACE for a, b in zip(self.box, other.box, strict=True))
        return near and (self.tag, self.frame) == (other.tag, other.frame)


async def gather(page: Page, scope: Page | Frame | Locator | None = None) -> list[Mark]:
    """Find what a visitor may click, type in or read, likeliest parts of a chat first, numbered in reading order.

    `scope` is where the chat was found, if it was. What cannot be looked into is left out.
    """
    frames = page.main_frame.child_frames[:MOST_FRAMES]
    parts = [_gather_in(page.main_frame, "", (0.0, 0.0)), *(_gather_seated(frame) for frame in frames)]
    found = [mark for part in await asyncio.gather(*parts) for mark in part]
    boxes = await _boxes(scope)
    inside = await _frame_css(scope)
    told = [replace(mark, in_chat=_belongs(mark, inside, boxes, scope is page)) for mark in found]
    beside = [mark for mark in told if not mark.in_chat and mark.kind != "frame"]
    told = [mark for mark in told if mark not in beside[MOST_BESIDE:]]
    told.sort(key=lambda mark: (not mark.in_chat, mark.box[1] // 12, mark.box[0]))
    return [replace(mark, number=number) for number, mark in enumerate(told[:MOST_MARKS], 1)]


async def describe(page: Page, thing: Locator | Frame | ElementHandle) -> Mark | None:
    """Describe what a locator finds first, or what holds a frame, without a number; None when there is nothing."""
    with suppress(BrowserError):
        if isinstance(thing, ElementHandle):
            element = thing
        elif isinstance(thing, Frame):
            element = await within(LOOK_SECONDS, thing.frame_element())
        else:
            # Not by a call that waits: that would have a consent banner dismissed before it is described.
            handles = await within(LOOK_SECONDS, thing.element_handles())
            if not handles:
                return None
            element = handles[0]
        frame = await element.owner_frame()
        css, origin = ("", (0.0, 0.0)) if frame is None or frame == page.main_frame else await _seat(frame)
        return _mark(await within(LOOK_SECONDS, element.evaluate(DESCRIBE)), css, origin)
    return None


async def said_in(locator: Locator) -> list[Mapping[str, JSON]]:
    """Return how the newest messages of a transcript look and what they say, cut short."""
    with suppress(BrowserError):
        given = await within(LOOK_SECONDS, locator.first.evaluate(SAID))
        rows = given if isinstance(given, list) else []
        return [
            {key: _text(row.get(key), key) for key in ("look", "said")}
            for row in rows[:8]
            if isinstance(row, dict)
        ]
    return []


async def _gather_in(frame: Frame, css: str, origin: tuple[float, float]) -> list[Mark]:
    given: object = []
    with suppress(BrowserError):
        given = await within(LOOK_SECONDS, frame.evaluate(GATHER, MOST_OF_A_KIND))
    rows = given[: MOST_OF_A_KIND * len(get_args(Kind))] if isinstance(given, list) else []
    marks = (_mark(row, css, origin) for row in rows)
    return [mark for mark in marks if mark and (mark.css or mark.spoken)]


async def _gather_seated(frame: Frame) -> list[Mark]:
    with suppress(BrowserError):
        css, origin = await _seat(frame)
        return await _gather_in(frame, css, origin) if css else []
    return []


async def _seat(frame: Frame) -> tuple[str, tuple[float, float]]:
    """Return the selector of the element that holds a frame, and where its contents begin on the picture."""
    element = await within(LOOK_SECONDS, frame.frame_element())
    mark = _mark(await within(LOOK_SECONDS, element.evaluate(DESCRIBE)), "", (0.0, 0.0))
    rim = await within(LOOK_SECONDS, element.evaluate("e => [e.clientLeft, e.clientTop]"))
    box = await element.bounding_box()
    if mark is None or box is None or not _is_box([*rim, 0, 0]):
        return "", (0.0, 0.0)
    return mark.css, (box["x"] + rim[0], box["y"] + rim[1])


async def _frame_css(scope: Page | Frame | Locator | None) -> str:
    with suppress(BrowserError):
        if isinstance(scope, Frame):
            return (await _seat(scope))[0]
    return ""


async def _boxes(scope: Page | Frame | Locator | None) -> list[Box]:
    if not isinstance(scope, Locator):
        return []
    with suppress(BrowserError):
        given = await within(
            LOOK_SECONDS,
            scope.evaluate_all(BOXES),
        )
        return [_box(box, (0.0, 0.0)) for box in given if _is_box(box)]
    return []


def _belongs(mark: Mark, frame: str, boxes: Sequence[Box], whole_page: bool) -> bool:
    if frame or mark.frame:
        return bool(frame) and mark.frame == frame
    x, y = mark.box[0] + mark.box[2] / 2, mark.box[1] + mark.box[3] / 2
    return whole_page or any(
        left <= x <= left + width and top <= y <= top + height for left, top, width, height in boxes
    )


def _mark(given: object, frame: str, origin: tuple[float, float]) -> Mark | None:
    if (
        not isinstance(given, dict)
        or given.get("kind") not in get_args(Kind)
        or not _is_box(given.get("box"))
    ):
        return None
    css = _text(given.get("css"), "css")
    return Mark(
        number=0,
        kind=given["kind"],
        name=_text(given.get("name"), "name"),
        tag=_text(given.get("tag"), "tag"),
        css=css if len(css) < LONGEST["css"] else "",  # a cut selector finds something else
        frame=frame,
        box=_box(given["box"], origin),
        spoken=given.get("spoken") is True,
    )


def _is_box(given: object) -> bool:
    return (
        isinstance(given, list)
        and len(given) == 4
        and all(isinstance(n, int | float) and math.isfinite(n) and abs(n) < 1e6 for n in given)
    )


def _box(given: Sequence[float], origin: tuple[float, float]) -> Box:
    x, y, width, height = (round(float(number), 1) for number in given)
    return (round(x + origin[0], 1), round(y + origin[1], 1), width, height)


def _text(given: object, key: str) -> str:
    """Cut what a page gave, and replace what neither a database nor a file can hold."""
    text = given if isinstance(given, str) else ""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()[: LONGEST[key]]
