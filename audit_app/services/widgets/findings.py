"""What a dry run found, part by part, with what else could be meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import yaml

from audit_app.models import WidgetTrial
from probes.base import OurFailure
from probes.widgets import teaching
from probes.widgets.files import AUTO, GENERIC, load_widget, widget_names, with_ancestors
from probes.widgets.teaching import Mark

MESSAGE_PARTS = (
    "item", "roles.visitor", "roles.person", "roles.bot", "roles.system", "roles.typing", "author", "text", "time",
)  # fmt: skip
OWN = ("name", "pattern", "css")


@dataclass(frozen=True, slots=True)
class PartKind:
    """One part of the way that can be corrected: what may stand for it, and by which own words."""

    key: str
    marks: tuple[str, ...]
    may_be_absent: bool = True
    own: tuple[str, ...] = OWN

    @property
    def correctable(self) -> bool:
        """Whether one element or a few own words can stand for it."""
        return bool(self.marks)


PARTS = (
    PartKind("consent", ("button",), own=("name",)),
    PartKind("launcher", ("button", "frame"), own=("name", "css")),
    PartKind("frame", ("frame",), own=("css",)),
    PartKind("home.begin", ("button",)),
    PartKind("prechat.submit", ("button",)),
    PartKind("composer", ("field",), may_be_absent=False),
    PartKind("composer.send", ("button",)),
    PartKind("messages", (), may_be_absent=False, own=()),
)
BEFORE_OPENING = ("consent", "launcher")


@dataclass(frozen=True, slots=True)
class Part:
    """One part as a dry run left it; `choices` are the marks that could be meant, by the value that names each."""

    kind: PartKind
    found: str
    """found, missing, unopened (missing, and nothing else opened the chat), later (shows only once a conversation was
    begun) or unreached."""
    does: str = ""
    mark: Mark | None = None
    choices: Sequence[tuple[str, Mark]] = ()


@dataclass(frozen=True, slots=True)
class FormField:
    """A field that could belong to the form before the chat, and what goes into it now."""

    place: str
    mark: Mark
    value: str


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen: its picture, its marks and what was looked for on it."""

    name: str
    picture_id: int | None
    marks: Sequence[Mark]
    parts: Sequence[Part]
    fields: Sequence[FormField]
    found: frozenset[int]
    """The numbers of the marks that a probe would use."""


def bases() -> list[tuple[str, str]]:
    """What a description may extend: the file's name, and what people call it."""
    known = [(name, load_widget(name).name) for name in widget_names() if name != GENERIC]
    return [(GENERIC, load_widget(GENERIC).name), *sorted(known, key=lambda pair: pair[1].casefold())]


def page_choices() -> list[tuple[str, str]]:
    """By what a first try may look for a chat."""
    return [(AUTO, "Find out on the page"), *bases()]


# --- what was found -------------------------------------------------------------------------------------------


def written_by(trial: WidgetTrial) -> dict[str, Any]:
    """The description that was tried, as data; for a try without one, the shortest that says the same."""
    if trial.text:
        written = yaml.safe_load(trial.text)
        return dict(written) if isinstance(written, dict) else {}
    result = trial.result or {}
    known = result.get("adapter") or trial.widget
    base = known if known in widget_names() else GENERIC
    host = urlsplit(trial.page).hostname or trial.page
    title = f"Chat on {host}" if base == GENERIC else f"{load_widget(base).name} on {host}"
    return teaching.begun(base, title)


def text_of(trial: WidgetTrial) -> str:
    """The description of a try as YAML."""
    return trial.text or teaching.as_text(findings(trial))


def used_generic_selectors(trial: WidgetTrial) -> bool:
    """Whether the chat was known only by its looks, so that what was found has still to be tried by lasting signs."""
    return not trial.text and teaching.used_generic_selectors(trial.result or {})


def may_be_stored(trial: WidgetTrial) -> bool:
    """Whether exactly what would be stored was tried, and led to something to write in."""
    return bool(trial.result and trial.result["ready_to_write"]) and not used_generic_selectors(trial)


