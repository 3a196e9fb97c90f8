"""Checking files that describe chat widgets: for each mistake where it is and what to do."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from audit_app.domain.checklists.file import Problem, shown
from audit_app.domain.errors import reason_of
from audit_app.domain.marked_yaml import Location, Marked, Unreadable, read_marked
from probes.base import OurFailure
from probes.widgets.files import MOST_BYTES, widget_names, with_ancestors
from probes.widgets.schema import Widget

_HINTS = {
    "missing": "Add it; the README of probes/widgets says what belongs there.",
    "extra_forbidden": "Check its spelling against the README of probes/widgets, or remove it.",
    "string_too_short": "Write what it should find, or leave the line out.",
    "literal_error": "Choose one of the words that are allowed.",
}
_MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "is not a field that widgets have",
    "model_type": "must hold fields with their values",
    "string_type": "must be a text",
    "tuple_type": "must be a list",
    "bool_parsing": "must be true or false",
}


def check_widget_file(path: Path) -> list[Problem]:
    """Every problem of the file in the order of its lines; an empty list when the widget can be used."""
    try:
        text = _text(path)
    except Unreadable as error:
        return [_unreadable(str(path), error)]
    return check_widget_text(text, str(path))


def check_widget_text(text: str, name: str) -> list[Problem]:
    """The same for YAML text that comes from elsewhere; `name` stands in the problems as the file."""
    try:
        if len(text.encode()) > MOST_BYTES:
            raise _TOO_LONG
        marked = read_marked(text)
    except Unreadable as error:
        return [_unreadable(name, error)]
    repeated = [
        Problem(name, line, shown(place), f"is given twice, first on line {first}", "Keep one of the two.")
        for place, line, first in marked.repeated
    ]
    return sorted(repeated + _mistakes(name, marked), key=lambda problem: (problem.line or 0, problem.path))


_TOO_LONG = Unreadable(None, "is far too long for a widget", "Check that it is one.")


def _unreadable(name: str, error: Unreadable) -> Problem:
    return Problem(name, error.line, "", error.message, error.hint)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _TOO_LONG
        return path.read_text("utf-8")
    except OSError as error:
        raise Unreadable(
            None, f"cannot be read: {error.strerror}", "Check the name and the folder."
        ) from error
    except UnicodeDecodeError as error:
        raise Unreadable(None, "is not UTF-8 text", "Save the file as UTF-8.") from error


def _mistakes(name: str, marked: Marked) -> list[Problem]:
    try:
        Widget.model_validate(with_ancestors(marked.data))
    except (OurFailure, yaml.YAMLError) as error:
        hint = f"Extend one of {', '.join(widget_names())}."
        return [Problem(name, marked.line_of(("extends",)), "extends", str(error).rstrip("."), hint)]
    except ValidationError as error:
        return [_problem(name, marked, details) for details in error.errors(include_url=False)]
    return []


def _problem(name: str, marked: Marked, details: ErrorDetails) -> Problem:
    place: Location = details["loc"]
    message = _MESSAGES.get(details["type"]) or reason_of(details)
    hint = _HINTS.get(details["type"], "The README of probes/widgets shows how it is written.")
    return Problem(name, marked.line_of(place), shown(place), message, hint)
