"""The product's own mail: written in the transaction of what it is about, sent once by a worker.

That somebody is about to send is stored before a word leaves. A notice whose worker dies in between may have left or
not; it is not sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from audit_app.models import Mailbox, Notice, NoticeState
from audit_app.services.company import company
from audit_app.services.entry.text import storable

AT_ONCE = 20
SENDING = timedelta(minutes=10)
"""A notice that has been in sending for so long has lost its worker."""
FIRST_WAIT = timedelta(minutes=1)
MOST_ATTEMPTS = 6
"""With the wait doubled each time, half an hour after the first."""
KEPT = timedelta(days=30)
"""How long it is known what was sent to whom."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice that is to be sent now: commit before a word leaves, and note afterwards what became of it."""

    notice_id: int
    kind: str
    mailbox: Mailbox = field(repr=False)
    raw: bytes = field(repr=False)


def notices_mailbox(session: Session) -> Mailbox | None:
    """The mailbox that an administrator named for the product's own mail, while it is in use."""
    known = company(session)
    mailbox = session.get(Mailbox, known.notices_mailbox_id) if known and known.notices_mailbox_id else None
    return mailbox if mailbox is not None and mailbox.active else None


def add_notice(session: Session, kind: str, recipient: str, subject: str, body: str, now: datetime) -> Notice:
    """Have a mail sent once this transaction is committed; `body` is plain text."""
    notice = Notice(
        kind=kind,
        recipient=recipient,
        subject=storable(" ".join(subject.split()), 255),
        body=body,
        created_at=now,
        try_after=now,
    )
    session.add(notice)
    session.flush()
    return notice


def take_notices(session: Session, now: datetime) -> list[Letter]:
    """Take the notices that are due, so that nobody else sends them; none while no mailbox is named."""
    _give_up_lost(session, now)
    mailbox = notices_mailbox(session)
    if mailbox is None:
        return []
    query = select(Notice).where(Notice.state == NoticeState.WAITING, Notice.try_after <= now)
    query = query.order_by(Notice.id).limit(AT_ONCE).with_for_update(skip_locked=True)
    taken = session.scalars(query).all()
    for notice in taken:
        notice.state, notice.try_after = NoticeState.SENDING, now + SENDING
        notice.attempts += 1
    session.flush()
    return _letters(session, mailbox, taken, now)


def _letters(session: Session, mailbox: Mailbox, taken: Sequence[Notice], now: datetime) -> list[Letter]:
    known = company(session)
    sender = formataddr((known.name if known else "", mailbox.address))
    return [
        Letter(notice.id, notice.kind, mailbox, _composed(notice, sender, mailbox.address, now))
        for notice in taken
    ]


def _composed(notice: Notice, sender: str, address: str, now: datetime) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, notice.recipient, notice.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid(f"notice-{notice.id}", address.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(notice.body)
    return mail.as_bytes()


def note_sent(session: Session, notice_id: int, now: datetime) -> None:
    """The mail server took it; what it said is no longer kept."""
    notice = session.get_one(Notice, notice_id)
    notice.state, notice.sent_at, notice.body, notice.reason = NoticeState.SENT, now, "", ""


def note_not_sent(session: Session, notice_id: int, reason: str, now: datetime) -> None:
    """Nothing left: it is tried again later, in the end no more."""
    notice = session.get_one(Notice, notice_id)
    notice.reason = storable(reason, 500)
    if notice.attempts >= MOST_ATTEMPTS:
        notice.state, notice.body = NoticeState.FAILED, ""
        return
    notice.state = NoticeState.WAITING
    notice.try_after = now + FIRST_WAIT * 2 ** (notice.attempts - 1)


def note_refused(session: Session, notice_id: int, reason: str) -> None:
    """The recipient's address was refused for good."""
    notice = session.get_one(Notice, notice_id)
    notice.state, notice.body, notice.reason = NoticeState.FAILED, "", storable(reason, 500)


def note_unknown(session: Session, notice_id: int, reason: str) -> None:
    """Nobody can tell whether it left."""
    notice = session.get_one(Notice, notice_id)
    notice.state, notice.body, notice.reason = NoticeState.UNKNOWN, "", storable(reason, 500)


def forget_old_notices(session: Session, now: datetime) -> None:
    """Delete what was sent, or given up, long ago."""
    done = Notice.state.not_in((NoticeState.WAITING, NoticeState.SENDING))
    session.execute(delete(Notice).where(done, Notice.created_at < now - KEPT))


def _give_up_lost(session: Session, now: datetime) -> None:
    lost = update(Notice).where(Notice.state == NoticeState.SENDING, Notice.try_after <= now)
    session.execute(
        lost.values(
            state=NoticeState.UNKNOWN, body="", reason="The worker that sent it did not live to say so."
        )
    )
