"""The period that a page shows: chosen in the address, by two dates, or the last four weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from babel.dates import format_date

from audit_app.domain.errors import InvalidInput
from audit_app.domain.time.period import Period, weeks_until
from audit_app.web.presentation import LOCALE

DEFAULT_DAYS = 28
LEAST_WEEKS = 13
"""Trends go back at least so many weeks, so that a short period is seen in its context."""
MOST_WEEKS = 60


@dataclass(frozen=True, slots=True)
class Preset:
    """A period to choose with one click."""

    label: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class ChosenPeriod:
    """What a page shows, in days of `zone`, both ends included."""

    first: date
    last: date
    zone: ZoneInfo
    today: date
    typed_from: str
    typed_to: str
    """The dates as they were typed, so that a mistyped one can be put right in place."""
    problem: str = ""
    """What is wrong with them, in words; the page then shows the last four weeks."""

    @classmethod
    def of(cls, arguments: Mapping[str, str], zone: ZoneInfo, now: datetime) -> Self:
        """The period named by the arguments `from` and `to`, each a date; what is missing is filled in."""
        today = now.astimezone(zone).date()
        typed_from, typed_to = arguments.get("from", "").strip(), arguments.get("to", "").strip()
        try:
            last = read_date(typed_to) if typed_to else today
            first = read_date(typed_from) if typed_from else last - timedelta(days=DEFAULT_DAYS - 1)
            Period.of_days(first, last, zone).before(zone)
        except (InvalidInput, OverflowError) as wrong:
            problem = str(wrong) if isinstance(wrong, InvalidInput) else "These dates are out of range."
            start = today - timedelta(days=DEFAULT_DAYS - 1)
            return cls(start, today, zone, today, typed_from, typed_to, problem)
        return cls(first, last, zone, today, first.isoformat(), last.isoformat())

    @property
    def period(self) -> Period:
        """The same as instants."""
        return Period.of_days(self.first, self.last, self.zone)

    @property
    def before(self) -> Period:
        """The period of as many days that ends where this one starts."""
        return self.period.before(self.zone)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def words(self) -> str:
        """The days as people write them: `25 Oct to 21 Nov 2026`."""
        pattern = "d MMM" if self.first.year == self.last.year else "d MMM y"
        last = format_date(self.last, "d MMM y", locale=LOCALE)
        return last if self.days == 1 else f"{format_date(self.first, pattern, locale=LOCALE)} to {last}"

    @property
    def weeks(self) -> list[Period]:
        """The weeks of trends: those of the period, at least 13 and at most 60."""
        spanned = (self.last - self.first).days // 7 + 1
        return weeks_until(self.last, min(MOST_WEEKS, max(LEAST_WEEKS, spanned)), self.zone)

    @property
    def presets(self) -> tuple[Preset, ...]:
        """The periods to choose with one click; four months are the period over which good work is rewarded."""
        return (
            Preset("4 weeks", self.today - timedelta(days=27), self.today),
            Preset("13 weeks", self.today - timedelta(days=90), self.today),
            Preset("4 months", months_back(self.today, 4) + timedelta(days=1), self.today),
        )

    @property
    def arguments(self) -> dict[str, str]:
        """What links to other pages carry on; nothing where the page shows its default."""
        if self.last == self.today and self.days == DEFAULT_DAYS:
            return {}
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


def read_date(text: str) -> date:
    """Read a date such as 2026-11-21; raises InvalidInput with an example."""
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise InvalidInput(
            f"“{text}” is not a date. Write year, month and day, such as 2026-11-21."
        ) from wrong


def months_back(day: date, months: int) -> date:
    """The same day of the month so many months earlier, or that month's last day if it is shorter."""
    whole = day.year * 12 + day.month - 1 - months
    first = date(whole // 12, whole % 12 + 1, 1)
    following = date((whole + 1) // 12, (whole + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))
