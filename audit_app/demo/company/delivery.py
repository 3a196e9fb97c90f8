"""Sorting mail: what comes in by SMTP or from the contact form reaches its mailbox through here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Protocol

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from audit_app.demo.chain import DOMAIN, SHOPPER_DOMAIN, SHOPS, Shop
from audit_app.demo.company.imap import is_account
from audit_app.demo.company.store import ReceivedMail, Store

MAX_MAIL_BYTES = 10 * 1024 * 1024
_SHOPS = {shop.email: shop for shop in SHOPS}


class Staff(Protocol):
    """Whoever reads the shops' mail."""

    def mail_arrived(self, shop: Shop, mail: ReceivedMail) -> None:
        """Take note of a message, inside the transaction that stores it."""


class PostOffice:
    """Delivers mail between the shops and the shoppers, and nowhere else.

    ``announce`` is called with the account of a shopper who got mail; it may be called from any thread.
    """

    def __init__(self, store: Store, announce: Callable[[str], None]) -> None:
        self._store, self._announce = store, announce
        self.staff: Staff | None = None

    def knows(self, recipient: str) -> bool:
        """Whether somebody here has this address."""
        address = mailbox_of(recipient)
        return address in _SHOPS or is_account(address)

    def deliver(self, sender: str, recipient: str, raw: bytes, now: datetime) -> None:
        """Put one message into the recipient's mailbox; mail to anybody unknown is dropped."""
        address, stamped = mailbox_of(recipient), _stamped(sender, recipient, raw, now)
        if address in _SHOPS:
            self._deliver_to_shop(_SHOPS[address], sender, recipient, stamped, now)
        elif is_account(address):
            self._store.add_mail(address, "INBOX", now, stamped)
            self._announce(address)

    def _deliver_to_shop(self, shop: Shop, sender: str, recipient: str, raw: bytes, now: datetime) -> None:
        with self._store.transaction():
            mail = self._store.add_shop_mail(shop.key, sender, recipient, now, raw)
            if self.staff is not None:
                self.staff.mail_arrived(shop, mail)


def mailbox_of(address: str) -> str:
    """The mailbox behind an address: lower case, without what follows a plus."""
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


class SmtpHandler:
    """What the SMTP server does with each command (the hooks of aiosmtpd)."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        """Accept the mailboxes that exist; refuse to pass mail on."""
        domain = address.rpartition("@")[2].lower()
        if domain not in (DOMAIN, SHOPPER_DOMAIN):
            return "550 5.7.1 Relaying is not allowed"
        if not self._office.knows(address):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Deliver a copy to every recipient."""
        now, raw = datetime.now(UTC), envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            self._office.deliver(envelope.mail_from or "", recipient, raw, now)
        return "250 2.0.0 Message accepted"


def smtp_protocol(office: PostOffice, password: str) -> SMTP:
    """One SMTP conversation; signing in is possible for shoppers and asked of nobody."""

    def check(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        known = is_account(data.login.decode("utf-8", "replace")) and data.password == password.encode()
        return AuthResult(success=known, handled=False)

    return SMTP(
        SmtpHandler(office),
        hostname=f"mail.{DOMAIN}",
        ident="Fjord & Field mail",
        data_size_limit=MAX_MAIL_BYTES,
        enable_SMTPUTF8=True,
        auth_require_tls=False,
        authenticator=check,
    )


def _stamped(sender: str, recipient: str, raw: bytes, now: datetime) -> bytes:
    """The message with the trace headers that a mail server puts on top (RFC 5321, 4.4)."""
    lines = (
        f"Return-Path: <{sender}>",
        f"Delivered-To: {recipient}",
        f"Received: by mail.{DOMAIN} for <{recipient}>; {format_datetime(now)}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode() + raw
