"""When a new line is ready to be told of: once it no longer grows and has its id; and what is an old one that changed."""

from __future__ import annotations

import time
from collections.abc import Sequence

from probes.channels.chat.own_words import core
from probes.channels.chat.shown_times import Span
from probes.channels.chat.transcript import Line

STILL_SECONDS = 0.6
"""So long a line without an id stays the same before it counts: machines write theirs letter by letter."""
ID_SECONDS = 2.5
"""So long a line may lack its id in a chat whose messages have one."""


class Growing:
    """Remembers since when each new line has been seen, and what stood at its place before."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[float, Span]] = {}
        self._at: dict[str, str] = {}
        self._fixed: dict[str, str] = {}
        self._due: float | None = None

    def ready(self, said: Sequence[Line], between: Span, ids: bool, last: bool) -> dict[str, Span]:
        """Return which of what others said can be told of, and between which looks each was first seen.

        `ids` says that messages of this chat have ids of their own; at the `last` look nothing waits any more.
        """
        now, found = time.monotonic(), {}
        self._due = None
        for line in said:
            since, span = self._since.setdefault(line.id, (now, between))
            needed = 0.0 if line.has_own_id or line.role == "typing" else ID_SECONDS if ids else STILL_SECONDS
            if last or now - since >= needed:
                found[line.id] = span
            else:
                self._due = min(self._due or needed, needed - (now - since))
        return found

    def due(self) -> list[float]:
        """Say in how many seconds the next line is ready, if one waits."""
        return [] if self._due is None else [max(0.05, self._due)]

    def is_changed(self, line: Line, shown: Sequence[Line], whole: bool) -> bool:
        """Tell whether a new line is one that was there already and was put differently, at the same place.

        That is furniture before our message whose words were changed, and a message that has grown. A list that is not
        `whole`, because ours has left it, puts new messages in the places of old ones.
        """
        if not line.path:
            return False
        texts = {other.text for other in shown}
        fixed, grown = self._fixed.get(line.path), self._at.get(line.path)
        if whole and fixed is not None and fixed not in texts:
            return True
        return grown is not None and grown not in texts and core(line.text).startswith(core(grown))

    def note(self, told: Sequence[Line], before: Sequence[Line]) -> None:
        """Note what stands where, after a look: what was told of, and what had been there before our message."""
        self._at.update((line.path, line.text) for line in told if line.path)
        self._fixed = {**{line.path: line.text for line in before if line.path}, **self._fixed}
