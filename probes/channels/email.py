"""E-mail: finds the company's address as a customer would, writes to it, and judges what comes back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal
from zoneinfo import ZoneInfo

from probes.base import JSON, Fact, FactKind, Message, OurFailure, Proof
from probes.browser.browsers import Browsers, State
from probes.channel import Begin, Equipment, unrecorded
from probes.channels.contact_page import look_for_address
from probes.mail import imap, smtp
from probes.replies.circumstances import UNKNOWN, Circumstances
from probes.replies.classify import RULES_VERSION, judge
from probes.replies.mail import ReadMail
from probes.replies.quoted import new_text
from probes.replies.verdict import Judgement

RECEIPT_TIME = "when the mailbox took the mail"
"""What IMAP calls INTERNALDATE."""
RECEIPT_PRECISION = timedelta(milliseconds=999)
"""INTERNALDATE drops the fraction of the second, so the true time lies up to this much later."""
LONGEST_PLAIN_LINE = 900
"""Characters of a line that goes out as it is; servers take 998 bytes (RFC 5322, 2.1.1)."""


# --- our mail ------------------------------------------------------------------------------------------------


def compose(message: Message, now: datetime) -> bytes:
    """Write the mail as an ordinary mail program would: nothing in it tells that it is a test."""
    mail = EmailMessage(policy=policy.SMTP)
    # In the order of a mail program; left to itself, Python's library ends with MIME-Version.
    mail["Message-ID"] = message.message_id
    mail["Date"] = format_datetime(now.astimezone(ZoneInfo(message.time_zone)))
    mail["MIME-Version"] = "1.0"
    mail["From"] = Address(_one_line(message.persona_name), addr_spec=message.from_address)
    mail["To"] = message.to
    mail["Subject"] = _one_line(message.subject)
    text = message.text.rstrip() + "\n"
    plain = text.isascii() and max(map(len, text.split("\n"))) <= LONGEST_PLAIN_LINE
    mail.set_content(
        text, charset="us-ascii" if plain else "utf-8", cte="7bit" if plain else "quoted-printable"
    )
    return mail.as_bytes()


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


# --- what comes back -----------------------------------------------------------------------------------------


def observe_reply(
    mail: imap.FetchedMail, own_text: str = "", around: Circumstances = UNKNOWN
) -> tuple[Fact, Judgement]:
    """Judge a mail that answers a probe whose text was `own_text`, and say what it is a fact of."""
    judgement, read = judge(mail.raw, own_text, around), ReadMail.of(mail.raw)
    name, address = read.sender
    observation = Fact(
        _kind_of(judgement),
        mail.received_at,
        mail.received_at + RECEIPT_PRECISION,
        source=RECEIPT_TIME,
        key=read.header("Message-ID").strip() or f"{mail.folder}/{mail.uidvalidity}/{mail.uid}",
        text=new_text(read.text, own_text) or read.text.strip(),
        role={"human": "person", "uncertain": "unknown"}.get(judgement.verdict, "machine"),
        author=name or address,
        reasons=judgement.reasons,
        details={
            "from": address,
            "subject": read.header("Subject"),
            "kind": judgement.kind,
            "platform": judgement.platform,
            "rules_version": RULES_VERSION,
            "rule": judgement.rule,
            "quick_seconds": int(around.quick.total_seconds()),
            "at_once_seconds": int(around.at_once.total_seconds()),
        },
        evidence=(Proof("raw_mail", "message/rfc822", "reply.eml", mail.raw),),
    )
    return observation, judgement


def _kind_of(judgement: Judgement) -> FactKind:
    if judgement.verdict == "automatic":
        told_us = judgement.kind in ("acknowledgement", "out_of_office", "automatic")
        delivered = judgement.kind in ("receipt", "delivery_report")
        automatic = FactKind.ACKNOWLEDGED if told_us else FactKind.BOT_MESSAGE
        return FactKind.DELIVERED if delivered else automatic
    return {
        "human": FactKind.HUMAN_REPLY,
        "bounce": FactKind.BOUNCED,
        "uncertain": FactKind.UNCERTAIN_REPLY,
    }[judgement.verdict]


# --- the channel ---------------------------------------------------------------------------------------------


class EmailAttempt:
    """A probe by e-mail, as the runner drives it (see `probes.channel.Attempt`)."""

    def __init__(self, browsers: Browsers, account: imap.MailAccount, message: Message) -> None:
        self._browsers, self._account, self._message = browsers, account, message

    async def prepare(self) -> Sequence[Fact]:
        """Look at the contact page, if there is one."""
        message = self._message
        if not message.url:
            return ()
        seen = await look_for_address(
            self._browsers, message.url, message.to, message.language, message.time_zone
        )
        return (seen,)

    async def state(self) -> Mapping[str, JSON]:
        """Return nothing: the Message-ID is all that is needed to come back."""
        return {}

    async def send(self, begin: Begin = unrecorded) -> Fact:
        """Send the mail, with a copy to our own mailbox."""
        raw = compose(self._message, datetime.now(UTC))
        unfinished = await asyncio.to_thread(smtp.transmit, self._account, raw)
        # No thread waits for the record: all of them might, and the record needs one.
        try:
            await begin()
        except BaseException:
            smtp.break_off(unfinished)
            raise
        return await asyncio.to_thread(smtp.complete, unfinished)

    async def find_sent(self, since: datetime) -> Fact | None:
        """Look for the copy in our own mailbox."""
        copy = await asyncio.to_thread(imap.find_copy, self._account, self._message.message_id)
        return observe_copy(copy, self._message) if copy else None

    async def watch(self, until: datetime, since: datetime | None = None) -> AsyncGenerator[Fact, None]:
        """End at once: answers come to the mailbox, which is read for all probes together."""
        answers: tuple[Fact, ...] = ()
        for answer in answers:
            yield answer


def observe_copy(copy: imap.FetchedMail, message: Message) -> Fact:
    """Say what the copy in our own mailbox proves: that the message left, by then at the latest."""
    return Fact(
        FactKind.SENT,
        copy.received_at,
        copy.received_at + RECEIPT_PRECISION,
        source=RECEIPT_TIME,
        key=message.message_id,
        role="visitor",
        reasons=("The blind copy of the message lies in our own mailbox",),
        details={"to": message.to, "folder": copy.folder},
        evidence=(Proof("raw_mail", "message/rfc822", "sent.eml", copy.raw),),
    )


class Email:
    """The channel."""

    answers_come_to: Literal["mailbox", "session"] = "mailbox"

    def open(
        self, equipment: Equipment, message: Message, state: State | None = None
    ) -> AbstractAsyncContextManager[EmailAttempt]:
        """Begin a mail for one probe. Raises OurFailure when there is no mailbox to send from."""
        return _open(equipment, message)


@asynccontextmanager
async def _open(equipment: Equipment, message: Message) -> AsyncGenerator[EmailAttempt, None]:
    if equipment.account is None:
        raise OurFailure("There is no mailbox to send this e-mail from.")
    yield EmailAttempt(equipment.browsers, equipment.account, message)
