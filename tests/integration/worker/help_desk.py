"""A tiny help desk: takes mail by SMTP, acknowledges it under a number, and lets a person answer from another address.

It is also the relay that our mail leaves through, one of those that give every mail a Message-ID of their own.
"""

from __future__ import annotations

import asyncio
import smtplib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from aiosmtpd.smtp import SMTP, Envelope, Session

from audit_app.demo.company.event_loop import LoopThread

DOMAIN = "lampshop.example"
ADDRESS = f"hello@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One letter of a customer, as the desk files it."""

    number: str
    customer: str
    message_id: str
    """The Message-ID under which it reached the desk, which is not the one that the customer gave it."""


class HelpDesk:
    """Use it by `help_desk`; `post` is the port of the server that takes mail for the customers."""

    def __init__(self, post: int) -> None:
        self._post = post
        self.tickets: list[Ticket] = []
        self.port = 0

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Pass on what is for customers, and file and acknowledge what is for the desk."""
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        message.replace_header("Message-ID", f"<{uuid.uuid4()}@relay.{DOMAIN}>")
        for recipient in envelope.rcpt_tos:
            if recipient.endswith(f"@{DOMAIN}"):
                await asyncio.to_thread(self._file, message)
            else:
                await asyncio.to_thread(
                    self._deliver, envelope.mail_from or "", recipient, message.as_bytes()
                )
        return "250 2.0.0 taken"

    def _file(self, message: EmailMessage) -> None:
        customer = parseaddr(str(message["From"]))[1]
        ticket = Ticket(f"LS-{7000 + len(self.tickets)}", customer, str(message["Message-ID"]))
        self.tickets.append(ticket)
        text = (
            f"Hello,\n\nthis is an automatic confirmation that we have received your message. Your ticket number is "
            f"{ticket.number}. A colleague will answer you.\n"
        )
        self._write(
            f"helpdesk@{DOMAIN}",
            customer,
            f"We have received your message [{ticket.number}]",
            text,
            **{"Auto-Submitted": "auto-replied"},
        )

    def answer(self, ticket: Ticket, subject: str, text: str, **headers: str) -> datetime:
        """Let a person answer from an address of their own, to the customer's plain address; returns when."""
        local, _, domain = ticket.customer.partition("@")
        return self._write(
            f"kim.berg@{DOMAIN}", f"{local.partition('+')[0]}@{domain}", subject, text, **headers
        )

    def _write(self, sender: str, to: str, subject: str, text: str, **headers: str) -> datetime:
        message, now = EmailMessage(policy=policy.SMTP), datetime.now(UTC)
        message["From"], message["To"], message["Subject"] = sender, to, subject
        # Wrong by hours, as the clocks of some desks are; nobody should believe it.
        message["Date"] = format_datetime(now.replace(year=2020))
        message["Message-ID"] = f"<{uuid.uuid4()}@{DOMAIN}>"
        for name, value in headers.items():
            message[name] = value
        message.set_content(text)
        self._deliver(sender, to, message.as_bytes())
        return now

    def _deliver(self, sender: str, to: str, raw: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", self._post, DOMAIN, timeout=10) as smtp:
            smtp.sendmail(sender, [to], raw)


@contextmanager
def help_desk(post: int) -> Iterator[HelpDesk]:
    """Open the desk on a free port."""
    desk, loop = HelpDesk(post), LoopThread()

    async def serve() -> int:
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(desk, hostname=f"mail.{DOMAIN}"), "127.0.0.1", 0
        )
        loop.closing(server)
        return int(server.sockets[0].getsockname()[1])

    try:
        desk.port = loop.wait_for(serve())
        yield desk
    finally:
        loop.stop()
