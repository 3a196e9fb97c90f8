"""How sure a share is: statistics that the pages show beside a number."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from audit_app.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class ShareBounds:
    """Between which shares, 0 to 1, the true one lies at the chosen confidence."""

    low: float
    high: float


def wilson_interval(successes: int, n: int, confidence: float = 0.95) -> ShareBounds:
    """Return the score interval for a share, which holds for few cases and for shares near 0 and 1 too.

    Wilson, E. B. (1927): Probable inference, the law of succession, and statistical inference. Journal of the
    American Statistical Association 22, 209-212. Without any case nothing is known: 0 to 1.

    Raises:
        InvalidInput: the counts are impossible, or the confidence is not between 0 and 1.
    """
    if not 0 <= successes <= n:
        raise InvalidInput(f"{successes} of {n} is not a share.")
    if not 0 < confidence < 1:
        raise InvalidInput("A confidence must be between 0 and 1, such as 0.95.")
    if n == 0:
        return ShareBounds(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, spread = successes / n, z * z / n
    centre = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    # At none and at all of them the formula gives exactly 0 and 1; floating point may miss by a hair.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    return ShareBounds(low, 1.0 if successes == n else min(1.0, centre + half))
