"""Scores and their inputs as JSON: to store beside a score, and to score again from to the last digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from audit_app.domain.errors import Conflict, InvalidInput
from audit_app.domain.exact import fraction_text, number_json, read_exact
from audit_app.domain.scores.policy import Policy, TargetHours, policy_hash, read_policy
from audit_app.domain.scores.scoring import (
    Component,
    InputPoints,
    QualityInput,
    ResponseInput,
    ScoreInputs,
    ScoreResult,
    VisitInput,
)

Json = dict[str, Any]
"""Plain data as JSON has it: no fraction, no decimal and no date among it."""


def to_json(result: ScoreResult) -> Json:
    """Return a score with its whole breakdown for JSON.

    Every exact number is an object: ``decimal`` (exact unless ``rounded`` is true) and ``fraction``, always exact.
    Shown numbers are strings with one decimal.
    """
    return {
        "value": number_json(result.value),
        "shown": str(result.shown),
        "shown_lost": str(result.shown_lost),
        "band": result.band,
        "policy_hash": result.policy_hash,
        "components": [_component_json(component) for component in result.components],
        "left_out": dict(result.left_out),
    }


def snapshot(
    policy: Policy,
    visits: Sequence[VisitInput],
    responses: Sequence[ResponseInput],
    qualities: Sequence[QualityInput],
    left_out: Mapping[str, int] | None = None,
) -> Json:
    """Return the policy and all inputs of a score for JSON, from which ``from_snapshot`` scores again."""
    return {
        "policy": policy.content,
        "policy_hash": policy_hash(policy),
        "visits": [{"ref": visit.ref, "value": fraction_text(visit.value)} for visit in visits],
        "responses": [_response_json(response, policy) for response in responses],
        "qualities": [{"ref": quality.ref, "value": fraction_text(quality.value)} for quality in qualities],
        "left_out": dict(left_out or {}),
    }


def from_snapshot(data: Mapping[str, Any]) -> ScoreInputs:
    """Read a stored snapshot; its ``score()`` is identical to the score that it was stored with.

    Raises:
        InvalidInput: something is missing or malformed.
        Conflict: the policy in it is not the one that its hash names.
    """
    try:
        policy = read_policy(data["policy"])
        inputs = ScoreInputs(
            policy,
            tuple(VisitInput(row["ref"], read_exact(row["value"])) for row in data["visits"]),
            tuple(
                ResponseInput(row["ref"], _hours(row["hours"]), _target(row.get("target")))
                for row in data["responses"]
            ),
            tuple(QualityInput(row["ref"], read_exact(row["value"])) for row in data["qualities"]),
            dict(data["left_out"]),
        )
        stored_hash = data["policy_hash"]
    except (KeyError, TypeError, ValueError) as problem:
        raise InvalidInput(f"The stored inputs of the score cannot be read: {problem!r}.") from problem
    if stored_hash != policy_hash(policy):
        raise Conflict(
            "The policy in the stored inputs is not the one that the score was made with: its hash differs."
        )
    return inputs


def _hours(text: object) -> Fraction | None:
    return None if text is None else read_exact(text)


def _response_json(response: ResponseInput, policy: Policy) -> Json:
    """A response; its service target only where that differs from the hours of the policy."""
    hours = None if response.hours is None else fraction_text(response.hours)
    row: Json = {"ref": response.ref, "hours": hours}
    target = response.target
    if target is not None and target != policy.hours:
        row["target"] = [fraction_text(limit) for limit in (target.stretch, target.target, target.cutoff)]
    return row


def _target(limits: Sequence[str] | None) -> TargetHours | None:
    if limits is None:
        return None
    stretch, target, cutoff = (read_exact(limit) for limit in limits)
    return TargetHours(stretch, target, cutoff)


def _component_json(component: Component) -> Json:
    return {
        "key": component.key,
        "weight": number_json(component.weight),
        "value": number_json(component.value),
        "shown": str(component.shown),
        "n": component.n,
        "points": number_json(component.points),
        "lost": number_json(component.lost),
        "shown_points": str(component.shown_points),
        "shown_lost": str(component.shown_lost),
        "inputs": [_input_json(row) for row in component.inputs],
    }


def _input_json(row: InputPoints) -> Json:
    hours = {} if row.hours is None else {"hours": number_json(row.hours)}
    return {
        "ref": row.ref,
        **hours,
        "value": number_json(row.value),
        "shown": str(row.shown),
        "points": number_json(row.points),
        "lost": number_json(row.lost),
    }
