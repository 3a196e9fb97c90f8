"""One test probe, sent by hand to see whether the way is open: it counts for the caps, and in no figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from audit_app.domain.errors import InvalidInput
from audit_app.models import Campaign, Persona, Probe, Scenario, Touchpoint, Wording
from audit_app.services.entry.fields import FieldErrors
from audit_app.services.probes.messages import compose
from audit_app.services.probes.planning import Due, pairs, reachable, room_at

MOST_SHOWN = 50

Row = TypeVar("Row", Touchpoint, Scenario, Persona)


@dataclass(frozen=True, slots=True)
class OneTest:
    """What a test probe is to say, where and as whom, by the ids of a campaign's own."""

    touchpoint: int | None
    scenario: int | None
    persona: int | None


def test_probes_of(session: Session, campaign: Campaign) -> Sequence[Probe]:
    """The campaign's test probes, the newest first."""
    query = (
        select(Probe)
        .where(Probe.campaign_id == campaign.id, Probe.is_test)
        .options(joinedload(Probe.touchpoint).joinedload(Touchpoint.location), joinedload(Probe.persona))
        .order_by(Probe.id.desc())
        .limit(MOST_SHOWN)
    )
    return session.scalars(query).all()


def campaigns_writing_to(session: Session, touchpoint: Touchpoint) -> Sequence[Campaign]:
    """The campaigns that a touchpoint is in, running or paused, by name."""
    inside = Campaign.touchpoints.any(Touchpoint.id == touchpoint.id)
    return session.scalars(select(Campaign).where(inside).order_by(Campaign.name)).all()


def plan_test(session: Session, campaign: Campaign, entry: OneTest, now: datetime) -> Probe:
    """Plan a test probe that a worker sends at once, also where the campaign is paused. Raises InvalidFields."""
    errors = FieldErrors()
    with errors.field("touchpoint"):
        touchpoint = _touchpoint(session, campaign, entry.touchpoint)
    errors.raise_if_any()
    with errors.field("scenario"):
        scenario = _chosen(campaign.scenarios, entry.scenario, "Choose one of the campaign's scenarios.")
    with errors.field("persona"):
        persona = _chosen(campaign.personas, entry.persona, "Choose one of the campaign's personas.")
        if not persona.mailbox.in_order:
            raise InvalidInput(f"{persona.name} cannot write: the mailbox {persona.mailbox.address} is down.")
    errors.raise_if_any()
    with errors.field("scenario"):
        wording = _wording(campaign, touchpoint, scenario, persona)
    with errors.field("touchpoint"):
        if not room_at(session, Due(campaign, touchpoint, now, 0), now):
            raise InvalidInput(
                "The campaign's limits leave no room for another message there now. "
                "Try it later, or raise the limits."
            )
    errors.raise_if_any()
    probe = compose(campaign, touchpoint, now, wording, persona, now)
    probe.is_test = True
    session.add(probe)
    session.flush()
    return probe


def _touchpoint(session: Session, campaign: Campaign, number: int | None) -> Touchpoint:
    chosen = _chosen(campaign.touchpoints, number, "Choose one of the campaign's touchpoints.")
    if chosen.confirmed_at is None:
        raise InvalidInput(f"{chosen.address} is not confirmed as the company's own. Confirm it first.")
    if chosen.id not in {each.id for each in reachable(session, campaign)}:
        raise InvalidInput(f"No probe goes to {chosen.address}: it or its location is switched off.")
    return chosen


def _chosen(rows: Sequence[Row], number: int | None, otherwise: str) -> Row:
    for row in rows:
        if row.id == number:
            return row
    raise InvalidInput(otherwise)


def _wording(campaign: Campaign, touchpoint: Touchpoint, scenario: Scenario, persona: Persona) -> Wording:
    for wording, writer in pairs(campaign, touchpoint.channel):
        if wording.scenario_id == scenario.id and writer.id == persona.id:
            return wording
    raise InvalidInput(
        f"{scenario.title} has no wording for this channel in the language of {persona.name}. "
        "Add one, or choose another scenario or persona."
    )
