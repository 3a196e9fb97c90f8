"""Every mail that came to a mailbox of ours."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from audit_app.models.base import Base
from audit_app.models.evidence import Evidence
from audit_app.models.mailbox import Mailbox
from audit_app.models.probe import Probe
from audit_app.models.types import Json, JsonObject, words

OWN_COPY = "own_copy"
"""The kind of a mail that is our own message, come back blind."""


class MailState(StrEnum):
    """What became of an incoming mail; nothing is ever deleted."""

    NEW = "new"
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    DISCARDED = "discarded"


class IncomingMail(Base):
    """A mail that arrived, with its raw bytes as evidence and the verdict of the rules on it."""

    __tablename__ = "incoming_mails"
    __table_args__ = (
        UniqueConstraint("mailbox_id", "folder", "uidvalidity", "uid"),
        Index("ix_incoming_mails_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id"))
    folder: Mapped[str] = mapped_column(String(255))
    uidvalidity: Mapped[int]
    uid: Mapped[int]
    received_at: Mapped[datetime]
    """The server's INTERNALDATE."""
    message_id: Mapped[str] = mapped_column(String(998), default="", index=True)
    sender: Mapped[str] = mapped_column(String(998), default="")
    subject: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[MailState] = mapped_column(words(MailState), default=MailState.NEW)
    probe_id: Mapped[int | None] = mapped_column(ForeignKey("probes.id"), index=True)
    matched_by: Mapped[str] = mapped_column(String(200), default="")
    verdict: Mapped[str] = mapped_column(String(24), default="")
    kind: Mapped[str] = mapped_column(String(40), default="")
    platform: Mapped[str] = mapped_column(String(40), default="")
    reasons: Mapped[list[str]] = mapped_column(Json, default=list)
    rules_version: Mapped[str] = mapped_column(String(40), default="")
    handled: Mapped[list[JsonObject]] = mapped_column(Json, default=list, server_default=text("'[]'"))
    """What people did with it, oldest first: the deed, who, when, and the probe that it was about."""
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))

    mailbox: Mapped[Mailbox] = relationship()
    probe: Mapped[Probe | None] = relationship()
    evidence: Mapped[Evidence] = relationship()


def can_be_taken_back(mail: IncomingMail) -> bool:
    """Whether the mail lies with a probe as an answer; our own copy is no answer, and what was erased stays."""
    return (
        mail.state is MailState.MATCHED
        and mail.kind != OWN_COPY
        and not (mail.probe and mail.probe.erased_at)
    )


def mails_of(probe: Probe) -> list[IncomingMail]:
    """The mails that lie with a probe, in the order in which they came."""
    session = object_session(probe)
    if session is None:
        return []
    query = select(IncomingMail).where(IncomingMail.probe_id == probe.id)
    return list(session.scalars(query.order_by(IncomingMail.received_at, IncomingMail.id)))
