"""The language of conditions: the part of XPath that XLSForms use, read into a tree of JSON values.

A number or a text stands for itself, everything else is a list: what is done, then its arguments. So
``${age} >= 18`` becomes ``[">=", ["$", "age"], 18.0]``. The browser only walks the tree.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from audit_app.domain.checklists.patterns import read_pattern
from audit_app.domain.errors import InvalidInput

Tree: TypeAlias = "float | str | list[object]"

LONGEST = 8000
"""Characters of one condition."""
MOST_DEEP = 40
"""Levels of a tree."""
LARGEST_NUMBER = 10**15

ARGUMENTS: Mapping[str, tuple[int, int]] = {
    "not": (1, 1), "selected": (2, 2), "count-selected": (1, 1), "if": (3, 3), "coalesce": (2, 20),
    "string-length": (1, 1), "regex": (2, 2), "contains": (2, 2), "starts-with": (2, 2), "concat": (1, 50),
    "int": (1, 1), "round": (1, 2), "number": (1, 1), "string": (1, 1), "today": (0, 0), "now": (0, 0),
    "date": (1, 1), "true": (0, 0), "false": (0, 0), "count": (1, 1), "sum": (1, 50), "min": (1, 50),
    "max": (1, 50),
}  # fmt: skip
"""The functions, with the fewest and the most arguments of each."""

_KEY = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}"
_TOKEN = re.compile(
    rf"""(?P<answer>\$\{{[ ]?(?P<key>{_KEY})[ ]?\}}|\.\./(?P<sibling>{_KEY}))|(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"""
    r"""|(?P<text>"[^"]*"|'[^']*')|(?P<sign><=|>=|!=|[=<>+*(),.-])|(?P<name>[a-z]+(?:-[a-z]+)*)"""
)
_SPACE = re.compile(r"[ \t\r\n]*")
_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int
    """Its first character, from 1."""


def parse(text: str) -> Tree:
    """Read one condition; InvalidInput says what was expected, and at which character."""
    if len(text) > LONGEST:
        raise InvalidInput(f"has {len(text)} characters; {LONGEST} is the most.")
    return _Parser(list(_tokens(text))).whole()


def _tokens(text: str) -> Iterator[_Token]:
    at = _end_of_space(text, 0)
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise InvalidInput(f"“{text[at]}” at character {at + 1} is not understood.{_hint(text[at])}")
        kind = next(name for name in ("answer", "number", "text", "sign", "name") if found[name])
        word = found["key"] or found["sibling"] or found[kind]
        yield _Token(kind, word, at + 1)
        at = _end_of_space(text, found.end())
    yield _Token("end", "", at + 1)


