"""Writing a widget's description from what a dry run found and what somebody corrected.

Plain data in, plain data out: the steps and marks are those of `probes.channels.chat.channel.trial`, as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import yaml

from probes.widgets.files import GENERIC, with_ancestors
from probes.widgets.schema import TAUGHT, Widget

How: TypeAlias = Literal["keep", "absent", "mark", "name", "pattern", "css"]
Mark: TypeAlias = Mapping[str, Any]
Written: TypeAlias = dict[str, Any]

IN_CHAT = ("home.begin", "prechat.submit", "composer", "composer.send")
"""Parts that are inside the chat, so that they decide in which frame it is."""
ORDER = ("extends", *Widget.model_fields)


@dataclass(frozen=True)
class Choice:
    """What somebody said about one part: it is this mark of its screen, or found by this value, or not there."""

    how: How
    value: str = ""
    mark: Mark | None = None


@dataclass(frozen=True)
class FieldChoice:
    """A field of the form before the chat, and what goes into it; nothing leaves it as it is."""

    choice: Choice
    value: Literal["", "name", "email", "message", "true"]


def begun(base: str, name: str) -> Written:
    """Return the shortest description that extends `base`."""
    return {"extends": base, "name": name, "verified": TAUGHT}


def as_text(written: Mapping[str, Any]) -> str:
    """Write a description as YAML, its parts in the order of the README."""
    known = {key: written[key] for key in ORDER if key in written}
    return yaml.safe_dump({**known, **written}, sort_keys=False, allow_unicode=True, width=110)


def proposed(written: Mapping[str, Any], result: Mapping[str, Any]) -> Written:
    """Write down what a dry run found by a chat's looks, so that the next one finds it by lasting signs."""
    steps = [step for step in result["steps"] if step["mark"]]
    choices = {
        step["part"]: Choice("mark", mark=step["mark"]) for step in steps if ".fields." not in step["part"]
    }
    if result["ready_to_write"]:
        # Any chat's words for its first screen would also fit the button of a form that is slow to go away.
        choices.setdefault("home.begin", Choice("absent"))
    fields = [
        FieldChoice(Choice("mark", mark=step["mark"]), step["value"])
        for step in steps
        if step["part"].startswith("prechat.fields.")
    ]
    return corrected(written, choices, fields or None, marks_of(result))


def used_generic_selectors(result: Mapping[str, Any]) -> bool:
    """Tell whether a dry run knew the chat only by its looks, so that its findings are worth writing down."""
    return bool(result.get("adapter") == GENERIC)


def marks_of(result: Mapping[str, Any]) -> list[Mark]:
    """Return everything that was marked on any screen."""
    return [mark for scene in result["scenes"] for mark in scene["marks"]]


def corrected(
    written: Mapping[str, Any],
    choices: Mapping[str, Choice],
    fields: Sequence[FieldChoice] | None = None,
    marks: Sequence[Mark] = (),
    messages: Mapping[str, str] | None = None,
) -> Written:
    """Lay what was chosen over a description.

    `choices` are by part: consent, launcher, frame, home.begin, prechat.submit, composer, composer.send. `fields`
    replace the form before the chat; None keeps it. `marks` are everything that was seen, to tell whether a name is
    enough. `messages` are selectors by their place: item, author, roles.visitor …; an empty one is taken out.
    """
    new, below = dict(written), _below(written)
    made = {part: _tidy(choice) for part, choice in choices.items() if choice.how != "keep"}
    for part, choice in made.items():
        if part in _SIMPLE:
            new |= _SIMPLE[part](choice)
    if "frame" not in made:
        new |= _frame_of([choice for part, choice in made.items() if part in IN_CHAT])
    if "home.begin" in made:
        new["home"] = _section("begin", made["home.begin"], below.get("home"), marks)
    if "composer" in made or "composer.send" in made:
        new["composer"] = _composer(new, below, made, marks)
    if fields is not None or "prechat.submit" in made:
        new["prechat"] = _form(new, below, made.get("prechat.submit"), fields, marks)
    if messages is not None:
        new["messages"] = _messages(messages)
    return new


def _tidy(choice: Choice) -> Choice:
    """Put words on one line, as names and selectors are: a page may have other ends of lines than YAML keeps."""
    mark = choice.mark and dict(choice.mark) | {
        key: _line(choice.mark[key]) for key in ("name", "css", "frame")
    }
    return Choice(choice.how, _line(choice.value), mark)


