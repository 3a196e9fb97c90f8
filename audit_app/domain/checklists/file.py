"""Read a checklist from a YAML file, and say for each mistake where it is and what to do.

Nothing that a file can hold raises anything but InvalidInput here, and ``check_file`` raises nothing at all.
"""

from __future__ import annotations

import difflib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from audit_app.domain.checklists.checklist import Checklist, Fault, Section
from audit_app.domain.checklists.question import (
    Band,
    ChoiceQuestion,
    NumberQuestion,
    Option,
    Part,
    PricePairQuestion,
    QuestionBase,
    ScaleQuestion,
    TextQuestion,
    YesNoQuestion,
)
from audit_app.domain.errors import InvalidInput
from audit_app.domain.marked_yaml import Location, Marked, Unreadable, read_marked

LARGEST_FILE = 256 * 1024
"""Bytes; the longest form that anyone could fill in is a tenth of it."""

QUESTION_TYPES: dict[str, type[QuestionBase]] = {
    "yes_no": YesNoQuestion,
    "scale": ScaleQuestion,
    "choice": ChoiceQuestion,
    "number": NumberQuestion,
    "text": TextQuestion,
    "price_pair": PricePairQuestion,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file: its line (None for the file as a whole), its path in the checklist, what to do."""

    file: str
    line: int | None
    path: str
    message: str
    hint: str

    def __str__(self) -> str:
        """One line in the form that editors turn into a link."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.path, f"{self.message}. {self.hint}") if part)


def load_checklist(source: Path | str) -> Checklist:
    """Read the file at a path, or the YAML text itself; InvalidInput lists every problem, one a line."""
    if isinstance(source, Path):
        checklist, problems = _examine_file(source)
    else:
        checklist, problems = _examine_text(source, "checklist")
    if checklist is None or problems:
        raise InvalidInput("\n".join(str(problem) for problem in problems))
    return checklist


def check_file(path: str | os.PathLike[str]) -> list[Problem]:
    """Every problem of the file in the order of its lines; an empty list when the checklist is sound."""
    return _examine_file(path)[1]


def _examine_file(path: str | os.PathLike[str]) -> tuple[Checklist | None, list[Problem]]:
    name = os.fspath(path)
    try:
        return _examine_text(_file_text(path), name)
    except Unreadable as error:
        return None, [Problem(name, error.line, "", error.message, error.hint)]


def _examine_text(text: str, name: str) -> tuple[Checklist | None, list[Problem]]:
    try:
        marked = read_marked(text)
    except Unreadable as error:
        return None, [Problem(name, error.line, "", error.message, error.hint)]
    problems = [
        Problem(name, line, shown(place), f"is given twice, first on line {first}", "Keep one of the two.")
        for place, line, first in marked.repeated
    ]
    checklist = None
    try:
        checklist = Checklist.model_validate(marked.data)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            problems += _problems(details, marked, name) if _is_first_cause(details) else []
    return checklist, sorted(problems, key=lambda problem: (problem.line or 0, problem.path))


def _file_text(path: str | os.PathLike[str]) -> str:
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            what = "is a directory" if stat.S_ISDIR(mode) else "is not an ordinary file"
            raise Unreadable(None, what, "Name a YAML file.")
        with open(path, "rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError as error:
        raise Unreadable(None, "does not exist", "Check the name and the folder.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Unreadable(None, f"cannot be read: {reason}", "Check the name and the permissions.") from error
    return _decoded(content)


def _decoded(content: bytes) -> str:
    if len(content) > LARGEST_FILE:
        limit = f"is larger than {LARGEST_FILE // 1024} KiB"
        raise Unreadable(None, limit, "Check that it is a checklist; split it if it is.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(line, "is not UTF-8 text", "Save the file as UTF-8.") from error


def shown(location: Location) -> str:
    """A place in a checklist as people read it, such as ``sections[2].questions[4].points``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "".join(steps).removeprefix(".")


def _problems(details: ErrorDetails, marked: Marked, name: str) -> list[Problem]:
    place, kind = _place_and_kind(details["loc"])
    if details["type"] == "faults":
        found: list[Fault] = details["ctx"]["faults"]
    else:
        found = [(place, _message(details), _hint(details, place, kind))]
    return [Problem(name, marked.line_of(at), shown(at), message, hint) for at, message, hint in found]


def _is_first_cause(details: ErrorDetails) -> bool:
    # A list whose entries are all wrong is reported as too short as well.
    return details["type"] != "too_short" or len(details["input"]) < details["ctx"]["min_length"]


def _place_and_kind(loc: Location) -> tuple[Location, type[QuestionBase]]:
    """Take out what pydantic puts in between: the type after a question, and a mark on keys."""
    match loc:
        case ("sections", int(), "questions", int(), str(kind), *rest):
            return (*loc[:4], *rest), QUESTION_TYPES[kind]
        case (*place, "[key]"):
            return tuple(place), QuestionBase
    return loc, QuestionBase


def _owner(place: Location, kind: type[QuestionBase]) -> type[Part]:
    """The model whose field stands at the place."""
    match place:
        case ("sections", int(), "questions", int(), "options", int(), str(), *_):
            return Option
        case ("sections", int(), "questions", int(), "bands", int(), str(), *_):
            return Band
        case ("sections", int(), "questions", int(), *_):
            return kind
        case ("sections", int(), *_):
            return Section
    return Checklist


_MESSAGES = {
    "missing": "is missing",
    "string_type": "must be text; put quotes round it",
    "string_too_short": "must not be empty",
    "string_too_long": "is longer than {max_length} characters",
    "string_pattern_mismatch": "cannot be {given}",
    "greater_than_equal": "must be {ge} or more, not {given}",
    "less_than_equal": "must be {le} or less, not {given}",
    "literal_error": "must be {expected}, not {given}",
    "union_tag_not_found": "has no type",
    "union_tag_invalid": "has the unknown type {tag}",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping of name: value",
    "model_type": "must be a mapping of name: value",
    "model_attributes_type": "must be a mapping of name: value",
    "too_short": "must hold {min_length} or more entries",
    "too_long": "must hold {max_length} or fewer entries",
    "bool_type": "must be true or false, not {given}",
    "bool_parsing": "must be true or false, not {given}",
    "int_type": "must be a whole number, not {given}",
    "int_parsing": "must be a whole number, not {given}",
    "int_from_float": "must be a whole number, not {given}",
    "number": "must be a number such as 2, 1.5 or 1/3, not {given}",
    "decimal_number": "must be a number such as 2 or 1.5, not {given}",
    "rule": "{reason}",
    "extra_forbidden": "is not a field here",
}


def _message(details: ErrorDetails) -> str:
    context: dict[str, Any] = {**details.get("ctx", {}), "given": _excerpt(details["input"])}
    template = _MESSAGES.get(details["type"])
    return template.format(**context) if template else details["msg"]


def _excerpt(given: object) -> str:
    if isinstance(given, dict | list | tuple):
        return "a list" if not isinstance(given, dict) else "a mapping"
    text = "nothing" if given is None else str(given).lower() if isinstance(given, bool) else str(given)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _hint(details: ErrorDetails, place: Location, kind: type[QuestionBase]) -> str:
    context, owner = details.get("ctx", {}), _owner(place, kind)
    if "hint" in context:
        return str(context["hint"])
    if details["type"] == "extra_forbidden":
        return _nearest(str(place[-1]), list(owner.model_fields))
    if details["type"].startswith("union_tag"):
        return _nearest(str(context.get("tag", "")), list(QUESTION_TYPES))
    fields = {**Checklist.model_fields, **Section.model_fields, **owner.model_fields}
    named = (fields[step] for step in reversed(place) if isinstance(step, str) and step in fields)
    return next(
        (info.description or "" for info in named), "Start from the example in the README on the format."
    )


def _nearest(given: str, valid: list[str]) -> str:
    near = difflib.get_close_matches(given, valid, n=1)
    return f"Did you mean {near[0]}?" if near else f"Use one of {', '.join(valid)}."
