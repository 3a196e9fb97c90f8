"""Opening hours as they are entered, and what becomes of what was measured by others before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pydantic import ValidationError
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from audit_app.domain.errors import InvalidInput
from audit_app.domain.time.clock import OpeningHours, Weekday
from audit_app.domain.time.holiday_calendar import countries, part_code
from audit_app.domain.time.opening_text import dates_in, dates_text, periods_in, periods_text
from audit_app.models import FormerHours, Location, Probe, Touchpoint
from audit_app.models.types import JsonObject
from audit_app.services.entry.fields import FieldErrors
from audit_app.services.probes import ledger


@dataclass(frozen=True, slots=True)
class HoursEntry:
    """Opening hours as text: periods by weekday, a country and its part, and dates."""

    weekly: Mapping[str, str] = field(default_factory=dict)
    country: str = ""
    part: str = ""
    open_on: str = ""
    closed_on: str = ""


def stored_hours(location: Location) -> OpeningHours:
    """The hours of the location; none where what is stored cannot be read."""
    try:
        return OpeningHours.model_validate(location.opening_hours)
    except ValidationError:
        return OpeningHours(weekly={})


def entered_as(hours: OpeningHours) -> HoursEntry:
    """What somebody would have to enter for these hours."""
    return HoursEntry(
        {day.value: periods_text(hours.weekly.get(day, ())) for day in Weekday},
        hours.country,
        hours.part,
        dates_text(hours.open_on),
        dates_text(hours.holidays),
    )


def read_hours(errors: FieldErrors, entry: HoursEntry) -> OpeningHours:
    """The hours that were entered; what is wrong is noted at its day."""
    weekly, part = {}, ""
    for day in Weekday:
        with errors.field(day.value):
            weekly[day] = periods_in(entry.weekly.get(day.value, ""))
    with errors.field(Weekday.MONDAY.value):
        if len(weekly) == len(Weekday) and not any(weekly.values()):
            raise InvalidInput("Enter when it is open, for one day at least.")
    with errors.field("country"):
        if entry.country and entry.country not in countries():
            raise InvalidInput("Choose one of the countries, or none.")
    with errors.field("part"):
        if entry.country in countries():
            part = part_code(entry.country, entry.part)
        elif entry.part.strip() and not entry.country:
            raise InvalidInput("Choose the country too, or leave its part empty.")
    open_on: frozenset[date] = frozenset()
    closed_on: frozenset[date] = frozenset()
    with errors.field("open_on"):
        open_on = dates_in(entry.open_on)
    with errors.field("closed_on"):
        closed_on = dates_in(entry.closed_on)
        both = sorted(open_on & closed_on)
        if both:
            raise InvalidInput(f"{both[0].isoformat()} stands among the dates on which it opens, too.")
    return OpeningHours(
        weekly={day: periods for day, periods in weekly.items() if periods},
        country=entry.country,
        part=part,
        open_on=open_on,
        holidays=closed_on,
    )


def change_hours(
    session: Session, location: Location, hours: OpeningHours, time_zone: str, now: datetime
) -> None:
    """Let other hours, or another zone, count from now on.

    What was measured before keeps the former ones; open probes are judged anew, so that their limits move at once.
    """
    before = stored_hours(location)
    if (before, location.time_zone) == (hours, time_zone):
        return
    if _was_measured(session, location):
        former = FormerHours(until=now, time_zone=location.time_zone, opening_hours=_json(before))
        location.former_hours.append(former)
    location.opening_hours, location.time_zone = _json(hours), time_zone
    session.flush()
    for probe_id in session.scalars(_sent_to(location).where(Probe.closed_at.is_(None))).all():
        ledger.summarise(ledger.lock(session, probe_id), now)
    session.flush()


def _was_measured(session: Session, location: Location) -> bool:
    """Whether anything was sent there yet; before that, other hours are only a correction."""
    return session.scalar(_sent_to(location).limit(1)) is not None


def _sent_to(location: Location) -> Select[int]:
    there = Probe.touchpoint.has(Touchpoint.location_id == location.id)
    return select(Probe.id).where(there, Probe.sent_latest.is_not(None))


def _json(hours: OpeningHours) -> JsonObject:
    return hours.model_dump(mode="json")
