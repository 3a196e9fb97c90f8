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
from audit_app.domain.scores.scoring import InputPoints, ScoreResult
from audit_app.domain.time.period import Period
from audit_app.models import Campaign, Location, Probe, Touchpoint, User, Visit, VisitState
from audit_app.models.checklist import ChecklistVersion
from audit_app.services.probes.pending import Pending, pending_by_location, waiting_probes
from audit_app.services.probes.times import in_time, most_or_least, reading
from audit_app.services.probes.visible import sees_open_probes, visible_probes
from audit_app.services.scores.comparison import (
    Background,
    Comparison,
    compare,
    component,
)
from audit_app.services.scores.curves import four_weeks_to, weekly_scores
from audit_app.services.scores.facts import Facts, ProbeFact, VisitFact
from audit_app.services.scores.inputs import gather
from audit_app.services.scores.overview import spanning
from audit_app.services.scores.spread import chain_spread
from audit_app.services.scores.strata import strata_of
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
    result: ScoreResult | None
    """The score of the period with all its inputs, None where there is too little for one."""
    weekly: Sequence[Fraction | None]
    response_weeks: Sequence[ResponseWeek]
    facts: Facts
    """Those of the period."""
    pending: Pending
    probes: Sequence[LatestProbe]
    """The latest ones, newest first, whatever the period."""
    visits: Sequence[Visit]
    """The latest submitted ones, newest first, whatever the period."""
    only_closed: bool
    """Whether open probes are kept from the reader, so that the figures hold closed ones."""

    @property
    def facts_by_ref(self) -> Mapping[str, VisitFact | ProbeFact]:
        """The visits and probes of the period by the name that the score's inputs give them."""
        facts: list[VisitFact | ProbeFact] = [*self.facts.visits, *self.facts.probes]
        return {fact.ref: fact for fact in facts}

    def rows(self, key: str) -> list[InputRow]:
        """The inputs of the component `key`, those that cost most first.

        Their shown points add up to those of the component, rounded to as many decimals; so do the losses.
        """
        whole = component(self.result, key)
        if whole is None:
            return []
        facts, inputs = self.facts_by_ref, whole.inputs
        points = _shown([row.points for row in inputs], whole.points)
        lost = _shown([row.lost for row in inputs], whole.lost)
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

    Reads nothing of other locations but how much their inputs differ. A location's contact learns nothing of open probes.
    """
    lately = Period(weeks[0].end - MEDIAN_OVER, weeks[-1].end)
    watched = [location.id] if sees_open_probes(user, location) else []
    waiting = waiting_probes(session, watched, now)
    inputs = {each.probe_id: each.input for each in waiting}
    facts = gather(
        session, [location.id], spanning((period, before, lately, four_weeks_to(weeks[0]))), inputs
    ).without_open(watched)
    settled = facts.settled(now)
    background = Background(strata_of(session, [location.id]), chain_spread(session, policy, now), now)
    comparison = compare(facts, period, before, policy, background)
    return LocationResults(
        comparison,
        comparison.inputs.score() if comparison.now else None,
        weekly_scores(settled, weeks, policy),
        response_weeks(settled, weeks),
        comparison.facts,
        pending_by_location(waiting).get(location.id, Pending()),
        latest_probes(session, user, location, now),
        latest_visits(session, location),
        only_closed=not watched,
    )


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
        .order_by(Visit.finished_at.desc(), Visit.id.desc())
        .limit(LATEST)
    )
    return session.scalars(query).all()
