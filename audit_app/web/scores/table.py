"""The overview's table: which locations it shows, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Self

from audit_app.services.scores.overview import LocationRow

Key = Callable[[LocationRow], Fraction | Decimal | int | str | None]

SORTS: Mapping[str, Key] = {
    "name": lambda row: row.location.name.casefold(),
    "score": lambda row: row.comparison.now.value if row.comparison.now else None,
    "change": lambda row: row.comparison.change,
    "in_time": lambda row: row.comparison.in_time.value,
    "open": lambda row: row.pending.open + row.pending.uncertain,
    "visits": lambda row: len(row.comparison.inputs.visits),
}
SORT_WORDS: Mapping[str, str] = {
    "score": "Score",
    "change": "Change",
    "name": "Name",
    "in_time": "Answered in time",
    "visits": "Visits",
    "open": "Open probes",
}
DEFAULT_SORT = "score"
"""The lowest score first: who opens the overview looks for where something is to be done."""


@dataclass(frozen=True, slots=True)
class Table:
    """The choice of a person: words to search for, a region, and an order."""

    search: str
    region: str
    sort: str
    descending: bool

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> Self:
        """The choice in the arguments `q`, `region`, `sort` and `descending`; unknown orders mean the default."""
        sort = arguments.get("sort", DEFAULT_SORT)
        return cls(
            arguments.get("q", "").strip(),
            arguments.get("region", ""),
            sort if sort in SORTS else DEFAULT_SORT,
            arguments.get("descending") == "yes",
        )

    def rows(self, rows: Sequence[LocationRow]) -> list[LocationRow]:
        """The chosen ones of `rows` in the chosen order; locations without a value come last in either direction."""
        chosen = [row for row in rows if self._holds(row)]
        key = SORTS[self.sort]
        known = [row for row in chosen if key(row) is not None]
        unknown = [row for row in chosen if key(row) is None]
        return sorted(known, key=key, reverse=self.descending) + unknown  # type: ignore[arg-type]

    def _holds(self, row: LocationRow) -> bool:
        words = self.search.casefold().split()
        text = f"{row.location.name} {row.location.key} {row.location.address}".casefold()
        return self.region in {"", row.location.region.key} and all(word in text for word in words)
