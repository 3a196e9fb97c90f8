"""Storing mail that comes in: raw, with the new position of its folder, before anybody knows what it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import Message

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audit_app.models import Evidence, EvidenceKind, IncomingMail, Mailbox, MailFolder, MailState
from audit_app.services.entry.text import LONGEST_INDEXED, storable
from probes.mail.imap import FetchedMail
from probes.replies.mail import ReadMail

LONGEST_HEAD = 64 * 1024
"""Bytes from the beginning of a mail in which its headers are looked for when it is stored."""
LONGEST_HEADER = 998
LONGEST_ENCODED = 4_000
"""Characters of a header before it is decoded."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A fetched mail with what has to be known of it to store it. Make it before the transaction begins."""

    mail: FetchedMail
    sha256: str
    message_id: str
    sender: str
    subject: str

    @classmethod
    def of(cls, mail: FetchedMail) -> Arrival:
        """Read three headers of a mail, whatever its bytes are; in milliseconds for any."""
        return cls(
            mail,
            hashlib.sha256(mail.raw).hexdigest(),
            _header(mail, "Message-ID", LONGEST_INDEXED),
            _header(mail, "From", LONGEST_HEADER),
            _header(mail, "Subject", LONGEST_HEADER),
        )


def store_new_mail(
    session: Session, mailbox: Mailbox, arrivals: Iterable[Arrival], now: datetime
) -> list[IncomingMail]:
    """Store mails raw together with the new position of their folder, to be judged afterwards; returns the new ones.

    Mail that was seen before changes nothing but the position: the same Message-ID in the same place, or, after the
    server has numbered its mail anew or somebody has moved it, the same bytes. Any number of workers may read the
    same mailbox.
    """
    session.execute(select(Mailbox.id).where(Mailbox.id == mailbox.id).with_for_update(key_share=True)).all()
    stored = [_store(session, mailbox, arrival, now) for arrival in arrivals]
    return [mail for mail in stored if mail is not None]


def _store(session: Session, mailbox: Mailbox, arrival: Arrival, now: datetime) -> IncomingMail | None:
    mail = arrival.mail
    _advance(session, mailbox, mail)
    if _seen_before(session, mailbox, arrival):
        return None
    evidence = Evidence(
        kind=EvidenceKind.RAW_MAIL,
        media_type="message/rfc822",
        name="mail.eml",
        content=mail.raw,
        size=len(mail.raw),
        sha256=arrival.sha256,
        created_at=now,
    )
    row = IncomingMail(
        mailbox_id=mailbox.id,
        folder=mail.folder,
        uidvalidity=mail.uidvalidity,
        uid=_free_uid(session, mailbox, mail),
        received_at=mail.received_at,
        message_id=arrival.message_id,
        sender=arrival.sender,
        subject=arrival.subject,
        state=MailState.NEW,
        judge_at=now,
        evidence=evidence,
    )
    session.add(row)
    session.flush()
    return row


def _header(mail: FetchedMail, name: str, longest: int) -> str:
    """What could be read, or nothing: a mail so broken that its reading fails is stored and shown all the same."""
    return _or_empty(lambda: storable(_decoded(mail.raw[:LONGEST_HEAD], name), longest))


def _decoded(head: bytes, name: str) -> str:
    found = next(iter(ReadMail.of(head).raw_headers(name)), "")
    alone = Message()
    alone.set_raw(name, found[:LONGEST_ENCODED])
    return ReadMail(alone).header(name).strip()


def _or_empty(read: Callable[[], str]) -> str:
    try:
        return read()
    except Exception:  # any defect of our reading must not keep a reply from being stored
        return ""


def _advance(session: Session, mailbox: Mailbox, mail: FetchedMail) -> None:
    folder = session.scalar(
        select(MailFolder).where(MailFolder.mailbox_id == mailbox.id, MailFolder.name == mail.folder)
    )
    if folder is None:
        folder = MailFolder(mailbox_id=mailbox.id, name=mail.folder, uidvalidity=mail.uidvalidity, last_uid=0)
        session.add(folder)
    if folder.uidvalidity != mail.uidvalidity:
        folder.uidvalidity, folder.last_uid = mail.uidvalidity, 0
    folder.last_uid = max(folder.last_uid, mail.uid)


def _seen_before(session: Session, mailbox: Mailbox, arrival: Arrival) -> bool:
    place = (
        IncomingMail.folder == arrival.mail.folder,
        IncomingMail.uidvalidity == arrival.mail.uidvalidity,
        IncomingMail.uid == arrival.mail.uid,
    )
    ours = select(IncomingMail.id).where(IncomingMail.mailbox_id == mailbox.id)
    # Some servers write a mail anew for each reading; with its Message-ID it is the same for all that.
    if session.scalar(ours.where(*place, IncomingMail.message_id == arrival.message_id)) is not None:
        return True
    same_bytes = Evidence.sha256 == arrival.sha256
    return session.scalar(ours.join(IncomingMail.evidence).where(same_bytes)) is not None


def _free_uid(session: Session, mailbox: Mailbox, mail: FetchedMail) -> int:
    """The mail's UID, or a negative number where another mail had that: a server restored from a copy deals it anew."""
    taken = select(IncomingMail.uid).where(
        IncomingMail.mailbox_id == mailbox.id,
        IncomingMail.folder == mail.folder,
        IncomingMail.uidvalidity == mail.uidvalidity,
    )
    if session.scalar(taken.where(IncomingMail.uid == mail.uid)) is None:
        return mail.uid
    return min(0, session.scalar(taken.with_only_columns(func.min(IncomingMail.uid))) or 0) - 1