def _line(text: str) -> str:
    return " ".join(text.split())


def _below(written: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the description extends, laid over its own ancestors."""
    laid = with_ancestors({"extends": written["extends"]}) if "extends" in written else {}
    return laid if isinstance(laid, Mapping) else {}


def _consent(choice: Choice) -> Written:
    if choice.how == "absent":
        return {"consent": []}
    return {"consent": [choice.mark["name"] if choice.mark else choice.value]}


def _launcher(choice: Choice) -> Written:
    if choice.how == "absent":
        return {"launcher": None}
    if choice.mark:
        host, frame = choice.mark["css"] or _by_name(choice.mark["name"]), choice.mark["frame"]
    else:
        host, frame = choice.value if choice.how == "css" else _by_name(choice.value), ""
    return {"launcher": {"host": host, "frame": frame, "button": None}}


def _by_name(name: str) -> str:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'role=button[name="{quoted}" i]'


def _frame(choice: Choice) -> Written:
    if choice.how == "absent":
        return {"frame": ""}
    return {"frame": choice.mark["css"] if choice.mark else choice.value, "root": ""}


_SIMPLE = {"consent": _consent, "launcher": _launcher, "frame": _frame}


def _frame_of(choices: Sequence[Choice]) -> Written:
    """Where the chat is, going by a part of it that was chosen from outside what was taken for the chat."""
    outside = [choice.mark for choice in choices if choice.mark and not choice.mark["in_chat"]]
    return {"frame": outside[-1]["frame"], "root": ""} if outside else {}


def _control(choice: Choice, below: Any, marks: Sequence[Mark]) -> Any:
    """How to find a control: by its name where that tells it from all others like it, else by its selector."""
    how, value = _best_way(choice.mark, marks) if choice.mark else (choice.how, choice.value)
    if how == "name":
        return value
    known = below if isinstance(below, Mapping) else {}
    silenced: Written = {"css": "", "pattern": "", "names": []}
    return {key: empty for key, empty in silenced.items() if key in known} | {how: value}


def _best_way(mark: Mark, marks: Sequence[Mark]) -> tuple[str, str]:
    def same(other: Mark) -> bool:
        alike = other["name"].casefold() == mark["name"].casefold() and other["frame"] == mark["frame"]
        return bool(alike and other["css"] != mark["css"] and other["spoken"])

    alone = mark["spoken"] and not any(map(same, marks))
    return ("name", mark["name"]) if alone or not mark["css"] else ("css", mark["css"])


def _section(key: str, choice: Choice, below: Any, marks: Sequence[Mark]) -> Written | None:
    if choice.how == "absent":
        return None
    return {key: _control(choice, below.get(key) if isinstance(below, Mapping) else None, marks)}


def _composer(
    new: Mapping[str, Any], below: Mapping[str, Any], made: Mapping[str, Choice], marks: Sequence[Mark]
) -> Written:
    composer, under = dict(new.get("composer") or {}), below.get("composer") or {}
    if choice := made.get("composer"):
        composer.pop("label", None)
        composer["field"] = _control(choice, under.get("field"), marks)
    if choice := made.get("composer.send"):
        composer["send"] = None if choice.how == "absent" else _control(choice, under.get("send"), marks)
    return composer


def _form(
    new: Mapping[str, Any],
    below: Mapping[str, Any],
    submit: Choice | None,
    fields: Sequence[FieldChoice] | None,
    marks: Sequence[Mark],
) -> Written | None:
    if (submit and submit.how == "absent") or (fields is not None and not any(one.value for one in fields)):
        return None
    form, under = dict(new.get("prechat") or {}), below.get("prechat") or {}
    if fields is not None:
        form["fields"] = [
            {"field": _control(_tidy(one.choice), None, marks), "value": one.value}
            for one in fields
            if one.value
        ]
    if submit:
        form["submit"] = _control(submit, under.get("submit"), marks)
    return form


def _messages(given: Mapping[str, str]) -> Written:
    messages: Written = {}
    for part, css in given.items():
        head, _, key = part.rpartition(".")
        if css:
            (messages.setdefault(head, {}) if head else messages)[key] = css
    return messages
