"""What of our own equipment is broken, and who has been told; kept here so that a restart tells nobody twice."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from audit_app.models.base import Base
from audit_app.models.types import words


class AlarmKind(StrEnum):
    """What is broken."""

    MAILBOX = "mailbox"
    BROWSER = "browser"


class Alarm(Base):
    """One thing that is broken or was: a mailbox by its number, a worker's browser by its machine."""

    __tablename__ = "alarms"
    __table_args__ = (UniqueConstraint("kind", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AlarmKind] = mapped_column(words(AlarmKind))
    subject: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(255))
    """What people call it."""
    reason: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[datetime]
    """When it broke, or, once it works again, when that was."""
    active: Mapped[bool] = mapped_column(default=True)
    told: Mapped[bool] = mapped_column(default=False)
    """Whether people were last told that it is broken; where this differs from `active` there is something to tell."""
    tell_after: Mapped[datetime | None]
    """Somebody is telling it until then, or failed to and tries again then."""
