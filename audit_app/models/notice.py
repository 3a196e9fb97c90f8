"""The product's own mail, for example the link after a forgotten password."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from audit_app.models.base import Base
from audit_app.models.types import Sealed, words


class NoticeState(StrEnum):
    """How far a notice has come."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    """It was begun and nobody can tell whether it left; it is not sent again."""
    FAILED = "failed"


class Notice(Base):
    """One mail of the product, written in the transaction of what it is about and sent once by a worker."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    """What it is about, in the words of the feature that wrote it."""
    recipient: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    body: Mapped[str] = mapped_column(Sealed)
    """Plain text; it may hold a secret link, so it is sealed and, once sent, emptied."""
    state: Mapped[NoticeState] = mapped_column(words(NoticeState), default=NoticeState.WAITING, index=True)
    created_at: Mapped[datetime]
    try_after: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(500), default="")
    """What the mail server said when it was not sent."""
    sent_at: Mapped[datetime | None]
