"""The forms of scenarios and of their wordings."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField

from audit_app.models import Scenario, Wording
from audit_app.models.campaign import WordingPurpose
from audit_app.services.campaigns.personas import languages
from audit_app.services.campaigns.scenarios import ScenarioEntry, WordingEntry
from audit_app.services.probes.channels import supported
from audit_app.web.edit_conflicts import OpenedForm
from audit_app.web.presentation import CHANNEL_WORDS


class ScenarioForm(OpenedForm):
    """What is asked."""

    title = StringField(
        "What is asked", description="For lists and results, such as “Return without a receipt”."
    )
    complaint = BooleanField(
        "It is a complaint",
        description="Answers are then also rated by ownership, solution and compensation.",
    )

    asks_for_person = BooleanField(
        "Ask a chat’s bot for a person",
        description="When a bot answers, its customer asks for a person, at most twice. Without it nothing more is said.",
        default=True,
    )

    @property
    def entry(self) -> ScenarioEntry:
        """What was entered, as the services take it."""
        return ScenarioEntry(
            title=self.title.data or "",
            complaint=bool(self.complaint.data),
            asks_for_person=bool(self.asks_for_person.data),
        )


class WordingForm(OpenedForm):
    """One way to ask it."""

    channel = RadioField(
        "Sent by",
        choices=lambda: [(name.value, CHANNEL_WORDS[name]) for name in supported()],
        description="A contact form without wordings of its own is given those for e-mail.",
        validate_choice=False,
    )
    purpose = RadioField(
        "What it is for",
        choices=lambda: [
            (WordingPurpose.OPENING.value, "It begins the conversation"),
            (WordingPurpose.ASK_FOR_PERSON.value, "It asks a chat’s bot for a person"),
        ],
        default=WordingPurpose.OPENING.value,
        validate_choice=False,
    )
    language = SelectField(
        "Language",
        description="Personas of this language write it.",
        validate_choice=False,
    )
    subject = StringField("Subject", description="Not for a chat.")
    text = TextAreaField(
        "Text",
        description="{name} becomes the persona's name, {location} the name of the location.",
    )

    def offer(self) -> None:
        """Set the languages that can be chosen; one that a script entered stays among them."""
        spoken = self.language.data
        known = languages() if not spoken else {spoken: languages().get(spoken, spoken)} | languages()
        self.language.choices = list(known.items())

    @property
    def entry(self) -> WordingEntry:
        """What was entered, as the services take it."""
        return WordingEntry(
            channel=self.channel.data or "",
            language=self.language.data or "",
            subject=self.subject.data or "",
            text=self.text.data or "",
            purpose=self.purpose.data or "",
        )


def entered_about(scenario: Scenario | None) -> dict[str, Any]:
    """What the form shows before anything is changed."""
    shown = ("title", "complaint", "asks_for_person")
    return {name: getattr(scenario, name) for name in shown} if scenario else {}


def entered_wording(scenario: Scenario, wording: Wording | None) -> dict[str, Any]:
    """What the form of a wording shows at first: for a new one the channel and language of the last."""
    if wording is not None:
        shown = ("channel", "purpose", "language", "subject", "text")
        return {name: getattr(wording, name) for name in shown}
    last = scenario.wordings[-1] if scenario.wordings else None
    return {"channel": last.channel if last else "email", "language": last.language if last else "en"}
