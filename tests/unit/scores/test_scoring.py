"""Scores and their breakdowns."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.domain.errors import Conflict, InvalidInput
from audit_app.domain.scores.policy import DEFAULT_POLICY, CurvePoint, Policy, Weights
from audit_app.domain.scores.record import from_snapshot, snapshot, to_json
from audit_app.domain.scores.scoring import (
    QualityInput,
    ResponseInput,
    ScoreResult,
    SectionPoints,
    VisitInput,
    points_for_response,
    score,
    visit_score,
)


def section(key: str, weight: str, earned: str, possible: str) -> SectionPoints:
    return SectionPoints(key, key.title(), Fraction(weight), Fraction(earned), Fraction(possible))


# The worked example: the policy's default weights 45, 30 and 25, two visits, ten probes, eight rated replies.
EXAMPLE_VISIT = (section("a", "30", "3", "5"), section("b", "50", "6.5", "8"), section("c", "20", "5", "4"))
EXAMPLE_HOURS = ("1.5", "3", "6.25", "7.5", "8.5", "9", "11", "14", None, None)
VISITS = (VisitInput("visit 1", Fraction("78.625")), VisitInput("visit 2", Fraction(85)))
RESPONSES = tuple(
    ResponseInput(f"probe {number}", None if hours is None else Fraction(hours))
    for number, hours in enumerate(EXAMPLE_HOURS, start=1)
)
QUALITIES = tuple(
    QualityInput(f"reply {number}", Fraction(value))
    for number, value in enumerate((90, 80, 100, 70, 85, 60, 75, 80), start=1)
)


def worked_example() -> ScoreResult:
    result = score(DEFAULT_POLICY, VISITS, RESPONSES, QUALITIES, {"open": 1})
    assert result is not None
    return result


def test_worked_example_visit_caps_the_bonus_and_leaves_not_applicable_out() -> None:
    result = visit_score(EXAMPLE_VISIT)
    assert result is not None
    assert [part.points for part in result.sections] == [18, Fraction("40.625"), 20]
    assert result.value == Fraction("78.625")
    assert result.shown == Decimal("78.6")
    assert [str(part.shown_points) for part in result.sections] == ["18.0", "40.6", "20.0"]


def test_a_section_in_which_nothing_applies_is_left_out_and_the_weights_renormalised() -> None:
    result = visit_score((*EXAMPLE_VISIT[:2], section("c", "20", "0", "0")))
    assert result is not None
    assert [part.possible for part in result.sections] == [Fraction("37.5"), Fraction("62.5")]
    assert result.value == Fraction("37.5") * Fraction(3, 5) + Fraction("62.5") * Fraction("6.5") / 8
    assert result.left_out == ("c",)


def test_a_visit_in_which_nothing_applies_has_no_score() -> None:
    assert visit_score([section("a", "30", "0", "0")]) is None
    assert visit_score([]) is None


def test_deductions_never_take_a_section_below_nothing() -> None:
    result = visit_score([section("a", "50", "-3", "5"), section("b", "50", "5", "5")])
    assert result is not None
    assert result.value == 50


def test_sections_with_the_same_key_are_refused() -> None:
    with pytest.raises(InvalidInput, match="same key"):
        visit_score([section("a", "1", "1", "1")] * 2)


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(InvalidInput, match="must not be negative"):
        visit_score([section("a", "-1", "1", "1")])


sections = st.lists(
    st.builds(
        SectionPoints,
        key=st.uuids().map(str),
        title=st.just("Section"),
        weight=st.fractions(0, 50, max_denominator=20),
        earned=st.fractions(-2, 30, max_denominator=20),
        possible=st.fractions(0, 20, max_denominator=20),
    ),
    max_size=8,
)


@given(sections)
def test_the_breakdown_of_a_visit_adds_up_exactly_and_as_shown(parts: list[SectionPoints]) -> None:
    result = visit_score(parts)
    if result is None:
        return
    assert 0 <= result.value <= 100
    assert sum(part.points for part in result.sections) == result.value
    assert sum(part.possible for part in result.sections) == 100
    assert sum(part.shown_points for part in result.sections) == result.shown
    assert sum(part.shown_possible for part in result.sections) == 100
    assert len(result.sections) + len(result.left_out) == len(parts)


@pytest.mark.parametrize(
    ("hours", "points"),
    [
        ("0", "100"),
        ("8", "100"),
        ("8.5", "97.5"),
        ("9", "95"),
        ("10", "90"),
        ("11", "81"),
        ("14", "54"),
        ("20", "0"),
        ("300", "0"),
    ],
)
def test_points_fall_by_5_an_hour_from_8_hours_and_by_9_from_10(hours: str, points: str) -> None:
    assert points_for_response(DEFAULT_POLICY, Fraction(hours)) == Fraction(points)


def test_never_answered_gets_nothing() -> None:
    assert points_for_response(DEFAULT_POLICY, None) == 0


def test_a_curve_that_ends_early_stays_level_until_the_cut_off() -> None:
    policy = Policy(speed_curve=(CurvePoint(hours=Fraction(4), points=Fraction(60)),))
    assert [points_for_response(policy, Fraction(hours)) for hours in (3, 19, 20)] == [60, 60, 0]


@given(st.fractions(0, 30), st.fractions(0, 30))
def test_a_later_answer_never_gets_more(one: Fraction, other: Fraction) -> None:
    early, late = sorted((one, other))
    assert points_for_response(DEFAULT_POLICY, early) >= points_for_response(DEFAULT_POLICY, late)


def test_worked_example_components() -> None:
    visits, speed, quality = worked_example().components
    assert (visits.key, speed.key, quality.key) == ("visits", "speed", "reply_quality")
    assert (visits.value, speed.value, quality.value) == (Fraction("81.8125"), Fraction("72.75"), 80)
    assert (visits.n, speed.n, quality.n) == (2, 10, 8)
    assert [row.value for row in speed.inputs] == [100, 100, 100, 100, Fraction("97.5"), 95, 81, 54, 0, 0]


def test_worked_example_score_is_78_640625_shown_78_6_in_band_c() -> None:
    result = worked_example()
    assert [part.points for part in result.components] == [Fraction("36.815625"), Fraction("21.825"), 20]
    assert result.value == Fraction("78.640625")
    assert (str(result.shown), result.band) == ("78.6", "C")


def test_worked_example_points_lost_are_shown_as_8_2_and_8_2_and_5_0() -> None:
    result = worked_example()
    assert [part.lost for part in result.components] == [Fraction("8.184375"), Fraction("8.175"), 5]
    assert [str(part.shown_lost) for part in result.components] == ["8.2", "8.2", "5.0"]
    assert str(result.shown_lost) == "21.4"


def test_worked_example_without_reply_quality_renormalises_the_weights() -> None:
    result = score(DEFAULT_POLICY, VISITS, RESPONSES, ())
    assert result is not None
    assert result.value == Fraction("78.1875")
    assert [part.weight for part in result.components] == [60, 40]


def test_worked_example_with_answered_probes_alone_would_read_90_9375() -> None:
    answered = [response for response in RESPONSES if response.hours is not None]
    result = score(DEFAULT_POLICY, (), answered, ())
    assert result is not None
    assert result.value == Fraction("90.9375")


def test_nothing_to_score_gives_no_score() -> None:
    assert score(DEFAULT_POLICY, (), (), ()) is None


def test_probes_left_out_are_counted_in_the_result() -> None:
    assert worked_example().left_out == {"open": 1}


@pytest.mark.parametrize(
    ("value", "band"), [("90", "A"), ("89.99", "B"), ("80", "B"), ("79.999", "C"), ("60", "D"), ("0", "E")]
)
def test_the_band_is_that_of_the_unrounded_score(value: str, band: str) -> None:
    result = score(DEFAULT_POLICY, [VisitInput("v", Fraction(value))], (), ())
    assert result is not None
    assert result.band == band


def test_the_same_probe_cannot_count_twice() -> None:
    with pytest.raises(InvalidInput, match="speed; nothing may count double"):
        score(DEFAULT_POLICY, (), RESPONSES[:1] * 2, ())


def test_a_value_above_100_is_refused() -> None:
    with pytest.raises(InvalidInput, match="visit 9: the value must be from 0 to 100"):
        score(DEFAULT_POLICY, [VisitInput("visit 9", Fraction(101))], (), ())


def test_a_negative_response_time_is_refused() -> None:
    with pytest.raises(InvalidInput, match="must not be negative"):
        score(DEFAULT_POLICY, (), [ResponseInput("probe", Fraction(-1))], ())


values = st.lists(st.fractions(0, 100, max_denominator=50), max_size=6)
times = st.lists(st.none() | st.fractions(0, 30, max_denominator=50), max_size=6)


@given(values, times, values)
def test_every_score_adds_up_and_is_the_same_from_its_snapshot(
    visits: list[Fraction], hours: list[Fraction | None], qualities: list[Fraction]
) -> None:
    inputs = (
        [VisitInput(f"v{number}", value) for number, value in enumerate(visits)],
        [ResponseInput(f"p{number}", value) for number, value in enumerate(hours)],
        [QualityInput(f"q{number}", value) for number, value in enumerate(qualities)],
    )
    result = score(DEFAULT_POLICY, *inputs)
    stored = json.loads(json.dumps(snapshot(DEFAULT_POLICY, *inputs)))
    assert from_snapshot(stored).score() == result
    if result is None:
        return
    assert sum(part.weight for part in result.components) == 100
    assert sum(part.points for part in result.components) == result.value
    assert sum(part.shown_points for part in result.components) == result.shown
    assert sum(part.shown_lost for part in result.components) == 100 - result.shown
    for part in result.components:
        assert sum(row.points for row in part.inputs) == part.points
        assert sum(row.lost for row in part.inputs) == part.lost


def test_json_has_the_worked_example_as_decimals_and_fractions() -> None:
    data = json.loads(json.dumps(to_json(worked_example())))
    assert data["value"] == {"decimal": "78.640625", "fraction": "5033/64", "rounded": False}
    assert (data["shown"], data["shown_lost"], data["band"]) == ("78.6", "21.4", "C")
    assert data["components"][1]["inputs"][4]["hours"]["decimal"] == "8.5"
    assert "hours" not in data["components"][1]["inputs"][9]


def test_a_snapshot_keeps_another_policy() -> None:
    weights = Weights(visits=Fraction(100, 3), speed=Fraction(100, 3), reply_quality=Fraction(100, 3))
    policy = Policy(weights=weights)
    again = from_snapshot(snapshot(policy, VISITS, RESPONSES, QUALITIES, {"uncertain": 2}))
    assert again.policy == policy
    assert again.score() == score(policy, VISITS, RESPONSES, QUALITIES, {"uncertain": 2})


def test_a_snapshot_whose_policy_was_changed_is_refused() -> None:
    stored = snapshot(DEFAULT_POLICY, VISITS, RESPONSES, QUALITIES)
    stored["policy"]["cutoff_hours"] = "30"
    with pytest.raises(Conflict, match="its hash differs"):
        from_snapshot(stored)


def test_a_broken_snapshot_is_refused() -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        from_snapshot({"policy": {}})
