"""What has to be entered before a first probe can leave, and how much of it is there."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from audit_app.models import (
    Campaign,
    Location,
    Mailbox,
    Organisation,
    Persona,
    ServiceTarget,
    Touchpoint,
    Wording,
)


class Step(StrEnum):
    """The first steps, each of which needs those before it."""

    COMPANY = "company"
    LOCATION = "location"
    TOUCHPOINT = "touchpoint"
    MAILBOX = "mailbox"
    PERSONA = "persona"
    SCENARIO = "scenario"
    TARGET = "target"
    CAMPAIGN = "campaign"


def steps_done(session: Session) -> frozenset[Step]:
    """The steps that are done; what is switched off, or waits to be confirmed, is not."""
    return frozenset(step for step, proof in _proofs().items() if session.scalar(proof.limit(1)) is not None)


def _proofs() -> dict[Step, Select[int]]:
    whole = Campaign.touchpoints.any() & Campaign.scenarios.any() & Campaign.personas.any()
    return {
        Step.COMPANY: select(Organisation.id),
        Step.LOCATION: select(Location.id).where(Location.active),
        Step.TOUCHPOINT: select(Touchpoint.id).where(Touchpoint.is_open),
        Step.MAILBOX: select(Mailbox.id).where(Mailbox.active),
        Step.PERSONA: select(Persona.id).where(Persona.mailbox.has(Mailbox.active)),
        Step.SCENARIO: select(Wording.id),
        Step.TARGET: select(ServiceTarget.id),
        Step.CAMPAIGN: select(Campaign.id).where(Campaign.active, whole),
    }
