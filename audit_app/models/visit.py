"""Visits: the assignment to make one, the visit itself, its answers."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base
from audit_app.models.checklist import Checklist, ChecklistVersion
from audit_app.models.location import Location
from audit_app.models.types import Json, words
from audit_app.models.user import User


class AssignmentState(StrEnum):
    """Where an assignment stands."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class VisitState(StrEnum):
    """Where a visit stands; only submitted ones count in a score."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


class Assignment(Base):
    """A visit that somebody is to make within a due window."""

    __tablename__ = "assignments"

    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), index=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklists.id"))
    auditor_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    due_from: Mapped[datetime]
    due_until: Mapped[datetime]
    state: Mapped[AssignmentState] = mapped_column(words(AssignmentState), default=AssignmentState.OPEN)
    note: Mapped[str] = mapped_column(Text, default="")

    location: Mapped[Location] = relationship()
    checklist: Mapped[Checklist] = relationship()
    auditor: Mapped[User] = relationship()
    visit: Mapped[Visit | None] = relationship(back_populates="assignment")


class Visit(Base):
    """One checklist version filled in at one location at one time."""

    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(36), unique=True)
    """Made on the device, so that starting a visit twice makes one visit."""
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"), unique=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("checklist_versions.id"))
    auditor_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    state: Mapped[VisitState] = mapped_column(words(VisitState), default=VisitState.DRAFT)
    started_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None] = mapped_column(index=True)
    score: Mapped[Fraction | None]
    """0 to 100, exact; set when the visit is submitted."""
    critical_failures: Mapped[int] = mapped_column(default=0)

    assignment: Mapped[Assignment | None] = relationship(back_populates="visit")
    location: Mapped[Location] = relationship()
    version: Mapped[ChecklistVersion] = relationship()
    auditor: Mapped[User] = relationship()
    answers: Mapped[list[Answer]] = relationship(
        back_populates="visit", cascade="all, delete-orphan", order_by="Answer.id"
    )


class Answer(Base):
    """The newest answer to one question of a visit."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("visit_id", "question_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id", ondelete="CASCADE"))
    question_key: Mapped[str] = mapped_column(String(120))
    value: Mapped[Any | None] = mapped_column(Json)
    not_applicable: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=1)
    """Counts up on the device with each change; an older revision never replaces a newer one."""
    saved_at: Mapped[datetime]

    visit: Mapped[Visit] = relationship(back_populates="answers")
