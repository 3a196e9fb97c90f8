"""What stood in a chat before our click: whatever of it is seen later is a greeting or furniture, and no answer."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from probes.base import JSON
from probes.channels.chat.own_words import core
from probes.channels.chat.transcript import Line

MOST_KEPT = 400


class Earlier:
    """Knows what stood there by its ids, and by its words: a message may get its id late, or be drawn anew."""

    def __init__(self, ids: Iterable[str] = (), words: Mapping[str, int] | None = None) -> None:
        self._ids, self._words = set(ids), Counter(words or {})

    @classmethod
    def of(cls, lines: Sequence[Line], texts: Iterable[str]) -> Earlier:
        """Note these lines, and all texts of a chat that nobody has described (`texts`)."""
        known = [core(line.text) for line in lines if not line.has_own_id]
        return cls(
            (line.id for line in lines if line.has_own_id), Counter(map(_short, [*known, *map(core, texts)]))
        )

    def add(self, lines: Sequence[Line]) -> None:
        """Note these lines, too."""
        self._ids.update(line.id for line in lines if line.has_own_id)
        for line in lines:
            if not line.has_own_id:
                self._words.update(map(_short, line.pieces or (core(line.text),)))

    @classmethod
    def from_json(cls, kept: object) -> Earlier:
        """Read what `as_json` has kept; nothing where there is none."""
        ids, words = (kept.get("ids"), kept.get("words")) if isinstance(kept, dict) else (None, None)
        return cls(
            map(str, ids) if isinstance(ids, list) else (),
            {str(key): int(count) for key, count in words.items()} if isinstance(words, dict) else {},
        )

    def as_json(self) -> JSON:
        """Return it as plain data, without the words themselves."""
        words = dict(list(self._words.items())[-MOST_KEPT:])
        return {"ids": sorted(self._ids)[-MOST_KEPT:], "words": words}

    def split(self, lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
        """Part lines into those that stood there before and the others; each text serves as often as it stood there."""
        left = self._words.copy()
        before: list[Line] = []
        after: list[Line] = []
        for line in lines:
            (before if self._takes(line, left) else after).append(line)
        return before, after

    def _takes(self, line: Line, left: Counter[str]) -> bool:
        if line.has_own_id and line.id in self._ids:
            return True
        wanted = Counter(map(_short, line.pieces or (core(line.text),)))
        if line.role == "typing" or any(left[piece] < count for piece, count in wanted.items()):
            return False
        left.subtract(wanted)
        return True


def _short(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:12]
