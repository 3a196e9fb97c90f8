"""A chat's transcript: read from the page by the widget's selectors, kept as evidence."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from probes.base import Evidence

Role: TypeAlias = Literal["visitor", "bot", "system", "person", "unknown"]

READ = """(items, parts) => items.map((item) => {
  const roles = ["typing", "visitor", "bot", "system", "person"];
  const inner = (selector) => (selector ? item.querySelector(selector) : null);
  const stamp = inner(parts.time);
  return {
    id: parts.id_attribute ? item.getAttribute(parts.id_attribute) || "" : "",
    role: roles.find((role) => parts.roles[role] && item.matches(parts.roles[role])) || "unknown",
    author: inner(parts.author)?.textContent?.trim() || "",
    text: (inner(parts.text)?.innerText ?? inner(parts.text)?.textContent ?? "").trim(),
    at: stamp?.getAttribute(parts.time_attribute) || "",
  };
})"""
"""Runs in the page: what each message element says, by the `messages` of a widget's file."""


@dataclass(frozen=True)
class Line:
    """One message of a chat; `at` is the server's time (aware UTC) where the widget shows one."""

    id: str
    role: Role
    author: str
    text: str
    at: datetime | None


def read_lines(items: Sequence[Mapping[str, str]]) -> list[Line]:
    """Make lines of what the page gave, without typing bubbles.

    A message without an id of its own gets one from its writer, text and time, and a number if that occurs again.
    """
    lines: list[Line] = []
    earlier: Counter[str] = Counter()
    for item in items:
        if item["role"] == "typing":
            continue
        key = item["id"] or _fingerprint(item)
        earlier[key] += 1
        id_ = key if earlier[key] == 1 else f"{key}-{earlier[key]}"
        role: Role = item["role"]  # type: ignore[assignment]  # the page's script gives only these words
        lines.append(Line(id_, role, item["author"], item["text"], _instant(item["at"])))
    return lines


def _fingerprint(item: Mapping[str, str]) -> str:
    said = "\0".join((item["role"], item["author"], item["text"], item["at"]))
    return hashlib.sha256(said.encode()).hexdigest()[:20]


def _instant(stamp: str) -> datetime | None:
    """Read a time that names its zone; any other is no better than none."""
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def only_after(own: Line | None, lines: Sequence[Line]) -> list[Line]:
    """Return what stands after our own message: a greeting before it answers nothing."""
    places = [place for place, line in enumerate(lines) if own and line.id == own.id]
    return list(lines[places[0] + 1 :]) if places else []


def own_line(lines: Sequence[Line], text: str) -> Line | None:
    """Find the message in which a visitor said `text`."""
    return next((line for line in lines if line.role == "visitor" and same_text(line.text, text)), None)


def same_text(shown: str, sent: str) -> bool:
    """Tell whether a chat shows what was sent, whatever it made of the white space."""
    return re.sub(r"\s+", " ", shown).strip() == re.sub(r"\s+", " ", sent).strip()


def as_evidence(lines: Sequence[Line], name: str) -> Evidence:
    """Keep a transcript as JSON, in the order of the chat."""
    rows = [asdict(line) | {"at": line.at.isoformat() if line.at else None} for line in lines]
    content = json.dumps(rows, ensure_ascii=False, indent=1).encode()
    return Evidence("transcript", "application/json", f"{name}.json", content)
