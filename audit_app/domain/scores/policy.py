"""The score policy: the versioned rules by which visits, response times and replies become one score."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from audit_app.domain.errors import InvalidInput, reason_of
from audit_app.domain.exact import Exact, exact_text, read_exact


def _read(value: object) -> Fraction:
    try:
        return read_exact(value)
    except InvalidInput as problem:
        raise ValueError(str(problem)) from problem


FULL = Fraction(100)
"""The points of everything, and the weights of all components together."""

Number = Annotated[Fraction, BeforeValidator(_read), PlainSerializer(exact_text, return_type=str)]
"""An exact number; in JSON a string, ``"7.5"`` or ``"1/3"``. A float is read as the decimal that was written."""


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Weights(_Rules):
    """What each component counts for, in points of 100; one of weight 0 is no part of the score."""

    visits: Number = Fraction(45)
    speed: Number = Fraction(30)
    reply_quality: Number = Fraction(25)

    @model_validator(mode="after")
    def _positive_and_whole(self) -> Self:
        total = self.visits + self.speed + self.reply_quality
        if min(self.visits, self.speed, self.reply_quality) < 0:
            raise ValueError("no weight may be below 0")
        if total == 0:
            raise ValueError("at least one weight must be above 0")
        if total != 100:
            raise ValueError(f"the weights must add up to 100, but add up to {exact_text(total)}")
        return self


class CurvePoint(_Rules):
    """One corner of the speed curve: an answer after so many hours gets so many points of 100."""

    hours: Number
    points: Number


class Band(_Rules):
    """A letter and the lowest score that earns it."""

    letter: str
    lowest: Number


@dataclass(frozen=True, slots=True)
class TargetHours:
    """The stretch, the target and the cut-off of a service target, in hours of its clock."""

    stretch: Fraction
    target: Fraction
    cutoff: Fraction


class Groups(StrEnum):
    """What the score of a region or of the chain is."""

    POOLED = "pooled"
    """The score of all visits and probes of its locations together: who is probed more counts more."""
    ALIKE = "alike"
    """The mean of its locations' scores, each alike."""
    WEIGHTED = "weighted"
    """Their mean by the weight that each location was given."""


class Minima(_Rules):
    """How much there must be: fewer visits or closed probes give no score, or one without a band.

    Only those of the components that the policy has; 0 asks for nothing. `weight` is how many of the 100 points the
    components with any input must have between them, for their weights to be scaled up to a score.
    """

    visits: Annotated[int, Field(ge=0)] = 0
    probes: Annotated[int, Field(ge=0)] = 0
    band_visits: Annotated[int, Field(ge=0)] = 0
    band_probes: Annotated[int, Field(ge=0)] = 0
    weight: Number = Fraction(0)


