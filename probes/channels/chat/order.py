"""In which order a chat's messages were said: by first sight, then by where they stand on the screen.

The order in the document says nothing: some lists hold their newest message first and are drawn upside down.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Placed(Protocol):
    """What has a place on the screen, in pixels; none where it takes no room."""

    @property
    def id(self) -> str:
        """What it is known by."""

    @property
    def place(self) -> tuple[int, int] | None:
        """From the left and from the top."""


Item = TypeVar("Item", bound=Placed)


def by_place(lines: Sequence[Item], newest_first: bool = False) -> list[Item]:
    """Put messages in the order of the screen, from above; what takes no room stays where the document has it."""
    tops = [line.place[1] for line in lines if line.place]
    if len(tops) == len(lines) and any(below < above for above, below in zip(tops, tops[1:], strict=False)):
        lines = sorted(lines, key=lambda line: (line.place[1], line.place[0]) if line.place else (0, 0))
    return list(reversed(lines)) if newest_first else list(lines)


def is_newest_first(earlier: Sequence[Placed], own: Placed) -> bool | None:
    """Tell by messages that were there before ours which way a list runs; None where there are none."""
    tops = [line.place[1] for line in earlier if line.place]
    if not tops or own.place is None:
        return None
    above = sum(top <= own.place[1] for top in tops)
    return above * 2 < len(tops)


class FirstSight:
    """Remembers in which order messages were first seen."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def arranged(self, lines: Sequence[Item]) -> list[Item]:
        """Return them by first sight; those of one look stay as they are given, and are seen from now on."""
        for line in lines:
            self._seen.setdefault(line.id, len(self._seen))
        return sorted(lines, key=lambda line: self._seen[line.id])
