"""The list of probes: what needs a decision first, then open ones, those not sent yet, and closed ones, in pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, or_, select
from sqlalchemy.orm import Session, contains_eager

from audit_app.domain.probes.probe import ObservationKind
from audit_app.domain.probes.response_time import InTime, Limits, Outcome, ResponseTime
from audit_app.domain.time.period import ONE_DAY, midnight
from audit_app.models import (
    Campaign,
    ChannelName,
    ClockName,
    Location,
    Observation,
    Persona,
    Probe,
    Region,
    RoleName,
    Scenario,
    Touchpoint,
    User,
)
from audit_app.services.probes.limits import limits_of
from audit_app.services.probes.times import in_time, reading
from audit_app.services.probes.visible import may_know_all, visible_probes

PAGE_SIZE = 25

Order = Literal["sent", "response"]


class Group(StrEnum):
    """The parts of the list, in the order in which they are shown."""

    DECISION = "decision"
    OPEN = "open"
    """Sent, and nobody has answered yet."""
    UNSENT = "unsent"
    """Not sent yet, or nobody knows whether: no clock runs."""
    CLOSED = "closed"


class Kind(StrEnum):
    """What the filter of outcomes offers; answers are told apart by their target."""

    UNCERTAIN = "uncertain"
    OPEN = "open"
    UNSENT = "unsent"
    IN_TIME = "in_time"
    LATE = "late"
    CANNOT_TELL = "cannot_tell"
    """Answered, but it was seen too seldom to tell whether in time."""
    UNANSWERED = "unanswered"
    NO_WAY_TO_PERSON = "no_way_to_person"
    BOUNCED = "bounced"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class ProbeFilter:
    """What the list shows; an empty field does not narrow it. Days are those at the location, both included."""

    words: str = ""
    location: str = ""
    region: str = ""
    channel: ChannelName | None = None
    campaign: int | None = None
    kind: Kind | None = None
    first_day: date | None = None
    last_day: date | None = None
    order: Order = "sent"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class ProbeRow:
    """One probe of the list with its response time on the clock that judges it."""

    probe: Probe
    response: ResponseTime | None
    in_time: InTime | None
    limits: Limits


@dataclass(frozen=True, slots=True)
class ProbePage:
    """One page of the list in its groups, with how many probes each group has on all pages."""

    groups: dict[Group, list[ProbeRow]]
    counts: dict[Group, int]
    number: int
    pages: int

    @property
    def total(self) -> int:
        """How many probes there are on all pages."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class ProbeChoices:
    """What the filters of somebody's list offer: values and names of what occurs in it."""

    locations: list[tuple[str, str]] = field(default_factory=list)
    regions: list[tuple[str, str]] = field(default_factory=list)
    campaigns: list[tuple[int, str]] = field(default_factory=list)
    channels: list[ChannelName] = field(default_factory=list)


_sent = func.coalesce(Probe.sent_latest, Probe.slot)
_seconds = case(
    (
        Probe.clock == ClockName.OPENING_HOURS,
        func.coalesce(Probe.opening_seconds, Probe.elapsed_seconds),
    ),
    else_=Probe.elapsed_seconds,
)
_is_unsent = and_(Probe.outcome == Outcome.OPEN, Probe.sent_latest.is_(None))
# Also a reply behind an answer waits: it may turn out to be the earlier person's.
_to_decide = Probe.observations.any(Observation.kind == ObservationKind.UNCERTAIN_REPLY)
_group = case(
    (_to_decide, Group.DECISION.value),
    (_is_unsent, Group.UNSENT.value),
    (Probe.outcome == Outcome.OPEN, Group.OPEN.value),
    else_=Group.CLOSED.value,
)
_rank = case((_to_decide, 0), (_is_unsent, 2), (Probe.outcome == Outcome.OPEN, 1), else_=3)


