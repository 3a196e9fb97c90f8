"""Student's t: how many standard errors hold so much of the distribution, for any number of degrees of freedom."""

from __future__ import annotations

from math import exp, pi, sqrt
from statistics import NormalDist

from audit_app.domain.errors import InvalidInput


def two_sided_quantile(confidence: float, freedom: float) -> float:
    """Return t such that the share `confidence` lies between -t and t, to about six digits.

    Hill, G. W. (1970): Algorithm 396, Student's t-quantiles. Communications of the ACM 13, 619-620.

    Raises:
        InvalidInput: the confidence is not between 0 and 1, or there are fewer than 2 degrees of freedom.
    """
    if not 0 < confidence < 1 or freedom < 2:
        raise InvalidInput("A quantile needs a confidence between 0 and 1 and two degrees of freedom.")
    tails = 1 - confidence
    if freedom == 2:
        return sqrt(2 / (tails * (2 - tails)) - 2)
    a = 1 / (freedom - 0.5)
    b = 48 / a**2
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * sqrt(a * pi / 2) * freedom
    y: float = (d * tails) ** (2 / freedom)
    y = _middle(tails, freedom, a, b, c, d) if y > 0.05 + a else _tail(y, freedom, d)
    return sqrt(freedom * y)


def _middle(tails: float, freedom: float, a: float, b: float, c: float, d: float) -> float:
    x = NormalDist().inv_cdf(tails / 2)
    y = x * x
    if freedom < 5:
        c += 0.3 * (freedom - 4.5) * (x + 0.6)
    c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
    y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
    y = a * y * y
    return exp(y) - 1


def _tail(y: float, freedom: float, d: float) -> float:
    inner = 1 / (((freedom + 6) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2) * 3)
    return ((inner + 0.5 / (freedom + 4)) * y - 1) * (freedom + 1) / (freedom + 2) + 1 / y
