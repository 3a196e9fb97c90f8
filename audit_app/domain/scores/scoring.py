"""Scores: of one visit, and of a location or group over a period, each with a breakdown that adds up.

All arithmetic is in fractions; the only rounding is the one for show. Nothing here knows where inputs come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from audit_app.domain.errors import InvalidInput
from audit_app.domain.exact import exact_text, largest_remainder, round_half_up
from audit_app.domain.probes.response_time import InTime
from audit_app.domain.scores.means import weights_of
from audit_app.domain.scores.policy import FULL, Policy, TargetHours, policy_hash


@dataclass(frozen=True, slots=True)
class SectionPoints:
    """What one section of a filled-in checklist got, in the checklist's own points.

    Questions answered "not applicable" are left out of both ``earned`` and ``possible``; bonus questions add to
    ``earned`` alone, so that it may exceed ``possible``.
    """

    key: str
    title: str
    weight: Fraction
    earned: Fraction
    possible: Fraction


@dataclass(frozen=True, slots=True)
class SectionScore:
    """One section's part of a visit's score, in points of 100.

    ``points`` of all sections add up to the score and ``possible`` to 100; so do the shown ones, to the shown score.
    """

    key: str
    title: str
    share: Fraction
    points: Fraction
    possible: Fraction
    shown_points: Decimal
    shown_possible: Decimal


@dataclass(frozen=True, slots=True)
class VisitScore:
    """The score of one visit, 0 to 100, exact and as shown (one decimal, half up), with its sections."""

    value: Fraction
    shown: Decimal
    sections: tuple[SectionScore, ...]
    left_out: tuple[str, ...]
    """Keys of the sections in which nothing applied."""


def visit_score(sections: Sequence[SectionPoints]) -> VisitScore | None:
    """Return the weighted mean of the sections' shares, each capped at 1, or None when nothing applied.

    A section without possible points is left out, and the weights of the others are scaled up to 100.

    Raises:
        InvalidInput: a weight or a number of possible points is negative, or a key comes twice.
    """
    _check_sections(sections)
    counted = [section for section in sections if section.possible > 0 and section.weight > 0]
    if not counted:
        return None
    whole = sum((section.weight for section in counted), Fraction(0))
    possible = [section.weight * FULL / whole for section in counted]
    shares = [min(Fraction(1), max(Fraction(0), section.earned / section.possible)) for section in counted]
    points = [share * most for share, most in zip(shares, possible, strict=True)]
    value = sum(points, Fraction(0))
    shown = round_half_up(value)
    columns = zip(
        counted,
        shares,
        points,
        possible,
        largest_remainder(points, shown),
        largest_remainder(possible, FULL),
        strict=True,
    )
    rows = tuple(SectionScore(section.key, section.title, *numbers) for section, *numbers in columns)
    return VisitScore(value, shown, rows, tuple(s.key for s in sections if s not in counted))


def _check_sections(sections: Sequence[SectionPoints]) -> None:
    for section in sections:
        if section.weight < 0 or section.possible < 0:
            raise InvalidInput(f"Section “{section.title}”: weight and possible points must not be negative.")
    if len({section.key for section in sections}) < len(sections):
        raise InvalidInput("Two sections have the same key; give each its own.")


@dataclass(frozen=True, slots=True)
class VisitInput:
    """A visit that counts: what identifies it, and its score from 0 to 100."""

    ref: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class ResponseInput:
    """A probe that counts: what identifies it, and the hours until the answer; None is never answered.

    Probes that are open, uncertain or excluded are not passed in; their numbers go in as ``left_out``.
    """

    ref: str
    hours: Fraction | None
    target: TargetHours | None = None
    """The service target that it is judged by; None stands for the hours of the policy."""


@dataclass(frozen=True, slots=True)
class QualityInput:
    """A rated reply that counts: what identifies it, and its quality from 0 to 100."""

    ref: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class PendingInput:
    """A probe that is not decided yet, with the hours of the best and of the worst that it can still become.

    One that nobody has answered can at best be answered at this moment; one with a reply that somebody has to judge,
    at the moment of that reply. The worst, None, is never.
    """

    ref: str
    best: Fraction
    worst: Fraction | None
    target: TargetHours
    undecided: bool = False
    """Whether a reply waits for a decision; otherwise nobody has answered."""

    @property
    def in_time(self) -> InTime:
        """What is known already, whatever comes: a miss beyond the target, or that it was met."""
        if self.best > self.target.target:
            return InTime.BREACHED
        met = self.worst is not None and self.worst <= self.target.target
        return InTime.MET if met else InTime.CANNOT_TELL

    @property
    def counted(self) -> bool:
        """Whether it counts now: as soon as its target is known to be missed or met."""
        return self.in_time is not InTime.CANNOT_TELL

    @property
    def now(self) -> Fraction | None:
        """The hours that count now: for a miss the best that it can be, for an answer in time the worst."""
        return self.worst if self.in_time is InTime.MET else self.best


@dataclass(frozen=True, slots=True)
class ScoreInputs:
    """Everything that one score is made of, so that it can be made again."""

    policy: Policy
    visits: tuple[VisitInput, ...] = ()
    responses: tuple[ResponseInput, ...] = ()
    qualities: tuple[QualityInput, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    """How many probes were left out, by the reason: open, uncertain, excluded."""
    pending: tuple[PendingInput, ...] = ()
    """Those that are not decided: beyond their target they count already, with what they can be at best."""

    def score(self) -> ScoreResult | None:
        """Return the score of what is known now, as the function of this name does."""
        counted = [ResponseInput(each.ref, each.now, each.target) for each in self.pending if each.counted]
        return score(self.policy, self.visits, (*self.responses, *counted), self.qualities, self.left_out)


@dataclass(frozen=True, slots=True)
class InputPoints:
    """What one input did: its own value from 0 to 100, and the points of the score that it brought and cost.

    ``points`` and ``lost`` over all inputs of a component add up to those of the component.
    """

    ref: str
    hours: Fraction | None
    """Hours until the answer, for responses that were answered."""
    value: Fraction
    shown: Decimal
    points: Fraction
    lost: Fraction


@dataclass(frozen=True, slots=True)
class Component:
    """One component of a score.

    ``weight`` is in points of 100 after renormalising; ``points`` is what the component brings to the score and
    ``lost`` what it costs, so that the two add up to the weight.
    """

    key: str
    weight: Fraction
    value: Fraction
    shown: Decimal
    n: int
    points: Fraction
    lost: Fraction
    shown_points: Decimal
    shown_lost: Decimal
    inputs: tuple[InputPoints, ...]


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """A score from 0 to 100, exact and as shown (one decimal, half up), with all that it is made of.

    Exactly: the components' points add up to the value, their losses to what is missing to 100. As shown: the same
    holds for the shown points and losses and the shown value, by the largest remainder, ties from the top down.
    """

    policy_hash: str
    value: Fraction
    shown: Decimal
    band: str
    """By the policy's bands, on the unrounded value."""
    components: tuple[Component, ...]
    """In fixed order: visits, speed, reply_quality; one without any input is absent."""
    left_out: Mapping[str, int]

    @property
    def shown_lost(self) -> Decimal:
        """What is missing to 100, as shown."""
        return 100 - self.shown


