"""Rounding for show, and writing exact numbers down."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.domain.errors import InvalidInput
from audit_app.domain.exact import exact_text, largest_remainder, number_json, read_exact, round_half_up

fractions = st.fractions(min_value=0, max_value=100, max_denominator=5000)


def test_a_half_is_rounded_up() -> None:
    assert [str(round_half_up(Fraction(text))) for text in ("78.65", "78.649", "0.05", "100")] == [
        "78.7",
        "78.6",
        "0.1",
        "100.0",
    ]


def test_ties_go_to_the_first() -> None:
    third = Fraction(100, 3)
    assert largest_remainder([third] * 3, 100) == (Decimal("33.4"), Decimal("33.3"), Decimal("33.3"))


def test_a_total_that_the_parts_do_not_add_up_to_is_refused() -> None:
    with pytest.raises(InvalidInput, match="does not round to 3"):
        largest_remainder([Fraction(1), Fraction(1)], 3)


@given(st.lists(fractions, max_size=12), st.integers(0, 3))
def test_rounded_parts_add_up_and_each_is_off_by_less_than_one_unit(
    parts: list[Fraction], digits: int
) -> None:
    total = round_half_up(sum(parts, Fraction(0)), digits)
    rounded = largest_remainder(parts, total, digits)
    assert sum(rounded) == total
    assert all(
        abs(Fraction(r) - part) < Fraction(1, 10**digits) for r, part in zip(rounded, parts, strict=True)
    )


@given(st.fractions())
def test_what_is_written_exactly_is_read_back_the_same(number: Fraction) -> None:
    assert read_exact(exact_text(number)) == number
    assert read_exact(number_json(number)["fraction"]) == number


def test_a_number_without_finite_decimals_is_marked_as_rounded() -> None:
    assert number_json(Fraction(2, 3)) == {"decimal": "0.666666666667", "fraction": "2/3", "rounded": True}
    assert number_json(Fraction("78.640625")) == {
        "decimal": "78.640625",
        "fraction": "5033/64",
        "rounded": False,
    }


def test_a_float_is_read_as_the_decimal_that_was_written() -> None:
    assert read_exact(0.1) == Fraction(1, 10)


@pytest.mark.parametrize("text", ["", "ten", "1/0", float("nan"), float("inf"), True, None])
def test_what_is_no_number_is_refused(text: object) -> None:
    with pytest.raises(InvalidInput, match="is not a number"):
        read_exact(text)
