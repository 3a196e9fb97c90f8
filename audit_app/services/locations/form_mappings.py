"""Checking what explains an odd contact form: for each mistake its line and what to do."""

from __future__ import annotations

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from audit_app.domain.checklists.file import shown
from audit_app.domain.errors import reason_of
from audit_app.domain.marked_yaml import Marked, Unreadable, read_marked
from probes.forms.mapping import Mapping

MOST_CHARACTERS = 20_000
_HINTS = {
    "missing": "is missing. Add it.",
    "extra_forbidden": "is not known here. Check its spelling, or remove it.",
    "string_type": "has to be text. Put quotes round it.",
    "string_too_short": "is empty. Write what it should be, or leave the line out.",
    "model_type": "has to be a list of names and values, such as “name: Our form”.",
    "tuple_type": "has to be a list; begin each entry with “- ”.",
}


def mapping_problems(text: str) -> list[str]:
    """A sentence for each mistake, in the order of the lines; an empty list when the mapping can be used."""
    if len(text) > MOST_CHARACTERS:
        return [f"The mapping has {len(text)} characters; at most {MOST_CHARACTERS} are read."]
    try:
        marked = read_marked(text)
    except Unreadable as error:
        return [f"{_line(error.line)} {error.message}. {error.hint}"]
    twice = [
        (line, f"{_line(line)} “{shown(place)}” is given twice, first on line {first}. Keep one of the two.")
        for place, line, first in marked.repeated
    ]
    return [words for _, words in sorted(twice + _mistakes(text, marked))]


def _mistakes(text: str, marked: Marked) -> list[tuple[int, str]]:
    # Read as the driver reads it, where a bare yes is no text; the marks only know the lines.
    try:
        Mapping.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        return [_mistake(marked, details) for details in error.errors(include_url=False)]
    except (yaml.YAMLError, ValueError) as error:
        return [(0, f"The mapping cannot be read: {error}. Put quotes round texts that look like dates.")]
    return []


def _mistake(marked: Marked, details: ErrorDetails) -> tuple[int, str]:
    place = details["loc"]
    line = marked.line_of(place) or 1
    words = _HINTS.get(details["type"]) or f"{reason_of(details)}."
    return line, f"{_line(line)} {f'“{shown(place)}” {words}' if place else f'The mapping {words}'}"


def _line(line: int | None) -> str:
    return f"Line {line}:" if line else "The mapping"
