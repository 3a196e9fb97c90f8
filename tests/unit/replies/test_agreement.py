"""Agreement between raters."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.domain.errors import InvalidInput
from audit_app.domain.replies.agreement import Table, agreement, strength, table_of

counts = st.integers(0, 50)
tables = (
    st.integers(1, 4)
    .flatmap(
        lambda size: st.lists(st.lists(counts, min_size=size, max_size=size), min_size=size, max_size=size)
    )
    .filter(lambda table: any(map(any, table)))
)


def kappa(table: Table) -> Fraction | None:
    return agreement(table).kappa


def test_the_textbook_table_gives_point_four() -> None:
    assert kappa([[20, 5], [10, 15]]) == Fraction(2, 5)
    shown = agreement([[20, 5], [10, 15]])
    assert (shown.n, shown.observed, shown.expected) == (50, Fraction(7, 10), Fraction(1, 2))


def test_full_agreement_is_one_and_full_disagreement_of_two_halves_is_minus_one() -> None:
    assert kappa([[3, 0], [0, 4]]) == 1
    assert kappa([[0, 5], [5, 0]]) == -1


def test_two_who_always_say_the_same_word_leave_it_undefined() -> None:
    always = agreement([[0, 0], [0, 9]])
    assert (always.kappa, always.observed, always.n) == (None, 1, 9)


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ([], "no agreement"),
        ([[0, 0], [0, 0]], "no agreement"),
        ([[1, 2]], "square"),
        ([[1, 2], [3]], "square"),
        ([[1, -1], [0, 1]], "below 0"),
    ],
)
def test_a_table_that_says_nothing_is_refused(table: list[list[int]], problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        kappa(table)


def test_choices_are_counted_by_first_and_second_rater() -> None:
    pairs = [("yes", "no"), ("yes", "yes"), ("yes", "no")]
    assert table_of(pairs, ["yes", "no"]) == [[1, 2], [0, 0]]
    with pytest.raises(InvalidInput, match="maybe"):
        table_of([("yes", "maybe")], ["yes", "no"])


@pytest.mark.parametrize(
    ("kappa", "word"),
    [
        ("-1/100", "poor"),
        ("0", "slight"),
        ("20/100", "slight"),
        ("21/100", "fair"),
        ("2/5", "fair"),
        ("60/100", "moderate"),
        ("61/100", "substantial"),
        ("80/100", "substantial"),
        ("81/100", "almost perfect"),
        ("1", "almost perfect"),
    ],
)
def test_the_words_are_those_of_landis_and_koch(kappa: str, word: str) -> None:
    assert strength(Fraction(kappa)) == word


@given(tables)
def test_kappa_lies_between_minus_one_and_one_and_never_above_what_was_observed(
    table: list[list[int]],
) -> None:
    shown = agreement(table)
    if shown.kappa is None:
        assert shown.observed == 1
    else:
        assert -1 <= shown.kappa <= shown.observed


@given(tables)
def test_it_does_not_matter_who_is_called_the_first_rater(table: list[list[int]]) -> None:
    turned = [list(column) for column in zip(*table, strict=True)]
    assert kappa(turned) == kappa(table)


@given(tables, st.randoms())
def test_it_does_not_matter_in_which_order_the_categories_stand(table: list[list[int]], draw: Random) -> None:
    order = list(range(len(table)))
    draw.shuffle(order)
    assert kappa([[table[row][column] for column in order] for row in order]) == kappa(table)


@given(tables, st.integers(2, 5))
def test_the_same_agreement_over_more_replies_is_the_same_kappa(table: list[list[int]], times: int) -> None:
    assert kappa([[count * times for count in row] for row in table]) == kappa(table)
