"""What scores are made of: the visits, probes and rated replies of locations, in one query each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from audit_app.domain.probes.response_time import InTime, Outcome, ResponseTime, hours_for_score, longest
from audit_app.domain.scores.policy import TargetHours
from audit_app.domain.scores.scoring import PendingInput
from audit_app.domain.time.period import Period
from audit_app.models import ClockName, Location, Probe, ReplyRating, Touchpoint, Visit, VisitState
from audit_app.models.checklist import ChecklistVersion
from audit_app.services.scores.facts import Facts, ProbeFact, VisitFact, with_pending

MICROSECOND = timedelta(microseconds=1)


def gather(
    session: Session,
    locations: Iterable[int],
    period: Period,
    pending: Mapping[int, PendingInput] | None = None,
) -> Facts:
    """The facts about the locations with these ids in `period`, in order of time.

    `pending` says for the ids of probes that are not decided what they can still become; without it they are only
    counted as left out.

    Visits count when they were finished, as long as the location belonged to the chain. Probes count when they were
    sent (the latest moment at which that can have been); one that could not be sent, when it should have been.
    """
    ids = sorted(locations)
    return Facts(_visits(session, ids, period), with_pending(_probes(session, ids, period), pending or {}))


def _visits(session: Session, locations: list[int], period: Period) -> tuple[VisitFact, ...]:
    columns = (Visit.id, Visit.location_id, Visit.finished_at, Visit.score, Visit.critical_failures)
    query = (
        select(*columns, ChecklistVersion.checklist_id)
        .join(Visit.version)
        .where(Visit.location_id.in_(locations), Visit.state == VisitState.SUBMITTED)
        .where(Visit.finished_at >= period.start, Visit.finished_at < period.end)
        .where(Visit.score.is_not(None))
        .join(Visit.location)
        .where(or_(Location.ended_at.is_(None), Visit.finished_at < Location.ended_at))
        .order_by(Visit.finished_at, Visit.id)
    )
    return tuple(VisitFact(*row) for row in cast(Iterable[Any], session.execute(query)))


def _probes(session: Session, locations: list[int], period: Period) -> tuple[ProbeFact, ...]:
    sent = and_(Probe.sent_latest >= period.start, Probe.sent_latest < period.end)
    never_sent = and_(Probe.sent_latest.is_(None), Probe.outcome == Outcome.EXCLUDED)
    due = and_(Probe.slot >= period.start, Probe.slot < period.end)
    counts = and_(Touchpoint.location_id.in_(locations), Probe.is_test.is_(False))
    here = and_(counts, or_(sent, and_(never_sent, due)))
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
    Probe.cutoff_at,
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
    if hours_for_score(row.outcome, took) is None:
        took = None
    return ProbeFact(
        row.id,
        row.location_id,
        row.sent_latest or row.slot,
        row.channel,
        row.outcome,
        None if took is None else took // MICROSECOND,
        target_of(row.stretch_hours, row.target_hours, row.cutoff_hours),
        row.clock,
        None if took is None else row.in_time or _in_time(row, took),
        None if took is None else qualities.get(row.id),
        row.cutoff_at,
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
