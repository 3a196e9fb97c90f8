"""The value without its breakdown, groups of locations, changes and minima: exact, and the same as the long way."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_app.domain.scores.change import Change, Input, change, group_change, part_change
from audit_app.domain.scores.groups import Member, mean_score, mean_value
from audit_app.domain.scores.means import (
    MICROSECONDS_PER_HOUR,
    Mean,
    curve_for,
    mean_of,
    mean_points,
    value_of,
)
from audit_app.domain.scores.policy import DEFAULT_POLICY, CurvePoint, Minima, Policy, TargetHours, Weights
from audit_app.domain.scores.scoring import (
    PendingInput,
    QualityInput,
    ResponseInput,
    ScoreInputs,
    VisitInput,
    points_for_response,
    score,
)
from audit_app.domain.scores.sufficiency import Level, sufficiency

FREE = DEFAULT_POLICY.model_copy(update={"minima": Minima()})
OWN = FREE.model_copy(
    update={
        "speed_curve": (
            CurvePoint(hours=Fraction(4), points=Fraction(100)),
            CurvePoint(hours=Fraction(12), points=Fraction(100, 3)),
        )
    }
)
LONG = TargetHours(Fraction(24), Fraction(48), Fraction(96))

policies = st.sampled_from([FREE, OWN, FREE.model_copy(update={"points_at_target": Fraction(200, 3)})])
micros = st.integers(0, 120 * MICROSECONDS_PER_HOUR)
targets = st.lists(st.integers(1, 100), min_size=3, max_size=3).map(
    lambda three: TargetHours(*(Fraction(hour) for hour in sorted(three)))
)
values = st.fractions(0, 100, max_denominator=1000)


@given(policies, targets, micros)
def test_points_in_whole_microseconds_are_those_of_the_breakdown(
    policy: Policy, target: TargetHours, wait: int
) -> None:
    curve = curve_for(policy, target)
    points = Fraction(curve.units(wait), curve.denominator)
    assert points == points_for_response(policy, Fraction(wait, MICROSECONDS_PER_HOUR), target)


@given(targets)
def test_the_corners_themselves_are_exact(target: TargetHours) -> None:
    for hours in (target.stretch, target.target, target.cutoff):
        curve = curve_for(FREE, target)
        units = curve.units(int(hours * MICROSECONDS_PER_HOUR))
        assert Fraction(units, curve.denominator) == points_for_response(FREE, hours, target)


@settings(max_examples=60)
@given(
    policies,
    st.lists(values, max_size=6),
    st.lists(st.tuples(targets, st.none() | micros), max_size=8),
    st.lists(values, max_size=6),
)
def test_the_value_alone_is_identical_to_that_of_the_whole_score(
    policy: Policy,
    visits: list[Fraction],
    waits: list[tuple[TargetHours, int | None]],
    qualities: list[Fraction],
) -> None:
    responses = [
        ResponseInput(f"probe:{n}", None if wait is None else Fraction(wait, MICROSECONDS_PER_HOUR), target)
        for n, (target, wait) in enumerate(waits)
    ]
    whole = score(
        policy,
        [VisitInput(f"visit:{n}", value) for n, value in enumerate(visits)],
        responses,
        [QualityInput(f"probe:{n}", value) for n, value in enumerate(qualities)],
    )
    curves = {target: curve_for(policy, target) for target, _ in waits}
    found = {
        "visits": mean_of(visits),
        "speed": mean_points(curves, waits),
        "reply_quality": mean_of(qualities),
    }
    means = {key: mean for key, mean in found.items() if mean}
    assert value_of(policy, means) == (whole.value if whole else None)


# ---------- groups ----------

means = st.dictionaries(
    st.sampled_from(["visits", "speed", "reply_quality"]),
    st.builds(Mean, st.integers(1, 50), values),
    max_size=3,
)
members = st.lists(
    st.builds(Member, st.just("shop"), st.fractions(0, 5, max_denominator=10), means), max_size=6
)


@given(members)
def test_a_groups_breakdown_adds_up_to_the_mean_of_its_locations(group: list[Member]) -> None:
    result = mean_score(FREE, group)
    assert mean_value(FREE, group) == (result.value if result else None)
    if result:
        assert sum(part.weight for part in result.components) == 100
        assert sum(part.points for part in result.components) == result.value
        assert sum(part.shown_points for part in result.components) == result.shown


def test_probing_one_shop_more_often_does_not_move_its_group() -> None:
    def group(n: int) -> list[Member]:
        shops = ((20, Fraction(100)), (n, Fraction(45)))
        return [Member("shop", Fraction(1), {"speed": Mean(count, value)}) for count, value in shops]

    assert mean_value(FREE, group(5)) == mean_value(FREE, group(40)) == Fraction(145, 2)


def test_missing_parts_renormalise_from_half_of_the_weight() -> None:
    half = DEFAULT_POLICY.model_copy(update={"minima": Minima(weight=Fraction(50))})
    assert sufficiency(half, 0, 4, 4).level is Level.ENOUGH
    assert sufficiency(half, 4, 0, 0).level is Level.INSUFFICIENT


# ---------- changes ----------

cells = st.tuples(st.sampled_from("ab"), st.sampled_from("xy"))
inputs = st.lists(st.builds(Input, cells, values), max_size=12)


@given(st.dictionaries(cells, values, min_size=1), st.data())
def test_how_often_which_cell_was_asked_makes_no_change(
    level: dict[tuple[str, str], Fraction], data: st.DataObject
) -> None:
    often = st.lists(st.sampled_from(sorted(level)), min_size=1, max_size=12)
    before, now = ([Input(cell, level[cell]) for cell in data.draw(often)] for _ in range(2))
    found = part_change(before, now)
    covered = found is not None and found.n_before >= len(before) / 2 and found.n_now >= len(now) / 2
    if covered and {each.cell for each in before} == {each.cell for each in now}:
        assert found is not None
        assert found.value == 0


@given(inputs, values)
def test_the_same_shift_everywhere_is_the_change(before: list[Input], shift: Fraction) -> None:
    now = [Input(each.cell, each.value + shift) for each in before]
    found = part_change(before, now)
    assert (found.value if found else None) == (shift if before else None)


def test_what_was_asked_on_another_channel_alone_cannot_be_compared() -> None:
    before = {"speed": [Input(("email", "day"), Fraction(100))] * 5}
    now = {"speed": [Input(("chat", "day"), Fraction(45))] * 5}
    found = change(FREE, before, now)
    assert (found.value, found.not_alike) == (None, ("speed",))


def test_only_the_parts_that_both_periods_have_make_a_change() -> None:
    before = {"visits": [Input((1,), Fraction(95))], "speed": [Input(("email",), Fraction(72))]}
    now = {"speed": [Input(("email",), Fraction(70))]}
    found = change(FREE, before, now)
    assert (found.value, found.missing_now, found.missing_before) == (-2, ("visits",), ())


@given(st.lists(st.tuples(st.fractions(0, 3, max_denominator=4), inputs, inputs), max_size=4))
def test_a_groups_change_is_made_of_its_parts(shops: list[tuple[Fraction, list[Input], list[Input]]]) -> None:
    changes: list[tuple[Fraction, Change]] = [
        (weight, change(FREE, {"speed": before}, {"speed": now})) for weight, before, now in shops
    ]
    found = group_change(FREE, changes)
    if found.value is not None:
        assert found.value == sum(found.weights[key] * part.value for key, part in found.parts.items())


# ---------- pending, and enough ----------


def test_an_overdue_probe_counts_with_the_points_of_an_answer_now() -> None:
    waiting = [
        PendingInput(f"probe:{hours}", Fraction(hours), None, FREE.hours) for hours in (9, *range(12, 18))
    ]
    answered = tuple(ResponseInput(f"probe:a{n}", Fraction(1)) for n in range(4))
    result = ScoreInputs(FREE, responses=answered, pending=tuple(waiting)).score()
    assert result is not None
    assert result.value == Fraction(697, 10)


@pytest.mark.parametrize(
    ("visits", "probes", "level", "missing"),
    [
        (0, 20, Level.INSUFFICIENT, {"visits": 1}),
        (5, 3, Level.INSUFFICIENT, {"probes": 1}),
        (2, 20, Level.PROVISIONAL, {"visits": 1}),
        (3, 8, Level.PROVISIONAL, {"probes": 1}),
        (3, 9, Level.ENOUGH, {}),
    ],
)
def test_enough_data_or_none(visits: int, probes: int, level: Level, missing: dict[str, int]) -> None:
    found = sufficiency(DEFAULT_POLICY, visits, probes, probes)
    assert (found.level, found.missing) == (level, missing)


def test_a_company_without_visits_needs_none() -> None:
    weights = Weights(visits=Fraction(0), speed=Fraction(60), reply_quality=Fraction(40))
    only_probes = DEFAULT_POLICY.model_copy(update={"weights": weights})
    assert sufficiency(only_probes, 0, 9, 0).level is Level.ENOUGH
