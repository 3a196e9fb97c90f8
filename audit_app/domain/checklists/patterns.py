"""Patterns for ``regex(…)``: read into the steps of an automaton, which Python and the browser both walk.

The syntax is what Python and JavaScript share: characters, ``.``, classes, ``\\d \\w \\s`` (of ASCII), groups,
``|`` and repeats. Neither engine is asked, so a text is always read once, whatever the pattern (Glushkov, 1961).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from audit_app.domain.errors import InvalidInput

MOST_STEPS = 400
"""Ways from one place of a pattern to the next; what keeps 4,000 characters within moments."""
MOST_REPEATS = 200
"""The highest number in a repeat."""
MOST_GROUPS_DEEP = 20
"""Groups within groups."""

Range = tuple[int, int]
_LAST = 0x10FFFF
"""The last code point of Unicode."""
_NAMED: dict[str, tuple[Range, ...]] = {
    "d": ((48, 57),), "w": ((48, 57), (65, 90), (95, 95), (97, 122)), "s": ((9, 13), (32, 32))
}  # fmt: skip
_CONTROL = {"t": 9, "n": 10, "r": 13}
_SYNTAX = "\\^$.|?*+()[]{}"
_ANY = ((0, 9), (11, 12), (14, 0x2027), (0x202A, _LAST))


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of the pattern: whether it may be empty, and the places that can be its first and its last."""

    empty: bool
    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()


_NOTHING = _Part(True)


