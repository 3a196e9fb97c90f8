"""Reply quality: how good an answer was, by a rubric that a person fills in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from audit_app.domain.errors import InvalidInput

FULL = Fraction(100)
"""The points of a reply in which nothing is wanting."""


class Share(StrEnum):
    """How far an item holds for a reply. What is not applicable counts neither for nor against."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


PARTS: Mapping[Share, Fraction] = {
    Share.YES: Fraction(1),
    Share.PARTLY: Fraction(1, 2),
    Share.NO: Fraction(0),
}
"""What part of an item's points each share earns."""


@dataclass(frozen=True, slots=True)
class RubricItem:
    """One item of the rubric, in points of 100; negative ones are a deduction for what should not be there."""

    key: str
    label: str
    points: int


RUBRIC: tuple[RubricItem, ...] = (
    RubricItem("answers_every_question", "Answers every question", 30),
    RubricItem("correct", "Is correct", 15),
    RubricItem("owns_next_step", "Owns the next step and names a time", 15),
    RubricItem("greeting", "Greets the customer", 5),
    RubricItem("uses_name", "Uses the customer's name", 5),
    RubricItem("thanks", "Thanks the customer", 5),
    RubricItem("signed_by_person", "Is signed by a person", 5),
    RubricItem("apology", "Apologises where it is due", 10),
    RubricItem("clear_language", "Is clear and in the right language", 10),
    RubricItem("risky_promise", "Makes a risky promise", -10),
    RubricItem("negative_language", "Uses negative language", -10),
)

COMPLAINT_ITEMS: tuple[RubricItem, ...] = (
    RubricItem("ownership", "One person takes it over", 10),
    RubricItem("solved_at_first_contact", "Solves it at the first contact", 10),
    RubricItem("compensation", "Offers a compensation", 10),
)
"""What a good answer to a complaint does besides. The points earned are scaled to 100, so that the 130 points which
apply to a complaint weigh against each other as written."""


@dataclass(frozen=True, slots=True)
class Rubric:
    """A rubric under a name that changes with every change of its items: a rating stays with the rubric it was made by."""

    name: str
    items: tuple[RubricItem, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The keys of its items."""
        return frozenset(item.key for item in self.items)


QUESTION = Rubric("question 1", RUBRIC)
COMPLAINT = Rubric(
    "complaint 1",
    (
        *(item for item in RUBRIC if item.points > 0),
        *COMPLAINT_ITEMS,
        *(item for item in RUBRIC if item.points < 0),
    ),
)


def rubric_for(complaint: bool) -> Rubric:
    """The rubric by which an answer is rated today: that for complaints, or that for everything else."""
    return COMPLAINT if complaint else QUESTION


def rubric_of(keys: Iterable[str]) -> Rubric:
    """The rubric by which a rating with these items was made.

    A complaint that was rated before complaints had items of their own was rated as a question, and stays so.
    """
    own = {item.key for item in COMPLAINT_ITEMS}
    return COMPLAINT if own & set(keys) else QUESTION


Rating = Mapping[str, Share]
"""The share of every item of the rubric, by its key."""


@dataclass(frozen=True, slots=True)
class ItemPoints:
    """What one item did for the result, in points of 100; ``points`` of all items add up to it before the floor."""

    item: RubricItem
    share: Share
    points: Fraction
    possible: Fraction


def reply_quality(rating: Rating) -> Fraction:
    """Return the quality of a reply, from 0 to 100.

    Points earned of those applicable, scaled to 100, less the deductions in full; never below 0 or above 100.

    Raises:
        InvalidInput: an item is missing or unknown, or nothing but deductions applies.
    """
    total = sum((row.points for row in reply_quality_breakdown(rating)), Fraction(0))
    return min(FULL, max(Fraction(0), total))


def reply_quality_breakdown(rating: Rating) -> tuple[ItemPoints, ...]:
    """Return what each item of the rubric did, in the rubric's order; raises as ``reply_quality`` does."""
    rubric = rubric_of(rating)
    _check(rating, rubric)
    applicable = sum(item.points for item in rubric.items if item.points > 0 and _applies(rating, item))
    if not applicable:
        raise InvalidInput(
            "Every item of the rubric is marked “not applicable”; a reply needs at least one that applies."
        )
    return tuple(_row(item, Share(rating[item.key]), FULL / applicable) for item in rubric.items)


def _row(item: RubricItem, share: Share, scale: Fraction) -> ItemPoints:
    if share is Share.NOT_APPLICABLE:
        return ItemPoints(item, share, Fraction(0), Fraction(0))
    # A deduction is not scaled: a risky promise costs its ten points whatever else applied.
    whole = item.points * scale if item.points > 0 else Fraction(item.points)
    return ItemPoints(item, share, whole * PARTS[share], max(Fraction(0), whole))


def _applies(rating: Rating, item: RubricItem) -> bool:
    return rating[item.key] != Share.NOT_APPLICABLE


def _check(rating: Rating, rubric: Rubric) -> None:
    missing = [item.label for item in rubric.items if item.key not in rating]
    if missing:
        raise InvalidInput(f"The rating lacks: {', '.join(missing)}.")
    if unknown := sorted(set(rating) - rubric.keys):
        raise InvalidInput(f"The rubric has no such item: {', '.join(unknown)}.")
    if wrong := sorted({str(share) for share in rating.values()} - {share.value for share in Share}):
        raise InvalidInput(f"Not a rating: {', '.join(wrong)}. Use one of {', '.join(Share)}.")
