"""How sure a score is: the interval in which it would lie, had everybody been asked and every day been visited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from audit_app.domain.statistics.student import two_sided_quantile

PRIOR = 6.0
"""The spread of the whole chain counts as so many further inputs of each response and each rating."""
LEAST_VISITS = 5
"""Below so many visits their spread is that of the whole chain alone."""
BORROWED_FREEDOM = 30.0
"""Degrees of freedom of a spread that is borrowed."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The inputs of one component: their share of the score's weight from 0 to 1, number, and variance (n - 1)."""

    share: float
    n: int
    variance: float


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """The variance of a score, in points squared, and how many degrees of freedom it rests on."""

    variance: float
    freedom: float

    def half_width(self, confidence: float = 0.95) -> float:
        """Half the width of the interval at `confidence`, by Student's t."""
        return two_sided_quantile(confidence, max(2.0, self.freedom)) * sqrt(self.variance)


def variance_of(values: Sequence[float]) -> float:
    """The sample variance; 0 for fewer than two values."""
    n = len(values)
    if n < 2:
        return 0.0
    mean = sum(values) / n
    return sum((value - mean) ** 2 for value in values) / (n - 1)


def within_variance(groups: Sequence[Sequence[float]], otherwise: float) -> float:
    """The variance within groups, pooled over them; `otherwise` where none has two values."""
    freedom = sum(len(group) - 1 for group in groups if len(group) > 1)
    if not freedom:
        return otherwise
    return sum(variance_of(group) * (len(group) - 1) for group in groups if len(group) > 1) / freedom


def uncertainty(samples: Mapping[str, Sample], chain: Mapping[str, float]) -> Uncertainty:
    """The uncertainty of a weighted sum of means; `chain` has each component's variance within locations.

    Degrees of freedom by Satterthwaite, F. E. (1946): An approximate distribution of estimates of variance
    components. Biometrics Bulletin 2, 110-114.
    """
    parts = [(_term(key, sample, chain[key])) for key, sample in samples.items() if sample.n]
    total = sum(variance for variance, _ in parts)
    spread = sum(variance**2 / freedom for variance, freedom in parts)
    return Uncertainty(total, total**2 / spread if spread else BORROWED_FREEDOM)


def mean_uncertainty(members: Sequence[tuple[float, Uncertainty]]) -> Uncertainty:
    """The uncertainty of a mean of independent scores by their weights."""
    whole = sum(weight for weight, _ in members)
    parts = [((weight / whole) ** 2 * each.variance, each.freedom) for weight, each in members if whole]
    total = sum(variance for variance, _ in parts)
    spread = sum(variance**2 / freedom for variance, freedom in parts)
    return Uncertainty(total, total**2 / spread if spread else BORROWED_FREEDOM)


def _term(key: str, sample: Sample, borrowed: float) -> tuple[float, float]:
    if key == "visits" and sample.n < LEAST_VISITS:
        variance, freedom = borrowed, BORROWED_FREEDOM
    else:
        own = sample.n - 1
        variance = (own * sample.variance + PRIOR * borrowed) / (own + PRIOR)
        freedom = own + PRIOR
    return sample.share**2 * variance / sample.n, freedom
