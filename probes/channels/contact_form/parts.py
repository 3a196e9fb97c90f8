"""Which of a page's forms is the contact form, and which of its buttons sends it. Touches no page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.channels.contact_form.fields import Meaning, Reader
from probes.channels.contact_form.scan import Button, Field, FrameAndForm, Snapshot
from probes.forms.mapping import Mapping
from probes.forms.words import Words, has_phrase, plain

WEIGHTS: dict[Meaning, int] = {
    "message": 6, "topic": 3, "subject": 3, "email": 2, "name": 2, "first_name": 2, "last_name": 1, "phone": 1,
    "order_number": 1, "consent": 1, "newsletter": -2, "contact_by": 1,
}  # fmt: skip
LEAST_WEIGHT = 3
"""A lone address (a newsletter's sign-up) or a search box is no contact form."""
LONGEST_BUTTON = 60
"""Characters of what stands on a button; longer ones are texts."""
TYPED_LINES = ("text", "email", "tel")
WAYS: tuple[Literal["send", "next"], ...] = ("send", "next")
JUST_OK = ("^ok", "^ок")
"""What beside a lone address more often orders a newsletter than leads to a next question."""


@dataclass(frozen=True)
class ContactForm:
    """The fields of one form that show, or would."""

    place: FrameAndForm
    fields: tuple[Field, ...]

    def group_of(self, field: Field) -> list[Field]:
        """Return the radio buttons or boxes that belong together with this one; nothing for other fields."""
        return [each for each in self.fields if field.group >= 0 and each.group == field.group]


def contact_form(snapshot: Snapshot, reader: Reader, begun: FrameAndForm | None = None) -> ContactForm | None:
    """Pick the form that looks most like one for writing to the company, or None if none does.

    One that was `begun` is also known by a lone question of any kind beside a button that leads on or sends.
    """
    places = dict.fromkeys(field.place for field in snapshot.fields if field.visible)
    forms = [
        ContactForm(place, tuple(field for field in snapshot.fields if field.place == place))
        for place in places
        if place not in snapshot.searches
    ]
    weights = {form.place: _weight(form, snapshot, reader, begun) for form in forms}
    best = max(forms, key=lambda form: weights[form.place], default=None)
    return best if best is not None and weights[best.place] >= LEAST_WEIGHT else None


def confirmation(snapshot: Snapshot, reader: Reader) -> ContactForm | None:
    """Find the step that shows our message once more, without fields, and asks whether to send it."""
    shown = plain(" ".join(snapshot.lines))
    if any(plain(text) not in shown for text in reader.answers.for_meaning("message")):
        return None
    sends = (
        each
        for each in snapshot.buttons
        if each.visible and each.proper and _says("send", each, reader.words)
    )
    return next((ContactForm(each.place, ()) for each in sends), None)


def step_after(
    snapshot: Snapshot, reader: Reader, before: Snapshot, place: FrameAndForm
) -> ContactForm | None:
    """Find the step that came instead of the form at `place`: questions that nobody saw before, or all shown once more."""
    seen = {field.looks for field in before.fields if field.visible}
    fresh = [field for field in snapshot.fields if field.visible and field.looks not in seen]
    for there in sorted({field.place for field in fresh} - snapshot.searches, key=lambda each: each != place):
        fields = tuple(field for field in snapshot.fields if field.place == there)
        if any(reader.says((*each.words, each.legend), "newsletter") for each in fields if each in fresh):
            continue
        if _has_way_on(there, snapshot, reader.words):
            return ContactForm(there, fields)
    return confirmation(snapshot, reader)


def _has_way_on(place: FrameAndForm, snapshot: Snapshot, words: Sequence[Words]) -> bool:
    own = [each for each in snapshot.buttons if each.visible and each.place == place]
    return any(_says("send", each, words) or _says("next", each, words) for each in own)


def _weight(form: ContactForm, snapshot: Snapshot, reader: Reader, begun: FrameAndForm | None) -> int:
    """Weigh what a form asks for; what shows only in later steps counts too, and so does a way on to them."""
    asked = [field for field in form.fields if field.kind != "search"]
    if any(field.kind == "password" and field.visible for field in asked):
        return 0
    mapped = sum(3 for field in asked if reader.mapping.field_for(field.words))
    meanings = {reader.meaning_of(field) for field in asked}
    weight = mapped + sum(WEIGHTS.get(meaning, 0) for meaning in meanings)
    own = [each for each in snapshot.buttons if each.visible and each.place == form.place]
    onwards = [each for each in own if _says("next", each, reader.words)]
    if meanings == {"email"} and not _tells_of_enter(snapshot, reader.words):
        onwards = [each for each in onwards if not has_phrase(each.name, JUST_OK)]
    by_key = not own and _leads_on_by_key(snapshot, form, reader.words)
    goes_on = begun == form.place and (
        _has_way_on(form.place, snapshot, reader.words)
        or any(field.visible and field.kind == "radio" for field in asked)  # to choose is to go on
    )
    return weight + LEAST_WEIGHT if goes_on or (weight > 0 and (onwards or by_key)) else weight


def button_to(
    what: Literal["send", "next"],
    snapshot: Snapshot,
    form: ContactForm,
    words: Sequence[Words],
    mapping: Mapping,
) -> Button | None:
    """Find the button that sends the form, or that leads to its next step; the form's own before those outside it.

    A button that says nothing we know sends the form if it is the only one that submits it.
    """
    shown = [each for each in snapshot.buttons if each.visible and 0 <= len(each.name) <= LONGEST_BUTTON]
    last = max((field.order for field in form.fields if field.visible), default=0)
    # What stands below the fields belongs to them more than what stands in the page's head.
    shown.sort(key=lambda each: (not each.proper, each.order < last, each.order))
    own = [each for each in shown if each.place == form.place]
    near = [each for each in shown if each.where[0] == form.place[0] and each.form == -1 and each not in own]
    exact = mapping.send if what == "send" else mapping.next
    if exact:
        return next((each for each in (*own, *near) if plain(each.name) == plain(exact)), None)
    for each in (*own, *near):
        if _says(what, each, words) and not (what == "send" and _says("next", each, words)):
            return each
    submits = [each for each in own if each.submits and not _says("next", each, words)]
    return submits[0] if what == "send" and len(submits) == 1 else None


@dataclass(frozen=True)
class Ways:
    """What a step can be left by: what sends the form, and what leads on, which may send it for all one can know."""

    send: Button | None
    onwards: Button | Field | None
    enter: Field | None
    """The field in which the Enter key sends a form without a button."""

    @property
    def to_send(self) -> Button | Field | None:
        """What to press once everything is filled in."""
        if self.send is not None and (self.send.enabled or self.onwards is None):
            return self.send
        return self.onwards or self.enter


def ways_from(snapshot: Snapshot, form: ContactForm, reader: Reader) -> Ways:
    """Find the ways from one step of a form."""
    send, onwards = (button_to(way, snapshot, form, reader.words, reader.mapping) for way in WAYS)
    by_key = _leads_on_by_key(snapshot, form, reader.words) if send is onwards is None else None
    return Ways(send, onwards or by_key, field_to_enter(form))


def _leads_on_by_key(snapshot: Snapshot, form: ContactForm, words: Sequence[Words]) -> Field | None:
    """Find the one question that a page shows, where it says that the Enter key leads on from it."""
    shown = [field for field in snapshot.fields if field.visible and field.kind != "search"]
    alone = len(shown) == 1 and shown[0] in form.fields and shown[0].kind in TYPED_LINES
    return shown[0] if alone and _tells_of_enter(snapshot, words) else None


def _tells_of_enter(snapshot: Snapshot, words: Sequence[Words]) -> bool:
    return any(has_phrase(line, each.buttons.enter) for line in snapshot.lines for each in words)


def sends_later(snapshot: Snapshot, form: ContactForm, words: Sequence[Words]) -> bool:
    """Tell whether the button that sends the form is in it already and only does not show yet, so that none before it sends."""
    own = (each for each in snapshot.buttons if each.place == form.place and form.place[1] >= 0)
    return any(not each.visible and _says("send", each, words) for each in own)


def field_to_enter(form: ContactForm) -> Field | None:
    """Find the field in which the Enter key sends a form that shows no button for it."""
    lines = [field for field in form.fields if field.visible and field.kind in TYPED_LINES]
    return lines[-1] if lines and form.place[1] >= 0 else None


def _says(what: Literal["send", "next"], button: Button, words: Sequence[Words]) -> bool:
    return any(
        has_phrase(button.name, each.buttons.send if what == "send" else each.buttons.next) for each in words
    )