def inherited_messages(trial: WidgetTrial) -> dict[str, str]:
    """How messages look by what the description extends."""
    return flat(_inherited({"extends": written_by(trial).get("extends", GENERIC)}).get("messages") or {})


def own_messages(trial: WidgetTrial) -> dict[str, str]:
    """How messages look by the description itself, as far as people are asked."""
    written = flat(written_by(trial).get("messages") or {})
    return {part: css for part, css in written.items() if part in MESSAGE_PARTS and css}


def knows_messages(trial: WidgetTrial) -> bool:
    """Whether the description says how messages look, so that a person's answer may be told by itself."""
    return bool((inherited_messages(trial) | own_messages(trial)).get("item"))


def screens(trial: WidgetTrial) -> list[Screen]:
    """The screens of a try in order; whatever belongs to none of them stands on the last."""
    result = trial.result or {"scenes": [], "steps": []}
    pictures = {picture.name: picture.id for picture in trial.pictures}
    scenes: list[Mapping[str, Any]] = result["scenes"]
    steps = {step["part"]: step for step in result["steps"]}
    ready, opened = bool(result.get("ready_to_write")), bool(result.get("way"))
    made: list[Screen] = []
    for place, scene in enumerate(scenes):
        parts = [
            _part(kind, steps.get(kind.key), place, scene, ready, opened)
            for kind in PARTS
            if _scene_of(kind.key, steps, scenes) == place
        ]
        used = [
            step["mark"]["number"]
            for step in result["steps"]
            if step["mark"] and step["scene"] == scene["name"]
        ]
        last = place == len(scenes) - 1
        fields = list(_fields(place, scene, result["steps"])) if last and place else []
        made.append(
            Screen(
                scene["name"], pictures.get(scene["picture"]), scene["marks"], parts, fields, frozenset(used)
            )
        )
    return made


def _scene_of(part: str, steps: Mapping[str, Any], scenes: Sequence[Mapping[str, Any]]) -> int:
    step = steps.get(part)
    names = [scene["name"] for scene in scenes]
    if step and step["scene"] in names:
        return names.index(step["scene"])
    return 0 if part in BEFORE_OPENING else len(scenes) - 1


def _part(
    kind: PartKind,
    step: Mapping[str, Any] | None,
    place: int,
    scene: Mapping[str, Any],
    ready: bool,
    opened: bool,
) -> Part:
    choices = [(f"{place}-{mark['number']}", mark) for mark in scene["marks"] if mark["kind"] in kind.marks]
    if step is None:
        # Where the way led to its end, what was not met on it is not there.
        return Part(kind, "missing" if ready else "unreached", choices=choices)
    unopened = kind.key == "launcher" and step["found"] == "missing" and not opened
    return Part(kind, "unopened" if unopened else step["found"], step["does"], step["mark"], choices)


def _fields(place: int, scene: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> Iterator[FormField]:
    """The fields in the chat; what is typed into the chat's own field is no part of the form."""
    values = {
        step["mark"]["number"]: step["value"] for step in steps if step["mark"] and ".fields." in step["part"]
    }
    composer = {step["mark"]["number"] for step in steps if step["mark"] and step["part"] == "composer"}
    for mark in scene["marks"]:
        if mark["kind"] in ("field", "tick") and mark["in_chat"] and mark["number"] not in composer:
            yield FormField(f"{place}-{mark['number']}", mark, values.get(mark["number"], ""))


def findings(trial: WidgetTrial) -> dict[str, Any]:
    """The description that was tried, with what was found by the chat's looks written down."""
    written = written_by(trial)
    return (
        teaching.proposed(written, trial.result)
        if trial.result and used_generic_selectors(trial)
        else written
    )


def flat(given: Mapping[str, Any], head: str = "") -> dict[str, str]:
    """Nested parts by their place: roles.visitor."""
    found: dict[str, str] = {}
    for key, value in given.items():
        found |= flat(value, f"{head}{key}.") if isinstance(value, Mapping) else {f"{head}{key}": str(value)}
    return found


def _inherited(written: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        laid = with_ancestors(written)
    except OurFailure:
        return {}
    return laid if isinstance(laid, Mapping) else {}
