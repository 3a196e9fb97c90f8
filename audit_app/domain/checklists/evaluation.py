"""What a condition comes to for the answers of a visit; ``static/checklists/condition.js`` does the same.

Numbers are doubles on both sides. One that is none (nothing entered, divided by nothing, 10^15 or more) is NaN
inside and an empty text outside. The table in docs/administrators/conditions.md says the meaning case by case.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from audit_app.domain.checklists.conditions import LARGEST_NUMBER, Tree
from audit_app.domain.checklists.patterns import Steps

Value: TypeAlias = "float | str | bool | list[float | str | bool]"
"""A list holds one value for each time that a group was asked; chosen keys are one text with spaces between."""

_NAN = math.nan
_NUMBER = re.compile(r"[ \t\r\n]*(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))[ \t\r\n]*")
_DATE = re.compile(r"([1-9][0-9]{3}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_EPOCH = date(1970, 1, 1)
_LONGEST_NUMBER = 100
"""Characters of a text that is read as a number."""
_MOST_EXACT = 2**53
"""Up to here a double holds every whole number."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a condition can ask for: the answers by key, the answer it stands at (``.``), the location's time."""

    answers: Mapping[str, Value | None]
    now: datetime
    itself: Value | None = None


def evaluate(tree: Tree, context: Context) -> Value:
    """The value of a parsed condition; a number that is none comes back as an empty text."""
    value = _walk(tree, context)
    return "" if isinstance(value, float) and math.isnan(value) else value


def holds(tree: Tree, context: Context) -> bool:
    """Whether the condition is true for these answers."""
    return _truth(_walk(tree, context))


def never_holds(tree: Tree) -> bool:
    """Whether no answer can make it true, as far as its parts without answers and dates tell."""
    if isinstance(tree, list) and tree[0] in ("and", "or"):
        parts = [never_holds(part) for part in tree[1:]]  # type: ignore[arg-type]
        return any(parts) if tree[0] == "and" else all(parts)
    return not _varies(tree) and not holds(tree, Context({}, datetime(2000, 1, 1)))  # noqa: DTZ001 (of no zone)


def _varies(node: object) -> bool:
    if not isinstance(node, list):
        return False
    return node[0] in ("$", ".", "today", "now") or any(_varies(each) for each in node[1:])


def _walk(tree: Any, context: Context) -> Value:
    if not isinstance(tree, list):
        return tree  # type: ignore[no-any-return]
    name = tree[0]
    match name:
        case "$":
            return _plain(context.answers.get(tree[1]))
        case ".":
            return _plain(context.itself)
        case "today":
            return context.now.date().isoformat()
        case "now":
            return context.now.strftime("%Y-%m-%dT%H:%M:%S")
        case "and":
            return all(_truth(_walk(part, context)) for part in tree[1:])
        case "or":
            return any(_truth(_walk(part, context)) for part in tree[1:])
        case "if":
            return _walk(tree[2 if _truth(_walk(tree[1], context)) else 3], context)
        case "regex":
            return _matches(_text(_walk(tree[1], context)), tree[2])
    return _FUNCTIONS[name](*(_walk(each, context) for each in tree[1:]))


def _plain(value: Value | None) -> Value:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if abs(value) < LARGEST_NUMBER else _NAN
    return value


def _first(value: Value) -> float | str | bool:
    if isinstance(value, list):
        return _first(_plain(value[0])) if value else ""
    return value


def _truth(value: Value) -> bool:
    value = _first(value)
    return value != 0 and not math.isnan(value) if isinstance(value, float) else bool(value)


def _number(value: Value) -> float:
    value = _first(value)
    return _number_in(value) if isinstance(value, str) else _within(float(value))


def _within(number: float) -> float:
    return number if abs(number) < LARGEST_NUMBER else _NAN


def _number_in(text: str) -> float:
    if len(text) > _LONGEST_NUMBER:
        return _NAN
    if found := _NUMBER.fullmatch(text):
        return _within(float(found[1]))
    if found := _TIME.fullmatch(text):
        return _part_of_day(*found.groups())
    found = _DATE.fullmatch(text)
    day = _day(found[1]) if found else None
    if found is None or day is None:
        return _NAN
    return day + (_part_of_day(*found.groups()[1:]) if found[2] else 0)


def _day(text: str) -> float | None:
    try:
        return float((date.fromisoformat(text) - _EPOCH).days)
    except ValueError:
        return None


def _part_of_day(hours: str, minutes: str, seconds: str | None) -> float:
    h, m, s = int(hours), int(minutes), int(seconds or 0)
    return (h * 3600 + m * 60 + s) / 86400 if h < 24 and m < 60 and s < 60 else _NAN


