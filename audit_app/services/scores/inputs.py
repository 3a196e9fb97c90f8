"""What scores are made of: the visits, probes and rated replies of locations, in one query each."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar, cast

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from audit_app.domain.probes.response_time import (
    SCORED,
    WAITING,
    InTime,
    Outcome,
    ResponseTime,
    hours_for_score,
    longest,
)
from audit_app.domain.scores.policy import Policy, TargetHours
from audit_app.domain.scores.scoring import QualityInput, ResponseInput, ScoreInputs, VisitInput
from audit_app.domain.time.period import Period
from audit_app.models import (
    ChannelName,
    ClockName,
    Probe,
    ReplyRating,
    Touchpoint,
    Visit,
    VisitState,
)


@dataclass(frozen=True, slots=True)
class VisitFact:
    """A submitted visit that has a score."""

    id: int
    location_id: int
    at: datetime
    value: Fraction
    critical_failures: int

    @property
    def ref(self) -> str:
        """How a score's inputs name it."""
        return f"visit:{self.id}"


@dataclass(frozen=True, slots=True)
class ProbeFact:
    """A probe that was sent, or that we failed to send; `hours` until a person's answer, if one came in time."""

    id: int
    location_id: int
    at: datetime
    channel: ChannelName
    outcome: Outcome
    hours: Fraction | None
    target: TargetHours
    clock: ClockName
    in_time: InTime | None = None
    """Whether its answer met its target; None for every other outcome."""
    quality: Fraction | None = None
    """Mean of the ratings of its reply, 0 to 100; None where nobody rated it."""

    @property
    def ref(self) -> str:
        """How a score's inputs name it."""
        return f"probe:{self.id}"

    @property
    def scored(self) -> bool:
        """Whether the score counts it now."""
        return self.outcome in SCORED


Fact = TypeVar("Fact", VisitFact, ProbeFact)


@dataclass(frozen=True, slots=True)
class Facts:
    """All visits and probes of some locations over some time, in order of time, to be cut into periods and groups."""

    visits: Sequence[VisitFact] = field(default_factory=tuple)
    probes: Sequence[ProbeFact] = field(default_factory=tuple)

    def of(self, locations: Collection[int]) -> Facts:
        """Those of the locations with the ids `locations`."""
        return Facts(
            tuple(visit for visit in self.visits if visit.location_id in locations),
            tuple(probe for probe in self.probes if probe.location_id in locations),
        )

    def within(self, period: Period) -> Facts:
        """Those of the time in `period`."""
        return Facts(_cut(self.visits, period), _cut(self.probes, period))

    def without_open(self, watched: Collection[int]) -> Facts:
        """The same without the open probes at other locations than those with the ids `watched`."""
        return Facts(
            self.visits,
            tuple(
                probe for probe in self.probes if probe.location_id in watched or probe.outcome not in WAITING
            ),
        )

    def by_location(self) -> dict[int, Facts]:
        """The same, apart for each location that has any."""
        visits: dict[int, list[VisitFact]] = {}
        probes: dict[int, list[ProbeFact]] = {}
        for visit in self.visits:
            visits.setdefault(visit.location_id, []).append(visit)
        for probe in self.probes:
            probes.setdefault(probe.location_id, []).append(probe)
        return {key: Facts(visits.get(key, ()), probes.get(key, ())) for key in visits.keys() | probes.keys()}

    def inputs(self, policy: Policy) -> ScoreInputs:
        """What the score under `policy` is computed from.

        A group's score pools the inputs of all its locations, so that each visit and each customer's message
        counts the same wherever it happened; it is not the mean of the locations' scores.
        """
        scored = [probe for probe in self.probes if probe.scored]
        left_out = Counter(probe.outcome.value for probe in self.probes if not probe.scored)
        return ScoreInputs(
            policy,
            tuple(VisitInput(visit.ref, visit.value) for visit in self.visits),
            tuple(ResponseInput(probe.ref, probe.hours, probe.target) for probe in scored),
            tuple(QualityInput(probe.ref, probe.quality) for probe in scored if probe.quality is not None),
            dict(sorted(left_out.items())),
        )


def _cut(facts: Sequence[Fact], period: Period) -> Sequence[Fact]:
    """The stretch of `facts`, which are in order of time, that lies in `period`."""
    first = bisect_left(facts, period.start, key=attrgetter("at"))
    return facts[first : bisect_left(facts, period.end, lo=first, key=attrgetter("at"))]


