"""A manager's check of a visit, and a location's objection to a result."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base
from audit_app.models.location import Location
from audit_app.models.types import words
from audit_app.models.user import User
from audit_app.models.visit import Visit


class ReviewVerdict(StrEnum):
    """What the reviewer decided."""

    APPROVED = "approved"
    RETURNED = "returned"


class AppealState(StrEnum):
    """Where an objection stands."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


class Review(Base):
    """One manager's check of one visit."""

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"), index=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    verdict: Mapped[ReviewVerdict] = mapped_column(words(ReviewVerdict))
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]

    visit: Mapped[Visit] = relationship()
    reviewer: Mapped[User] = relationship()


class Appeal(Base):
    """A location's objection to one answer of a visit or to one time of a probe."""

    __tablename__ = "appeals"
    __table_args__ = (CheckConstraint("(visit_id IS NULL) <> (probe_id IS NULL)", name="one_object"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))
    question_key: Mapped[str] = mapped_column(String(120), default="")
    probe_id: Mapped[int | None] = mapped_column(ForeignKey("probes.id"))
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[AppealState] = mapped_column(words(AppealState), default=AppealState.OPEN)
    decision: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    location: Mapped[Location] = relationship()
    raised_by: Mapped[User] = relationship(foreign_keys=raised_by_id)
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)
