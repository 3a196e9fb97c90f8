"""The score of a region or of the chain: the mean of its locations' scores, with a breakdown that adds up.

What was probed more often does not count more: each location counts alike, or by the weight that it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from audit_app.domain.errors import InvalidInput
from audit_app.domain.exact import round_half_up
from audit_app.domain.scores.means import COMPONENTS, Means, value_of, weights_of
from audit_app.domain.scores.policy import FULL, Policy
from audit_app.domain.scores.scoring import Component, ScoreResult, result_of


@dataclass(frozen=True, slots=True)
class Member:
    """One location of a group: what identifies it, its weight, and its components' means."""

    ref: str
    weight: Fraction
    means: Means


def mean_value(policy: Policy, members: Sequence[Member]) -> Fraction | None:
    """Return the mean of the members' scores by their weights, None without any that has a score.

    Raises:
        InvalidInput: a weight is negative.
    """
    scored = [(member.weight, value) for member, value in _scored(policy, members)]
    whole = sum((weight for weight, _ in scored), Fraction(0))
    return sum((weight * value for weight, value in scored), Fraction(0)) / whole if whole else None


def mean_score(policy: Policy, members: Sequence[Member]) -> ScoreResult | None:
    """Return the same with its breakdown by component; the inputs are the members' own scores.

    A component's weight is the mean of what it weighs in the members' scores, which differs where one lacks a
    component; its points are the mean of what it brings there. So both add up, and the value lies between.
    """
    scored = [member for member, _ in _scored(policy, members) if member.weight]
    whole = sum((member.weight for member in scored), Fraction(0))
    if not whole:
        return None
    drafts = [
        draft
        for key in COMPONENTS
        if (draft := _component(policy, key, [m for m in scored if key in m.means], whole)) is not None
    ]
    return result_of(policy, drafts)


def _scored(policy: Policy, members: Sequence[Member]) -> list[tuple[Member, Fraction]]:
    if any(member.weight < 0 for member in members):
        raise InvalidInput("The weight of a location must not be negative.")
    values = [(member, value_of(policy, member.means)) for member in members]
    return [(member, value) for member, value in values if value is not None]


def _component(policy: Policy, key: str, having: Sequence[Member], whole: Fraction) -> Component | None:
    weight = points = Fraction(0)
    for member in having:
        part = weights_of(policy, member.means).get(key, Fraction(0)) * member.weight / whole
        weight += part
        points += part * member.means[key].value / FULL
    if not weight:
        return None
    value, nothing = points / weight * FULL, Decimal(0)
    n = sum(member.means[key].n for member in having)
    return Component(
        key, weight, value, round_half_up(value), n, points, weight - points, nothing, nothing, ()
    )
