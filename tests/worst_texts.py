"""The texts that are worst for a regular expression, made from how it is built.

What makes one slow are repeats that can share the same characters among them, or that are begun anew at each character
and fail at the end. So there are: each of its characters again and again, two by turns, its beginning again and again,
each repeat at great length behind what stands before it, and the whole but for its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

LONG = 10
"""A repeat that goes on for at least so long is a loop."""
MOST_CHARACTERS = 12
LONG_PATTERN = 120
"""Characters of a pattern from which on fewer pairs are tried: it is a list of words then."""
SAMPLES = "aZ1é -.,:;_<>@\"'()[]*#=/!?\n\t\r\0"
CATEGORIES = {
    op.CATEGORY_DIGIT: "1", op.CATEGORY_NOT_DIGIT: "a ", op.CATEGORY_WORD: "a1_", op.CATEGORY_NOT_WORD: " -(",
    op.CATEGORY_SPACE: " \n", op.CATEGORY_NOT_SPACE: "a-",
}  # fmt: skip
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)

Node = tuple[Any, Any]


def worst_texts(pattern: re.Pattern[Any], length: int) -> Iterator[str]:
    """Yield the texts, each of `length` characters."""
    tree = list(_parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))
    whole = _sample(tree)
    characters = list(dict.fromkeys(_characters(tree)))[:MOST_CHARACTERS]
    tried = characters if len(pattern.pattern) <= LONG_PATTERN else characters[:2]
    seeds = [*characters, *(one + other for one in tried for other in tried if one != other)]
    seeds += [whole, whole[:-1], *(whole[:end] for end in range(2, min(len(whole), 8)))]
    for before, pump in _loops(tree, ""):
        seeds += [before + pump * 3, before + pump * 3 + "\0"]
        for end in ("", "\0", "a"):
            yield (before + pump * length)[: length - 1] + end
    for seed in dict.fromkeys(filter(None, seeds)):
        yield (seed * (length // len(seed) + 1))[:length]


def _loops(nodes: Sequence[Node], before: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before each loop, and one turn of it."""
    for kind, argument in nodes:
        if kind in REPEATS:
            least, most, body = argument
            if most >= LONG:
                for pump in dict.fromkeys([_sample(list(body)), *_characters(list(body))]):
                    yield before, pump
            yield from _loops(list(body), before)
        for inner in _inner(kind, argument):
            yield from _loops(inner, before)
        before += _sample([(kind, argument)])


def _inner(kind: Any, argument: Any) -> list[list[Node]]:
    if kind is op.SUBPATTERN:
        return [list(argument[-1])]
    if kind is op.BRANCH:
        return [list(branch) for branch in argument[1]]
    if kind is op.ATOMIC_GROUP:
        return [list(argument)]
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return [list(argument[1])]
    return []


def _sample(nodes: Sequence[Node]) -> str:
    """Return a short text that the nodes match, with each loop gone through once."""
    return "".join(map(_one, nodes))


def _one(node: Node) -> str:
    kind, argument = node
    if kind in REPEATS:
        least, most, body = argument
        return _sample(list(body)) * max(least, min(1, most))
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return ""
    inner = _inner(kind, argument)
    return _sample(inner[0]) if inner else next(_own_characters(kind, argument), "")


def _characters(nodes: Sequence[Node]) -> Iterator[str]:
    """Yield a few characters of each class, and each that is written out."""
    for kind, argument in nodes:
        yield from _own_characters(kind, argument)
        inner = [list(argument[2])] if kind in REPEATS else _inner(kind, argument)
        for each in inner:
            yield from _characters(each)


def _own_characters(kind: Any, argument: Any) -> Iterator[str]:
    if kind is op.LITERAL:
        yield chr(argument)
    elif kind is op.NOT_LITERAL:
        yield next(each for each in SAMPLES if ord(each) != argument)
    elif kind is op.ANY:
        yield from "a "
    elif kind is op.IN:
        yield from _of_class(argument)


def _of_class(items: Sequence[Node]) -> Iterator[str]:
    if items[0][0] is op.NEGATE:
        given = re.compile(_written(items[1:]))
        yield from [each for each in SAMPLES if not given.match(each)][:4]
        return
    for kind, argument in items:
        if kind is op.LITERAL:
            yield chr(argument)
        elif kind is op.RANGE:
            yield chr(argument[0])
        elif kind is op.CATEGORY:
            yield from CATEGORIES.get(argument, "a")


def _written(items: Sequence[Node]) -> str:
    """Write the items of a class down again."""
    names = {op.CATEGORY_DIGIT: r"\d", op.CATEGORY_NOT_DIGIT: r"\D", op.CATEGORY_WORD: r"\w",
             op.CATEGORY_NOT_WORD: r"\W", op.CATEGORY_SPACE: r"\s", op.CATEGORY_NOT_SPACE: r"\S"}  # fmt: skip
    found = ""
    for kind, argument in items:
        if kind is op.LITERAL:
            found += re.escape(chr(argument))
        elif kind is op.RANGE:
            found += f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
        elif kind is op.CATEGORY:
            found += names[argument]
    return f"[{found}]"
