"""Decides what a field is and what goes into it, by what a person reads beside it. Touches no page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, cast, get_args

from probes.channels.contact_form.choices import best_option, is_unchosen
from probes.channels.contact_form.name_parts import name_parts
from probes.channels.contact_form.persona import Answers, day_for, in_shape
from probes.channels.contact_form.scan import Field, Option
from probes.forms.mapping import Mapping as FormMapping
from probes.forms.words import FieldMeaning, Words, has_phrase, plain

Meaning: TypeAlias = FieldMeaning | Literal["consent", "newsletter", "trap", "captcha", ""]
BY_AUTOCOMPLETE: dict[str, FieldMeaning] = {
    "name": "name", "given-name": "first_name", "family-name": "last_name", "email": "email", "tel": "phone",
    "tel-national": "phone", "organization": "company", "street-address": "street", "address-line1": "street",
    "postal-code": "postcode", "address-level2": "city", "country": "country", "country-name": "country",
    "honorific-prefix": "salutation",
}  # fmt: skip
BY_KIND: dict[str, FieldMeaning] = {"email": "email", "tel": "phone", "textarea": "message"}
ALWAYS_ANSWERED: frozenset[Meaning] = frozenset(
    {"name", "first_name", "last_name", "email", "subject", "message", "topic", "contact_by"}
)
CHOICES = frozenset({"select", "radio", "dropdown"})
CHOSEN_ANYWAY: frozenset[Meaning] = frozenset({"topic", "contact_by", "country"})
"""Choices that matter to the message or to where the answer goes, even if the form has one ready."""
DATES = frozenset({"date", "datetime-local", "month", "time"})
NEVER_ANSWERED = frozenset({"search", "password", "color", "range"})
SUM = re.compile(
    r"(?<!\d)\d++\s*+(?:[+×*]\s*+\d++\s*+(?:=|\?|$)|[-x−–]\s*+\d++\s*+[=?])|\w\s*+=\s*+\??+\s*+[*＊]?+\s*+$"
)
"""A sum to solve, in digits or in words."""
STAR = re.compile(r"[*＊]\s*+:?+\s*+$|^\s*+[*＊]")


@dataclass(frozen=True)
class Entry:
    """What is to be done with one field. `values` are notations of the same thing, the usual one first."""

    field: Field
    meaning: Meaning
    action: Literal["type", "choose", "tick", "untick", "open", "pick", "attach"]
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reader:
    """Reads fields in the light of some languages, one persona and one form's mapping."""

    words: Sequence[Words]
    answers: Answers
    mapping: FormMapping
    name_parts: Mapping[tuple[int, int], FieldMeaning] = field(default_factory=dict)
    """Which fields of the form at hand take one part of the name, though their label alone does not say so."""

    def within(self, fields: Sequence[Field]) -> Reader:
        """Return a reader that knows the other fields of the form: where one takes the first name, *Name* is the last."""
        return replace(self, name_parts=name_parts([each for each in fields if each.visible], self.said_by))

    def meaning_of(self, field: Field) -> Meaning:
        """Say what a field is for: by autocomplete, then by what stands beside it, then by its type."""
        if part := self.name_parts.get(field.where):
            return part
        warning = " ".join((*field.words, field.legend))
        if any(has_phrase(warning, words.boxes.leave_empty) for words in self.words):
            return "trap"
        if SUM.search(plain(field.label or field.nearby)) or self.says(field.words, "captcha"):
            return "captcha"
        if field.kind == "checkbox":
            return self._box(field)
        known = BY_AUTOCOMPLETE.get(field.autocomplete.split(" ")[-1].lower())
        return known or self._by_type(field) or self._by_words(field) or BY_KIND.get(field.kind) or ""

    def _box(self, field: Field) -> Meaning:
        texts = (*field.words, field.legend)
        if self.says(texts, "newsletter"):
            return "newsletter"
        return "consent" if self.says(texts, "consent") else ""

    def _by_type(self, field: Field) -> FieldMeaning | None:
        # Types that leave no doubt; a phrase such as "e-mail or order number" would only mislead.
        return BY_KIND.get(field.kind) if field.kind in ("email", "tel") else None

    def _by_words(self, field: Field) -> FieldMeaning | None:
        # What stands beside a radio button is its own choice; what is asked stands above the group.
        names = (field.legend,) if field.kind == "radio" else (*field.words, field.legend)
        return next((found for name in names if name and (found := self._named(field, name))), None)

    def _named(self, field: Field, name: str) -> FieldMeaning | None:
        meaning = self.said_by(field.kind, name)
        return "name" if meaning == "full_name" else meaning

    def said_by(self, kind: str, text: str) -> FieldMeaning | None:
        """Say what one text beside a field of some kind asks for, a whole name (`full_name`) told from a bare *Name*."""
        for words in self.words:
            for meaning, phrases in words.fields.items():
                if _fits(kind, meaning) and has_phrase(text, phrases):
                    return meaning
        return None

    def says(
        self, texts: Iterable[str], which: Literal["newsletter", "consent", "captcha", "required"]
    ) -> bool:
        """Tell whether texts beside a field, or on the page, speak of one of these."""
        text = " ".join(texts)
        return any(has_phrase(text, getattr(words.boxes, which)) for words in self.words)

    def is_required(self, field: Field) -> bool:
        """Tell whether the form insists on a field: by its markup, a star or a word beside it."""
        names = (*field.words, field.legend)
        marked = any(STAR.search(name) for name in names)
        return field.required or field.marked_wrong or marked or self.says(names, "required")

    def is_out_of_reach(self, field: Field) -> bool:
        """Tell whether the form insists on a field that is empty and that nobody can type into."""
        typed = field.kind in ("text", "tel", "email", "textarea") and not field.value
        return (
            typed
            and field.visible
            and field.enabled
            and field.read_only
            and not self.mapping.field_for(field.words)
            and (self.is_required(field))
        )

    def is_left_open(self, field: Field) -> bool:
        """Tell whether the form insists on a choice of its own making, and none has been made."""
        shown = field.kind == "dropdown" and field.visible and field.enabled
        mapped = self.mapping.field_for(field.words)
        return shown and not mapped and self.is_required(field) and not self._is_chosen(field, ())

    def entry_for(self, field: Field, group: Sequence[Field]) -> Entry | None:
        """Say what is to be done with a field, or None: it is filled in already, or better left alone.

        `group` are the radio buttons that belong together. An entry of action `open` is a custom dropdown, whose
        choices only show when it is opened; `pick` is a day in a calendar, `attach` a file; one of action `type`
        without values is a question without an answer.
        """
        if not field.visible or not field.enabled or field.kind in NEVER_ANSWERED:
            return None
        mapped = self.mapping.field_for(field.words)
        if mapped is not None:
            return None if mapped.leave else self._mapped(field, mapped.value, group)
        meaning = self.meaning_of(field)
        if meaning in ("trap", "captcha"):
            return None
        if field.kind == "checkbox":
            return self._tick(field, meaning, group)
        if meaning not in ALWAYS_ANSWERED and not any(self.is_required(each) for each in (field, *group)):
            return None
        if field.kind == "file":
            return None if field.value else Entry(field, meaning, "attach")
        return self._choose(field, meaning, group) if field.kind in CHOICES else self._type(field, meaning)

    def _mapped(self, field: Field, value: str, group: Sequence[Field]) -> Entry | None:
        meaning = value.strip("{}") if value.startswith("{") else ""
        if meaning in get_args(FieldMeaning):
            known = cast("FieldMeaning", meaning)
            return self._choose(field, known, group) if field.kind in CHOICES else self._type(field, known)
        if field.kind == "checkbox":
            return _unless_done(field, "tick" if value.lower() in ("yes", "true") else "untick")
        if field.kind in CHOICES:
            return self._pick(field, "", group, (value,))
        return Entry(field, "", "type", (value,)) if field.value != value else None

    def _tick(self, field: Field, meaning: Meaning, group: Sequence[Field]) -> Entry | None:
        if meaning == "consent" or (
            self.is_required(field) if len(group) < 2 else self._is_starred(field, group)
        ):
            return _unless_done(field, "tick", meaning)
        if meaning == "newsletter":
            return _unless_done(field, "untick", meaning)
        return self._tick_one(field, group) if self._insists_on_one(group) else None

    def _is_starred(self, field: Field, group: Sequence[Field]) -> bool:
        """Tell whether the form insists on this one box of a group; what is said of each is meant of one of them, if they have a title."""
        starred = [each.required or any(STAR.search(name) for name in each.words) for each in group]
        one_of_all = all(starred) and bool(field.legend)
        return not one_of_all and (field.required or any(STAR.search(name) for name in field.words))

    def _insists_on_one(self, group: Sequence[Field]) -> bool:
        title = next((each.legend for each in group if each.legend), "")
        told = bool(STAR.search(title)) or self.says((title,), "required")
        return told or any(each.group_required or each.required or each.marked_wrong for each in group)

    def _tick_one(self, field: Field, group: Sequence[Field]) -> Entry | None:
        """Tick the box of a group that fits best, where none is ticked yet."""
        free = [each for each in group if each.visible and each.enabled and not self._box(each)]
        if not free or any(each.checked for each in free):
            return None
        chosen = self.choice([each.name for each in free], "topic")
        return _unless_done(field, "tick", "topic") if field.name == chosen else None

    def _choose(self, field: Field, meaning: Meaning, group: Sequence[Field]) -> Entry | None:
        """A choice that is made already is changed only where another fits the message better."""
        if self._is_chosen(field, group) and (field.kind == "dropdown" or meaning not in CHOSEN_ANYWAY):
            return None
        return self._pick(field, meaning, group, ())

    def _pick(
        self, field: Field, meaning: Meaning, group: Sequence[Field], exactly: tuple[str, ...]
    ) -> Entry | None:
        if field.kind == "dropdown":
            return Entry(field, meaning, "open", exactly)
        texts = self._texts(field, group)
        chosen = self.choice(texts, meaning, exactly or self._agreement(field, texts))
        if chosen is None:
            return None
        if field.kind == "radio":
            return _unless_done(field, "tick", meaning) if field.name == chosen else None
        now = next((option.text for option in field.options if option.value == field.value), "")
        return Entry(field, meaning, "choose", (chosen,)) if now != chosen else None

    def _texts(self, field: Field, group: Sequence[Field]) -> list[str]:
        if field.kind == "radio":
            return [each.name for each in group if each.visible and each.enabled]
        real = (each for each in field.options if each.enabled and not is_unchosen(each, self.words))
        return [each.text for each in real]

    def choice(self, texts: Sequence[str], meaning: Meaning, exactly: Sequence[str] = ()) -> str | None:
        """Choose among options by what the message is about; see `best_option`."""
        if meaning == "country":
            exactly = self._our_country(texts)
        return best_option(texts, self.answers.about, self.words, exactly, by_email=meaning == "contact_by")

    def _agreement(self, field: Field, texts: Sequence[str]) -> tuple[str, ...]:
        """Find the yes to what has to be agreed to; a no is often the same words and one more."""
        asked = (field.legend,) if field.kind == "radio" else field.words
        if not self.says(asked, "consent") or self.says(asked, "newsletter"):
            return ()
        yes = [phrase for words in self.words for phrase in words.buttons.confirm]
        agreed = [text for text in texts if self.says((text,), "consent") or has_phrase(text, yes)]
        return tuple(sorted(agreed, key=len))

    def _our_country(self, texts: Sequence[str]) -> tuple[str, ...]:
        """Find what begins with the country's name too: in lists of dialling codes a number stands behind it."""
        names = self.answers.for_meaning("country")
        begins = (
            text for name in names for text in texts if re.match(rf"{re.escape(plain(name))}\b", plain(text))
        )
        return (*names, *begins)

    def asks_to_choose(self, text: str) -> bool:
        """Tell whether a choice is none, but only the invitation to make one."""
        return is_unchosen(Option(text, text), self.words)

    def _is_chosen(self, field: Field, group: Sequence[Field]) -> bool:
        if field.kind == "radio":
            return any(each.checked for each in group)
        if field.kind == "dropdown":
            return not is_unchosen(Option(field.value.removeprefix(field.label), field.value), self.words)
        now = next((option for option in field.options if option.value == field.value), None)
        return now is not None and not is_unchosen(now, self.words)

    def _type(self, field: Field, meaning: Meaning) -> Entry | None:
        values = self._values(field, meaning)
        if field.read_only:  # filled in by the page itself, or by a calendar
            pick = meaning == "date" and not field.value
            return Entry(field, meaning, "pick", values) if pick else None
        if field.value and field.valid and not field.marked_wrong and _same(field.value, values):
            return None
        return Entry(field, meaning, "type", values)

    def _values(self, field: Field, meaning: Meaning) -> tuple[str, ...]:
        if field.kind in DATES:
            return (day_for(field.kind, self.answers.day, field.least, field.most),)
        # A topic that is to be typed is a subject.
        values = self.answers.for_meaning("subject" if meaning == "topic" else meaning)
        shaped = in_shape(self.answers.day, field.placeholder) if meaning == "date" else ""
        return (shaped, *values) if shaped else values


def _unless_done(field: Field, action: Literal["tick", "untick"], meaning: Meaning = "") -> Entry | None:
    return Entry(field, meaning, action) if field.checked != (action == "tick") else None


def _same(value: str, values: Sequence[str]) -> bool:
    def bare(text: str) -> str:
        return re.sub(r"[\W_]+", "", text).casefold()

    return bare(value) in {bare(each) for each in values}


def _fits(kind: str, meaning: FieldMeaning) -> bool:
    """A choice is never a name, and a typed field never asks which of several."""
    if kind in CHOICES:
        return meaning in ("topic", "subject", "country", "salutation", "contact_by", "shop", "message")
    if kind == "textarea":
        return meaning in ("message", "street")
    return meaning not in ("contact_by", "salutation")
