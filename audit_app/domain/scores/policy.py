"""The score policy: the versioned rules by which visits, response times and replies become one score."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationError, model_validator

from audit_app.domain.errors import InvalidInput
from audit_app.domain.exact import Exact, exact_text, read_exact


def _read(value: object) -> Fraction:
    try:
        return read_exact(value)
    except InvalidInput as problem:
        raise ValueError(str(problem)) from problem


Number = Annotated[Fraction, BeforeValidator(_read), PlainSerializer(exact_text, return_type=str)]
"""An exact number; in JSON a string, ``"7.5"`` or ``"1/3"``. A float is read as the decimal that was written."""


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Weights(_Rules):
    """What each component counts for, in points of 100."""

    visits: Number = Fraction(45)
    speed: Number = Fraction(30)
    reply_quality: Number = Fraction(25)

    @model_validator(mode="after")
    def _positive_and_whole(self) -> Self:
        total = self.visits + self.speed + self.reply_quality
        if min(self.visits, self.speed, self.reply_quality) <= 0:
            raise ValueError("every weight must be above 0")
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


class Policy(_Rules):
    """All the rules of a score; equal policies have the same hash.

    Between two corners of the speed curve points fall evenly; before the first they stay as there. At the cut-off
    and later an answer gets 0 points, as does none at all. Hours are those of the service target's clock.
    """

    weights: Weights = Weights()
    speed_curve: tuple[CurvePoint, ...] = (
        CurvePoint(hours=Fraction(8), points=Fraction(100)),
        CurvePoint(hours=Fraction(10), points=Fraction(90)),
        CurvePoint(hours=Fraction(20), points=Fraction(0)),
    )
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
        if not self.speed_curve:
            raise ValueError("the speed curve needs at least one point")
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
        if self.speed_curve[-1].hours > self.cutoff_hours:
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

    def band(self, value: Exact) -> str:
        """Return the letter for an unrounded score from 0 to 100 (89.99 is a B although it is shown as 90.0)."""
        return next((band.letter for band in self.bands if value >= band.lowest), self.bands[-1].letter)


DEFAULT_POLICY = Policy()


def canonical_json(policy: Policy) -> str:
    """Write the policy as JSON in the one form that equal policies share: sorted keys, no spaces, exact numbers."""
    return json.dumps(policy.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))


def policy_hash(policy: Policy) -> str:
    """Return the SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(policy).encode()).hexdigest()


def read_policy(data: object) -> Policy:
    """Read a policy from plain data, as of a JSON or YAML file.

    Raises:
        InvalidInput: it breaks a rule; the text names every place and what is wrong there.
    """
    try:
        return Policy.model_validate(data)
    except ValidationError as problem:
        lines = [
            f"{_place(error['loc'])}: {error['msg'].removeprefix('Value error, ')}"
            for error in problem.errors()
        ]
        raise InvalidInput("The score policy cannot be used. " + "; ".join(lines) + ".") from problem


def _place(path: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in path) or "policy"
