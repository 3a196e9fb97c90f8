"""Agreement between two people who rated the same replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from audit_app.domain.errors import InvalidInput

Table = Sequence[Sequence[int]]
"""How often the first rater chose the row's category where the second chose the column's."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well two raters agree over `n` replies.

    `observed` is the share of replies on which they agree, `expected` the share on which they would agree by chance;
    `kappa` is None where chance alone makes them agree always, so that nothing can be said.
    """

    n: int
    observed: Fraction
    expected: Fraction

    @property
    def kappa(self) -> Fraction | None:
        """Cohen's kappa, -1 to 1, exactly: agreement beyond chance as a share of what chance leaves open.

        Cohen, J. (1960): A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20,
        37-46. None where it is undefined: both raters put everything into one and the same category.
        """
        if self.expected == 1:
            return None
        return (self.observed - self.expected) / (1 - self.expected)


def agreement(table: Table) -> Agreement:
    """Return observed and expected agreement of a square table of counts.

    Raises:
        InvalidInput: the table is not square, has a negative count, or counts nothing.
    """
    _check(table)
    n = sum(map(sum, table))
    rows = [sum(row) for row in table]
    columns = [sum(column) for column in zip(*table, strict=True)]
    observed = Fraction(sum(table[place][place] for place in range(len(table))), n)
    expected = Fraction(sum(row * column for row, column in zip(rows, columns, strict=True)), n * n)
    return Agreement(n, observed, expected)


def table_of(pairs: Iterable[tuple[Hashable, Hashable]], categories: Sequence[Hashable]) -> list[list[int]]:
    """Count pairs of choices, first rater's and second rater's, into a table with one row for each category.

    Raises InvalidInput for a choice that is no category.
    """
    counts = Counter(pairs)
    if strange := {choice for pair in counts for choice in pair} - set(categories):
        raise InvalidInput(f"Not among the categories: {', '.join(sorted(map(str, strange)))}.")
    return [[counts[first, second] for second in categories] for first in categories]


_WORDS = (
    (Fraction(20, 100), "slight"),
    (Fraction(40, 100), "fair"),
    (Fraction(60, 100), "moderate"),
    (Fraction(80, 100), "substantial"),
)


def strength(kappa: Fraction) -> str:
    """Return the usual word for a kappa, from poor (below 0) to almost perfect (above 0.80).

    Landis, J. R. and Koch, G. G. (1977): The measurement of observer agreement for categorical data. Biometrics 33,
    159-174. They call their own limits arbitrary.
    """
    if kappa < 0:
        return "poor"
    return next((word for limit, word in _WORDS if kappa <= limit), "almost perfect")


def _check(table: Table) -> None:
    if any(len(row) != len(table) for row in table):
        raise InvalidInput("Agreement needs a square table: the same categories for both raters.")
    if any(count < 0 for row in table for count in row):
        raise InvalidInput("A table of agreement counts replies; a count cannot be below 0.")
    if not any(count for row in table for count in row):
        raise InvalidInput("Nobody rated the same reply twice, so there is no agreement to compute.")
