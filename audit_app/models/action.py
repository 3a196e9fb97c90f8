"""Something to put right."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base
from audit_app.models.location import Location
from audit_app.models.types import words
from audit_app.models.user import User


class ActionState(StrEnum):
    """Where an action stands."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class Action(Base):
    """Something to put right, with an owner, a due date, and what proves that it was."""

    __tablename__ = "actions"

    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    due_on: Mapped[date]
    """A day in the location's time zone."""
    state: Mapped[ActionState] = mapped_column(words(ActionState), default=ActionState.OPEN)
    origin_visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))
    origin_probe_id: Mapped[int | None] = mapped_column(ForeignKey("probes.id"))
    proof_visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))
    proof_probe_id: Mapped[int | None] = mapped_column(ForeignKey("probes.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    location: Mapped[Location] = relationship()
    owner: Mapped[User] = relationship()
