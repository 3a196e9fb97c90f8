"""The mailboxes we own, and how far each has been read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, String, Text, UniqueConstraint, and_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base
from audit_app.models.types import Json, Sealed, words


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
    servers_shown: Mapped[list[str] | None] = mapped_column(Json)
    """The servers that wrote the topmost Received line into our own copies; None before there was one."""

    folders: Mapped[list[MailFolder]] = relationship(back_populates="mailbox")

    @hybrid_property
    def in_order(self) -> bool:
        """Whether probes may leave from it: it is switched on and can be reached."""
        return self.active and self.down_since is None

    @in_order.inplace.expression
    @classmethod
    def _in_order(cls) -> ColumnElement[bool]:
        return and_(cls.active, cls.down_since.is_(None))


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
