"""The value of a score without its breakdown: exact, in whole microseconds, and the same to the last digit.

A breakdown makes several fractions for each input. Lists, curves and groups need only the value, which comes from a
count and a sum for each component; sums of integers are many times quicker than sums of fractions.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm

from audit_app.domain.scores.policy import FULL, Policy, TargetHours

MICROSECONDS_PER_HOUR = 3_600_000_000
COMPONENTS = ("visits", "speed", "reply_quality")
"""The components of a score in their fixed order."""


@dataclass(frozen=True, slots=True)
class Mean:
    """How many inputs a component has, and their mean from 0 to 100."""

    n: int
    value: Fraction


Means = Mapping[str, Mean]
"""The components that have any input, each with its mean."""


@dataclass(frozen=True, slots=True)
class SpeedCurve:
    """Points by response time as integers: on each stretch `(intercept + slope × microseconds) / denominator`."""

    ends: tuple[int, ...]
    """The last microsecond of each stretch; after the last one there are no points."""
    lines: tuple[tuple[int, int], ...]
    denominator: int

    def units(self, micros: int) -> int:
        """The points for an answer after so many microseconds, times the denominator."""
        place = bisect_left(self.ends, micros)
        if place == len(self.ends):
            return 0
        intercept, slope = self.lines[place]
        return intercept + slope * micros


def mean_points(
    curve_of: Mapping[TargetHours, SpeedCurve], waits: Iterable[tuple[TargetHours, int | None]]
) -> Mean | None:
    """The mean points of response times in microseconds, each by the curve of its target; None is never answered."""
    sums: dict[TargetHours, int] = {}
    n = 0
    for target, micros in waits:
        n += 1
        if micros is not None:
            sums[target] = sums.get(target, 0) + curve_of[target].units(micros)
    if not n:
        return None
    total = sum(
        (Fraction(units, curve_of[target].denominator) for target, units in sums.items()), Fraction(0)
    )
    return Mean(n, total / n)


def mean_of(values: Sequence[Fraction]) -> Mean | None:
    """The mean of values from 0 to 100; None without any."""
    if not values:
        return None
    common = lcm(*(value.denominator for value in values))
    total = sum(value.numerator * (common // value.denominator) for value in values)
    return Mean(len(values), Fraction(total, common * len(values)))


def weights_of(policy: Policy, present: Iterable[str]) -> dict[str, Fraction]:
    """The weights of those components that are present, scaled up to 100; empty where they weigh nothing."""
    weights = {key: weight for key in present if (weight := getattr(policy.weights, key))}
    whole = sum(weights.values(), Fraction(0))
    if not whole:
        return {}
    return {key: weight * FULL / whole for key, weight in weights.items()}


def value_of(policy: Policy, means: Means) -> Fraction | None:
    """The score from its components' means; None where there is nothing to score."""
    weights = weights_of(policy, means)
    if not weights:
        return None
    return sum((weight * means[key].value for key, weight in weights.items()), Fraction(0)) / 100


@lru_cache(maxsize=1024)
def speed_curve(
    at_target: Fraction | None,
    corners: tuple[tuple[Fraction, Fraction], ...],
    cutoff: Fraction,
    target: TargetHours,
) -> SpeedCurve:
    """The curve of one target under a policy's `at_target`, or its own `corners` (hours and points) and cut-off."""
    if at_target is not None:
        steps = [
            (target.stretch, FULL, FULL),
            (target.target, FULL, at_target),
            (target.cutoff, at_target, Fraction(0)),
        ]
        lines = _lines(steps)
    else:
        first = corners[0]
        steps = [(first[0], first[1], first[1])]
        steps += [(right[0], left[1], right[1]) for left, right in zip(corners, corners[1:], strict=False)]
        last = corners[-1]
        lines = _lines([*steps, (cutoff, last[1], last[1])])
    denominator = lcm(*(number.denominator for _, line in lines for number in line))
    ends = [end for end, _ in lines]
    if at_target is None:
        # At the cut-off itself there is nothing any more.
        ends[-1] = _before(cutoff)
    return SpeedCurve(
        tuple(ends),
        tuple((int(intercept * denominator), int(slope * denominator)) for _, (intercept, slope) in lines),
        denominator,
    )


def curve_for(policy: Policy, target: TargetHours) -> SpeedCurve:
    """The points for response times under `policy` for one service target."""
    corners = tuple((corner.hours, corner.points) for corner in policy.speed_curve)
    return speed_curve(policy.at_target, corners, policy.cutoff_hours, target)


def _lines(
    steps: Sequence[tuple[Fraction, Fraction, Fraction]],
) -> list[tuple[int, tuple[Fraction, Fraction]]]:
    """The last microsecond of each step, with intercept and slope of its line; a step of no length is left out."""
    lines: list[tuple[int, tuple[Fraction, Fraction]]] = []
    begin = Fraction(0)
    for hours, left, right in steps:
        end = hours * MICROSECONDS_PER_HOUR
        if end > begin or not lines:
            slope = (right - left) / (end - begin) if end > begin else Fraction(0)
            lines.append((int(end // 1), (left - slope * begin, slope)))
            begin = end
    return lines


def _before(hours: Fraction) -> int:
    """The last whole microsecond before so many hours."""
    return -int(-hours * MICROSECONDS_PER_HOUR // 1) - 1
