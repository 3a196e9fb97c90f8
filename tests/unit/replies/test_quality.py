"""The rubric for replies."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.domain.errors import InvalidInput
from audit_app.domain.replies.quality import (
    COMPLAINT,
    COMPLAINT_ITEMS,
    QUESTION,
    RUBRIC,
    Share,
    reply_quality,
    reply_quality_breakdown,
    rubric_for,
    rubric_of,
)

FLAWLESS = {item.key: Share.YES if item.points > 0 else Share.NO for item in RUBRIC}


def rated(**shares: Share) -> dict[str, Share]:
    return FLAWLESS | shares


def test_the_positive_items_make_100_points() -> None:
    assert sum(item.points for item in RUBRIC if item.points > 0) == 100


def test_a_flawless_reply_gets_100() -> None:
    assert reply_quality(FLAWLESS) == 100


def test_partly_gets_half_the_points() -> None:
    assert reply_quality(rated(answers_every_question=Share.PARTLY)) == 85


def test_what_is_not_applicable_counts_neither_for_nor_against() -> None:
    assert reply_quality(rated(apology=Share.NOT_APPLICABLE)) == 100
    assert reply_quality(rated(apology=Share.NOT_APPLICABLE, correct=Share.NO)) == Fraction(75 * 100, 90)


def test_a_risky_promise_and_negative_language_cost_ten_points_each() -> None:
    assert reply_quality(rated(risky_promise=Share.YES)) == 90
    assert reply_quality(rated(risky_promise=Share.YES, negative_language=Share.PARTLY)) == 85


def test_the_result_is_never_below_nothing() -> None:
    awful = {item.key: Share.NO if item.points > 0 else Share.YES for item in RUBRIC}
    assert reply_quality(awful) == 0


def test_a_missing_item_is_named() -> None:
    rating = {key: share for key, share in FLAWLESS.items() if key != "greeting"}
    with pytest.raises(InvalidInput, match="lacks: Greets the customer"):
        reply_quality(rating)


def test_an_unknown_item_is_named() -> None:
    with pytest.raises(InvalidInput, match="no such item: politeness"):
        reply_quality(rated(politeness=Share.YES))


def test_an_unknown_share_is_named() -> None:
    with pytest.raises(InvalidInput, match="Not a rating: perhaps"):
        reply_quality(rated(greeting="perhaps"))  # type: ignore[arg-type]


def test_a_reply_to_which_nothing_applies_cannot_be_rated() -> None:
    with pytest.raises(InvalidInput, match="at least one that applies"):
        reply_quality(dict.fromkeys(FLAWLESS, Share.NOT_APPLICABLE))


@given(st.fixed_dictionaries({item.key: st.sampled_from(Share) for item in RUBRIC}))
def test_the_breakdown_adds_up_to_the_result(rating: dict[str, Share]) -> None:
    if all(rating[item.key] is Share.NOT_APPLICABLE for item in RUBRIC if item.points > 0):
        return
    rows = reply_quality_breakdown(rating)
    assert sum(row.possible for row in rows) == 100
    assert reply_quality(rating) == max(Fraction(0), sum((row.points for row in rows), Fraction(0)))


# ---------- complaints ----------

FLAWLESS_COMPLAINT = {item.key: Share.YES if item.points > 0 else Share.NO for item in COMPLAINT.items}


def test_a_flawless_answer_to_a_complaint_gets_100_too() -> None:
    assert reply_quality(FLAWLESS_COMPLAINT) == 100
    assert rubric_for(complaint=True) is COMPLAINT


def test_what_a_complaint_asks_besides_weighs_ten_of_130_points_each() -> None:
    assert reply_quality(FLAWLESS_COMPLAINT | {"ownership": Share.NO}) == Fraction(120 * 100, 130)
    without = FLAWLESS_COMPLAINT | {item.key: Share.NOT_APPLICABLE for item in COMPLAINT_ITEMS}
    assert reply_quality(without) == 100


def test_a_deduction_is_as_large_for_a_complaint_as_for_a_question() -> None:
    assert reply_quality(FLAWLESS_COMPLAINT | {"risky_promise": Share.YES}) == 90


def test_a_complaint_rated_before_complaints_had_items_of_their_own_keeps_its_result() -> None:
    assert rubric_of(FLAWLESS) is QUESTION
    assert reply_quality(rated(apology=Share.NO)) == 90


def test_a_complaint_rated_by_half_of_its_own_items_is_incomplete() -> None:
    with pytest.raises(InvalidInput, match="lacks: Solves it at the first contact, Offers a compensation"):
        reply_quality(FLAWLESS | {"ownership": Share.YES})
