"""The elapsed clock and the opening-hours clock."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from audit_app.domain.errors import InvalidInput
from audit_app.domain.time.clock import (
    OpeningHours,
    Period,
    Weekday,
    add_opening_time,
    elapsed,
    opening_time_between,
    public_holidays,
)
from audit_app.domain.time.holiday_calendar import named_holidays
from tests.opening_hours import ALWAYS_OPEN, WORKING_DAYS

NEW_YORK = ZoneInfo("America/New_York")
LONDON = ZoneInfo("Europe/London")
NINE_TO_FIVE = OpeningHours.on(WORKING_DAYS, time(9), time(17))
EIGHT_TO_FIVE = OpeningHours.on(WORKING_DAYS, time(8), time(17))
NIGHT_SHIFT = OpeningHours.on(Weekday, time(22), time(6))
HOUR = timedelta(hours=1)


def at(text: str, tz: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=tz)


# The published cases of business-hours calculators; 6 February 2026 is a Friday.
@pytest.mark.parametrize(
    ("hours", "start", "duration", "end"),
    [
        (NINE_TO_FIVE, "2026-02-06T16:30", 1, "2026-02-09T09:30"),
        (NINE_TO_FIVE, "2026-02-06T17:00", 8, "2026-02-09T17:00"),
        (EIGHT_TO_FIVE, "2026-02-06T16:00", 4, "2026-02-09T11:00"),
        (NINE_TO_FIVE, "2026-02-09T10:00", 10, "2026-02-10T12:00"),
        (NINE_TO_FIVE, "2026-02-06T15:00", 10, "2026-02-09T17:00"),
    ],
)
def test_opening_time_is_added_across_nights_and_weekends(
    hours: OpeningHours, start: str, duration: int, end: str
) -> None:
    assert add_opening_time(hours, NEW_YORK, at(start), duration * HOUR) == at(end)


def test_us_federal_holidays_do_not_count() -> None:
    hours = OpeningHours.on(WORKING_DAYS, time(9), time(17), public_holidays("US", [2026]))
    assert add_opening_time(hours, NEW_YORK, at("2026-01-17T12:00"), 10 * HOUR) == at("2026-01-21T11:00")


def test_a_weekend_has_no_opening_time() -> None:
    start, end = at("2026-02-07T10:00"), at("2026-02-08T10:00")
    assert opening_time_between(NINE_TO_FIVE, NEW_YORK, start, end) == 0 * HOUR


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [("2026-03-07T20:00", "2026-03-08T06:00", 9), ("2026-10-31T20:00", "2026-11-01T06:00", 11)],
)
def test_elapsed_time_counts_real_hours_when_the_clocks_change(start: str, end: str, hours: int) -> None:
    assert elapsed(at(start), at(end)) == hours * HOUR
    assert opening_time_between(ALWAYS_OPEN, NEW_YORK, at(start), at(end)) == hours * HOUR


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [("2026-03-07T12:00", "2026-03-08T12:00", 7), ("2026-10-31T12:00", "2026-11-01T12:00", 9)],
)
def test_a_night_shift_is_shorter_in_spring_and_longer_in_autumn(start: str, end: str, hours: int) -> None:
    assert opening_time_between(NIGHT_SHIFT, NEW_YORK, at(start), at(end)) == hours * HOUR


def test_a_message_from_london_waits_for_the_new_york_shop_to_open() -> None:
    sent = at("2026-03-16T09:00", LONDON)
    assert add_opening_time(NINE_TO_FIVE, NEW_YORK, sent, 10 * HOUR) == at("2026-03-17T11:00")


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    hours = NIGHT_SHIFT.model_copy(update={"holidays": frozenset({date(2026, 2, 10)})})
    night_before = opening_time_between(hours, NEW_YORK, at("2026-02-09T12:00"), at("2026-02-10T12:00"))
    holiday_night = opening_time_between(hours, NEW_YORK, at("2026-02-10T12:00"), at("2026-02-11T12:00"))
    assert (night_before, holiday_night) == (8 * HOUR, 0 * HOUR)


def test_a_lunch_break_does_not_count() -> None:
    parts = (Period(opens=time(9), closes=time(12)), Period(opens=time(13), closes=time(17)))
    hours = OpeningHours(weekly={Weekday.MONDAY: parts})
    monday = at("2026-02-09T11:00")
    assert add_opening_time(hours, NEW_YORK, monday, 2 * HOUR) == at("2026-02-09T14:00")


def test_a_night_shift_that_runs_into_the_next_opening_counts_once() -> None:
    hours = OpeningHours(
        weekly={
            Weekday.MONDAY: (Period(opens=time(22), closes=time(10)),),
            Weekday.TUESDAY: (Period(opens=time(9), closes=time(17)),),
        }
    )
    assert opening_time_between(hours, NEW_YORK, at("2026-02-09T12:00"), at("2026-02-10T23:00")) == 19 * HOUR


def test_a_location_that_never_opens_is_reported() -> None:
    with pytest.raises(InvalidInput, match="does not open again"):
        add_opening_time(OpeningHours(weekly={}), NEW_YORK, at("2026-02-09T12:00"), HOUR)
    assert opening_time_between(
        OpeningHours(weekly={}), NEW_YORK, at("2026-02-09T12:00"), at("2026-03-09T12:00")
    ) == (0 * HOUR)


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(InvalidInput, match="must not be negative"):
        add_opening_time(NINE_TO_FIVE, NEW_YORK, at("2026-02-09T12:00"), -HOUR)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="has no time zone"):
        elapsed(datetime.fromisoformat("2026-02-09T12:00"), at("2026-02-09T12:00"))


def test_hours_survive_json() -> None:
    hours = OpeningHours.on(WORKING_DAYS, time(9), time(17, 30), public_holidays("SE", [2026]))
    data = json.loads(json.dumps(hours.model_dump(mode="json")))
    assert data["weekly"]["monday"] == [{"opens": "09:00", "closes": "17:30"}]
    assert OpeningHours.model_validate(data) == hours


def test_overlapping_periods_are_refused_with_the_day() -> None:
    periods = [{"opens": "09:00", "closes": "13:00"}, {"opens": "12:00", "closes": "17:00"}]
    with pytest.raises(ValidationError, match="monday: the periods must be in order"):
        OpeningHours.model_validate({"weekly": {"monday": periods}})


def test_opening_hours_with_a_zone_are_refused() -> None:
    with pytest.raises(ValidationError, match="local times"):
        Period(opens=time(9, tzinfo=UTC), closes=time(17))


def test_an_unknown_country_is_named() -> None:
    with pytest.raises(InvalidInput, match="“XX-YY”"):
        public_holidays("XX", [2026], "YY")


instants = st.datetimes(datetime.fromisoformat("2025-10-01"), datetime.fromisoformat("2026-12-01")).map(
    lambda instant: instant.replace(tzinfo=UTC)
)


def test_the_public_holidays_of_a_country_are_kept_in_every_year_but_where_it_opens_all_the_same() -> None:
    christmas = date(2026, 12, 25)
    hours = OpeningHours.on(Weekday, time(9), time(17)).model_copy(
        update={"country": "US", "part": "NY", "holidays": frozenset({date(2026, 8, 3)})}
    )
    assert not hours.periods_on(christmas)
    assert not hours.periods_on(christmas.replace(year=2035))
    assert not hours.periods_on(date(2026, 8, 3))
    assert hours.model_copy(update={"open_on": frozenset({christmas})}).periods_on(christmas)
    assert OpeningHours.model_validate(json.loads(hours.model_dump_json())) == hours


@pytest.mark.parametrize(
    ("country", "part", "day", "rests"),
    [
        ("SE", "", date(2026, 6, 19), True),  # Midsummer Eve
        ("SE", "", date(2026, 12, 24), True),
        ("SE", "", date(2026, 12, 31), True),
        ("SE", "", date(2026, 12, 23), False),
        ("GB", "", date(2026, 8, 31), True),  # the late summer bank holiday of England
        ("GB", "", date(2026, 4, 6), True),
        ("GB", "SCT", date(2026, 8, 31), False),
        ("DE", "", date(2026, 12, 24), False),
    ],
)
def test_days_off_that_staff_take_for_granted_are_kept(
    country: str, part: str, day: date, rests: bool
) -> None:
    hours = OpeningHours.on(Weekday, time(9), time(17)).model_copy(update={"country": country, "part": part})
    assert hours.rests_on(day) is rests
    assert (day in named_holidays(country, part, [2026])) is rests


plans = st.sampled_from([NINE_TO_FIVE, EIGHT_TO_FIVE, NIGHT_SHIFT, ALWAYS_OPEN])
zones = st.sampled_from([NEW_YORK, LONDON, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")])
spans = st.timedeltas(timedelta(0), timedelta(days=12))


@given(plans, zones, instants, spans, spans)
def test_opening_time_of_two_spans_in_a_row_is_that_of_the_whole(
    hours: OpeningHours, tz: ZoneInfo, start: datetime, one: timedelta, other: timedelta
) -> None:
    middle, end = start + one, start + one + other
    parts = opening_time_between(hours, tz, start, middle) + opening_time_between(hours, tz, middle, end)
    assert parts == opening_time_between(hours, tz, start, end)


@given(plans, zones, instants, st.timedeltas(timedelta(0), timedelta(hours=60)))
def test_opening_time_that_was_added_is_measured_again(
    hours: OpeningHours, tz: ZoneInfo, start: datetime, duration: timedelta
) -> None:
    end = add_opening_time(hours, tz, start, duration)
    assert opening_time_between(hours, tz, start, end) == duration


@given(plans, zones, instants, spans)
def test_opening_time_is_never_more_than_elapsed_time(
    hours: OpeningHours, tz: ZoneInfo, start: datetime, span: timedelta
) -> None:
    end = (start + span).astimezone(tz)
    assert timedelta(0) <= opening_time_between(hours, tz, start.astimezone(tz), end) <= elapsed(start, end)
