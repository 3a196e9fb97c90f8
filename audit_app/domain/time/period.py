"""Periods over which a score is taken, and the zone whose days and weeks they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from audit_app.domain.errors import InvalidInput

SENSIBLE_YEARS = range(1971, 9001)
"""The first and last years of the calendar have no midnight in UTC everywhere, and no probe was sent in them."""
ONE_DAY = timedelta(days=1)
LONGEST_DAYS = 3 * 366
"""The longest period in days, so that a mistyped year is an error and not a long wait."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The time from `start` on and before `end`, both aware and kept in UTC.

    Raises:
        InvalidInput: a time has no zone, or the period does not end after it starts.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise InvalidInput("The start and the end of a period need a time zone.")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.start >= self.end:
            raise InvalidInput(f"A period cannot end ({self.end}) before it starts ({self.start}).")

    @classmethod
    def of_days(cls, first: date, last: date, zone: ZoneInfo) -> Self:
        """The days from `first` to `last`, both included, from midnight to midnight in `zone`.

        Raises:
            InvalidInput: `last` is before `first`, or the days are more than three years.
        """
        if last < first:
            raise InvalidInput(f"The period ends on {last} before it starts on {first}. Swap the two dates.")
        if (last - first).days >= LONGEST_DAYS:
            raise InvalidInput(f"From {first} to {last} is more than three years. Choose a shorter period.")
        if first.year not in SENSIBLE_YEARS or last.year not in SENSIBLE_YEARS:
            raise InvalidInput(f"From {first} to {last} is not a period of ours. Check the years.")
        return cls(midnight(first, zone), midnight(last + ONE_DAY, zone))

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def first_day(self, zone: ZoneInfo) -> date:
        """The day in `zone` on which the period starts."""
        return self.start.astimezone(zone).date()

    def last_day(self, zone: ZoneInfo) -> date:
        """The last day in `zone` of which the period has any time."""
        return (self.end - timedelta(microseconds=1)).astimezone(zone).date()

    def days(self, zone: ZoneInfo) -> int:
        """The number of days in `zone` that the period touches."""
        return (self.last_day(zone) - self.first_day(zone)).days + 1

    def before(self, zone: ZoneInfo) -> Period:
        """The period of as many days in `zone` that ends where this one starts."""
        last = self.first_day(zone) - ONE_DAY
        return Period.of_days(last - (self.days(zone) - 1) * ONE_DAY, last, zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant in UTC at which `day` begins in `zone`."""
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def week_of(day: date, zone: ZoneInfo) -> Period:
    """The week from Monday to Sunday, in `zone`, that has `day` in it."""
    monday = day - day.weekday() * ONE_DAY
    return Period.of_days(monday, monday + 6 * ONE_DAY, zone)


def weeks_until(last: date, count: int, zone: ZoneInfo) -> list[Period]:
    """The `count` weeks in `zone`, oldest first, of which the last one has the day `last` in it."""
    return [week_of(last - timedelta(weeks=back), zone) for back in reversed(range(count))]


def complete_weeks(start: datetime, end: datetime, zone: ZoneInfo) -> list[Period]:
    """All weeks in `zone`, oldest first, that start not before `start` and end not after `end`."""
    weeks, week = [], week_of(start.astimezone(zone).date(), zone)
    while week.end <= end:
        if week.start >= start:
            weeks.append(week)
        week = week_of(week.end.astimezone(zone).date(), zone)
    return weeks
