"""Every mail that came to a mailbox of ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Exists,
    ForeignKey,
    Index,
    ScalarSelect,
    String,
    Text,
    UniqueConstraint,
    exists,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, object_session, relationship

from audit_app.models.base import Base
from audit_app.models.campaign import Persona
from audit_app.models.evidence import Evidence
from audit_app.models.mailbox import Mailbox
from audit_app.models.probe import Probe
from audit_app.models.probe_key import LONGEST_KEY
from audit_app.models.types import Json, JsonObject, words

OWN_COPY = "own_copy"
"""The kind of a mail that is our own message, come back blind."""


class MailState(StrEnum):
    """What became of an incoming mail; nothing is ever deleted."""

    NEW = "new"
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    DISCARDED = "discarded"


class MatchKind(StrEnum):
    """What brought a mail to its probe."""

    RECIPIENT = "recipient"
    """An address of ours that it was sent to."""
    MESSAGE_ID = "message_id"
    """A message of ours that it answers."""
    TOKEN = "token"  # noqa: S105 -- what a probe is known by
    RETURNED_ID = "returned_id"
    """A message of ours that it returns, as bounces do."""
    RETURNED_ADDRESS = "returned_address"
    """The address of ours from which the returned message came."""
    TICKET = "ticket"
    """The number under which the company files the probe; the value is a domain, a blank and the number."""
    OWN_COPY = "own_copy"
    PERSON = "person"
    """Somebody who assigned it; the value is their name."""


_MATCHED: Mapping[MatchKind, str] = {
    MatchKind.RECIPIENT: "matched by the address",
    MatchKind.MESSAGE_ID: "matched by the Message-ID",
    MatchKind.TOKEN: "matched by the token",
    MatchKind.RETURNED_ID: "matched by the Message-ID",
    MatchKind.RETURNED_ADDRESS: "matched by our address",
    MatchKind.OWN_COPY: "our own copy of the message",
    MatchKind.PERSON: "assigned by",
}


def matched_words(kind: MatchKind | None, value: str, where: str) -> str:
    """Say what brought a mail to a probe, as the pages show it; empty for nothing.

    Without a kind the value is the sentence: of a mail from before there were kinds.
    """
    if kind is None:
        return value
    if kind is MatchKind.TICKET:
        domain, _, number = value.partition(" ")
        words = f"matched by the ticket number {number} of {domain}"
    else:
        words = f"{_MATCHED[kind]} {value}".rstrip()
    return f"{words} in {where}" if where else words


class IncomingMail(Base):
    """A mail that arrived, with its raw bytes as evidence and the verdict of the rules on it."""

    __tablename__ = "incoming_mails"
    __table_args__ = (
        UniqueConstraint("mailbox_id", "folder", "uidvalidity", "uid"),
        Index("ix_incoming_mails_state", "state"),
        Index("ix_incoming_mails_judge_at", "judge_at"),
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
    matched_kind: Mapped[MatchKind | None] = mapped_column(words(MatchKind))
    """What brought it to the probe that it lies with, or lay with last."""
    matched_value: Mapped[str] = mapped_column(String(LONGEST_KEY), default="", server_default="")
    matched_where: Mapped[str] = mapped_column(String(60), default="", server_default="")
    """The header or the part of the mail in which the value stood."""
    verdict: Mapped[str] = mapped_column(String(24), default="")
    kind: Mapped[str] = mapped_column(String(40), default="")
    platform: Mapped[str] = mapped_column(String(40), default="")
    reasons: Mapped[list[str]] = mapped_column(Json, default=list)
    rules_version: Mapped[str] = mapped_column(String(40), default="")
    fingerprint: Mapped[list[str]] = mapped_column(Json, default=list, server_default=text("'[]'"))
    """What it says, line by line as short hashes, by which the same text to another probe is known."""
    handled: Mapped[list[JsonObject]] = mapped_column(Json, default=list, server_default=text("'[]'"))
    """What people did with it, oldest first: the deed, who, when, and the probe that it was about."""
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    judge_at: Mapped[datetime | None]
    """Since when it waits to be judged, for the first time or because a key was learnt; None when it does not."""
    claimed_by: Mapped[str] = mapped_column(String(100), default="", server_default="")
    """The worker that is judging it."""
    claimed_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often judging it was begun and did not end well."""

    mailbox: Mapped[Mailbox] = relationship()
    probe: Mapped[Probe | None] = relationship()
    evidence: Mapped[Evidence] = relationship()

    @property
    def matched_by(self) -> str:
        """What brought it to its probe, in words."""
        return matched_words(self.matched_kind, self.matched_value, self.matched_where)

    @property
    def could_not_be_judged(self) -> bool:
        """Whether judging it did not come to an end, so that its verdict says nothing; the reasons say why."""
        return self.judge_at is None and self.tries > 0


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


def waits_for_mail(probe: Probe) -> bool:
    """Whether mail is stored for the probe's mailbox of which nobody knows yet what it is: silence proves nothing."""
    session = object_session(probe)
    mailbox = select(Persona.mailbox_id).where(Persona.id == probe.persona_id).scalar_subquery()
    return session is not None and bool(session.scalar(select(unjudged(mailbox))))


def unjudged(mailbox_id: ScalarSelect[int] | InstrumentedAttribute[int]) -> Exists:
    """The condition that mail waits to be judged which is stored for this mailbox."""
    return exists().where(IncomingMail.judge_at.is_not(None), IncomingMail.mailbox_id == mailbox_id)
