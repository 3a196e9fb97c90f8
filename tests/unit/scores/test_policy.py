"""The score policy: what it accepts and how it is identified."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audit_app.domain.errors import InvalidInput
from audit_app.domain.scores.policy import DEFAULT_POLICY, canonical_json, policy_hash, read_policy


def changed(**parts: Any) -> dict[str, Any]:
    data: dict[str, Any] = DEFAULT_POLICY.model_dump(mode="json")
    return data | parts


def test_the_default_has_the_published_hours_and_weights() -> None:
    assert (DEFAULT_POLICY.stretch_hours, DEFAULT_POLICY.target_hours, DEFAULT_POLICY.cutoff_hours) == (
        8,
        10,
        20,
    )
    weights = DEFAULT_POLICY.weights
    assert (weights.visits, weights.speed, weights.reply_quality) == (45, 30, 25)


def test_equal_policies_have_the_same_hash_however_their_numbers_were_written() -> None:
    other = read_policy(changed(weights={"reply_quality": "25.0", "speed": 30.0, "visits": 45}))
    assert policy_hash(other) == policy_hash(DEFAULT_POLICY)


def test_another_weight_gives_another_hash() -> None:
    other = read_policy(changed(weights={"visits": 46, "speed": 29, "reply_quality": 25}))
    assert policy_hash(other) != policy_hash(DEFAULT_POLICY)


def test_the_default_policy_never_changes_unnoticed() -> None:
    # Stored scores name this hash; a change of the default must be a new policy.
    assert policy_hash(DEFAULT_POLICY) == "ec10257ff9362d9a8c29f17d16d53dab1fa706152fc7211c31f342be2a7b50df"


def test_a_policy_is_read_back_from_its_canonical_json() -> None:
    assert read_policy(json.loads(canonical_json(DEFAULT_POLICY))) == DEFAULT_POLICY


def test_thirds_are_kept_exactly() -> None:
    third = {"visits": "100/3", "speed": "100/3", "reply_quality": "100/3"}
    assert '"visits":"100/3"' in canonical_json(read_policy(changed(weights=third)))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"weights": {"visits": 50, "speed": 30, "reply_quality": 25}},
            "weights: the weights must add up to 100",
        ),
        ({"weights": {"visits": 110, "speed": 30, "reply_quality": -40}}, "no weight may be below 0"),
        ({"weights": {"visits": 0, "speed": 0, "reply_quality": 0}}, "at least one weight must be above 0"),
        ({"points_at_target": 101}, "points_at_target must be from 0 to 100"),
        ({"minima": {"visits": -1}}, "minima.visits"),
        ({"false_alarms_a_month": 0}, "false_alarms_a_month must be above 0"),
        ({"weights": {"visits": "many"}}, "weights.visits: 'many' is not a number"),
        ({"speed_curve": [{"hours": 8, "points": 90}, {"hours": 10, "points": 95}]}, "between 8 h and 10 h"),
        ({"speed_curve": [{"hours": 8, "points": 90}, {"hours": 8, "points": 80}]}, "between 8 h and 8 h"),
        ({"speed_curve": [{"hours": 8, "points": 101}]}, "points must be from 0 to 100"),
        ({"speed_curve": [{"hours": 30, "points": 0}]}, "end at the cut-off"),
        ({"stretch_hours": 11}, "hours must be in order"),
        ({"bands": [{"letter": "A", "lowest": 0}]}, "five bands"),
        ({"bands": [{"letter": letter, "lowest": 0} for letter in "ABCDE"]}, "begin below the one before"),
        ({"bands": [{"letter": c, "lowest": 90 - ord(c) + 65} for c in "ABCDE"]}, "band E must begin at 0"),
        ({"colour": "green"}, "colour: Extra inputs"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_with_the_place(parts: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_policy(changed(**parts))
