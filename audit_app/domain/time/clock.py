"""Two clocks: elapsed time, and time during which a location is open.

Both measure in absolute time, so that an hour is an hour also when the clocks change. Opening hours are local
times; they become instants through the location's time zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, field_serializer, field_validator, model_validator

from audit_app.domain.errors import InvalidInput
from audit_app.domain.time.holiday_calendar import calendar_of

NOTHING = timedelta(0)
"""No time at all."""
ONE_DAY = timedelta(days=1)
LONGEST_CLOSURE = 3 * 366
"""Days without any opening after which a location counts as closed for good."""


class Weekday(StrEnum):
    """The days of the week, in ISO order."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Period(BaseModel):
    """One stretch of opening in local time; one that does not close later than it opens ends on the next day.

    From 00:00 to 00:00 is the whole day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    opens: time
    closes: time

    @field_validator("opens", "closes")
    @classmethod
    def _local(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("opening hours are local times, without a zone")
        return value

    @field_serializer("opens", "closes")
    def _text(self, value: time) -> str:
        return value.isoformat("auto" if value.second or value.microsecond else "minutes")

    @property
    def over_midnight(self) -> bool:
        """Whether it ends on the day after the one on which it began."""
        return self.closes <= self.opens


class OpeningHours(BaseModel):
    """When a location is open: periods per weekday, and dates on which it does not open at all.

    These are the public holidays of its country, of whatever year, except those on which it opens all the same, and
    dates of its own. A period belongs to the day on which it begins: the night shift before a holiday works to its end, the one that
    would begin on the holiday does not. Plain JSON in and out (``model_dump(mode="json")``, ``model_validate``).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    weekly: Mapping[Weekday, tuple[Period, ...]]
    country: str = ""
    """The ISO 3166 code of the country whose public holidays are kept; empty for none."""
    part: str = ""
    """The part of the country, such as `NY`, that has some of its own."""
    open_on: frozenset[date] = frozenset()
    """Public holidays on which it opens as on other days."""
    holidays: frozenset[date] = frozenset()
    """Dates of its own on which it does not open, whatever the country does."""

    @model_validator(mode="after")
    def _periods_in_order(self) -> Self:
        for day, periods in self.weekly.items():
            for before, after in pairwise(periods):
                if before.over_midnight or after.opens < before.closes:
                    raise ValueError(f"{day.value}: the periods must be in order and must not overlap")
        return self

    @field_serializer("holidays", "open_on")
    def _sorted(self, value: frozenset[date]) -> list[str]:
        return [day.isoformat() for day in sorted(value)]

    @classmethod
    def on(cls, days: Iterable[Weekday], opens: time, closes: time, holidays: Iterable[date] = ()) -> Self:
        """Return the same hours for each of the given days."""
        period = Period(opens=opens, closes=closes)
        return cls(weekly=dict.fromkeys(days, (period,)), holidays=frozenset(holidays))

    def periods_on(self, day: date) -> tuple[Period, ...]:
        """Return the periods that begin on the given local date."""
        return () if self.rests_on(day) else self.weekly.get(tuple(Weekday)[day.weekday()], ())

    def rests_on(self, day: date) -> bool:
        """Whether the date is a day off, whatever its weekday's periods are."""
        if day in self.holidays:
            return True
        if not self.country or day in self.open_on:
            return False
        return day in _holidays_of(self.country, self.part, day.year)


def public_holidays(country: str, years: Iterable[int], subdivision: str | None = None) -> frozenset[date]:
    """Return a country's days off, by law and by custom, by ISO 3166 codes such as ``US`` and ``NY``.

    Raises:
        InvalidInput: the holidays library does not know the country or subdivision.
    """
    try:
        return frozenset(calendar_of(country, subdivision or "", years))
    except NotImplementedError as problem:
        place = f"{country}-{subdivision}" if subdivision else country
        raise InvalidInput(
            f"No holidays are known for “{place}”; use ISO 3166 codes such as “SE” or “US-NY”."
        ) from problem


@lru_cache(maxsize=1024)
def _holidays_of(country: str, part: str, year: int) -> frozenset[date]:
    return public_holidays(country, [year], part or None)


def elapsed(start: datetime, end: datetime) -> timedelta:
    """Return the absolute time from start to end, negative if the end is earlier.

    Raises:
        InvalidInput: one of them has no time zone.
    """
    return _utc(end) - _utc(start)


def opening_time_between(hours: OpeningHours, tz: ZoneInfo, start: datetime, end: datetime) -> timedelta:
    """Return how much of the time from start to end the location was open; nothing if the end is not later.

    Raises:
        InvalidInput: one of the times has no time zone.
    """
    first, last = _utc(start), _utc(end)
    total = NOTHING
    for opens, closes in _openings(hours, tz, first):
        if opens >= last:
            break
        total += max(NOTHING, min(closes, last) - max(opens, first))
    return total


def add_opening_time(hours: OpeningHours, tz: ZoneInfo, start: datetime, duration: timedelta) -> datetime:
    """Return the first instant, in UTC, by which the location has been open for that long since the start.

    Raises:
        InvalidInput: the duration is negative, the start has no time zone, or the location never opens that long.
    """
    now, left = _utc(start), duration
    if left < NOTHING:
        raise InvalidInput("A duration of opening time must not be negative.")
    if left == NOTHING:
        return now
    for opens, closes in _openings(hours, tz, now):
        begin = max(opens, now)
        if begin + left <= closes:
            return begin + left
        left -= max(NOTHING, closes - begin)
    raise InvalidInput("The location does not open again; check its opening hours and holidays.")


def _openings(hours: OpeningHours, tz: ZoneInfo, since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches of opening from the day before on, in order and without overlap, as UTC instants.

    Ends when there is none for ``LONGEST_CLOSURE`` days.
    """
    day = since.astimezone(tz).date() - ONE_DAY
    done, closed_days = datetime.min.replace(tzinfo=UTC), 0
    while closed_days < LONGEST_CLOSURE:
        periods = hours.periods_on(day)
        closed_days = 0 if periods else closed_days + 1
        for period in periods:
            opens, closes = _instants(period, day, tz)
            if closes > max(opens, done):
                yield max(opens, done), closes
                done = closes
        day += ONE_DAY


def _instants(period: Period, day: date, tz: ZoneInfo) -> tuple[datetime, datetime]:
    """Place a period on a date. A local time that comes twice, in autumn, means the first (PEP 495, fold 0)."""
    last_day = day + ONE_DAY if period.over_midnight else day
    opens = datetime.combine(day, period.opens, tz)
    closes = datetime.combine(last_day, period.closes, tz)
    return opens.astimezone(UTC), closes.astimezone(UTC)


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise InvalidInput(f"The time {instant.isoformat()} has no time zone.")
    # Python subtracts two times of one zone by their wall clocks; only in UTC is an hour always an hour.
    return instant.astimezone(UTC)
