"""Probes that are not decided yet: those that wait for an answer, and those that wait for a person's judgement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from audit_app.domain.probes.probe import UNSENT, ProbeState
from audit_app.domain.probes.response_time import WAITING, Outcome
from audit_app.domain.time import clock
from audit_app.models import Campaign, ClockName, Location, Probe, Touchpoint


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How many probes are planned and not sent yet, and how many were sent and are not decided yet."""

    planned: int
    waiting: int


def probes_under_way(session: Session, wanted: ColumnElement[bool]) -> UnderWay:
    """How many of the probes for which `wanted` holds are under way."""
    planned = Probe.state.in_(UNSENT)
    sent = Probe.outcome.in_(WAITING) & (Probe.state == ProbeState.SENT)
    counts = select(func.count().filter(planned), func.count().filter(sent)).select_from(Probe)
    row = session.execute(counts.where(wanted)).one()
    return UnderWay(planned=row[0], waiting=row[1])


def running_campaigns(session: Session, wanted: ColumnElement[bool]) -> Sequence[str]:
    """The names of the active campaigns for which `wanted` holds."""
    return session.scalars(select(Campaign.name).where(Campaign.active, wanted).order_by(Campaign.name)).all()


@dataclass(frozen=True, slots=True)
class Pending:
    """How many probes of a location wait: for an answer, for one beyond its target, for somebody's decision."""

    open: int = 0
    overdue: int = 0
    """Part of the open ones: no answer within the hours of their target."""
    uncertain: int = 0


def pending_by_location(session: Session, locations: Iterable[int], now: datetime) -> dict[int, Pending]:
    """What waits at `now`, for each of the locations with these ids that has any."""
    query = (
        select(
            Probe.outcome,
            Probe.sent_latest,
            Probe.target_hours,
            Probe.clock,
            Location,
        )
        .join(Probe.touchpoint)
        .join(Touchpoint.location)
        .where(Location.id.in_(sorted(locations)), Probe.sent_latest.is_not(None))
        .where(Probe.outcome.in_(WAITING))
        .options(selectinload(Location.former_hours))
    )
    found: dict[int, Pending] = {}
    for row in session.execute(query):
        so_far = found.get(row.Location.id, Pending())
        is_open = row.outcome is Outcome.OPEN
        found[row.Location.id] = Pending(
            so_far.open + is_open,
            so_far.overdue + (is_open and _waited(row, now) > timedelta(hours=row.target_hours)),
            so_far.uncertain + (not is_open),
        )
    return found


def _waited(row: Any, now: datetime) -> timedelta:
    """How long the probe has waited on the clock that judges it."""
    if row.clock is ClockName.ELAPSED:
        return clock.elapsed(row.sent_latest, now)
    location: Location = row.Location
    return location.timetable.open_between(row.sent_latest, now)
