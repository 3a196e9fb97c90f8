"""Opening hours and dates as people write them."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.domain.errors import InvalidInput
from audit_app.domain.time.clock import Period
from audit_app.domain.time.holiday_calendar import named_holidays, part_code
from audit_app.domain.time.opening_text import dates_in, dates_text, periods_in, periods_text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("10:00–13:00, 14:00–19:00", "10:00–13:00, 14:00–19:00"),
        ("14-19; 10.00 - 13.00", "10:00–13:00, 14:00–19:00"),
        ("9:30 to 18:00", "09:30–18:00"),
        ("22:00–04:00", "22:00–04:00"),
        ("18–24", "18:00–24:00"),
        ("00:00–24:00", "00:00–24:00"),
        ("10:00–13:00,", "10:00–13:00"),
        ("  ", ""),
        ("closed", ""),
    ],
)
def test_periods_are_read_as_people_write_them(written: str, read: str) -> None:
    assert periods_text(periods_in(written)) == read


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("all day", "“all day” does not say from when to when"),
        ("9am-6pm", "24-hour times"),
        ("10:00–25:00", r"There is no time 25:00"),
        ("10:60–12:00", r"There is no time 10:60"),
        ("24:00–02:00", r"There is no time 24:00"),
        ("9–5", "would end on the next day. Write 09:00–05:00 if"),
        ("09:00–09:00", "ends when it begins"),
        ("10:00–13:00, 12:00–19:00", "10:00–13:00 and 12:00–19:00 overlap"),
        ("20:00–02:00, 22:00–23:00", "20:00–02:00 and 22:00–23:00 overlap"),
    ],
)
def test_what_is_no_opening_time_is_told_with_what_was_written(written: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        periods_in(written)


minutes = st.times().map(lambda at: time(at.hour, at.minute))


@given(minutes, minutes)
def test_every_period_can_be_read_back(opens: time, closes: time) -> None:
    period = Period(opens=opens, closes=closes)
    if opens != closes or opens == time(0):
        assert periods_in(periods_text([period])) == (period,)


def test_dates_are_read_one_by_one_or_as_a_span_and_written_so_again() -> None:
    dates = dates_in("2026-12-24\n2026-07-13 to 2026-07-15, 2026-07-16\n")
    assert date(2026, 7, 14) in dates
    assert len(dates) == 5
    assert dates_text(dates) == "2026-07-13 to 2026-07-16\n2026-12-24"


def test_every_line_that_is_no_date_is_told() -> None:
    with pytest.raises(InvalidInput) as told:
        dates_in("24.12.2026\n2026-12-25\n2026-02-30\n2026-12-25 to 2026-12-24\n0001-01-01")
    assert len(str(told.value).splitlines()) == 4
    assert "“24.12.2026” is no date" in str(told.value)


@given(st.frozensets(st.dates(date(2000, 1, 1), date(2199, 12, 31)), max_size=30))
def test_all_dates_can_be_read_back(dates: frozenset[date]) -> None:
    assert dates_in(dates_text(dates)) == dates


@pytest.mark.parametrize(
    ("country", "written", "code"),
    [("US", "ny", "NY"), ("US", "US-NY", "NY"), ("DE", "Bayern", "BY"), ("SE", " ", "")],
)
def test_a_part_of_a_country_is_known_by_its_code_or_its_name(country: str, written: str, code: str) -> None:
    assert part_code(country, written) == code


def test_a_part_that_a_country_does_not_have_is_told_with_those_that_it_has() -> None:
    with pytest.raises(InvalidInput, match=r"DE has no part “XX”.*BW, BY"):
        part_code("DE", "XX")
    with pytest.raises(InvalidInput, match="No part of SE"):
        part_code("SE", "Skåne")


def test_public_holidays_are_named_in_english() -> None:
    assert named_holidays("SE", "", [2026])[date(2026, 12, 25)] == "Christmas Day"
    assert named_holidays("GB", "SCT", [2026])[date(2026, 11, 30)].startswith("Saint Andrew's Day")
