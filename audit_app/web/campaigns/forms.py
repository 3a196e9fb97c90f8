"""The forms of campaigns and of the service targets by which their probes are judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import Optional

from audit_app.models import Campaign, ClockName, Persona, Scenario, ServiceTarget, Touchpoint
from audit_app.services.campaigns.campaigns import CampaignEntry, last_day
from audit_app.services.campaigns.service_targets import TargetEntry
from audit_app.services.entry.fields import moment_text
from audit_app.web.checkboxes import CheckboxesField
from audit_app.web.edit_conflicts import OpenedForm
from audit_app.web.presentation import CHANNEL_WORDS
from audit_app.web.query_args import number_in

UNITS = {"minutes": 1, "hours": 60, "days": 24 * 60, "weeks": 7 * 24 * 60}
CLOCKS = {
    ClockName.ELAPSED.value: "All hours, from sending to the answer",
    ClockName.OPENING_HOURS.value: "Only the location's opening hours",
}


class CampaignForm(OpenedForm):
    """What is asked where, by whom, how often and within which limits."""

    name = StringField("Name")
    touchpoints = CheckboxesField(
        "Writes to", description="Nothing goes to those that are not confirmed.", validate_choice=False
    )
    scenarios = CheckboxesField(
        "Asks", description="One after the other, in all their wordings.", validate_choice=False
    )
    personas = CheckboxesField(
        "As", description="Each writes the wordings of its language.", validate_choice=False
    )
    target = SelectField("Service target", validate_choice=False)
    starts_at = StringField("First time")
    ends_on = StringField("Last day", description="Empty: until it is paused.", validators=[Optional()])
    every = StringField("Every", default="1")
    unit = SelectField("Unit", choices=list(UNITS), default="weeks", validate_choice=False)
    daily_cap = StringField("Within 24 hours", default="3")
    weekly_cap = StringField("Within seven days", default="10")

    def offer(
        self,
        touchpoints: Sequence[Touchpoint],
        scenarios: Sequence[Scenario],
        personas: Sequence[Persona],
        targets: Sequence[ServiceTarget],
    ) -> None:
        """Set what can be chosen."""
        self.touchpoints.choices = [(str(each.id), touchpoint_words(each)) for each in touchpoints]
        self.scenarios.choices = [(str(each.id), each.title) for each in scenarios]
        self.personas.choices = [(str(each.id), f"{each.name} ({each.mailbox.address})") for each in personas]
        self.target.choices = [
            ("", "Choose a service target"),
            *((str(each.id), each.name) for each in targets),
        ]

    @property
    def entry(self) -> CampaignEntry:
        """What was entered, as the services take it."""
        every = number_in((self.every.data or "").strip())
        return CampaignEntry(
            name=self.name.data or "",
            target=number_in(self.target.data or ""),
            starts_at=self.starts_at.data or "",
            ends_on=self.ends_on.data or "",
            every_minutes=every * UNITS.get(self.unit.data or "", 0) if every is not None else None,
            touchpoints=_numbers(self.touchpoints.data),
            scenarios=_numbers(self.scenarios.data),
            personas=_numbers(self.personas.data),
            daily_cap=number_in((self.daily_cap.data or "").strip()),
            weekly_cap=number_in((self.weekly_cap.data or "").strip()),
        )


class TargetForm(OpenedForm):
    """Within how many hours an answer is due."""

    name = StringField("Name", description="Such as “Ten hours”.")
    stretch_hours = StringField("Stretch goal", default="8")
    target_hours = StringField("Target", default="10")
    cutoff_hours = StringField("End of waiting", default="20")
    clock = RadioField(
        "Which hours count", choices=CLOCKS, default=ClockName.ELAPSED.value, validate_choice=False
    )

    @property
    def entry(self) -> TargetEntry:
        """What was entered, as the services take it."""
        return TargetEntry(
            name=self.name.data or "",
            stretch_hours=number_in((self.stretch_hours.data or "").strip()),
            target_hours=number_in((self.target_hours.data or "").strip()),
            cutoff_hours=number_in((self.cutoff_hours.data or "").strip()),
            clock=self.clock.data or "",
        )


def entered_about(campaign: Campaign, zone: ZoneInfo) -> dict[str, Any]:
    """What the form shows before anything is changed."""
    unit = max((name for name in UNITS if campaign.every_minutes % UNITS[name] == 0), key=UNITS.__getitem__)
    last = last_day(campaign, zone)
    return {
        "name": campaign.name,
        "touchpoints": [str(each.id) for each in campaign.touchpoints],
        "scenarios": [str(each.id) for each in campaign.scenarios],
        "personas": [str(each.id) for each in campaign.personas],
        "target": str(campaign.target_id),
        "starts_at": moment_text(campaign.starts_at, zone),
        "ends_on": last.isoformat() if last else "",
        "every": str(campaign.every_minutes // UNITS[unit]),
        "unit": unit,
        "daily_cap": str(campaign.daily_cap),
        "weekly_cap": str(campaign.weekly_cap),
    }


def entered_at_first(now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """What the form of a new campaign shows: it begins with the next full hour."""
    next_hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return {"starts_at": moment_text(next_hour, zone)}


def touchpoint_words(touchpoint: Touchpoint) -> str:
    """A touchpoint in a list to choose from: location, channel, address, and why nothing goes there."""
    state = "" if touchpoint.confirmed_at else ", not confirmed"
    state = state if touchpoint.active and touchpoint.location.active else ", switched off"
    return f"{touchpoint.location.name} · {CHANNEL_WORDS[touchpoint.channel]} · {touchpoint.address}{state}"


def _numbers(texts: Sequence[str] | None) -> list[int]:
    return [number for text in texts or () if (number := number_in(text)) is not None]