class Policy(_Rules):
    """All the rules of a score; equal policies have the same hash.

    Speed: full points up to the stretch of a probe's own service target, `points_at_target` at the target, none from
    the cut-off on, straight lines between. A policy with a `speed_curve` of its own goes by that instead: between two
    corners points fall evenly, before the first they stay as there. Hours are those of the target's clock.

    What a stored policy lacks is what was the rule before there was the field, and leaves its hash as it was.
    """

    weights: Weights = Weights()
    speed_curve: tuple[CurvePoint, ...] = ()
    points_at_target: Number = Fraction(90)
    minima: Minima = Minima()
    groups: Groups = Groups.POOLED
    false_alarms_a_month: Number = Fraction(1)
    """How many locations of the whole chain may be named as changed within four weeks, although nothing changed."""
    bands: tuple[Band, ...] = tuple(
        Band(letter=letter, lowest=Fraction(lowest))
        for letter, lowest in (("A", 90), ("B", 80), ("C", 70), ("D", 60), ("E", 0))
    )
    stretch_hours: Number = Fraction(8)
    target_hours: Number = Fraction(10)
    cutoff_hours: Number = Fraction(20)

    @model_validator(mode="after")
    def _hours_in_order(self) -> Self:
        if not 0 < self.stretch_hours <= self.target_hours <= self.cutoff_hours:
            raise ValueError("hours must be in order: 0 < stretch <= target <= cut-off")
        return self

    @model_validator(mode="after")
    def _curve_falls(self) -> Self:
        if any(not 0 <= corner.points <= 100 or corner.hours < 0 for corner in self.speed_curve):
            raise ValueError(
                "the speed curve's hours must not be negative and its points must be from 0 to 100"
            )
        for before, after in pairwise(self.speed_curve):
            if after.hours <= before.hours or after.points > before.points:
                raise ValueError(
                    f"the speed curve must go on in hours and not rise in points, which it does not "
                    f"between {exact_text(before.hours)} h and {exact_text(after.hours)} h"
                )
        if self.speed_curve and self.speed_curve[-1].hours > self.cutoff_hours:
            raise ValueError("the speed curve must end at the cut-off or before")
        return self

    @model_validator(mode="after")
    def _bands_fall_to_zero(self) -> Self:
        letters = [band.letter for band in self.bands]
        if letters != sorted("ABCDE"):
            raise ValueError("there must be five bands, A, B, C, D and E, in this order")
        if any(after.lowest >= before.lowest for before, after in pairwise(self.bands)):
            raise ValueError("each band must begin below the one before")
        if self.bands[-1].lowest != 0 or self.bands[0].lowest > 100:
            raise ValueError("band E must begin at 0 and band A at 100 or below")
        return self

    @model_validator(mode="after")
    def _in_bounds(self) -> Self:
        if not 0 <= self.points_at_target <= 100:
            raise ValueError("points_at_target must be from 0 to 100")
        if not 0 <= self.minima.weight <= 100:
            raise ValueError("minima.weight must be from 0 to 100")
        if not 0 < self.false_alarms_a_month <= 100:
            raise ValueError("false_alarms_a_month must be above 0 and at most 100")
        return self

    @property
    def hours(self) -> TargetHours:
        """The hours of the policy itself, for a response of which no service target is known."""
        return TargetHours(self.stretch_hours, self.target_hours, self.cutoff_hours)

    @property
    def at_target(self) -> Fraction | None:
        """The points for an answer at the target; None for a policy whose curve has corners of its own.

        A curve whose corners are the policy's stretch, target and cut-off says the same of every service target.
        """
        if not self.speed_curve:
            return self.points_at_target
        corners = [(corner.hours, corner.points) for corner in self.speed_curve]
        points = dict(corners).get(self.target_hours, Fraction(-1))
        by_target = [
            (self.stretch_hours, FULL),
            (self.target_hours, points),
            (self.cutoff_hours, Fraction(0)),
        ]
        return points if corners == by_target else None

    @property
    def content(self) -> dict[str, Any]:
        """The policy as plain data for JSON, without the fields that older versions did not have and that say the same."""
        data = self.model_dump(mode="json")
        return {name: value for name, value in data.items() if name not in _LATER or value != _LATER[name]}

    @property
    def digest(self) -> str:
        """The SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(canonical_json(self).encode()).hexdigest()

    def band(self, value: Exact) -> str:
        """Return the letter for an unrounded score from 0 to 100 (89.99 is a B although it is shown as 90.0)."""
        return next((band.letter for band in self.bands if value >= band.lowest), self.bands[-1].letter)


_LATER = {
    name: value
    for name, value in Policy().model_dump(mode="json").items()
    if name in {"points_at_target", "minima", "groups", "false_alarms_a_month"}
}
"""The fields that came after the first policies were stored, each with what was the rule before."""

DEFAULT_POLICY = Policy(
    minima=Minima(visits=1, probes=4, band_visits=3, band_probes=9, weight=Fraction(50)),
    groups=Groups.ALIKE,
)


def canonical_json(policy: Policy) -> str:
    """Write the policy as JSON in the one form that equal policies share: sorted keys, no spaces, exact numbers."""
    return json.dumps(policy.content, sort_keys=True, separators=(",", ":"))


def policy_hash(policy: Policy) -> str:
    """Return the SHA-256 of the canonical JSON, in hexadecimal."""
    return policy.digest


def read_policy(data: object) -> Policy:
    """Read a policy from plain data, as of a JSON or YAML file.

    Raises:
        InvalidInput: it breaks a rule; the text names every place and what is wrong there.
    """
    try:
        return Policy.model_validate(data)
    except ValidationError as problem:
        lines = [f"{_place(error['loc'])}: {reason_of(error)}" for error in problem.errors()]
        raise InvalidInput("The score policy cannot be used. " + "; ".join(lines) + ".") from problem


def _place(path: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in path) or "policy"
