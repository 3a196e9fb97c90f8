"""A change compares like with like: the same parts, asked in the same way, at the same kind of hour, of the same shops.

Each input stands in a cell, such as a channel and a kind of hour. A part's change is the mean of its changes within
the cells that both periods have, weighted by `n × m / (n + m)` of their numbers (Cochran, W. G. (1954): Some methods
for strengthening the common χ² tests. Biometrics 10, 417-451). So how often which cell was asked changes nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from audit_app.domain.scores.means import COMPONENTS
from audit_app.domain.scores.policy import Policy

Cell = tuple[Hashable, ...]
"""Where an input stands, from the coarse to the fine: a channel, then a kind of hour."""

LEAST_COVER = Fraction(1, 2)
"""The cells that both periods have must hold at least this share of each one's inputs, or coarser cells are taken."""


@dataclass(frozen=True, slots=True)
class Input:
    """One visit, response or rated reply: where it stands, and its value from 0 to 100."""

    cell: Cell
    value: Fraction


Parts = Mapping[str, Sequence[Input]]
"""The inputs of each component that has any."""


@dataclass(frozen=True, slots=True)
class PartChange:
    """The change of one component within the cells that both periods have, and how many inputs stand in these."""

    value: Fraction
    n_before: int
    n_now: int


@dataclass(frozen=True, slots=True)
class Change:
    """The change of a score over what both periods have; `value` is None where that is nothing.

    `value` is the mean of `parts` by `weights`, which add up to 1.
    """

    value: Fraction | None
    parts: Mapping[str, PartChange] = field(default_factory=dict)
    weights: Mapping[str, Fraction] = field(default_factory=dict)
    missing_now: tuple[str, ...] = ()
    """Components that only the earlier period has …"""
    missing_before: tuple[str, ...] = ()
    """… and those that only the later one has."""
    not_alike: tuple[str, ...] = ()
    """Components that both have, but in no cell in common."""


def part_change(before: Sequence[Input], now: Sequence[Input]) -> PartChange | None:
    """Return the change of one component, by the finest cells that hold enough of both; None without any in common."""
    if not before or not now:
        return None
    depth = max(len(each.cell) for each in (*before, *now))
    coarsest = min(depth, 1)
    for length in range(depth, coarsest - 1, -1):
        earlier, later = _cells(before, length), _cells(now, length)
        shared = sorted(earlier.keys() & later.keys(), key=repr)
        n_before = sum(len(earlier[cell]) for cell in shared)
        n_now = sum(len(later[cell]) for cell in shared)
        enough = n_before >= LEAST_COVER * len(before) and n_now >= LEAST_COVER * len(now)
        if shared and (enough or length == coarsest):
            return PartChange(_difference(earlier, later, shared), n_before, n_now)
    return None


def change(policy: Policy, before: Parts, now: Parts) -> Change:
    """Return how one location's score changed over what both periods have of the policy's components."""
    found = {
        key: part
        for key in COMPONENTS
        if (part := part_change(before.get(key, ()), now.get(key, ()))) is not None
    }
    return _weighed(policy, found, _absent(before), _absent(now))


def group_change(policy: Policy, changes: Sequence[tuple[Fraction, Change]]) -> Change:
    """Return how a group changed: the mean of its locations' changes by their weights, part by part."""
    found = {}
    for key in COMPONENTS:
        having = [(weight, each.parts[key]) for weight, each in changes if weight and key in each.parts]
        whole = sum((weight for weight, _ in having), Fraction(0))
        if whole:
            value = sum((weight * part.value for weight, part in having), Fraction(0)) / whole
            n_before = sum(part.n_before for _, part in having)
            found[key] = PartChange(value, n_before, sum(part.n_now for _, part in having))
    now = {key for _, each in changes for key in each.missing_before}
    before = {key for _, each in changes for key in each.missing_now}
    unlike = {key for _, each in changes for key in each.not_alike}
    lacking_before = {key for key in COMPONENTS if key not in found and key not in before | unlike}
    lacking_now = {key for key in COMPONENTS if key not in found and key not in now | unlike}
    return _weighed(policy, found, lacking_before, lacking_now)


def _weighed(policy: Policy, found: Mapping[str, PartChange], before: set[str], now: set[str]) -> Change:
    """The change over `found`; `before` and `now` are the components that each period lacks."""
    weights = {key: weight for key in found if (weight := getattr(policy.weights, key))}
    whole = sum(weights.values(), Fraction(0))
    shares = {key: weight / whole for key, weight in weights.items()}
    used = [key for key in COMPONENTS if getattr(policy.weights, key)]
    return Change(
        sum((share * found[key].value for key, share in shares.items()), Fraction(0)) if whole else None,
        {key: found[key] for key in shares},
        shares,
        tuple(key for key in used if key in now and key not in before),
        tuple(key for key in used if key in before and key not in now),
        tuple(key for key in used if key not in found and key not in before | now),
    )


def _absent(parts: Parts) -> set[str]:
    return {key for key in COMPONENTS if not parts.get(key)}


def _cells(inputs: Sequence[Input], length: int) -> dict[Cell, list[Fraction]]:
    cells: dict[Cell, list[Fraction]] = {}
    for each in inputs:
        cells.setdefault(each.cell[:length], []).append(each.value)
    return cells


def _difference(
    before: Mapping[Cell, Sequence[Fraction]], now: Mapping[Cell, Sequence[Fraction]], shared: Sequence[Cell]
) -> Fraction:
    total = whole = Fraction(0)
    for cell in shared:
        n, m = len(before[cell]), len(now[cell])
        weight = Fraction(n * m, n + m)
        total += weight * (sum(now[cell], Fraction(0)) / m - sum(before[cell], Fraction(0)) / n)
        whole += weight
    return total / whole
