"""How far those who rated the same replies agree, item by item."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.replies.agreement import Agreement, agreement, strength, table_of
from audit_app.domain.replies.quality import COMPLAINT, RubricItem, Share
from audit_app.models import Probe, ReplyRating, User
from audit_app.services.probes.visible import visible_probes

Raters = tuple[int, int]
"""Two people by their numbers, the smaller one first."""
Shares = dict[str, str]


@dataclass(frozen=True, slots=True)
class ItemAgreement:
    """How well raters agree on one item of the rubric."""

    item: RubricItem
    agreement: Agreement

    @property
    def kappa(self) -> Fraction | None:
        """Cohen's kappa; None where both always chose the same, so that chance explains everything."""
        return self.agreement.kappa

    @property
    def word(self) -> str:
        """The usual word for this kappa; empty where there is none."""
        return "" if self.kappa is None else strength(self.kappa)


@dataclass(frozen=True, slots=True)
class RaterPair:
    """Two people, and how many replies both have rated."""

    raters: Raters
    names: tuple[str, str]
    replies: int


@dataclass(frozen=True, slots=True)
class Agreements:
    """Agreement of one pair of raters, or of all pairs taken together; `replies` is how many replies two have rated."""

    pairs: list[RaterPair]
    chosen: RaterPair | None
    replies: int
    rows: list[ItemAgreement]


def agreements(session: Session, user: User, chosen: Raters | None = None) -> Agreements:
    """The agreement over all replies that `user` may see and that at least two people have rated.

    Cohen's kappa is made for two raters. Where several pairs are taken together, the person with the smaller number
    is the first rater of each pair. A pair that has no reply in common counts as not chosen.
    """
    both = list(_rated_twice(session, user))
    counts = Counter(raters for _, raters, _ in both)
    names = _names(session, counts)
    pairs = [
        RaterPair(raters, (names[raters[0]], names[raters[1]]), counts[raters])
        for raters in sorted(counts, key=lambda raters: (-counts[raters], raters))
    ]
    pair = next((each for each in pairs if each.raters == chosen), None)
    counted = [each for each in both if pair is None or each[1] == pair.raters]
    return Agreements(
        pairs, pair, len({probe for probe, _, _ in counted}), _rows([each[2] for each in counted])
    )


def _rated_twice(session: Session, user: User) -> Iterator[tuple[int, Raters, tuple[Shares, Shares]]]:
    """Each probe with each pair of its raters and what the two chose."""
    seen = visible_probes(user).with_only_columns(Probe.id)
    query = select(ReplyRating.probe_id, ReplyRating.rater_id, ReplyRating.items)
    ratings: defaultdict[int, list[tuple[int, Shares]]] = defaultdict(list)
    for probe, rater, items in session.execute(
        query.where(ReplyRating.probe_id.in_(seen), ReplyRating.set_aside_at.is_(None)).order_by(
            ReplyRating.rater_id
        )
    ):
        ratings[probe].append((rater, items))
    for probe, given in ratings.items():
        for (first, one), (second, other) in combinations(given, 2):
            yield probe, (first, second), (one, other)


def _names(session: Session, pairs: Counter[Raters]) -> dict[int, str]:
    people = {person for raters in pairs for person in raters}
    return {user.id: user.name for user in session.scalars(select(User).where(User.id.in_(people)))}


def _rows(pairs: list[tuple[Shares, Shares]]) -> list[ItemAgreement]:
    """One row for each item that two people have rated; rubrics of different age share only some items."""
    rows = []
    for item in COMPLAINT.items:
        chosen = [
            (one[item.key], other[item.key]) for one, other in pairs if item.key in one and item.key in other
        ]
        if chosen:
            rows.append(ItemAgreement(item, agreement(table_of(chosen, [share.value for share in Share]))))
    return rows
