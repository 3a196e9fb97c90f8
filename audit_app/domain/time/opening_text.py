"""Opening hours and dates as people write them: `10:00–13:00, 14:00–19:00` and `2026-12-24`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from itertools import pairwise

from audit_app.domain.errors import InvalidInput
from audit_app.domain.time.clock import Period

PERIOD = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|‐|‑|–|—|to)\s*(\d{1,2})(?:[:.](\d{2}))?")
MIDNIGHT = time(0)
LONGEST_SPAN = timedelta(days=366)
"""Of days off in a row, so that a mistyped year is an error and no long list."""
YEARS = range(2000, 2200)
"""The years of days off: those of which the calendars of public holidays know something."""


def periods_in(text: str) -> tuple[Period, ...]:
    """The periods that `text` names, in the order of the day; none where it is empty. Raises InvalidInput."""
    pieces = [piece.strip() for piece in re.split("[,;]", text) if piece.strip()]
    if pieces in ([], ["closed"], ["Closed"]):
        return ()
    periods = sorted(map(_period, pieces), key=lambda period: period.opens)
    for before, after in pairwise(periods):
        if before.over_midnight or after.opens < before.closes:
            raise InvalidInput(f"{period_text(before)} and {period_text(after)} overlap.")
    return tuple(periods)


def periods_text(periods: Iterable[Period]) -> str:
    """The periods as `periods_in` reads them."""
    return ", ".join(map(period_text, periods))


def period_text(period: Period) -> str:
    """One period; one that ends with the day ends at 24:00."""
    closes = "24:00" if period.closes == MIDNIGHT else f"{period.closes:%H:%M}"
    return f"{period.opens:%H:%M}–{closes}"


def _period(text: str) -> Period:
    found = PERIOD.fullmatch(text)
    if found is None:
        raise InvalidInput(
            f"“{text}” does not say from when to when. Write 24-hour times such as 09:00–18:00, "
            "and a comma between two periods."
        )
    hour, minute, last_hour, last_minute = found.groups()
    period = Period(opens=_time(hour, minute), closes=_closing(last_hour, last_minute))
    if period.opens == period.closes != MIDNIGHT:
        raise InvalidInput(f"“{text}” ends when it begins. Write 00:00–24:00 for the whole day.")
    if period.over_midnight and period.closes != MIDNIGHT and minute is None and last_minute is None:
        raise InvalidInput(
            f"“{text}” would end on the next day. Write {period_text(period)} if that is meant, "
            f"else 24-hour times such as 09:00–18:00."
        )
    return period


def _closing(hour: str, minute: str | None) -> time:
    return MIDNIGHT if int(hour) == 24 and not int(minute or 0) else _time(hour, minute)


def _time(hour: str, minute: str | None) -> time:
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        raise InvalidInput(f"There is no time {hour}:{minute or '00'}.") from None


def dates_in(text: str) -> frozenset[date]:
    """The dates that `text` names, one or a span of them on each line.

    Raises InvalidInput with a line for each that cannot be read.
    """
    found: set[date] = set()
    problems = []
    for line in re.split(r"[\n,;]", text):
        if line.strip():
            try:
                found.update(_dates(line.strip()))
            except InvalidInput as error:
                problems.append(str(error))
    if problems:
        raise InvalidInput("\n".join(problems))
    return frozenset(found)


def dates_text(dates: Iterable[date]) -> str:
    """The dates as `dates_in` reads them, with days in a row as one span."""
    return "\n".join(
        first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"
        for first, last in _spans(sorted(dates))
    )


def _dates(text: str) -> list[date]:
    first, _, last = (part.strip() for part in text.partition(" to "))
    begin = _date(first)
    end = _date(last) if last else begin
    if not begin <= end <= begin + LONGEST_SPAN:
        raise InvalidInput(f"“{text}” is no span of at most a year. Write the earlier day first.")
    return [begin + timedelta(days=day) for day in range((end - begin).days + 1)]


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise InvalidInput(f"“{text}” is no date. Write it as 2026-12-24.")
    return day


def _spans(days: Sequence[date]) -> list[tuple[date, date]]:
    spans: list[tuple[date, date]] = []
    for day in days:
        if spans and day - spans[-1][1] == timedelta(days=1):
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans
