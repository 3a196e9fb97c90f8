"""Quantiles of Student's t, held against published tables."""

from __future__ import annotations

import pytest

from audit_app.domain.errors import InvalidInput
from audit_app.domain.statistics.student import two_sided_quantile


@pytest.mark.parametrize(
    ("freedom", "t"),
    [(2, 4.30265), (3, 3.18245), (4, 2.77645), (5, 2.57058), (10, 2.22814), (30, 2.04227), (120, 1.97993)],
)
def test_quantiles_are_those_of_the_tables(freedom: float, t: float) -> None:
    assert two_sided_quantile(0.95, freedom) == pytest.approx(t, abs=2e-4)


def test_what_has_no_quantile_is_refused() -> None:
    for confidence, freedom in ((1.0, 5.0), (0.0, 5.0), (0.95, 1.0)):
        with pytest.raises(InvalidInput, match="two degrees of freedom"):
            two_sided_quantile(confidence, freedom)