def points_for_response(
    policy: Policy, hours: Fraction | None, target: TargetHours | None = None
) -> Fraction:
    """Return the points, 0 to 100, for an answer after so many hours; None is never answered and gets 0.

    By the hours of its service target, or those of the policy where none is given: 100 up to the stretch, the policy's
    points at the target, 0 from the cut-off on, straight lines between. An answer in time never gets less than the
    points at the target, also where the target is the cut-off. A policy with corners of its own goes by these.
    """
    if hours is None:
        return Fraction(0)
    at_target = policy.at_target
    if at_target is None:
        return _by_corners(policy, hours)
    return _by_target(at_target, hours, target or policy.hours)


def _by_target(at_target: Fraction, hours: Fraction, target: TargetHours) -> Fraction:
    if hours <= target.stretch:
        return FULL
    if hours <= target.target:
        way = (hours - target.stretch) / (target.target - target.stretch)
        return FULL - way * (FULL - at_target)
    if hours >= target.cutoff:
        return Fraction(0)
    return at_target * (target.cutoff - hours) / (target.cutoff - target.target)


def _by_corners(policy: Policy, hours: Fraction) -> Fraction:
    if hours >= policy.cutoff_hours:
        return Fraction(0)
    curve = policy.speed_curve
    if hours <= curve[0].hours:
        return curve[0].points
    for left, right in pairwise(curve):
        if hours <= right.hours:
            way = (hours - left.hours) / (right.hours - left.hours)
            return left.points + way * (right.points - left.points)
    return curve[-1].points


