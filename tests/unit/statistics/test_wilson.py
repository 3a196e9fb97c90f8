"""Intervals for shares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.domain.errors import InvalidInput
from audit_app.domain.statistics.wilson import wilson_interval


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (4, 4, 0.5101, 1),
        (7, 8, 0.5291, 0.9776),
        (19, 20, 0.7639, 0.9911),
        (30, 30, 0.8865, 1),
    ],
)
def test_wilson_intervals_agree_with_published_and_statsmodels_values(
    successes: int, n: int, low: float, high: float
) -> None:
    bounds = wilson_interval(successes, n)
    assert (round(bounds.low, 4), round(bounds.high, 4)) == (low, high)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_between_0_and_1(case: tuple[int, int]) -> None:
    bounds = wilson_interval(*case)
    assert 0 <= bounds.low <= case[0] / case[1] <= bounds.high <= 1


def test_more_confidence_makes_a_wider_interval() -> None:
    assert wilson_interval(7, 8, 0.99).low < wilson_interval(7, 8, 0.95).low


def test_without_any_case_nothing_is_known() -> None:
    bounds = wilson_interval(0, 0)
    assert (bounds.low, bounds.high) == (0, 1)


@pytest.mark.parametrize(
    ("successes", "n", "confidence"), [(2, 1, 0.95), (-1, 5, 0.95), (1, 5, 0), (1, 5, 1)]
)
def test_impossible_counts_are_refused(successes: int, n: int, confidence: float) -> None:
    with pytest.raises(InvalidInput):
        wilson_interval(successes, n, confidence)