def gather(session: Session, locations: Iterable[int], period: Period) -> Facts:
    """The facts about the locations with these ids in `period`, in order of time.

    Visits count when they were submitted. Probes count when they were sent (the latest moment at which that can
    have been); one that could not be sent, when it should have been.
    """
    ids = sorted(locations)
    return Facts(_visits(session, ids, period), _probes(session, ids, period))


def _visits(session: Session, locations: list[int], period: Period) -> tuple[VisitFact, ...]:
    columns = (Visit.id, Visit.location_id, Visit.submitted_at, Visit.score, Visit.critical_failures)
    query = (
        select(*columns)
        .where(Visit.location_id.in_(locations), Visit.state == VisitState.SUBMITTED)
        .where(Visit.submitted_at >= period.start, Visit.submitted_at < period.end)
        .where(Visit.score.is_not(None))
        .order_by(Visit.submitted_at, Visit.id)
    )
    return tuple(VisitFact(*row) for row in cast(Iterable[Any], session.execute(query)))


def _probes(session: Session, locations: list[int], period: Period) -> tuple[ProbeFact, ...]:
    sent = and_(Probe.sent_latest >= period.start, Probe.sent_latest < period.end)
    never_sent = and_(Probe.sent_latest.is_(None), Probe.outcome == Outcome.EXCLUDED)
    due = and_(Probe.slot >= period.start, Probe.slot < period.end)
    here = and_(Touchpoint.location_id.in_(locations), or_(sent, and_(never_sent, due)))
    query = select(*COLUMNS).join(Probe.touchpoint).where(here)
    rated = select(ReplyRating.probe_id, ReplyRating.quality).join(Probe).join(Probe.touchpoint).where(here)
    rated = rated.where(ReplyRating.set_aside_at.is_(None))
    qualities = _means(session.execute(rated.order_by(ReplyRating.id)))
    facts = [_fact(row, qualities) for row in session.execute(query)]
    return tuple(sorted(facts, key=lambda fact: (fact.at, fact.id)))


COLUMNS = (
    Probe.id,
    Touchpoint.location_id,
    Probe.slot,
    Probe.channel,
    Probe.outcome,
    Probe.sent_earliest,
    Probe.sent_latest,
    Probe.answered_earliest,
    Probe.answered_latest,
    Probe.opening_seconds,
    Probe.stretch_hours,
    Probe.target_hours,
    Probe.cutoff_hours,
    Probe.clock,
    Probe.in_time,
)


def _means(ratings: Iterable[Any]) -> dict[int, Fraction]:
    """The mean quality of each rated probe."""
    by_probe: dict[int, list[Fraction]] = {}
    for probe_id, quality in ratings:
        by_probe.setdefault(probe_id, []).append(quality)
    return {probe_id: sum(each, Fraction(0)) / len(each) for probe_id, each in by_probe.items()}


def _fact(row: Any, qualities: Mapping[int, Fraction]) -> ProbeFact:
    took = _answer_took(row)
    hours = hours_for_score(row.outcome, took)
    return ProbeFact(
        row.id,
        row.location_id,
        row.sent_latest or row.slot,
        row.channel,
        row.outcome,
        hours,
        target_of(row.stretch_hours, row.target_hours, row.cutoff_hours),
        row.clock,
        None if hours is None or took is None else row.in_time or _in_time(row, took),
        None if hours is None else qualities.get(row.id),
    )


@lru_cache(maxsize=256)
def target_of(stretch: int, target: int, cutoff: int) -> TargetHours:
    """The hours of a service target; few are in use, and many probes share each."""
    return TargetHours(Fraction(stretch), Fraction(target), Fraction(cutoff))


def _in_time(row: Any, took: timedelta) -> InTime:
    """Whether an answer was in time of which the ledger did not say so: at least it took what is left without the
    time between the looks."""
    sent = row.sent_earliest or row.sent_latest
    between = row.answered_latest - (row.answered_earliest or row.answered_latest) + (row.sent_latest - sent)
    return ResponseTime(took - between, took).within(timedelta(hours=row.target_hours))


def _answer_took(row: Any) -> timedelta | None:
    """How long it took, on the clock that judges it, until the answer had provably come; None without one.

    Opening time is taken as it was measured when the probe was judged, because opening hours change. Where none
    was recorded, elapsed time stands in, which is never shorter.
    """
    if row.answered_latest is None:
        return None
    if row.clock is ClockName.OPENING_HOURS and row.opening_seconds is not None:
        return timedelta(seconds=row.opening_seconds)
    return longest(row.sent_earliest or row.sent_latest, row.answered_latest)
