"""The mailboxes we own, how far each has been read, and every mail that came."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base
from audit_app.models.types import Json, JsonObject, Sealed, words

if TYPE_CHECKING:
    from audit_app.models.evidence import Evidence
    from audit_app.models.probe import Probe


class Security(StrEnum):
    """How the connection to a mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class AddressStyle(StrEnum):
    """How a mailbox gets an address for each probe."""

    PLUS = "plus"
    """anna.berg+k7m2p9qx@…: any mailbox whose provider knows plus addresses."""
    CATCH_ALL = "catch_all"
    """anna.berg.m2p9q8@…: a domain of ours whose mail all comes to this mailbox; nothing gives the probe away."""


class MailState(StrEnum):
    """What became of an incoming mail; nothing is ever deleted."""

    NEW = "new"
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    DISCARDED = "discarded"


class Mailbox(Base):
    """A mail account of ours, from which probes are sent and in which answers arrive."""

    __tablename__ = "mailboxes"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(255), unique=True)
    smtp_host: Mapped[str] = mapped_column(String(255))
    smtp_port: Mapped[int]
    smtp_security: Mapped[Security] = mapped_column(words(Security), default=Security.STARTTLS)
    imap_host: Mapped[str] = mapped_column(String(255))
    imap_port: Mapped[int]
    imap_security: Mapped[Security] = mapped_column(words(Security), default=Security.TLS)
    username: Mapped[str] = mapped_column(String(255))
    password: Mapped[str] = mapped_column(Sealed)
    oauth_token_url: Mapped[str] = mapped_column(String(500), default="")
    """Where access tokens come from; empty when the mailbox is signed in to with its password."""
    oauth_scope: Mapped[str] = mapped_column(String(500), default="")
    oauth_client_id: Mapped[str] = mapped_column(String(255), default="")
    oauth_client_secret: Mapped[str | None] = mapped_column(Sealed)
    oauth_refresh_token: Mapped[str | None] = mapped_column(Sealed)
    address_style: Mapped[AddressStyle] = mapped_column(words(AddressStyle), default=AddressStyle.PLUS)
    active: Mapped[bool] = mapped_column(default=True)
    down_since: Mapped[datetime | None]
    """Set while the account cannot be reached: our failure, and no probe leaves from it."""
    down_reason: Mapped[str] = mapped_column(Text, default="")
    checked_at: Mapped[datetime | None]

    folders: Mapped[list[MailFolder]] = relationship(back_populates="mailbox")


class MailFolder(Base):
    """How far one folder has been read; written in the transaction that stores the mail."""

    __tablename__ = "mail_folders"
    __table_args__ = (UniqueConstraint("mailbox_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id"))
    name: Mapped[str] = mapped_column(String(255))
    uidvalidity: Mapped[int]
    last_uid: Mapped[int]

    mailbox: Mapped[Mailbox] = relationship(back_populates="folders")


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
    probe: Mapped[Probe | None] = relationship(back_populates="mails")
    evidence: Mapped[Evidence] = relationship()