def probe_page(session: Session, user: User, wanted: ProbeFilter, number: int, now: datetime) -> ProbePage:
    """Page `number` (from 1) of what `user` may see and `wanted` lets through; beyond the last it is the last."""
    query = _joined(visible_probes(user)).where(*_conditions(session, user, wanted))
    grouped = query.with_only_columns(_group, func.count(Probe.id)).group_by(_group)
    counts = {Group(name): count for name, count in session.execute(grouped)}
    pages = max(1, -(-sum(counts.values()) // PAGE_SIZE))
    number = min(max(1, number), pages)
    ordered = query.order_by(*_order(wanted)).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    groups: dict[Group, list[ProbeRow]] = {}
    for probe, group in session.execute(ordered.add_columns(_group).options(*_loading())):
        groups.setdefault(Group(group), []).append(_row(probe, now))
    return ProbePage(groups, {group: counts.get(group, 0) for group in Group}, number, pages)


def probe_choices(session: Session, user: User) -> ProbeChoices:
    """What the filters of the list of `user` offer, in the order of the names."""
    seen = _joined(visible_probes(user))

    def pairs(*columns: Any) -> list[Any]:
        chosen = seen.with_only_columns(*columns).distinct().order_by(columns[-1])
        return [tuple(row) for row in session.execute(chosen)]

    return ProbeChoices(
        locations=pairs(Location.key, Location.name),
        regions=pairs(Region.key, Region.name),
        campaigns=pairs(Campaign.id, Campaign.name) if _knows_any(user) else [],
        channels=[channel for (channel,) in pairs(Probe.channel)],
    )


def _knows_any(user: User) -> bool:
    return user.is_a(RoleName.ADMIN, RoleName.MANAGER)


def probes_saying(session: Session, user: User, words: str, most: int) -> list[Probe]:
    """The newest `most` probes that `user` may see and that hold all of `words`."""
    query = _joined(visible_probes(user)).where(*(says(user, word) for word in words.split()))
    loading = contains_eager(Probe.touchpoint).contains_eager(Touchpoint.location)
    return list(session.scalars(query.options(loading).order_by(_sent.desc(), Probe.id.desc()).limit(most)))


def _row(probe: Probe, now: datetime) -> ProbeRow:
    found = reading(probe, probe.clock, now)
    response = found.response if found else None
    return ProbeRow(probe, response, in_time(probe, response), limits_of(probe))


def _joined(query: Select[Probe]) -> Select[Probe]:
    return query.join(Location.region).join(Probe.campaign).join(Probe.scenario).join(Probe.persona)


def _loading() -> tuple[Any, ...]:
    location = contains_eager(Probe.touchpoint).contains_eager(Touchpoint.location)
    return (
        location.contains_eager(Location.region),
        location.selectinload(Location.former_hours),
        contains_eager(Probe.campaign),
        contains_eager(Probe.scenario),
        contains_eager(Probe.persona).joinedload(Persona.mailbox),
    )


def _conditions(session: Session, user: User, wanted: ProbeFilter) -> list[ColumnElement[bool]]:
    equal: list[tuple[Any, object]] = [
        (Location.key, wanted.location),
        (Region.key, wanted.region),
        (Probe.channel, wanted.channel),
    ]
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal if value]
    if wanted.kind:
        conditions.append(_of_kind(wanted.kind))
    if wanted.campaign:
        conditions.append(and_(may_know_all(user), Probe.campaign_id == wanted.campaign))
    conditions += [says(user, word) for word in wanted.words.split()]
    return conditions + _on_days(session, wanted)


def says(user: User, word: str) -> ColumnElement[bool]:
    """Whether the probe's question holds `word`; for those who may know all, also its text or its persona's name."""
    known = (Probe.subject, Probe.text, Persona.name)
    found = or_(*(column.icontains(word, autoescape=True) for column in known))
    return or_(Scenario.title.icontains(word, autoescape=True), and_(may_know_all(user), found))


def _of_kind(kind: Kind) -> ColumnElement[bool]:
    # The ledger judges each answer; those that were entered without it have one time and not two.
    met, breached = (literal(each, Probe.in_time.type) for each in (InTime.MET, InTime.BREACHED))
    by_time = case((_seconds <= Probe.target_hours * 3600, met), else_=breached)
    in_time = func.coalesce(Probe.in_time, by_time)
    match kind:
        case Kind.IN_TIME:
            return and_(Probe.outcome == Outcome.ANSWERED, in_time == InTime.MET)
        case Kind.LATE:
            return and_(Probe.outcome == Outcome.ANSWERED, in_time == InTime.BREACHED)
        case Kind.CANNOT_TELL:
            return and_(Probe.outcome == Outcome.ANSWERED, in_time == InTime.CANNOT_TELL)
        case Kind.OPEN:
            return and_(Probe.outcome == Outcome.OPEN, ~_is_unsent)
        case Kind.UNSENT:
            return _is_unsent
        case _:
            return Probe.outcome == Outcome(kind.value)


def _on_days(session: Session, wanted: ProbeFilter) -> list[ColumnElement[bool]]:
    """The days as instants, zone by zone: a day begins at the midnight of each probe's own location."""
    if not wanted.first_day and not wanted.last_day:
        return []
    zones = session.scalars(select(Location.time_zone).distinct())
    return [or_(false(), *(_on_days_in(zone, wanted) for zone in zones))]


def _on_days_in(zone: str, wanted: ProbeFilter) -> ColumnElement[bool]:
    conditions = [Location.time_zone == zone]
    if wanted.first_day:
        conditions.append(_sent >= midnight(wanted.first_day, ZoneInfo(zone)))
    if wanted.last_day:
        conditions.append(_sent < midnight(wanted.last_day + ONE_DAY, ZoneInfo(zone)))
    return and_(*conditions)


def _order(wanted: ProbeFilter) -> list[ColumnElement[Any]]:
    column: ColumnElement[Any] = {"sent": _sent, "response": _seconds}[wanted.order]
    main = column.desc().nulls_last() if wanted.descending else column.asc().nulls_last()
    return [_rank, main, Probe.id.desc()]