def _text(value: Value) -> str:
    value = _first(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else _digits(value)


def _digits(number: float) -> str:
    number = _rounded(number)
    if math.isnan(number):
        return ""
    text = f"{number:.9f}".rstrip("0").rstrip(".")
    return "0" if text in ("0", "-0") else text


def _rounded(number: float, scale: float = 1e9) -> float:
    if math.isnan(number) or abs(number) >= LARGEST_NUMBER:
        return _NAN
    while abs(number * scale) >= _MOST_EXACT:  # a double holds no more digits
        scale /= 10
    return math.floor(number * scale + 0.5) / scale


def _equal(one: Value, two: Value) -> bool:
    one, two = _first(one), _first(two)
    if isinstance(one, bool) or isinstance(two, bool):
        return _truth(one) == _truth(two)
    if isinstance(one, float) or isinstance(two, float):
        return _number(one) == _number(two)
    return one == two


def _divided(one: Value, two: Value) -> float:
    divisor = _number(two)
    return _rounded(_number(one) / divisor) if divisor else _NAN


def _remainder(one: Value, two: Value) -> float:
    divisor = _number(two)
    return math.fmod(_number(one), divisor) if divisor else _NAN


def _whole(value: Value) -> float:
    number = _number(value)
    return number if math.isnan(number) else float(math.trunc(number))


def _round(value: Value, digits: Value = 0.0) -> float:
    places = _number(digits)
    return _rounded(_number(value), 10.0 ** int(places)) if places in range(10) else _NAN


def _date(value: Value) -> str:
    number = _number(value)
    if math.isnan(number) or not -354285 <= number < 2932897:  # the years 1000 to 9999
        return ""
    return (_EPOCH + timedelta(days=math.floor(number))).isoformat()


def _words(value: Value) -> list[str]:
    return [word for word in re.split(r"[ \t\r\n]+", _text(value)) if word]


def _each(values: Sequence[Value]) -> list[float | str | bool]:
    return [
        _first(_plain(each)) for value in values for each in (value if isinstance(value, list) else [value])
    ]


def _numbers(values: Sequence[Value]) -> list[float]:
    return [number for each in _each(values) if not math.isnan(number := _number(each))]


def _sum(*values: Value) -> float:
    total = 0.0  # not by sum(), which corrects its rounding from Python 3.12 on; the browser does not
    for number in _numbers(values):
        total += number
    return _within(total)


def _coalesce(*values: Value) -> Value:
    return next((value for value in values if _text(value)), "")


def _matches(text: str, steps: Steps) -> bool:
    pattern: Any = steps
    if not text:
        return bool(pattern["empty"])
    possible, here = set(pattern["first"]), set[int]()
    for char in text:
        code = ord(char)
        here = {i for i in possible if any(low <= code <= high for low, high in pattern["sets"][i])}
        if not here:
            return False
        possible = {after for i in here for after in pattern["follow"][i]}
    return not here.isdisjoint(pattern["last"])


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "=": _equal,
    "!=": lambda a, b: not _equal(a, b),
    "<": lambda a, b: _number(a) < _number(b),
    "<=": lambda a, b: _number(a) <= _number(b),
    ">": lambda a, b: _number(a) > _number(b),
    ">=": lambda a, b: _number(a) >= _number(b),
    "+": lambda a, b: _within(_number(a) + _number(b)),
    "-": lambda a, b: _within(_number(a) - _number(b)),
    "*": lambda a, b: _rounded(_number(a) * _number(b)),
    "div": _divided,
    "mod": _remainder,
    "neg": lambda a: -_number(a),
    "not": lambda a: not _truth(a),
    "true": lambda: True,
    "false": lambda: False,
    "number": _number,
    "string": _text,
    "int": _whole,
    "round": _round,
    "date": _date,
    "coalesce": _coalesce,
    "selected": lambda a, b: _text(b) in _words(a),
    "count-selected": lambda a: float(len(_words(a))),
    "string-length": lambda a: float(len(_text(a))),
    "contains": lambda a, b: _text(b) in _text(a),
    "starts-with": lambda a, b: _text(a).startswith(_text(b)),
    "concat": lambda *each: "".join(_text(value) for value in each),
    "count": lambda a: float(sum(1 for each in _each([a]) if _text(each))),
    "sum": _sum,
    "min": lambda *each: min(_numbers(each), default=_NAN),
    "max": lambda *each: max(_numbers(each), default=_NAN),
}
