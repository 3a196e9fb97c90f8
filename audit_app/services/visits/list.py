"""The list of visits: narrowed by filters, sorted and cut into pages, all by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Select,
    Text,
    and_,
    cast,
    false,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session, contains_eager, joinedload

from audit_app.domain.scores.policy import Policy
from audit_app.models import Checklist, ChecklistVersion, Location, Region, User, Visit, VisitState
from audit_app.services.visits.visible import visible_visits

PAGE_SIZE = 25

DAY = timedelta(days=1)

Order = Literal["day", "score", "location", "auditor"]

_when = func.coalesce(Visit.finished_at, Visit.started_at)


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """What the list shows; an empty field does not narrow it. Days are those at the location, both included."""

    location: str = ""
    region: str = ""
    checklist: str = ""
    auditor: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    band: str = ""
    drafts: bool = False
    order: Order = "day"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class VisitPage:
    """One page of the list, and how many visits and pages there are in all."""

    visits: list[Visit]
    total: int
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class VisitChoices:
    """What the filters of somebody's list offer: pairs of a value and its name, only of what occurs in it."""

    locations: list[tuple[str, str]]
    regions: list[tuple[str, str]]
    checklists: list[tuple[str, str]]
    auditors: list[tuple[int, str]]


def visit_page(session: Session, user: User, wanted: VisitFilter, policy: Policy, number: int) -> VisitPage:
    """Page `number` (from 1) of the visits that `user` may see and `wanted` lets through.

    A page beyond the last is the last. Bands are those of `policy`.
    """
    exact = _ExactColumn(session)
    query = _joined(visible_visits(user)).where(
        *_conditions(wanted, policy, exact), *_on_days(session, wanted)
    )
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), pages)
    ordered = query.order_by(*_order(wanted, exact)).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    visits = session.scalars(
        ordered.options(
            contains_eager(Visit.location).joinedload(Location.region),
            contains_eager(Visit.version).contains_eager(ChecklistVersion.checklist),
            joinedload(Visit.auditor),
        )
    )
    return VisitPage(list(visits), total, number, pages)


def visit_choices(session: Session, user: User) -> VisitChoices:
    """What the filters of the list of `user` offer, in the order of the names."""
    seen = _joined(visible_visits(user))

    def pairs(*columns: Any) -> list[Any]:
        chosen = seen.with_only_columns(*columns).distinct().order_by(columns[1])
        return [tuple(row) for row in session.execute(chosen)]

    return VisitChoices(
        locations=pairs(Location.key, Location.name),
        regions=pairs(Region.key, Region.name),
        checklists=pairs(Checklist.key, Checklist.title),
        auditors=pairs(User.id, User.name),
    )


def _joined(query: Select[Visit]) -> Select[Visit]:
    return (
        query.join(Visit.location)
        .join(Location.region)
        .join(Visit.version)
        .join(ChecklistVersion.checklist)
        .join(Visit.auditor)
    )


class _ExactColumn:
    """Compares scores, which are stored as `numerator/denominator`, without rounding them."""

    def __init__(self, session: Session) -> None:
        text = type_coerce(Visit.score, Text)
        if session.get_bind().dialect.name == "sqlite":
            slash = func.instr(text, "/")
            parts = (func.substr(text, 1, slash - 1), func.substr(text, slash + 1))
        else:
            parts = (func.split_part(text, "/", 1), func.split_part(text, "/", 2))
        self.numerator, self.denominator = (cast(part, BigInteger) for part in parts)

    def at_least(self, value: Fraction) -> ColumnElement[bool]:
        return self.numerator * value.denominator >= self.denominator * value.numerator

    @property
    def value(self) -> ColumnElement[Any]:
        return cast(self.numerator, Float) / cast(self.denominator, Float)


def _conditions(wanted: VisitFilter, policy: Policy, exact: _ExactColumn) -> list[ColumnElement[bool]]:
    equal = [
        (Location.key, wanted.location),
        (Region.key, wanted.region),
        (Checklist.key, wanted.checklist),
        (Visit.auditor_id, wanted.auditor),
    ]
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal if value]
    if not wanted.drafts:
        conditions.append(Visit.state == VisitState.SUBMITTED)
    if wanted.band:
        conditions.append(_in_band(wanted.band, policy, exact))
    return conditions


def _on_days(session: Session, wanted: VisitFilter) -> list[ColumnElement[bool]]:
    """The days as instants, zone by zone: a day begins at the midnight of each visit's own location."""
    if not wanted.first_day and not wanted.last_day:
        return []
    zones = session.scalars(select(Location.time_zone).distinct())
    return [or_(false(), *(_on_days_in(zone, wanted) for zone in zones))]


def _on_days_in(zone: str, wanted: VisitFilter) -> ColumnElement[bool]:
    conditions = [Location.time_zone == zone]
    if wanted.first_day:
        conditions.append(_when >= datetime.combine(wanted.first_day, time(), ZoneInfo(zone)))
    if wanted.last_day:
        conditions.append(_when < datetime.combine(wanted.last_day + DAY, time(), ZoneInfo(zone)))
    return and_(*conditions)


def _in_band(letter: str, policy: Policy, exact: _ExactColumn) -> ColumnElement[bool]:
    """The scores from the band's lowest up to, but not at, the lowest of the band above."""
    letters = [band.letter for band in policy.bands]
    place = letters.index(letter)
    inside = exact.at_least(policy.bands[place].lowest)
    return inside if not place else and_(inside, ~exact.at_least(policy.bands[place - 1].lowest))


def _order(wanted: VisitFilter, exact: _ExactColumn) -> list[ColumnElement[Any]]:
    columns: dict[str, ColumnElement[Any]] = {
        "day": _when,
        "score": exact.value,
        "location": Location.name.expression,
        "auditor": User.name.expression,
    }
    column = columns[wanted.order]
    main = column.desc().nulls_last() if wanted.descending else column.asc().nulls_last()
    return [main, Visit.id.desc()]
