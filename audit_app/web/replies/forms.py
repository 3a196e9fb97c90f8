"""Who wrote a reply, and how good it was."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import ClassVar, cast

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from audit_app.domain.replies.quality import Rubric, RubricItem, Share
from audit_app.services.replies.ratings import LONGEST_NOTE
from audit_app.web.probe_words import SHARES
from audit_app.web.query_args import LARGEST_ID

ITEM = "item_"


class DecisionForm(FlaskForm):
    """Who wrote a reply; `seen` is how many decisions there were when the page was opened."""

    verdict = RadioField(
        "Who wrote this reply?",
        choices={"person": "A person", "automatic": "Automatic"},
        validators=[InputRequired("Choose who wrote this reply.")],
    )
    seen = IntegerField(widget=HiddenInput(), validators=[NumberRange(0, LARGEST_ID)])


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
