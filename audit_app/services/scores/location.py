"""Everything about one location: how it stands, against what, and what that is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from audit_app.domain.exact import largest_remainder, round_half_up
from audit_app.domain.probes.response_time import InTime, ResponseTime
from audit_app.domain.scores.policy import Policy
from audit_app.domain.scores.scoring import Component, InputPoints
from audit_app.domain.time.period import Period
from audit_app.models import Campaign, Location, Probe, RoleName, Touchpoint, User, Visit, VisitState
from audit_app.models.checklist import ChecklistVersion
from audit_app.services.probes.pending import Pending, pending_by_location
from audit_app.services.probes.times import in_time, most_or_least, reading
from audit_app.services.probes.visible import sees_open_probes, visible_probes
from audit_app.services.scores.comparison import Comparison, compare, weekly_scores
from audit_app.services.scores.inputs import Facts, ProbeFact, VisitFact, gather
from audit_app.services.scores.overview import spanning
from audit_app.services.scores.trends import MEDIAN_OVER, ResponseWeek, response_weeks

LATEST = 8
"""How many of the latest probes and visits a location's page shows."""

INPUT_DIGITS = 2
"""Decimals of one input's points; a single visit or probe seldom moves a score by more than a few points."""


@dataclass(frozen=True, slots=True)
class InputRow:
    """One visit, probe or rated reply with what it did to the score, as shown."""

    fact: VisitFact | ProbeFact
    points: InputPoints
    shown_points: Decimal
    shown_lost: Decimal


@dataclass(frozen=True, slots=True)
class LatestProbe:
    """A probe with its response time, or its wait so far, on the clock that judges it."""

    probe: Probe
    response: ResponseTime | None
    in_time: InTime | None

    @property
    def seconds(self) -> float | None:
        """The time by which the answer had provably come, or the wait so far, in seconds."""
        return most_or_least(self.response).total_seconds() if self.response else None


@dataclass(frozen=True, slots=True)
class LocationResults:
    """The results of one location in a period."""

    comparison: Comparison
    chain: Comparison | None
    """How the whole chain stands, for those who may see that."""
    weekly: Sequence[Fraction | None]
    response_weeks: Sequence[ResponseWeek]
    facts: Facts
    """Those of the period."""
    pending: Pending
    probes: Sequence[LatestProbe]
    """The latest ones, newest first, whatever the period."""
    visits: Sequence[Visit]
    """The latest submitted ones, newest first, whatever the period."""

    @property
    def facts_by_ref(self) -> Mapping[str, VisitFact | ProbeFact]:
        """The visits and probes of the period by the name that the score's inputs give them."""
        facts: list[VisitFact | ProbeFact] = [*self.facts.visits, *self.facts.probes]
        return {fact.ref: fact for fact in facts}

    def rows(self, component: Component) -> list[InputRow]:
        """The inputs of `component`, those that cost most first.

        Their shown points add up to those of the component, rounded to as many decimals; so do the losses.
        """
        facts, inputs = self.facts_by_ref, component.inputs
        points = _shown([row.points for row in inputs], component.points)
        lost = _shown([row.lost for row in inputs], component.lost)
        rows = [
            InputRow(facts[row.ref], row, *shown) for row, *shown in zip(inputs, points, lost, strict=True)
        ]
        return sorted(rows, key=lambda row: row.points.lost, reverse=True)


def _shown(parts: Sequence[Fraction], whole: Fraction) -> Sequence[Decimal]:
    return largest_remainder(parts, round_half_up(whole, INPUT_DIGITS), INPUT_DIGITS)


def location_results(
    session: Session,
    user: User,
    location: Location,
    period: Period,
    before: Period,
    weeks: Sequence[Period],
    policy: Policy,
    now: datetime,
) -> LocationResults:
    """The results of `location` as `user` may see them, in `period`, against `before`, and over `weeks`.

    Administrators and managers see the chain's beside them; a location's contact learns nothing of open probes.
    """
    lately = Period(weeks[0].end - MEDIAN_OVER, weeks[-1].end)
    watched = [location.id] if sees_open_probes(user, location) else []
    facts = gather(session, [location.id], spanning((period, before, lately))).without_open(watched)
    with_chain = user.is_a(RoleName.ADMIN, RoleName.MANAGER)
    return LocationResults(
        compare(facts, period, before, policy),
        chain_comparison(session, period, before, policy) if with_chain else None,
        weekly_scores(facts, weeks, policy),
        response_weeks(facts, weeks),
        facts.within(period),
        pending_by_location(session, watched, now).get(location.id, Pending()),
        latest_probes(session, user, location, now),
        latest_visits(session, location),
    )


def chain_comparison(session: Session, period: Period, before: Period, policy: Policy) -> Comparison:
    """How all active locations together stand in `period` and stood in `before`."""
    everywhere = session.scalars(select(Location.id).where(Location.active))
    return compare(gather(session, everywhere, spanning((period, before))), period, before, policy)


def latest_probes(session: Session, user: User, location: Location, now: datetime) -> list[LatestProbe]:
    """The latest probes that were sent to `location` and that `user` may see, newest first, as they stand at `now`."""
    query = (
        visible_probes(user)
        .where(Touchpoint.location_id == location.id, Probe.sent_latest.is_not(None))
        .options(
            joinedload(Probe.scenario),
            joinedload(Probe.campaign).joinedload(Campaign.target),
            contains_eager(Probe.touchpoint).joinedload(Touchpoint.location),
        )
        .order_by(Probe.sent_latest.desc(), Probe.id.desc())
        .limit(LATEST)
    )
    return [_latest(probe, now) for probe in session.scalars(query)]


def _latest(probe: Probe, now: datetime) -> LatestProbe:
    found = reading(probe, probe.clock, now)
    response = found.response if found else None
    return LatestProbe(probe, response, in_time(probe, response))


def latest_visits(session: Session, location: Location) -> Sequence[Visit]:
    """The latest submitted visits of `location`, newest first."""
    query = (
        select(Visit)
        .where(Visit.location_id == location.id, Visit.state == VisitState.SUBMITTED)
        .options(joinedload(Visit.version).joinedload(ChecklistVersion.checklist))
        .order_by(Visit.submitted_at.desc(), Visit.id.desc())
        .limit(LATEST)
    )
    return session.scalars(query).all()
