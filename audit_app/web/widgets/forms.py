"""The forms of the pages that teach a chat; those of a try have fields for what was found on its screens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from audit_app.models import WidgetTrial
from audit_app.services.entry.fields import InvalidFields
from audit_app.services.widgets import findings
from audit_app.services.widgets.corrections import LONGEST, Correction
from audit_app.web.widgets import words


def _trimmed(text: str | None) -> str:
    return (text or "").strip()


def _options(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


class PageForm(FlaskForm):
    """The page that has the chat, and what kind of chat it is."""

    address = StringField(
        "Address of the page",
        description="A page of the company on which customers find the chat, with https://.",
        validators=[DataRequired("Enter the address of the page.")],
        filters=[_trimmed],
    )
    widget = SelectField(
        "What it looks like",
        description="Leave it to the page unless you know whose chat it is.",
        choices=lambda: _options(findings.page_choices()),
    )


class AgainForm(FlaskForm):
    """The page on which a stored adapter is tried again."""

    address = StringField(
        "Address of the page", validators=[DataRequired("Enter the address of the page.")], filters=[_trimmed]
    )


class FileForm(FlaskForm):
    """A description as text."""

    text = TextAreaField("Description", validators=[DataRequired("Enter the description.")])


class StoreForm(FlaskForm):
    """The name by which touchpoints will name an adapter."""

    name = StringField(
        "Name",
        description="Small letters, digits and hyphens. Touchpoints name the chat by it; it cannot be changed later.",
        validators=[DataRequired("Enter a name."), Length(max=40)],
        filters=[_trimmed],
    )


class UseForm(FlaskForm):
    """The touchpoints that are to use an adapter."""

    touchpoints = SelectMultipleField(
        "Touchpoints", coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )


def choice_name(part: str) -> str:
    """The name of the field in which a part is chosen."""
    return "choice_" + part.replace(".", "_")


def value_name(part: str) -> str:
    """The name of the field for own words on a part."""
    return "value_" + part.replace(".", "_")


def message_name(part: str) -> str:
    """The name of the field for one selector of the messages."""
    return "messages_" + part.replace(".", "_")


def field_name(place: str) -> str:
    """The name of the field that says what goes into a field of the form before the chat."""
    return "field_" + place.replace("-", "_")


def touched(form: FlaskForm, part: str) -> bool:
    """Whether something was chosen for a part, or is wrong with it, so that its fields must not be folded away."""
    choice, own = form[choice_name(part)], form[value_name(part)]
    return bool(choice.errors or own.errors or choice.data not in ("keep", None))


class CorrectionForm(FlaskForm):
    """What every try can be corrected in; `correction_form` adds what its screens have."""

    title = StringField("What people call this chat", validators=[Length(max=120)], filters=[_trimmed])
    base = SelectField(
        "What it looks like",
        description="What you do not say here is looked for as in this kind of chat.",
        choices=lambda: _options(findings.bases()),
        validators=[Optional()],
        validate_choice=False,
    )
    own_field = StringField(
        "Another field, by its label", validators=[Length(max=LONGEST)], filters=[_trimmed]
    )
    own_field_value = SelectField("What goes into it", choices=_options(words.VALUES.items()), default="")

    def entered(self, trial: WidgetTrial) -> Correction:
        """What was entered, as the services take it."""
        parts = [
            part.kind.key
            for screen in findings.screens(trial)
            for part in screen.parts
            if part.kind.correctable
        ]
        fields = [one.place for screen in findings.screens(trial) for one in screen.fields]
        return Correction(
            base=self.base.data or "",
            title=self.title.data or "",
            choices={part: (self._text(choice_name(part)), self._text(value_name(part))) for part in parts},
            fields={place: self._text(field_name(place)) for place in fields},
            own_field=(self.own_field.data or "", self.own_field_value.data or ""),
            messages={part: self._text(message_name(part)) for part in findings.MESSAGE_PARTS},
        )

    def _text(self, name: str) -> str:
        return str(self[name].data or "")

    def at_fields(self, error: InvalidFields) -> InvalidFields:
        """The same problems by the names of this form's fields."""
        return InvalidFields({self._field_of(part): sentence for part, sentence in error.problems.items()})

    def _field_of(self, part: str) -> str:
        if part.startswith("messages."):
            return message_name(part.removeprefix("messages."))
        own_words = value_name(part)
        if own_words in self and self._text(choice_name(part)) in findings.OWN:
            return own_words
        return choice_name(part) if choice_name(part) in self else part


def correction_form(trial: WidgetTrial) -> CorrectionForm:
    """The form for one try: a choice for each part of the way, with everything on its screen that could be meant."""
    made: dict[str, Any] = {}
    for screen in findings.screens(trial):
        for part in screen.parts:
            made |= _part_fields(part) if part.kind.correctable else {}
        for one in screen.fields:
            label = f"{one.mark['number']} · {words.mark(one.mark)}"
            made[field_name(one.place)] = SelectField(
                label, choices=_options(words.VALUES.items()), default=one.value
            )
    own, inherited = findings.own_messages(trial), findings.inherited_messages(trial)
    for key, (label, hint) in words.MESSAGES.items():
        made[message_name(key)] = StringField(
            label,
            description=hint,
            default=own.get(key, ""),
            filters=[_trimmed],
            render_kw={"placeholder": inherited.get(key, "")},
        )
    written = findings.written_by(trial)
    form = type("ThisCorrectionForm", (CorrectionForm,), made)
    return cast(
        CorrectionForm, form(data={"title": written.get("name", ""), "base": written.get("extends", "")})
    )


def _part_fields(part: findings.Part) -> Mapping[str, Any]:
    key, label = part.kind.key, words.PARTS[part.kind.key]
    return {
        choice_name(key): SelectField(label, choices=_options(_choices(part)), default="keep"),
        value_name(key): StringField(
            words.OWN_LABELS[len(part.kind.own)], filters=[_trimmed], validators=[Length(max=LONGEST)]
        ),
    }


def _choices(part: findings.Part) -> Sequence[tuple[str, str]]:
    marks = [(place, f"{mark['number']} · {words.mark(mark)}") for place, mark in part.choices]
    absent = [("absent", words.ABSENT[part.kind.key])] if part.kind.may_be_absent else []
    own = [(how, words.OWN[how]) for how in part.kind.own]
    return [("keep", words.keep(part)), *marks, *absent, *own]
