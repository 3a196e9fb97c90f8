"""Scores: of one visit, and of a location or group over a period, each with a breakdown that adds up.

All arithmetic is in fractions; the only rounding is the one for show. Nothing here knows where inputs come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from audit_app.domain.errors import InvalidInput
from audit_app.domain.exact import largest_remainder, round_half_up

FULL = Fraction(100)


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