@dataclass(slots=True)
class _Reader:
    text: str
    at: int = 0
    deep: int = 0
    pieces: int = 0
    sets: list[tuple[Range, ...]] = field(default_factory=list)
    follow: list[set[int]] = field(default_factory=list)

    def whole(self) -> _Part:
        if self.text.startswith("^"):
            self.at = 1
        end = self.text.endswith("$") and not self.text.endswith("\\$")
        self.text = self.text[:-1] if end else self.text
        part = self.alternatives()
        if self.at < len(self.text):
            raise self.refusal("has a ) without its (")
        return part

    def refusal(self, what: str) -> InvalidInput:
        return InvalidInput(f"the pattern {what} at character {self.at + 1}. Write it like [0-9]{{4,6}}.")

    def next(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        char = self.next()
        if not char:
            raise self.refusal("ends too early")
        self.at += 1
        return char

    def alternatives(self) -> _Part:
        part = self.sequence()
        while self.next() == "|":
            self.at += 1
            other = self.sequence()
            part = _Part(part.empty or other.empty, part.first | other.first, part.last | other.last)
        return part

    def sequence(self) -> _Part:
        part = _NOTHING
        while self.next() not in ("", "|", ")"):
            part = self.joined(part, self.repeated())
        return part

    def joined(self, one: _Part, two: _Part) -> _Part:
        self.link(one.last, two.first)
        return _Part(
            one.empty and two.empty,
            one.first | two.first if one.empty else one.first,
            one.last | two.last if two.empty else two.last,
        )

    def link(self, lasts: frozenset[int], firsts: frozenset[int]) -> None:
        for last in lasts:
            self.follow[last] |= firsts
        if sum(map(len, self.follow)) > MOST_STEPS:
            raise self.refusal("repeats too much")

    def repeated(self) -> _Part:
        start = self.at
        part = self.single()
        end = self.at
        least, most = self.counts()
        if self.next() and self.next() in "*+?{":
            raise self.refusal("repeats a repeat")
        after = self.at
        copies = [part] + [self.again(start, end) for _ in range(max(least, most or 1, 1) - 1)]
        self.at = after
        return (
            self.looped(copies[0], least) if most is None and least < 2 else self.counted(copies, least, most)
        )

    def again(self, start: int, end: int) -> _Part:
        self.at = start
        text, self.text = self.text, self.text[:end]
        part = self.single()
        self.text = text
        return part

    def looped(self, part: _Part, least: int) -> _Part:
        self.link(part.last, part.first)
        return _Part(part.empty or not least, part.first, part.last)

    def counted(self, copies: list[_Part], least: int, most: int | None) -> _Part:
        if most == 0:
            return _NOTHING
        if most is None:
            copies = [*copies[:-1], self.looped(copies[-1], 1)]
        rest = _NOTHING
        for place in reversed(range(len(copies))):
            rest = self.joined(copies[place], rest)
            rest = _Part(rest.empty or place >= least, rest.first, rest.last)
        return rest

    def counts(self) -> tuple[int, int | None]:
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(self.next())
        if simple:
            self.at += 1
            return simple
        return self.braces() if self.next() == "{" else (1, 1)

    def braces(self) -> tuple[int, int | None]:
        close = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : close].partition(",")
        numbers = [low] + ([high] if high else [])
        if close < 0 or not all(n.isascii() and n.isdigit() and len(n) < 4 for n in numbers):
            raise self.refusal("has a { that is no repeat")
        least, most = int(low), (int(high) if high else None) if comma else int(low)
        if max(least, most or 0) > MOST_REPEATS or (most is not None and most < least):
            raise self.refusal(f"repeats more than {MOST_REPEATS} times, or the wrong way round,")
        self.at = close + 1
        return least, most

    def single(self) -> _Part:
        self.pieces += 1
        if self.pieces > 5 * MOST_STEPS:
            raise self.refusal("repeats too much")
        char = self.take()
        if char == "(":
            return self.group()
        if char == "[":
            return self.place(self.bracket())
        if char == ".":
            return self.place(_ANY)
        if char == "\\":
            return self.place(self.escaped())
        if char in _SYNTAX:
            self.at -= 1
            raise self.refusal(f"has a {char} that stands for nothing")
        return self.place(((ord(char), ord(char)),))

    def place(self, ranges: tuple[Range, ...]) -> _Part:
        self.sets.append(ranges)
        self.follow.append(set())
        if len(self.sets) > MOST_STEPS:
            raise self.refusal("is too long")
        here = frozenset({len(self.sets) - 1})
        return _Part(False, here, here)

    def group(self) -> _Part:
        if self.next() == "?":
            self.at += 1
            if self.take() != ":":
                raise self.refusal("has a (?, which is not understood,")
        self.deep += 1
        if self.deep > MOST_GROUPS_DEEP:
            raise self.refusal("is nested too deep")
        part = self.alternatives()
        if self.take() != ")":
            raise self.refusal("lacks a )")
        self.deep -= 1
        return part

    def escaped(self) -> tuple[Range, ...]:
        char = self.take()
        if char.lower() in _NAMED:
            ranges = _NAMED[char.lower()]
            return ranges if char.islower() else _others(ranges)
        if char.isascii() and char.isalnum() and char not in _CONTROL:
            raise self.refusal(f"has \\{char}, which is not understood,")
        code = _CONTROL.get(char, ord(char))
        return ((code, code),)

    def bracket(self) -> tuple[Range, ...]:
        negated = self.next() == "^"
        self.at += negated
        ranges: list[Range] = []
        while (char := self.take()) != "]":
            if char == "[":
                raise self.refusal("has a [ in a class; write \\[")
            found = self.escaped() if char == "\\" else ((ord(char), ord(char)),)
            ranges += self.span(found)
        if not ranges:
            raise self.refusal("has an empty class")
        return _others(tuple(ranges)) if negated else tuple(ranges)

    def span(self, low: tuple[Range, ...]) -> tuple[Range, ...]:
        if self.next() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", ""):
            return low
        self.at += 1
        char = self.take()
        high = self.escaped() if char == "\\" else ((ord(char), ord(char)),)
        if len(low) > 1 or len(high) > 1 or low[0][0] > high[0][0]:
            raise self.refusal("has a range that does not rise")
        return ((low[0][0], high[0][1]),)


def _others(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    found, start = [], 0
    for low, high in sorted(ranges):
        if low > start:
            found.append((start, low - 1))
        start = max(start, high + 1)
    return (*found, (start, _LAST)) if start <= _LAST else tuple(found)


Steps = dict[str, object]


def read_pattern(text: str) -> Steps:
    """Return the pattern as JSON: ``empty``, ``first``, ``last``, and ``sets`` and ``follow`` for each place.

    InvalidInput says what is not understood, and at which character of the pattern.
    """
    reader = _Reader(text)
    part = reader.whole()
    return {
        "empty": part.empty,
        "first": sorted(part.first),
        "last": sorted(part.last),
        "sets": [[list(each) for each in ranges] for ranges in reader.sets],
        "follow": [sorted(each) for each in reader.follow],
    }