def _end_of_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _hint(char: str) -> str:
    return {
        "$": " Write the key of a question like ${age}.",
        '"': " Close the quotes.",
        "'": " Close the quotes.",
        "/": " Write div to divide.",
    }.get(char, "")


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.at, self.deep = tokens, 0, 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.at]

    def whole(self) -> Tree:
        tree = self.level(0)
        if self.now.kind != "end":
            raise self.expected("and, or, a comparison or the end")
        _refuse_deep(tree)
        return tree

    def expected(self, what: str) -> InvalidInput:
        before = self.tokens[self.at - 1].text if self.at else ""
        after = f" after “{before}”" if before else ""
        return InvalidInput(f"expected {what}{after} at character {self.now.at}.")

    def accept(self, *words: str) -> str | None:
        if self.now.kind not in ("sign", "name") or self.now.text not in words:
            return None
        self.at += 1
        return self.tokens[self.at - 1].text

    def level(self, height: int) -> Tree:
        if height == len(_LEVELS):
            return self.signed()
        tree = self.level(height + 1)
        while word := self.accept(*_LEVELS[height]):
            right = self.level(height + 1)
            longer = height < 2 and isinstance(tree, list) and tree[0] == word
            # A long chain of and or or stays flat, so that reading it never goes deep.
            tree = [*tree, right] if longer and isinstance(tree, list) else [word, tree, right]
        return tree

    def signed(self) -> Tree:
        count = 0
        while self.accept("-"):
            count += 1
        tree = self.value()
        return tree if not count else ["neg", tree] if count % 2 else ["number", tree]

    def value(self) -> Tree:
        token = self.now
        if token.kind == "name" and token.text not in ("and", "or", "div", "mod"):
            return self.call()
        if token.text not in ("(", ".") and token.kind not in ("answer", "number", "text"):
            raise self.expected("a value")
        self.at += 1
        match token.kind:
            case "answer":
                return ["$", token.text]
            case "number":
                return self.number(token)
            case "text":
                return token.text[1:-1]
        return ["."] if token.text == "." else self.inside()

    def number(self, token: _Token) -> float:
        if float(token.text) >= LARGEST_NUMBER:
            raise InvalidInput(f"the number at character {token.at} is too large.")
        return float(token.text)

    def inside(self) -> Tree:
        self.deep += 1
        if self.deep > MOST_DEEP:
            raise InvalidInput("is nested too deep. Shorten it.")
        tree = self.level(0)
        if not self.accept(")"):
            raise self.expected("a )")
        self.deep -= 1
        return tree

    def call(self) -> Tree:
        name = self.now
        self.at += 1
        if name.text not in ARGUMENTS:
            raise InvalidInput(
                f"“{name.text}” at character {name.at} is no function.{_nearest(name.text, ARGUMENTS)}"
            )
        if not self.accept("("):
            raise self.expected("a (")
        arguments = self.arguments()
        least, most = ARGUMENTS[name.text]
        if not least <= len(arguments) <= most:
            raise InvalidInput(
                f"{name.text} at character {name.at} takes {_count(least, most)}, not {len(arguments)}."
            )
        return _pattern_read(arguments, name.at) if name.text == "regex" else [name.text, *arguments]

    def arguments(self) -> list[Tree]:
        if self.accept(")"):
            return []
        self.deep += 1
        if self.deep > MOST_DEEP:
            raise InvalidInput("is nested too deep. Shorten it.")
        found = [self.level(0)]
        while self.accept(","):
            found.append(self.level(0))
        if not self.accept(")"):
            raise self.expected("a , or a )")
        self.deep -= 1
        return found


def _pattern_read(arguments: list[Tree], at: int) -> Tree:
    text, pattern = arguments
    if not isinstance(pattern, str):
        raise InvalidInput(f"regex at character {at} takes its pattern in quotes.")
    return ["regex", text, read_pattern(pattern)]


def _count(least: int, most: int) -> str:
    if least == most:
        return f"{least or 'no'} argument{'' if least == 1 else 's'}"
    return f"{least} to {most} arguments"


def _nearest(word: str, words: Collection[str], form: str = "{}") -> str:
    found = difflib.get_close_matches(word, list(words), n=1)
    return f" Did you mean {form.format(found[0])}?" if found else ""


def _refuse_deep(tree: Tree) -> None:
    waiting: list[tuple[object, int]] = [(tree, 1)]
    while waiting:
        node, deep = waiting.pop()
        if deep > MOST_DEEP:
            raise InvalidInput("is nested too deep. Shorten it.")
        if isinstance(node, list):
            waiting += [(each, deep + 1) for each in node[1:]]


def keys_in(tree: Tree) -> list[str]:
    """The keys of the questions whose answers the condition needs, in its order, each once."""
    return list(dict.fromkeys(_keys(tree)))


def _keys(node: object) -> Iterator[str]:
    if isinstance(node, list):
        if node[0] == "$":
            yield str(node[1])
        for each in node[1:]:
            yield from _keys(each)


def refuse_unknown(tree: Tree, keys: Collection[str]) -> None:
    """InvalidInput names the first key of the condition that no question has, and the one that was meant."""
    for key in keys_in(tree):
        if key not in keys:
            raise InvalidInput(f"${{{key}}} is no question.{_nearest(key, keys, '${{{}}}')}")
