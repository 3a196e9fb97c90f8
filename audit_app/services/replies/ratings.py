"""Rating answers by the rubric: one rating per person and answer, which its author may replace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict, InvalidInput
from audit_app.domain.exact import largest_remainder, round_half_up
from audit_app.domain.probes.response_time import Outcome
from audit_app.domain.replies.quality import (
    ItemPoints,
    Rating,
    Rubric,
    Share,
    reply_quality,
    reply_quality_breakdown,
    rubric_for,
)
from audit_app.models import Probe, ReplyRating, User
from audit_app.models.types import JsonObject

LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class RatedItem:
    """One item of a rating; the shown points of all items and the correction add up to the shown total.

    `suggested` is what the rules had suggested, where they had.
    """

    points: ItemPoints
    shown: Decimal
    suggested: Share | None

    @property
    def changed(self) -> bool:
        """Whether the person saw it differently from the rules."""
        return self.suggested is not None and self.suggested is not self.points.share


@dataclass(frozen=True, slots=True)
class RatedReply:
    """A rating taken apart. `floor` is what was added because no reply has less than 0 points.

    `items` is empty for a rating by an earlier rubric, of which only the total still says something.
    """

    rating: ReplyRating
    items: tuple[RatedItem, ...]
    floor: Decimal
    total: Decimal


def rate(
    session: Session,
    probe: Probe,
    rater: User,
    items: Mapping[str, str],
    note: str,
    now: datetime,
    suggested: JsonObject | None = None,
) -> ReplyRating:
    """Store how `rater` rates the answer to `probe`, in place of an earlier rating of theirs.

    `items` has yes, partly, no or not_applicable for every item of the probe's rubric; `suggested` is what the rules had
    suggested to the rater (`rating_suggestions.stored_suggestions`). Raises Conflict when no person
    has answered, InvalidInput when an item is missing or wrong, nothing applies or the note is too long.
    """
    check_rateable(probe)
    rubric = rubric_by(probe)
    if set(items) != rubric.keys:
        raise InvalidInput(
            f"The rating must have every item of the rubric “{rubric.name}” and no other. Reload the form."
        )
    quality = reply_quality(read_items(items))
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(f"The note has {len(note)} characters; {LONGEST_NOTE} is the most.")
    # Two tabs of one person must not both insert: the second waits here, and then finds the first's row.
    session.refresh(probe, with_for_update=True)
    check_rateable(probe)
    rating = session.scalar(_by(probe, rater))
    if rating is None:
        rating = ReplyRating(probe=probe, rater=rater)
        session.add(rating)
    rating.items = {item.key: str(items[item.key]) for item in rubric.items}
    rating.quality, rating.note, rating.created_at = quality, note.strip(), now
    rating.suggested, rating.set_aside_at = dict(suggested or {}), None
    session.flush()
    return rating


def rubric_by(probe: Probe) -> Rubric:
    """The rubric by which the probe's answer is rated: complaints have items of their own."""
    return rubric_for(probe.scenario.complaint)


def check_rateable(probe: Probe) -> None:
    """Raise Conflict unless a person has answered the probe in time to count, and the answer is still there."""
    if probe.outcome is not Outcome.ANSWERED:
        raise Conflict("Only an answer that a person gave can be rated; this probe has none that counts.")
    if probe.erased_at:
        raise Conflict(
            "What was answered has been erased by the retention rule, so it can no longer be rated."
        )


def read_items(items: Mapping[str, str]) -> Rating:
    """The shares in `items`; raises InvalidInput for a word that is none."""
    try:
        return {key: Share(value) for key, value in items.items()}
    except ValueError:
        raise InvalidInput(f"Each item is one of {', '.join(Share)}. Choose again.") from None


def own_rating(session: Session, probe: Probe, rater: User) -> ReplyRating | None:
    """The rating that `rater` gave, if any; not one of an answer that was none of this probe's."""
    return session.scalar(_by(probe, rater).where(ReplyRating.set_aside_at.is_(None)))


def _by(probe: Probe, rater: User) -> Select[ReplyRating]:
    return select(ReplyRating).where(ReplyRating.probe_id == probe.id, ReplyRating.rater_id == rater.id)


def ratings_of(session: Session, probe: Probe) -> list[RatedReply]:
    """All ratings of the probe's answer, oldest first, each taken apart; those set aside are among them."""
    query = select(ReplyRating).where(ReplyRating.probe_id == probe.id)
    return [
        with_item_points(rating)
        for rating in session.scalars(query.order_by(ReplyRating.created_at, ReplyRating.id))
    ]


def mean_quality(ratings: list[RatedReply]) -> Fraction | None:
    """What the score counts: the mean of all ratings that count; None where there is none."""
    values = [rated.rating.quality for rated in ratings if not rated.rating.set_aside_at]
    return sum(values, Fraction(0)) / len(values) if values else None


def with_item_points(rating: ReplyRating) -> RatedReply:
    """The rating with the points of each item, rounded so that they add up to its total."""
    total = round_half_up(rating.quality)
    try:
        items = reply_quality_breakdown(read_items(rating.items))
    except InvalidInput:
        return RatedReply(rating, (), Decimal(0), total)
    summed = round_half_up(sum((item.points for item in items), Fraction(0)))
    shown = largest_remainder([item.points for item in items], summed)
    suggested = suggested_shares(rating)
    rows = tuple(
        RatedItem(item, points, suggested.get(item.item.key))
        for item, points in zip(items, shown, strict=True)
    )
    return RatedReply(rating, rows, total - summed, total)


def suggested_shares(rating: ReplyRating) -> Rating:
    """What the rules had suggested for each item when the rating was made; empty where they had not."""
    return read_items((rating.suggested or {}).get("shares", {}))
