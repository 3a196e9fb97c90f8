"""Tells which fields take the first name and which the last, where one label stands above both. Touches no page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from probes.channels.contact_form.scan import Field
from probes.forms.words import FieldMeaning

SaidBy = Callable[[str, str], FieldMeaning | None]
"""Says what a text beside a field of some kind asks for."""
OTHER_PART: dict[FieldMeaning, FieldMeaning] = {"first_name": "last_name", "last_name": "first_name"}
LONGEST_PART = 20
"""Characters of what names a part below a label; a longer text explains something."""
NEAR = 2
"""How many typed fields apart the two parts of a name may stand."""


def name_parts(fields: Sequence[Field], said_by: SaidBy) -> dict[tuple[int, int], FieldMeaning]:
    """Say for each field whose label is only *Name*, or nothing, which part of the name it takes, by `Field.where`.

    What stands below it decides (*First*), or else the field beside it: where that takes one part, this takes the other.
    """
    typed = [each for each in fields if each.kind == "text" and not each.autocomplete]
    labelled = [_labelled(each, said_by) for each in typed]
    parts = [_part_below(each, label, said_by) or label for each, label in zip(typed, labelled, strict=True)]
    for at, label in enumerate(labelled):
        if parts[at] == "name" and label == "name":
            parts[at] = _other_part(parts, at) or "name"
    return {
        each.where: part
        for each, label, part in zip(typed, labelled, parts, strict=True)
        if part in OTHER_PART and part != label
    }


def _labelled(field: Field, said_by: SaidBy) -> FieldMeaning | None:
    found = (said_by(field.kind, text) for text in (*field.words, field.legend) if text)
    return next((meaning for meaning in found if meaning), None)


def _part_below(field: Field, label: FieldMeaning | None, said_by: SaidBy) -> FieldMeaning | None:
    if label not in (None, "name", *OTHER_PART):
        return None
    texts = [
        each
        for each in (*field.hints, field.placeholder, field.aria, field.title)
        if len(each) <= LONGEST_PART
    ]
    said = (said_by(field.kind, text) for text in texts if text)
    return next((meaning for meaning in said if meaning in OTHER_PART), None)


def _other_part(parts: Sequence[FieldMeaning | None], at: int) -> FieldMeaning | None:
    """Return what the one neighbour that takes a part of the name leaves over; None where both parts are taken."""
    taken = {part for part in parts if part in OTHER_PART}
    near = [part for part in parts[max(0, at - NEAR) : at + NEAR + 1] if part in OTHER_PART]
    alone = [part for part in parts if part == "name"] == ["name"]
    return OTHER_PART[near[0]] if near and len(taken) == 1 and alone and near[0] else None
