"""One target everywhere: each response is scored by the hours of its own service target."""

from __future__ import annotations

import json
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from audit_app.domain.scores.policy import CurvePoint, Policy, TargetHours, policy_hash, read_policy
from audit_app.domain.scores.record import from_snapshot, snapshot
from audit_app.domain.scores.scoring import ResponseInput, points_for_response

LONG = TargetHours(Fraction(24), Fraction(48), Fraction(96))
POLICY = Policy()

hours = st.fractions(0, 200, max_denominator=3600)
limits = st.lists(st.integers(1, 150), min_size=3, max_size=3).map(
    lambda three: TargetHours(*(Fraction(hour) for hour in sorted(three)))
)


def test_thirty_hours_are_in_time_where_the_campaign_says_two_days() -> None:
    assert points_for_response(POLICY, Fraction(30), LONG) == Fraction("97.5")
    assert points_for_response(POLICY, Fraction(48), LONG) == 90
    assert points_for_response(POLICY, Fraction(72), LONG) == 45
    assert points_for_response(POLICY, Fraction(96), LONG) == 0
    assert points_for_response(POLICY, Fraction(30)) == 0


def test_a_stored_curve_whose_corners_are_its_own_limits_follows_each_target() -> None:
    corners = tuple(
        CurvePoint(hours=Fraction(h), points=Fraction(p)) for h, p in ((8, 100), (10, 90), (20, 0))
    )
    stored = Policy(speed_curve=corners)
    for each in (Fraction(9), Fraction(30), Fraction(60)):
        assert points_for_response(stored, each, LONG) == points_for_response(POLICY, each, LONG)


def test_a_curve_with_corners_of_its_own_stays_as_it_is() -> None:
    own = Policy(
        speed_curve=(
            CurvePoint(hours=Fraction(4), points=Fraction(100)),
            CurvePoint(hours=Fraction(12), points=Fraction(40)),
        )
    )
    assert points_for_response(own, Fraction(8), LONG) == points_for_response(own, Fraction(8)) == 70
    assert points_for_response(own, Fraction(30), LONG) == 0


def test_a_policy_stored_before_there_were_these_fields_keeps_its_hash() -> None:
    stored = {
        "bands": [
            {"letter": letter, "lowest": low}
            for letter, low in zip("ABCDE", ("90", "80", "70", "60", "0"), strict=True)
        ],
        "cutoff_hours": "20",
        "speed_curve": [
            {"hours": "8", "points": "100"},
            {"hours": "10", "points": "90"},
            {"hours": "20", "points": "0"},
        ],
        "stretch_hours": "8",
        "target_hours": "10",
        "weights": {"reply_quality": "25", "speed": "30", "visits": "45"},
    }
    assert read_policy(stored).content == stored
    assert (
        policy_hash(read_policy(stored)) == "827b65f753b721bb94e4dab4b5de2a945c210c863f3756e530a54fada7481e32"
    )


@given(limits, hours, st.integers(0, 100))
def test_an_answer_in_time_never_gets_less_than_the_points_at_the_target(
    target: TargetHours, after: Fraction, at_target: int
) -> None:
    points = points_for_response(Policy(points_at_target=Fraction(at_target)), after, target)
    assert 0 <= points <= 100
    if after <= target.target:
        assert points >= at_target
    elif after >= target.cutoff:
        assert points == 0


@given(limits, hours, hours)
def test_a_later_answer_never_gets_more(target: TargetHours, one: Fraction, other: Fraction) -> None:
    early, late = sorted((one, other))
    assert points_for_response(POLICY, early, target) >= points_for_response(POLICY, late, target)


def test_a_snapshot_names_the_target_only_where_it_is_not_the_policys() -> None:
    responses = (
        ResponseInput("probe:1", Fraction(30), LONG),
        ResponseInput("probe:2", Fraction(9), POLICY.hours),
    )
    stored = json.loads(json.dumps(snapshot(POLICY, (), responses, ())))
    assert stored["responses"] == [
        {"ref": "probe:1", "hours": "30/1", "target": ["24/1", "48/1", "96/1"]},
        {"ref": "probe:2", "hours": "9/1"},
    ]
    again = from_snapshot(stored).score()
    assert again is not None
    assert again.value == (Fraction("97.5") + 95) / 2
