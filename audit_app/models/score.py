"""Score policies, ratings of replies, and computed scores."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base
from audit_app.models.location import Location, Region
from audit_app.models.probe import Probe
from audit_app.models.types import Json, JsonObject
from audit_app.models.user import User


class ScorePolicy(Base):
    """One version of the rules by which everything merges into a score."""

    __tablename__ = "score_policies"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    content: Mapped[JsonObject] = mapped_column(Json)
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Score(Base):
    """One computed result; a re-score is another row and never changes this one."""

    __tablename__ = "scores"
    __table_args__ = (
        CheckConstraint("location_id IS NULL OR region_id IS NULL", name="one_subject"),
        Index("ix_scores_subject", "location_id", "region_id", "period_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int | None] = mapped_column(ForeignKey("locations.id"))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("regions.id"))
    """Neither location nor region means the whole organisation."""
    period_start: Mapped[datetime]
    period_end: Mapped[datetime]
    """Exclusive."""
    policy_id: Mapped[int] = mapped_column(ForeignKey("score_policies.id"))
    policy_hash: Mapped[str] = mapped_column(String(64))
    value: Mapped[Fraction | None]
    """0 to 100, exact; None when nothing was there to score."""
    band: Mapped[str] = mapped_column(String(1), default="")
    inputs: Mapped[JsonObject] = mapped_column(Json)
    """A snapshot from which the score can be recomputed to the last digit."""
    inputs_hash: Mapped[str] = mapped_column(String(64))
    breakdown: Mapped[JsonObject] = mapped_column(Json)
    computed_at: Mapped[datetime]

    location: Mapped[Location | None] = relationship()
    region: Mapped[Region | None] = relationship()
    policy: Mapped[ScorePolicy] = relationship()


class ReplyRating(Base):
    """How one person rates one reply by the rubric."""

    __tablename__ = "reply_ratings"
    __table_args__ = (UniqueConstraint("probe_id", "rater_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    probe_id: Mapped[int] = mapped_column(ForeignKey("probes.id"))
    rater_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    items: Mapped[JsonObject] = mapped_column(Json)
    """Rubric item → yes, partly, no or not_applicable."""
    quality: Mapped[Fraction]
    """0 to 100, exact."""
    note: Mapped[str] = mapped_column(Text, default="")
    suggested: Mapped[JsonObject] = mapped_column(Json, default=dict, server_default=text("'{}'"))
    """What the rules suggested to the rater: their version and the share of each item; empty without suggestions."""
    created_at: Mapped[datetime]
    set_aside_at: Mapped[datetime | None]
    """When the answer that was rated turned out to be none of this probe's; such a rating counts no longer."""

    probe: Mapped[Probe] = relationship()
    rater: Mapped[User] = relationship()