def score(
    policy: Policy,
    visits: Sequence[VisitInput],
    responses: Sequence[ResponseInput],
    qualities: Sequence[QualityInput],
    left_out: Mapping[str, int] | None = None,
) -> ScoreResult | None:
    """Return the score of a location or group over a period, or None when there is nothing to score.

    Each component is the mean of its inputs; the score is the weighted mean of the components. Where a component has
    no input, the weights of the others are scaled up to 100.

    Raises:
        InvalidInput: a value is not from 0 to 100, hours are negative, or one component has the same ref twice.
    """
    values = _checked_values(policy, visits, responses, qualities)
    weights = weights_of(policy, [key for key, rows in values.items() if rows])
    if not weights:
        return None
    return result_of(policy, [_draft(key, weight, values[key]) for key, weight in weights.items()], left_out)


def result_of(
    policy: Policy, drafts: Sequence[Component], left_out: Mapping[str, int] | None = None
) -> ScoreResult:
    """Return the score of components whose weights add up to 100, with what each brings and costs as shown."""
    value = sum((draft.points for draft in drafts), Fraction(0))
    shown = round_half_up(value)
    points = largest_remainder([draft.points for draft in drafts], shown)
    losses = largest_remainder([draft.lost for draft in drafts], 100 - shown)
    components = tuple(
        replace(draft, shown_points=brought, shown_lost=cost)
        for draft, brought, cost in zip(drafts, points, losses, strict=True)
    )
    return ScoreResult(
        policy_hash(policy), value, shown, policy.band(value), components, dict(left_out or {})
    )


Row = tuple[str, Fraction | None, Fraction]
"""An input as the arithmetic sees it: ref, hours if any, and value from 0 to 100."""


def _checked_values(
    policy: Policy,
    visits: Sequence[VisitInput],
    responses: Sequence[ResponseInput],
    qualities: Sequence[QualityInput],
) -> dict[str, list[Row]]:
    """Return the inputs by component, in the fixed order of the components."""
    if any(response.hours is not None and response.hours < 0 for response in responses):
        raise InvalidInput("A response time must not be negative.")
    values: dict[str, list[Row]] = {
        "visits": [(visit.ref, None, visit.value) for visit in visits],
        "speed": [
            (each.ref, each.hours, points_for_response(policy, each.hours, each.target)) for each in responses
        ],
        "reply_quality": [(quality.ref, None, quality.value) for quality in qualities],
    }
    for key, rows in values.items():
        if len({ref for ref, _, _ in rows}) < len(rows):
            raise InvalidInput(f"The same input is given twice under {key}; nothing may count double.")
        for ref, _, value in rows:
            if not 0 <= value <= FULL:
                raise InvalidInput(f"{ref}: the value must be from 0 to 100, but is {exact_text(value)}.")
    return values


def _draft(key: str, weight: Fraction, rows: Sequence[Row]) -> Component:
    """Return a component with everything but what depends on the other components: its points as shown."""
    each = weight / len(rows) / FULL
    inputs = tuple(
        InputPoints(ref, hours, value, round_half_up(value), value * each, (FULL - value) * each)
        for ref, hours, value in rows
    )
    value = sum((row.value for row in inputs), Fraction(0)) / len(rows)
    points = weight * value / FULL
    nothing = Decimal(0)
    return Component(
        key, weight, value, round_half_up(value), len(rows), points, weight - points, nothing, nothing, inputs
    )
