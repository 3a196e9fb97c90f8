"""A chat's transcript: the lines that its messages make, and how they are kept as evidence.

What a page gives is bounded there already: so many messages, so many characters of each, whatever it holds.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Literal, TypeAlias

from probes.base import JSON, Proof
from probes.browser.browsers import BrowserError
from probes.channels.chat.shown_times import without_age
from probes.channels.chat.signals import TIMES
from probes.channels.chat.vocabulary import is_remark
from probes.widgets.schema import Names

Role: TypeAlias = Literal["visitor", "bot", "system", "person", "unknown", "typing"]

MOST_MESSAGES = 400
TYPING = "typing"
"""The id of a typing bubble: whoever types, and whenever, it is the same sign."""
PARTS = ("id", "role", "author", "text", "at", "shown")
LONGEST_TEXT = 20_000
"""Characters of one message."""
READ = (files("probes.channels.chat") / "transcript.js").read_text("utf-8")
LIMITS: Mapping[str, JSON] = {"most": MOST_MESSAGES, "longest": LONGEST_TEXT, "changeTimes": TIMES}


@dataclass(frozen=True)
class Line:
    """One message of a chat; `at` is the server's time (aware UTC) where the widget tells it exactly.

    Where it does not, `shown` is what it shows to people, such as “10:42 AM”.
    """

    id: str
    role: Role
    author: str
    text: str
    at: datetime | None
    shown: str = ""
    has_own_id: bool = False
    """Whether `id` is the chat's own, not made here of what is said."""
    place: tuple[int, int] | None = None
    """Where it stands on the screen, in pixels from the left and from the top."""
    beside: tuple[str, ...] = ()
    """What stands in its row besides: receipts, names of icons and buttons."""
    pieces: tuple[str, ...] = ()
    """The letters of the texts that it is made of, where nobody has described the chat."""
    path: str = ""
    """Where its element stands in the page, there too: the same where its words were changed in place."""


Item: TypeAlias = Mapping[str, Any]
"""One message as it was read: the PARTS as texts, and what `Line` has besides, where it is known."""


def checked(given: object) -> tuple[list[Item], object, tuple[str, ...]]:
    """Return the messages that came from a page, what it told of its changes (still to be checked), and its notices.

    Makes sure that they are what our script gives, for a page may tamper with it. Raises BrowserError.
    """
    items, told, notices = given if isinstance(given, list) and len(given) == 3 else (None, None, None)
    if not isinstance(items, list) or len(items) > MOST_MESSAGES or not all(map(_is_item, items)):
        raise BrowserError("the page tampers with how it is read")
    return items, told, tuple(_texts(notices))


def _is_item(item: object) -> bool:
    return (
        isinstance(item, dict)
        and all(isinstance(item.get(part), str) and len(item[part]) <= LONGEST_TEXT for part in PARTS)
        and item["role"] in ("typing", "visitor", "bot", "system", "person", "unknown")
    )


def _texts(given: object) -> list[str]:
    """Return the short texts of a list that came from a page."""
    found = given if isinstance(given, list | tuple) else ()
    return [_storable(text[:120]) for text in found[:40] if isinstance(text, str)]


def _place(given: object) -> tuple[int, int] | None:
    match given:
        case [int(left), int(top)] if abs(left) < 10**8 and abs(top) < 10**8:
            return left, top
    return None


def noted_as(items: Sequence[Item]) -> list[str]:
    """Return what the page notes each of these messages by: its own id, or what it says."""
    return [_storable(item["id"] or item["text"]) for item in items]


def read_lines(items: Sequence[Item], names: Names | None = None) -> list[Line]:
    """Make lines of what the page gave; `names` tells writers who look the same apart.

    A typing bubble is a line of its own role that says nothing. A message without an id of its own gets one from its
    writer, text and time, and a number if that occurs again.
    """
    lines: list[Line] = []
    earlier: Counter[str] = Counter()
    for item in items:
        if item["role"] == "unknown" and not (item["text"] or item["id"]):
            continue
        key = TYPING if item["role"] == "typing" else item["id"] or _fingerprint(item)
        earlier[key] += 1
        lines.append(_line(item, key if earlier[key] == 1 else f"{key}-{earlier[key]}", names))
    return lines


def _line(item: Item, id_: str, names: Names | None) -> Line:
    author = _storable(item["author"])
    if item["role"] == "typing":
        return Line(id_, "typing", author, "", None)
    at = _instant(item["at"])
    shown = "" if at else _storable(item["at"] or item["shown"])
    text = _storable(item["text"])
    return Line(
        _storable(id_),
        _role(item, names),
        author,
        text,
        at,
        shown,
        bool(item["id"]),
        _place(item.get("place")),
        tuple(each for each in _texts(item.get("beside")) if each not in text),
        tuple(item.get("pieces", ())),
        item.get("path", ""),
    )


def _storable(text: str) -> str:
    """Replace what no database and no file can hold: NUL and halves of characters."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _role(item: Item, names: Names | None) -> Role:
    shown: Role = item["role"]
    if shown == "unknown" and is_remark(item["text"]):
        return "system"
    if names is None or shown in ("visitor", "system"):
        return shown
    by_name: tuple[tuple[Role, str], ...] = (
        ("bot", names.bot), ("system", names.system), ("person", names.person)
    )  # fmt: skip
    told = (
        role for role, pattern in by_name if pattern and re.fullmatch(pattern, item["author"], re.IGNORECASE)
    )
    return next(told, shown)


def _fingerprint(item: Item) -> str:
    author = (
        "" if item.get("path") else item["author"]
    )  # a guess: it may show in one look and not in the next
    said = "\0".join((item["role"], author, without_age(item["text"]), item["at"]))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:20]


def _instant(stamp: str) -> datetime | None:
    """Read a time that names its zone, or counts from 1970 in seconds or milliseconds; any other is as good as none."""
    try:
        if re.fullmatch(r"[0-9]{10}|[0-9]{13}", stamp):
            return datetime.fromtimestamp(int(stamp) / (1000 if len(stamp) == 13 else 1), UTC)
        at = datetime.fromisoformat(stamp)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def as_evidence(lines: Sequence[Line], name: str) -> Proof:
    """Keep a transcript as JSON, in the order of the chat."""
    rows = [
        {part: getattr(line, part) for part in PARTS} | {"at": line.at.isoformat() if line.at else None}
        for line in lines
    ]
    content = json.dumps(rows, ensure_ascii=False, indent=1).encode()
    return Proof("transcript", "application/json", f"{name}.json", content)
