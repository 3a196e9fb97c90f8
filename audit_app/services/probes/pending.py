"""Probes that are not decided yet: those that wait for an answer, and those that wait for a person's judgement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from audit_app.domain.probes.probe import UNSENT, ObservationKind, ProbeState
from audit_app.domain.probes.response_time import WAITING, Outcome, in_hours, longest
from audit_app.domain.scores.policy import TargetHours
from audit_app.domain.scores.scoring import PendingInput
from audit_app.domain.time import clock
from audit_app.models import Campaign, ChannelName, Location, Persona, Probe, Touchpoint
from audit_app.services.probes.limits import measure_of


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
class Waiting:
    """A probe that is not decided, and what it can still become."""

    probe_id: int
    location_id: int
    input: PendingInput


@dataclass(frozen=True, slots=True)
class Pending:
    """How many probes of a location wait: for an answer, for one beyond its target, for somebody's decision."""

    open: int = 0
    overdue: int = 0
    """Part of the open ones: no answer within the hours of their target."""
    uncertain: int = 0


def waiting_probes(session: Session, locations: Iterable[int], now: datetime) -> list[Waiting]:
    """The probes sent to the locations with these ids that are not decided at `now`."""
    query = (
        select(Probe)
        .join(Probe.touchpoint)
        .join(Touchpoint.location)
        .where(Location.id.in_(sorted(locations)), Probe.sent_latest.is_not(None))
        .where(Probe.outcome.in_(WAITING), Probe.is_test.is_(False))
        .options(
            contains_eager(Probe.touchpoint)
            .contains_eager(Touchpoint.location)
            .selectinload(Location.former_hours),
            joinedload(Probe.persona).joinedload(Persona.mailbox),
            selectinload(Probe.observations),
        )
        .order_by(Probe.id)
    )
    return [
        Waiting(probe.id, probe.touchpoint.location_id, pending_input(probe, now))
        for probe in session.scalars(query)
    ]


def pending_by_location(waiting: Sequence[Waiting]) -> dict[int, Pending]:
    """How many wait at each of the locations that have any."""
    found: dict[int, Pending] = {}
    for each in waiting:
        so_far, undecided = found.get(each.location_id, Pending()), each.input.undecided
        found[each.location_id] = Pending(
            so_far.open + (not undecided),
            so_far.overdue + (not undecided and each.input.counted),
            so_far.uncertain + undecided,
        )
    return found


def pending_input(probe: Probe, now: datetime) -> PendingInput:
    """What a sent probe that is not decided can still become, on the clock that judges it."""
    measure, sent_latest = measure_of(probe), probe.sent_latest or probe.slot
    sent_earliest = probe.sent_earliest or sent_latest
    if probe.outcome is Outcome.OPEN:
        waited = max(clock.NOTHING, measure(sent_latest, _watched_until(probe, now)))
        return PendingInput(f"probe:{probe.id}", in_hours(waited), None, _target(probe))
    possible = {ObservationKind.UNCERTAIN_REPLY, ObservationKind.HUMAN_REPLY}
    replies = [seen.latest for seen in probe.observations if seen.kind in possible]
    best = in_hours(longest(sent_earliest, min(replies, default=now), measure))
    answered = probe.answered_latest
    worst = None if answered is None else in_hours(longest(sent_earliest, answered, measure))
    if worst is not None and worst >= probe.cutoff_hours:
        worst = None
    return PendingInput(f"probe:{probe.id}", best, worst, _target(probe), undecided=True)


def _watched_until(probe: Probe, now: datetime) -> datetime:
    """How long silence is known: while our own mailbox is down, an answer may lie there unread."""
    down = probe.persona.mailbox.down_since if probe.channel is ChannelName.EMAIL else None
    return now if down is None else min(now, down)


def _target(probe: Probe) -> TargetHours:
    return TargetHours(
        Fraction(probe.stretch_hours), Fraction(probe.target_hours), Fraction(probe.cutoff_hours)
    )
