"""Visits, probes and ratings with given results, for the tests of scores and of the pages that show them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.probes.probe import ProbeState
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import (
    Campaign,
    ClockName,
    Location,
    Probe,
    ReplyRating,
    RoleName,
    ServiceTarget,
    Touchpoint,
    User,
    Visit,
    VisitState,
)
from audit_app.services.checklists.versions import store_checklist
from tests import factories, small_checklist
from tests.integration.probes import probe_factories

HOUR = timedelta(hours=1)

EXAMPLE_VISITS = (Fraction("78.625"), Fraction(85))
EXAMPLE_HOURS = (*(Fraction(h) for h in ("1.5", "3", "6.25", "7.5", "8.5", "9", "11", "14")), None, None)
EXAMPLE_QUALITIES = (90, 80, 100, 70, 85, 60, 75, 80)
"""The worked example of a score: 36.815625 + 21.825 + 20 = 78.640625, band C."""


def somebody(session: Session) -> User:
    """Whoever made the visits and rated the replies."""
    found = session.scalar(select(User).where(User.email == "vera@shopper.example"))
    return found or factories.user(session, "Vera Visitor", RoleName.AUDITOR)


def visit(session: Session, location: Location, at: datetime, value: Fraction | int) -> Visit:
    """A visit with this score, submitted at `at`."""
    made = Visit(
        client_id=str(uuid.uuid4()),
        location=location,
        version=store_checklist(session, small_checklist.small_form(), at),
        auditor=somebody(session),
        state=VisitState.SUBMITTED,
        started_at=at - HOUR,
        finished_at=at,
        received_at=at,
        score=Fraction(value),
    )
    session.add(made)
    session.flush()
    return made


def probe(
    session: Session,
    location: Location,
    at: datetime,
    outcome: Outcome = Outcome.ANSWERED,
    hours: Fraction | None = None,
    clock: ClockName = ClockName.ELAPSED,
    target: tuple[int, int, int] | None = None,
) -> Probe:
    """A probe sent at `at`, with this outcome, answered after so many hours; `target`: stretch, target and cut-off."""
    campaign = _campaign(session, location, clock, target)
    answered = None if hours is None else at + timedelta(microseconds=int(hours * 3_600_000_000))
    made = Probe(
        campaign=campaign,
        touchpoint=campaign.touchpoints[0],
        scenario=campaign.scenarios[0],
        persona=campaign.personas[0],
        channel=campaign.touchpoints[0].channel,
        slot=at,
        token=uuid.uuid4().hex,
        from_address="anna.berg@shopper.example",
        to_address=campaign.touchpoints[0].address,
        text="When do you open?",
        state=ProbeState.SENT,
        planned_at=at,
        sent_earliest=at,
        sent_latest=at,
        answered_earliest=answered,
        answered_latest=answered,
        outcome=outcome,
    )
    session.add(made)
    session.flush()
    return made


def _campaign(
    session: Session, location: Location, clock: ClockName, target: tuple[int, int, int] | None
) -> Campaign:
    name = f"Weekly, {location.key}, {clock}{target or ''}"
    found = session.scalar(select(Campaign).where(Campaign.name == name))
    if found:
        return found
    address = f"{location.key}-{clock}-{target and target[1]}@fjordfield.example"
    touchpoint: Touchpoint = probe_factories.touchpoint(session, location, address=address)
    made = probe_factories.campaign(session, touchpoint, name=name, clock=clock)
    if target is not None:
        made.target = _target(session, clock, target)
        session.flush()
    return made


def _target(session: Session, clock: ClockName, hours: tuple[int, int, int]) -> ServiceTarget:
    stretch, target, cutoff = hours
    name = f"{stretch}, {target}, {cutoff} h, {clock}"
    found = session.scalar(select(ServiceTarget).where(ServiceTarget.name == name))
    return found or ServiceTarget(
        name=name, clock=clock, stretch_hours=stretch, target_hours=target, cutoff_hours=cutoff
    )


def rate(session: Session, rated: Probe, quality: Fraction | int, rater: User | None = None) -> None:
    """Rate the reply to a probe."""
    session.add(
        ReplyRating(
            probe=rated,
            rater=rater or somebody(session),
            items={},
            quality=Fraction(quality),
            created_at=rated.slot + 24 * HOUR,
        )
    )
    session.flush()


def worked_example(session: Session, location: Location, since: datetime) -> list[Probe]:
    """The visits, probes and ratings of the worked example, one each hour from `since` on."""
    for number, value in enumerate(EXAMPLE_VISITS):
        visit(session, location, since + number * HOUR, value)
    probes = answered(session, location, since, EXAMPLE_HOURS)
    for rated, quality in zip(probes, EXAMPLE_QUALITIES, strict=False):
        rate(session, rated, quality)
    return probes


def answered(
    session: Session, location: Location, since: datetime, hours: Sequence[Fraction | None]
) -> list[Probe]:
    """Probes sent an hour apart from `since` on, each answered after so many hours, or never."""
    return [
        probe(
            session,
            location,
            since + number * HOUR,
            Outcome.ANSWERED if h is not None else Outcome.UNANSWERED,
            h,
        )
        for number, h in enumerate(hours)
    ]
