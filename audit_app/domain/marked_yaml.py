"""Read YAML as plain data and remember the line on which each part stands.

Only what a person writes by hand is understood: mappings, lists and scalars. A plain scalar is a whole
number, a decimal number (kept exact), true, false, null or text; so ``no`` is the word no, and a date stays
text. Tags, aliases and repeated keys are refused, and so is a document that is too large or too deep.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

import yaml

from audit_app.domain.errors import AuditError

MOST_DEEP = 12
"""Levels of nesting."""
MOST_PARTS = 50_000
"""Scalars, lists and mappings in one document."""
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")
_WORDS: dict[str, bool | None] = {
    "true": True, "True": True, "false": False, "False": False, "null": None, "~": None, "": None
}  # fmt: skip
_PLAIN_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}

Location = tuple[str | int, ...]
"""Where a part stands: keys of mappings and places in lists, from 0."""


class Unreadable(AuditError):
    """The text is no YAML that we read; has the line, what is wrong and what to do."""

    def __init__(self, line: int | None, message: str, hint: str) -> None:
        super().__init__(message)
        self.line, self.message, self.hint = line, message, hint


@dataclass(slots=True)
class Marked:
    """Plain data, the line (from 1) of each part of it, and the keys that were given twice."""

    data: Any = None
    lines: dict[Location, int] = field(default_factory=dict)
    repeated: list[tuple[Location, int, int]] = field(default_factory=list)
    """Where, on which line, and on which line it was given first."""

    def line_of(self, location: Location) -> int | None:
        """The line of the part, or of the nearest part around it that is there."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location)


def read_marked(text: str) -> Marked:
    """Read one YAML document; Unreadable says on which line it went wrong and what to do."""
    try:
        node = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        raise _translated(error) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Unreadable(line, "has a character that cannot be shown", "Delete it.") from error
    except (ValueError, IndexError, OverflowError) as error:
        # PyYAML lets these escape for impossible escape sequences and version numbers.
        raise Unreadable(None, "is not YAML", "Look for a \\ or % that is not meant.") from error
    if node is None:
        raise Unreadable(None, "is empty", "Start from the example in the README on the format.")
    marked = Marked()
    marked.data = _plain(node, (), marked)
    return marked


class _Loader(yaml.BaseLoader):
    """Composes nodes without resolving tags, and stops before a document becomes a burden."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._parts = self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        line = cast(Any, self).peek_event().start_mark.line + 1  # the stubs leave it untyped
        if self.check_event(yaml.AliasEvent):
            raise Unreadable(line, "uses an alias (*)", "Write the text out again, or quote the *.")
        self._parts += 1
        self._depth += 1
        if self._depth > MOST_DEEP or self._parts > MOST_PARTS:
            raise Unreadable(
                line, "is nested too deep or too long", "Shorten it, or split it into several files."
            )
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _translated(error: yaml.MarkedYAMLError) -> Unreadable:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else None
    problem = error.problem or "cannot be read"
    if "'\\t'" in problem:
        return Unreadable(line, "has a tab where a space belongs", "Indent with spaces.")
    if "mapping values are not allowed" in problem:
        return Unreadable(
            line, "has a colon where none can stand", "Put quotes round a text that holds “: ”."
        )
    if "expected a single document" in (error.context or ""):
        return Unreadable(line, "holds more than one document", "Keep one document a file; remove the “---”.")
    return Unreadable(
        line, f"is not YAML: {problem}", "Check the indentation, quotes and brackets before it."
    )


def _plain(node: yaml.Node, location: Location, marked: Marked) -> Any:
    line = node.start_mark.line + 1
    marked.lines.setdefault(location, line)
    if node.tag not in _PLAIN_TAGS and node.tag != "!":
        raise Unreadable(
            line, f"has the tag {node.tag}", "Remove it, or quote the text that starts with “!”."
        )
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, location, marked)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*location, i), marked) for i, item in enumerate(node.value)]
    quoted = isinstance(node, yaml.ScalarNode) and node.style
    return _scalar(node.value, line) if quoted else _typed(node.value, line)


def _mapping(node: yaml.MappingNode, location: Location, marked: Marked) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise Unreadable(line, "has a list or mapping as a key", "Put quotes round a text with [ or {.")
        key = _scalar(key_node.value, line)
        place = (*location, key)
        if key in found:
            marked.repeated.append((place, line, marked.lines[place]))
            continue
        marked.lines[place] = line
        found[key] = _plain(value_node, place, marked)
    return found


def _typed(text: str, line: int) -> str | int | Decimal | bool | None:
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else _scalar(text, line)


def _scalar(text: str, line: int) -> str:
    if any("\ud800" <= char <= "\udfff" or (char < " " and char not in "\t\n") for char in text):
        raise Unreadable(line, "has a character that cannot be shown", "Delete it.")
    return text
