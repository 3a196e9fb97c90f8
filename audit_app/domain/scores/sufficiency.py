"""Enough data or none: whether there is enough for a number, and for a letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from audit_app.domain.scores.policy import Policy


class Level(StrEnum):
    """What may be said of a score."""

    INSUFFICIENT = "insufficient"
    """No number: a few more inputs would move it anywhere."""
    PROVISIONAL = "provisional"
    """A number without a band."""
    ENOUGH = "enough"


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """How much there is, and what is missing for the next level, by kind: visits and probes."""

    level: Level
    missing: Mapping[str, int]


def sufficiency(policy: Policy, visits: int, probes: int, rated: int) -> Sufficiency:
    """Judge numbers of visits, closed probes and rated replies by the policy's minima, for the components that it has.

    Reply quality has no minimum of its own: its replies are those to the probes. Nothing in particular is missing
    where what there is weighs too little in the policy for a score.
    """
    minima, weights = policy.minima, policy.weights
    there = {"visits": visits if weights.visits else None, "probes": None}
    if weights.speed or weights.reply_quality:
        there["probes"] = probes
    present = ((weights.visits, visits), (weights.speed, probes), (weights.reply_quality, rated))
    weighs_enough = sum(weight for weight, count in present if count) >= minima.weight
    for level, least in (
        (Level.INSUFFICIENT, {"visits": minima.visits, "probes": minima.probes}),
        (Level.PROVISIONAL, {"visits": minima.band_visits, "probes": minima.band_probes}),
    ):
        missing = {
            kind: least[kind] - count
            for kind, count in there.items()
            if count is not None and count < least[kind]
        }
        if missing and (weighs_enough or level is Level.INSUFFICIENT):
            return Sufficiency(level, missing)
    return Sufficiency(Level.ENOUGH if weighs_enough else Level.INSUFFICIENT, {})
