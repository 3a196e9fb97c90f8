"""Reads what a site's own script was answered: a refusal may come with status 200. Touches no page.

Contact Form 7 answers {"status": "validation_failed", "message": …, "invalid_fields": [{"field": …, "message": …}]}, programs
of WordPress {"success": false, "data": …}, Formidable {"pass": false, "errors": {field: words}}; others much alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from probes.base import JSON

REFUSING = ("fail", "error", "invalid", "spam", "abort", "denied", "reject", "missing", "refused")
"""What a status in words has in it when the message was not taken."""
SAID_NO = ("success", "ok", "pass", "valid", "sent", "successful", "isvalid")
STATUS = ("status", "result", "type", "state", "code")
WORDS = ("message", "msg", "error_message", "errormessage", "detail", "title", "reason")
DEEPEST = 6
"""Levels of an answer in JSON that are looked into."""
MOST_WORDS = 5
"""Sentences of an answer that are repeated."""


@dataclass(frozen=True)
class Refusal:
    """A refusal in the site's own words, and what the fields that it names are called in its markup."""

    words: str
    fields: tuple[str, ...] = ()


def refusal_in(body: str) -> Refusal | None:
    """Read a refusal from the answer to what a page sent; None where it is none, or no JSON."""
    try:
        answer: JSON = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, Mapping) or not _refuses(answer):
        return None
    errors = dict(_field_errors(answer))
    said = [*_said(answer), *errors.values()]
    words = "; ".join(list(dict.fromkeys(each for each in said if each))[:MOST_WORDS])
    return Refusal((words or "it was refused")[:300], tuple(name for name in errors if name))


def _refuses(answer: Mapping[str, JSON]) -> bool:
    plain = {key.casefold().replace("_", ""): value for key, value in answer.items()}
    if any(plain.get(key) is False for key in SAID_NO):
        return True
    told = [value.casefold() for key in STATUS if isinstance(value := plain.get(key), str)]
    if any(each in status for status in told for each in REFUSING):
        return True
    # An `error` beside `success: true` is an empty one, or none.
    agreed = any(plain.get(key) is True for key in SAID_NO)
    return not agreed and any(bool(plain.get(key)) for key in ("error", "errors", "invalidfields"))


def _said(answer: Mapping[str, JSON], depth: int = 0) -> Iterator[str]:
    for key, value in answer.items():
        name = key.casefold().replace("_", "")
        if isinstance(value, str) and (name in WORDS or (name in ("error", "data") and " " in value)):
            yield _plain(value)
        elif isinstance(value, Mapping) and name in ("data", "result", "error") and depth < DEEPEST:
            yield from _said(value, depth + 1)


def _field_errors(answer: JSON, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield fields and what is wrong with them, from lists of objects and from objects keyed by field."""
    if not isinstance(answer, Mapping) or depth > DEEPEST:
        return
    for key, value in answer.items():
        name = key.casefold().replace("_", "")
        if name in ("errors", "error", "invalidfields", "fields", "messages") and not isinstance(value, str):
            yield from _named(value)
        elif isinstance(value, Mapping):
            yield from _field_errors(value, depth + 1)


def _named(errors: JSON, depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(errors, Mapping):
        for name, said in errors.items():
            if isinstance(said, Mapping) and depth < 1 and name.casefold() in ("fields", "errors"):
                yield from _named(said, depth + 1)
            else:
                yield name, _first_text(said)
    elif isinstance(errors, Sequence) and not isinstance(errors, str):
        for each in errors:
            if isinstance(each, Mapping):
                name = next(
                    (str(each[key]) for key in ("field", "name", "property", "key", "id") if key in each), ""
                )
                yield (
                    name,
                    next((_plain(str(each[key])) for key in WORDS if isinstance(each.get(key), str)), ""),
                )


def _first_text(said: JSON, depth: int = 0) -> str:
    if isinstance(said, str):
        return _plain(said)
    inner = list(said.values()) if isinstance(said, Mapping) else said
    if isinstance(inner, Sequence) and depth < DEEPEST:
        return next((text for each in inner if (text := _first_text(each, depth + 1))), "")
    return ""


def _plain(text: str) -> str:
    """Leave tags out, in one pass."""
    kept, inside = [], False
    for piece in text[:2000].replace("<", "\0<").split("\0"):
        _, closed, rest = piece.partition(">") if piece.startswith("<") else ("", "", piece)
        inside = piece.startswith("<") and not closed
        kept.append("" if inside else rest)
    return " ".join(" ".join(kept).split())
