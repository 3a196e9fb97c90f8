"""The letters of the demo company: acknowledgements by machine, answers by people."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, make_msgid, parseaddr
from zoneinfo import ZoneInfo

from audit_app.demo.chain import COMPANY, DOMAIN, Shop
from audit_app.demo.company import words
from audit_app.demo.company.store import Conversation, ReceivedMail

_QUOTED_CHARS = 4000
_AUTOMATIC = ("auto-replied", "auto-generated", "auto-notified")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready for the post, with its envelope."""

    envelope_from: str
    recipient: str
    raw: bytes
    at: datetime


def wants_answer(mail: ReceivedMail) -> bool:
    """Whether a message deserves any reaction; machines must not answer each other (RFC 3834, 2)."""
    automatic = str(mail.message["Auto-Submitted"] or "no").lower().startswith(_AUTOMATIC)
    return bool(mail.sender) and not automatic and bool(_customer(mail)[1])


def acknowledgement(shop: Shop, mail: ReceivedMail, ticket: bool, now: datetime) -> Letter:
    """The note that goes out by itself at once."""
    name, _ = _customer(mail)
    number = ticket_number(mail.id)
    subject = f"We have received your message [{number}]" if ticket else _reply_subject(mail)
    text = (
        f"Dear {name or 'customer'},\n\nthank you for your message. This is an automatic confirmation that it has "
        f"reached {COMPANY} {shop.name} (number {number}). A colleague will answer you personally.\n\n"
        f"{COMPANY} {shop.name}\n{shop.address}\n"
    )
    message = _message(shop, mail, f"{COMPANY} {shop.name}", subject, text, now)
    message["Auto-Submitted"] = "auto-replied"
    return _letter("", mail, message, now)


def answer(
    shop: Shop, mail: ReceivedMail, polite: bool, by: str, now: datetime, chance: random.Random
) -> Letter:
    """What a member of staff writes back, with the customer's words quoted below."""
    name = _first_name(_customer(mail)[0])
    body = words.answer(f"{mail.message['Subject'] or ''} {text_of(mail)}", polite, chance)
    if polite:
        text = (
            f"Hello {name},\n\nthank you for writing to us. {body}\n\n"
            f"Is there anything else I can do for you? Just answer this e-mail, it reaches me directly.\n\n"
            f"Kind regards\n{by}\n\n{COMPANY} {shop.name}\n{shop.address}\n"
        )
    else:
        text = f"{body}\n\n{by}\n"
    message = _message(
        shop, mail, f"{by}, {COMPANY} {shop.name}", _reply_subject(mail), text + _quote(shop, mail), now
    )
    return _letter(shop.email, mail, message, now)


def chat_answer(conversation: Conversation, text: str, polite: bool, by: str, chance: random.Random) -> str:
    """What an operator types back."""
    body = words.answer(text, polite, chance)
    if not polite:
        return body
    return f"Hello {_first_name(conversation.visitor)}, this is {by}. {body}"


def form_mail(
    shop: Shop, name: str, email: str, topic: str, text: str, number: str, now: datetime
) -> tuple[str, bytes]:
    """The mail that the contact form sends to the shop: its envelope sender and its bytes."""
    sender = f"web@{DOMAIN}"
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = Address(f"{COMPANY} web site", addr_spec=sender)
    message["To"] = shop.email
    message["Reply-To"] = Address(name, addr_spec=email)
    message["Subject"] = f"{topic} [{number}]"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=DOMAIN)
    message.set_content(text.rstrip() + "\n")
    return sender, message.as_bytes()


def ticket_number(id_: int) -> str:
    """The number under which the company files the message with this id."""
    return f"FF-{1000 + id_}"


def text_of(mail: ReceivedMail) -> str:
    """The plain text of a message, or nothing if it has none."""
    part = mail.message.get_body(("plain",))
    try:
        return str(part.get_content()) if part is not None else ""
    except (LookupError, UnicodeError):
        return ""


def _message(
    shop: Shop, mail: ReceivedMail, display: str, subject: str, text: str, now: datetime
) -> EmailMessage:
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = Address(display, addr_spec=shop.email)
    message["To"] = _customer(mail)[1]
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=DOMAIN)
    if mail.message_id:
        message["In-Reply-To"] = mail.message_id
        message["References"] = mail.message_id
    message.set_content(text)
    return message


def _letter(envelope_from: str, mail: ReceivedMail, message: EmailMessage, now: datetime) -> Letter:
    return Letter(envelope_from, _customer(mail)[1], message.as_bytes(), now)


def _customer(mail: ReceivedMail) -> tuple[str, str]:
    """Name and address of whoever is to be answered; the address is empty if there is none."""
    header = mail.message["Reply-To"] or mail.message["From"] or ""
    name, address = parseaddr(str(header))
    return name, address if "@" in address else ""


def _first_name(name: str) -> str:
    return name.split()[0] if name.split() else "there"


def _reply_subject(mail: ReceivedMail) -> str:
    subject = " ".join(str(mail.message["Subject"] or "your message").split())
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _quote(shop: Shop, mail: ReceivedMail) -> str:
    when = mail.received_at.astimezone(ZoneInfo(shop.time_zone)).strftime("%a, %d %b %Y at %H:%M")
    name, address = _customer(mail)
    quoted = "".join(f"> {line}\n" for line in text_of(mail)[:_QUOTED_CHARS].rstrip().splitlines())
    return f"\nOn {when}, {name or address} <{address}> wrote:\n{quoted}"
