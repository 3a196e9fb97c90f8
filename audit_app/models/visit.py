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
    opened_at: Mapped[datetime | None]
    """When the server first heard of it."""
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
    """When it was submitted on the device, by which it counts; the time of receipt where that cannot be true."""
    received_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the submission reached the server."""
    clock_uncertain: Mapped[bool] = mapped_column(default=False)
    active_seconds: Mapped[int | None]
    device_id: Mapped[int | None]
    """The device that began it; the number outlives the device's row."""
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
    __table_args__ = (UniqueConstraint("visit_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(200))
    """The key of the question."""
    value: Mapped[Any | None] = mapped_column(Json)
    not_applicable: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=1)
    """Counted by the server: up by one with each answer that takes the place of another."""
    edit_id: Mapped[str | None] = mapped_column(String(36))
    saved_at: Mapped[datetime]

    visit: Mapped[Visit] = relationship(back_populates="answers")


class EditOutcome(StrEnum):
    """What became of an edit when it arrived."""

    APPLIED = "applied"
    SAME = "same"
    """The answer said the same already."""
    CONFLICT = "conflict"
    """The device had not seen the answer that stands; both are kept."""
    LATE = "late"
    """The visit was submitted before."""


class AnswerEdit(Base):
    """One change of an answer as a device sent it; rows are only ever added."""

    __tablename__ = "answer_edits"
    __table_args__ = (UniqueConstraint("visit_id", "number"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    """A UUID of the device, so that an edit is taken once however often it is sent."""
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id", ondelete="CASCADE"))
    number: Mapped[int]
    """The order of arrival in the visit, from 1."""
    path: Mapped[str] = mapped_column(String(200))
    value: Mapped[Any | None] = mapped_column(Json)
    not_applicable: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)
    base_revision: Mapped[int]
    """The revision of the answer that the device had seen."""
    revision: Mapped[int | None]
    """With APPLIED: the one that the answer has since."""
    device_id: Mapped[int | None]
    """The device that sent it; the number outlives the device's row."""
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    """By the clock of the device."""
    received_at: Mapped[datetime]
    outcome: Mapped[EditOutcome] = mapped_column(words(EditOutcome))
    resolves_id: Mapped[str | None] = mapped_column(ForeignKey("answer_edits.id"))
    """The kept answer that this one chose for or against."""
