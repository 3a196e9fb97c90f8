"""The form of a persona."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import SelectField, StringField

from audit_app.models import Campaign, Mailbox, Persona
from audit_app.services.campaigns.personas import PersonaEntry, languages
from audit_app.web.checkboxes import CheckboxesField
from audit_app.web.edit_conflicts import OpenedForm
from audit_app.web.query_args import number_in


class PersonaForm(OpenedForm):
    """Who a probe claims to be."""

    name = StringField(
        "Name", description="Invented, and never that of a real person. Letters are signed with it."
    )
    segment = StringField(
        "Kind of customer", default="newcomer", description="For reading results, such as “regular”."
    )
    language = SelectField(
        "Language",
        default="en",
        description="It writes the wordings of this language.",
        validate_choice=False,
    )
    mailbox = SelectField("Writes from", validate_choice=False)
    campaigns = CheckboxesField(
        "Campaigns", description="The running ones in which it writes.", validate_choice=False
    )

    def offer(self, mailboxes: Sequence[Mailbox], campaigns: Sequence[Campaign]) -> None:
        """Set what can be chosen; a language that a script entered stays among it."""
        spoken = self.language.data
        known = languages() if not spoken else {spoken: spoken} | languages()
        self.language.choices = list(known.items())
        self.mailbox.choices = [
            ("", "Choose a mailbox"),
            *(
                (str(each.id), each.address if each.active else f"{each.address} (switched off)")
                for each in mailboxes
            ),
        ]
        self.campaigns.choices = [(str(each.id), each.name) for each in campaigns]

    @property
    def entry(self) -> PersonaEntry:
        """What was entered, as the services take it."""
        return PersonaEntry(
            name=self.name.data or "",
            mailbox=number_in(self.mailbox.data or "") or 0,
            language=self.language.data or "",
            segment=self.segment.data or "",
            campaigns=[number for each in self.campaigns.data or () if (number := number_in(each))],
        )


def entered_about(persona: Persona, campaigns: Sequence[Campaign]) -> dict[str, object]:
    """What the form shows before anything is changed."""
    return {
        "name": persona.name,
        "segment": persona.segment,
        "language": persona.language,
        "mailbox": str(persona.mailbox_id),
        "campaigns": [str(each.id) for each in campaigns],
    }
