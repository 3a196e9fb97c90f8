"""How values look: durations, times in a location's zone, numbers that are rounded once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.domain.probes.response_time import InTime, Outcome
from audit_app.web.presentation import (
    change,
    duration,
    exact_time,
    hours,
    local_day,
    local_time,
    outcome_look,
    percent,
    points_of,
    relative_time,
    shown,
)

NOW = datetime(2026, 11, 21, 13, 5, 9, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (22_500, "6 h 15 min"),
        (36_000, "10 h"),
        (36_059, "10 h"),
        (47 * 3600 + 59 * 60, "47 h 59 min"),
        (51 * 3600, "2 d 3 h"),
        (72 * 3600, "3 d"),
        (timedelta(hours=9, minutes=1), "9 h 1 min"),
    ],
)
def test_a_duration_is_written_as_people_say_it(seconds: float | timedelta | None, words: str) -> None:
    assert duration(seconds) == words


@given(st.floats(min_value=0, max_value=47 * 3600))
def test_a_duration_is_never_written_longer_than_it_was(seconds: float) -> None:
    words = duration(seconds).split()
    minutes = sum(
        int(n) * {"h": 60, "min": 1, "s": 1 / 60}[unit]
        for n, unit in zip(words[::2], words[1::2], strict=True)
    )

    assert minutes * 60 <= seconds + 1e-6


def test_ten_hours_and_a_second_are_not_shown_as_ten_hours_met() -> None:
    assert duration(36_000 - 1) == "9 h 59 min"


def test_scores_are_rounded_once_and_a_half_goes_up() -> None:
    assert shown(Fraction("78.65")) == "78.7"
    assert shown(Fraction(2, 3)) == "0.7"
    assert shown(0.1 + 0.2, 2) == "0.30"
    assert shown(Decimal("72.84")) == "72.8"
    assert shown(None) == "–"


def test_a_change_carries_its_sign() -> None:
    assert [change(Fraction(value)) for value in ("1.5", "-6.3", "0", "0.04")] == [
        "+1.5",
        "−6.3",
        "±0.0",
        "±0.0",
    ]


def test_shares_and_hours_carry_their_units() -> None:
    assert percent(Fraction(1, 8)) == "13 %"
    assert percent(Fraction(1, 3), 1) == "33.3 %"
    assert hours(Fraction(10)) == "10 h"
    assert hours(7.5) == "7.5 h"
    assert hours(timedelta(minutes=450)) == "7.5 h"
    assert [percent(None), hours(None)] == ["–", "–"]


def test_a_time_is_shown_in_the_locations_zone_which_is_named() -> None:
    assert local_time(NOW, STOCKHOLM, NOW) == "21 Nov 14:05 (Stockholm)"
    assert local_time(NOW, "America/New_York", NOW) == "21 Nov 08:05 (New York)"
    assert local_time(NOW) == "21 Nov 13:05 (UTC)"
    assert local_time(None) == "–"


def test_a_time_of_another_year_says_so() -> None:
    assert local_time(NOW - timedelta(days=400), STOCKHOLM, NOW) == "17 Oct 2025 15:05 (Stockholm)"


def test_new_years_eve_belongs_to_the_year_of_its_own_zone() -> None:
    midnight_there = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)

    assert local_time(midnight_there, STOCKHOLM, NOW) == "1 Jan 2027 00:30 (Stockholm)"


def test_summer_time_is_known() -> None:
    assert exact_time(datetime(2026, 7, 1, 12, 0, 1, tzinfo=UTC), STOCKHOLM) == (
        "Wednesday 1 July 2026, 14:00:01 (Stockholm, UTC+02:00)"
    )
    assert local_day(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), STOCKHOLM) == "Thu 2 Jul 2026"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(seconds=-5), "in a moment"),
        (timedelta(minutes=3), "3 minutes ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(minutes=107), "2 hours ago"),
        (timedelta(days=10), "10 days ago"),
        (timedelta(days=11), "2 weeks ago"),
        (timedelta(days=-2), "in 2 days"),
    ],
)
def test_a_relative_time_is_seen_from_now(before: timedelta, words: str) -> None:
    assert relative_time(NOW - before, NOW) == words


def test_each_outcome_has_a_shape_of_its_own_beside_its_colour() -> None:
    looks = {
        "in time": outcome_look(Outcome.ANSWERED, InTime.MET),
        "late": outcome_look(Outcome.ANSWERED, InTime.BREACHED),
        "never": outcome_look(Outcome.UNANSWERED),
        "open": outcome_look(Outcome.OPEN),
        "uncertain": outcome_look(Outcome.UNCERTAIN),
        "left out": outcome_look(Outcome.EXCLUDED),
    }

    assert {name: shape for name, (shape, _, _) in looks.items()} == {
        "in time": "dot",
        "late": "hollow",
        "never": "cross",
        "open": "ring",
        "uncertain": "question",
        "left out": "dash",
    }
    assert all(outcome_look(outcome)[1] for outcome in Outcome)
    assert outcome_look(Outcome.ANSWERED, True) == looks["in time"]
    assert outcome_look(Outcome.ANSWERED, InTime.CANNOT_TELL)[0] == "question"


@given(st.lists(st.none() | st.fractions(0, 100), max_size=60))
def test_a_sparkline_stays_inside_its_picture(values: list[Fraction | None]) -> None:
    points = [tuple(map(float, point.split(","))) for point in points_of(values).split()]

    assert len(points) == sum(value is not None for value in values)
    assert all(0 <= x <= 96 and 0 <= y <= 24 for x, y in points)
    assert [x for x, _ in points] == sorted(x for x, _ in points)
