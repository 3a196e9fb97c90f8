"""The description that an administrator's corrections make of what a dry run found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from audit_app.models import WidgetTrial
from audit_app.services.entry.fields import InvalidFields
from audit_app.services.widgets.check import check_widget_text
from audit_app.services.widgets.findings import (
    MESSAGE_PARTS,
    OWN,
    PARTS,
    findings,
    flat,
    own_messages,
    screens,
)
from probes.widgets import teaching
from probes.widgets.teaching import Choice, FieldChoice, How, Mark

LONGEST = 300
"""Characters of one name, pattern or selector that somebody enters."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody entered; a part that is not named stays as it is."""

    base: str
    title: str
    choices: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By part: how it is found (keep, absent, name, pattern, css, or the place of a mark), and by what."""
    fields: Mapping[str, str] | None = None
    """By the place of a mark: what goes into the field. None keeps the form as it is."""
    own_field: tuple[str, str] = ("", "")
    """One more field of the form, by its name, and what goes into it."""
    messages: Mapping[str, str] = field(default_factory=dict)


def corrected_text(trial: WidgetTrial, given: Correction) -> str:
    """The description that the corrections make of what was tried, as YAML.

    Raises InvalidFields, whose problems are by part: base, title, the parts' keys, fields, messages.PLACE.
    """
    marks = _marks_by_place(trial)
    problems = dict(_mistakes(given, marks))
    if problems:
        raise InvalidFields(problems)
    written = findings(trial) | {"name": given.title}
    if given.base and given.base != written.get("extends"):
        # What was found by the looks of it belongs to no vendor's chat.
        written = written | {"extends": given.base} if trial.text else teaching.begun(given.base, given.title)
    choices = {part: _choice(how, value, marks) for part, (how, value) in given.choices.items()}
    messages = {part: css for part, css in given.messages.items() if css}
    made = teaching.corrected(
        written,
        choices,
        _form(trial, given, marks),
        list(marks.values()),
        None if messages == own_messages(trial) else _all_messages(written, messages),
    )
    text = teaching.as_text({key: value for key, value in made.items() if (key, value) != ("messages", {})})
    if found := check_widget_text(text, "description"):
        raise InvalidFields(
            {_owner(each.path): f"{each.path}: {each.message}. {each.hint}" for each in found}
        )
    return text


def _marks_by_place(trial: WidgetTrial) -> dict[str, Mark]:
    scenes = (trial.result or {}).get("scenes", [])
    return {
        f"{place}-{mark['number']}": mark for place, scene in enumerate(scenes) for mark in scene["marks"]
    }


def _mistakes(given: Correction, marks: Mapping[str, Mark]) -> Iterator[tuple[str, str]]:
    if not given.title:
        yield "title", "Enter what people call this chat."
    for part, (how, value) in given.choices.items():
        if how in OWN and (words := _fault(how, value)):
            yield part, words
        elif how not in (*get_args(How), *marks):
            yield part, "Choose one of the list; the page was tried again meanwhile."
    value, what = given.own_field
    if bool(value) != bool(what):
        yield "own_field", "Say both what the other field is called and what goes into it, or neither."
    for part, css in given.messages.items():
        if css and (words := _fault("css", css)):
            yield f"messages.{part}", words
    if given.messages.get("item") and not given.messages.get("roles.visitor"):
        yield (
            "messages.roles.visitor",
            "Say what a visitor's own message matches, or leave “One message” empty too.",
        )
    if not given.messages.get("item") and any(given.messages.values()):
        yield "messages.item", "Say what one message matches, or leave all of these empty."


def _fault(how: str, value: str) -> str:
    if not value:
        return {"name": "Enter its name.", "pattern": "Enter a pattern.", "css": "Enter a selector."}[how]
    if len(value) > LONGEST:
        return f"This has {len(value)} characters; at most {LONGEST} are kept."
    if how == "pattern":
        try:
            re.compile(value)
        except re.error as error:
            return f"“{value}” is not a pattern: {error}."
    if how == "css" and not _balanced(value):
        return f"“{value}” is not a selector: a bracket or quotation mark has no partner."
    return ""


def _balanced(css: str) -> bool:
    """Tell whether brackets and quotation marks come in pairs; the browser judges the rest in the next try."""
    bare = re.sub(r"\\.|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|/(?:\\.|[^/\\])+/", "", css)
    pairs = {"]": "[", ")": "("}
    waiting: list[str] = []
    for sign in bare:
        if sign in "[(":
            waiting.append(sign)
        elif sign in pairs and (not waiting or waiting.pop() != pairs[sign]):
            return False
    return not waiting and '"' not in bare and "'" not in bare


def _choice(how: str, value: str, marks: Mapping[str, Mark]) -> Choice:
    if how in marks:
        return Choice("mark", mark=marks[how])
    return Choice(next(known for known in get_args(How) if known == how), value)


def _form(trial: WidgetTrial, given: Correction, marks: Mapping[str, Mark]) -> list[FieldChoice] | None:
    """The fields of the form before the chat, or None where nobody changed them."""
    shown = {one.place: one.value for screen in screens(trial) for one in screen.fields}
    entered = {place: value for place, value in (given.fields or {}).items() if place in shown}
    name, what = given.own_field
    if entered == shown and not name:
        return None
    fields = [
        FieldChoice(Choice("mark", mark=marks[place]), _value(value)) for place, value in entered.items()
    ]
    return [*fields, FieldChoice(Choice("name", name), _value(what))] if name else fields


def _value(given: str) -> Any:
    return given if given in ("name", "email", "message", "true") else ""


def _all_messages(written: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """What was entered, with what the form does not show."""
    kept = flat(written.get("messages") or {})
    return {part: css for part, css in kept.items() if part not in MESSAGE_PARTS} | dict(given)


def _owner(path: str) -> str:
    """The part whose field a problem of the description belongs to."""
    if path.startswith("messages"):
        return path if path.removeprefix("messages.") in MESSAGE_PARTS else "messages.item"
    if path.startswith("prechat"):
        return "prechat.submit"
    if path.startswith("composer"):
        return "composer.send" if ".send" in path else "composer"
    known = {kind.key.partition(".")[0]: kind.key for kind in PARTS} | {"extends": "base", "name": "title"}
    return known.get(path.partition(".")[0], "base")
