"""The opening-hours clock of a location whose hours were changed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from audit_app.domain.time.clock import OpeningHours, Weekday, opening_time_between
from audit_app.domain.time.timetable import Former, Timetable
from tests.opening_hours import ALWAYS_OPEN

UTC_ZONE = ZoneInfo("UTC")
MORNINGS = OpeningHours.on(Weekday, time(8), time(12))
EVENINGS = OpeningHours.on(Weekday, time(16), time(20))
HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""When the hours were changed."""
CHANGED = Timetable(EVENINGS, UTC_ZONE, [Former(MORNINGS, UTC_ZONE, NOON)])


def test_each_moment_is_measured_by_the_hours_of_its_time() -> None:
    assert CHANGED.open_between(NOON - 24 * HOUR, NOON) == 4 * HOUR
    assert CHANGED.open_between(NOON, NOON + 24 * HOUR) == 4 * HOUR
    assert CHANGED.open_between(NOON - 3 * HOUR, NOON + 5 * HOUR) == 4 * HOUR


def test_a_limit_that_falls_after_the_change_is_reached_by_the_new_hours() -> None:
    assert CHANGED.after(NOON - 3 * HOUR, 2 * HOUR) == NOON - HOUR
    assert CHANGED.after(NOON - 3 * HOUR, 5 * HOUR) == NOON + 6 * HOUR


def test_another_zone_counts_from_the_change_on() -> None:
    moved = Timetable(MORNINGS, ZoneInfo("America/New_York"), [Former(MORNINGS, UTC_ZONE, NOON)])
    # From 08:00 to 12:00 in New York is from 13:00 to 17:00 UTC.
    assert moved.open_between(NOON - 2 * HOUR, NOON + 2 * HOUR) == 3 * HOUR


instants = st.datetimes(datetime.fromisoformat("2026-11-01"), datetime.fromisoformat("2026-12-20")).map(
    lambda instant: instant.replace(tzinfo=UTC)
)


@given(instants, st.timedeltas(timedelta(0), timedelta(hours=40)))
def test_opening_time_that_was_added_across_changes_is_measured_again(
    start: datetime, duration: timedelta
) -> None:
    changes = [Former(MORNINGS, UTC_ZONE, NOON), Former(ALWAYS_OPEN, UTC_ZONE, NOON + 48 * HOUR)]
    timetable = Timetable(EVENINGS, UTC_ZONE, changes)
    assert timetable.open_between(start, timetable.after(start, duration)) == duration


@given(instants, instants)
def test_hours_that_were_changed_to_the_same_measure_as_if_nobody_had_touched_them(
    start: datetime, end: datetime
) -> None:
    same = Timetable(MORNINGS, UTC_ZONE, [Former(MORNINGS, UTC_ZONE, NOON)])
    assert same.open_between(start, end) == opening_time_between(MORNINGS, UTC_ZONE, start, end)
