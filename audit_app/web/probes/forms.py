"""What the pages of probes take in: filters, decisions, ratings, and where a mail belongs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import ClassVar, TypeVar, cast

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from audit_app.domain.replies.quality import Rubric, RubricItem, Share
from audit_app.models import ChannelName
from audit_app.services.probes.list import Kind, ProbeFilter
from audit_app.services.replies.ratings import LONGEST_NOTE
from audit_app.web.arguments import day_in, number_in
from audit_app.web.probes.words import SHARES

Word = TypeVar("Word", bound=StrEnum)

LARGEST_ID = 2**31 - 1
ITEM = "item_"


def read_filter(arguments: MultiDict[str, str]) -> tuple[ProbeFilter, list[str]]:
    """The filters of the list of probes, and a sentence for each that cannot be used and is left out."""
    problems: list[str] = []
    monday, sunday = _week(arguments.get("week", ""), problems)
    first, last = (
        day_in(arguments.get("from", ""), "probes", problems),
        day_in(arguments.get("to", ""), "probes", problems),
    )
    wanted = ProbeFilter(
        words=arguments.get("q", "").strip()[:100],
        location=arguments.get("location", "").strip(),
        region=arguments.get("region", "").strip(),
        channel=_word(ChannelName, arguments.get("channel", ""), "channel", problems),
        campaign=number_in(arguments.get("campaign", "")),
        kind=_word(Kind, arguments.get("outcome", ""), "outcome", problems),
        first_day=max(filter(None, (first, monday)), default=None),
        last_day=min(filter(None, (last, sunday)), default=None),
        order="response" if arguments.get("sort") == "response" else "sent",
        descending="sort" not in arguments or arguments.get("descending") == "yes",
    )
    if wanted.first_day and wanted.last_day and wanted.first_day > wanted.last_day:
        problems.append("The first day is after the last one, so nothing can be found. Exchange the two.")
    return wanted, problems


def _word(kind: type[Word], text: str, called: str, problems: list[str]) -> Word | None:
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        problems.append(f"“{text[:30]}” is no {called}. Choose one from the list.")
        return None


def _week(text: str, problems: list[str]) -> tuple[date | None, date | None]:
    """Monday and Sunday of a week written as 2026-W47 (ISO 8601)."""
    if not text:
        return None, None
    try:
        year, number = text.split("-W")
        monday = date.fromisocalendar(int(year), int(number), 1)
        sunday = monday + timedelta(days=6)
    except (ValueError, OverflowError):
        problems.append(f"“{text[:20]}” is no week. Choose one from the list, or write it as 2026-W47.")
        return None, None
    if not 1971 <= monday.year <= 9000:
        problems.append(f"There are no probes in the year {monday.year}. Check the week.")
        return None, None
    return monday, sunday


class DecisionForm(FlaskForm):
    """Who wrote a reply; `seen` is how many decisions there were when the page was opened."""

    verdict = RadioField(
        "Who wrote this reply?",
        choices={"person": "A person", "automatic": "A machine"},
        validators=[InputRequired("Choose who wrote this reply.")],
    )
    seen = IntegerField(widget=HiddenInput(), validators=[NumberRange(0, LARGEST_ID)])


class AnyForm(FlaskForm):
    """A form of one button; carries the token against forged requests."""


class AssignForm(FlaskForm):
    """Which probe a mail answers."""

    probe = IntegerField(
        "Number of the probe",
        validators=[
            InputRequired("Enter the number of the probe, for example 17."),
            NumberRange(1, LARGEST_ID, "Enter the number of a probe, for example 17."),
        ],
    )


class RatingForm(FlaskForm):
    """One choice for each item of a rubric, and a note; `rating_form` makes the form of one rubric."""

    rubric: ClassVar[Rubric]

    note = TextAreaField(
        "Note",
        description="What others should know about this rating.",
        validators=[Length(max=LONGEST_NOTE, message=f"Shorten the note to {LONGEST_NOTE} characters.")],
    )
    confirmed = BooleanField("I have checked the suggestions that I left as they are")
    replaces = HiddenField()
    """The moment of the rating that is to be replaced, once that was confirmed."""
    suggested: Mapping[str, Share] = {}
    """What the rules suggest for each item; what a person leaves so has to be confirmed."""

    def validate_confirmed(self, field: BooleanField) -> None:
        """Refuse suggestions that nobody says to have checked."""
        kept = sum(self.items[key] == share for key, share in self.suggested.items())
        if kept and not field.data:
            left = "1 suggestion" if kept == 1 else f"{kept} suggestions"
            raise ValidationError(f"You left {left} as the rules made them. Check them, and tick the box.")

    @property
    def items(self) -> dict[str, str]:
        """What was chosen for each item of the rubric."""
        return {item.key: self[ITEM + item.key].data for item in self.rubric.items}

    def rows(self) -> list[tuple[RadioField, int]]:
        """The field of each item with the points it is worth."""
        return [(self[ITEM + item.key], item.points) for item in self.rubric.items]


@cache
def rating_form(rubric: Rubric) -> type[RatingForm]:
    """The form that asks for the items of `rubric`, in their order."""
    fields = {ITEM + item.key: _choice(item, first=not place) for place, item in enumerate(rubric.items)}
    return cast(type[RatingForm], type("RatingForm", (RatingForm,), {"rubric": rubric, **fields}))


def _choice(item: RubricItem, first: bool) -> RadioField:
    checks: list[object] = [InputRequired(f"Choose for “{item.label}”.")]
    return RadioField(
        item.label,
        choices={share.value: SHARES[share] for share in Share},
        # Said once, at the first item, for it is about all of them.
        validators=[*checks, _some_applies] if first else checks,
    )


def _some_applies(form: RatingForm, field: RadioField) -> None:
    """Refuse a rating in which nothing that earns points applies."""
    earning = [form[ITEM + item.key].data for item in form.rubric.items if item.points > 0]
    if all(chosen == Share.NOT_APPLICABLE for chosen in earning):
        raise ValidationError("At least one item that earns points must apply.")
