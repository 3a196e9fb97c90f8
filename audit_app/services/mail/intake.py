"""Mail that comes in: stored raw before anything else, matched to its probe, judged, or left for a person to assign."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict
from audit_app.domain.probes.probe import ProbeState
from audit_app.models import (
    OWN_COPY,
    Evidence,
    EvidenceKind,
    IncomingMail,
    Mailbox,
    MailFolder,
    MailState,
    Observation,
    Probe,
    User,
)
from audit_app.services.entry.text import LONGEST_INDEXED, storable
from audit_app.services.mail.history import Deed, hold, note, refused
from audit_app.services.mail.matching import (
    Match,
    find_own_copy,
    find_probe,
    learn_delivered_id,
    learn_tickets,
)
from audit_app.services.probes.ledger import lock, record, summarise
from audit_app.services.probes.messages import message_of
from audit_app.services.probes.steps import sent_before, settle_sent
from audit_app.services.probes.withdrawals import reinstate, withdrawal_of
from probes import base
from probes.channels.email import RECEIPT_PRECISION, RECEIPT_TIME, observe_copy, observe_reply
from probes.mail import imap as driver
from probes.replies.classify import RULES_VERSION
from probes.replies.mail import ReadMail
from probes.replies.received import last_received
from probes.replies.verdict import Judgement

OWN_COPY_WORDS = "our own copy of the message"
ASSIGNED_BY = "assigned by "
RECEIVED_LINE = "our mail server's Received line"
BETWEEN_BOTH = "between the last Received line and the mailbox's receipt (INTERNALDATE)"
LONGEST_HEADER = 998
MOST_WAITING = 50
"""Mails without a probe that are looked at again when something new was learnt, the oldest first."""
Result = TypeVar("Result")


def store_new_mail(
    session: Session, mailbox: Mailbox, mails: Iterable[driver.FetchedMail], now: datetime
) -> list[IncomingMail]:
    """Store mails raw together with the new position of their folder, match and judge them; returns the new ones.

    Mail that was seen before changes nothing but the position: the same Message-ID in the same place, or, after the
    server has numbered its mail anew or somebody has moved it, the same bytes. What matches no probe is kept as
    unmatched. Any number of workers may read the same mailbox.
    """
    session.execute(select(Mailbox.id).where(Mailbox.id == mailbox.id).with_for_update(key_share=True)).all()
    stored = [_store(session, mailbox, mail, now) for mail in mails]
    return [mail for mail in stored if mail is not None]


def _store(
    session: Session, mailbox: Mailbox, mail: driver.FetchedMail, now: datetime
) -> IncomingMail | None:
    _advance(session, mailbox, mail)
    read = ReadMail.of(mail.raw)
    message_id = _or_empty(lambda: storable(read.header("Message-ID").strip(), LONGEST_INDEXED))
    if _seen_before(session, mailbox, mail, message_id):
        return None
    evidence = Evidence.of(EvidenceKind.RAW_MAIL, "message/rfc822", "mail.eml", mail.raw, now)
    row = IncomingMail(
        mailbox_id=mailbox.id,
        folder=mail.folder,
        uidvalidity=mail.uidvalidity,
        uid=_free_uid(session, mailbox, mail),
        received_at=mail.received_at,
        message_id=message_id,
        sender=_or_empty(lambda: storable(read.header("From"), LONGEST_HEADER)),
        subject=_or_empty(lambda: storable(read.header("Subject"), LONGEST_HEADER)),
        state=MailState.UNMATCHED,
        evidence=evidence,
    )
    session.add(row)
    session.flush()
    _place_safely(session, row, mail, now)
    return row


def _place_safely(session: Session, row: IncomingMail, mail: driver.FetchedMail, now: datetime) -> None:
    """Find out what a stored mail is; whatever goes wrong with that, it stays stored, for a person to assign."""
    try:
        with session.begin_nested():
            _place(session, row, mail, now)
    except OperationalError:
        raise  # the database is away or busy: the mail is fetched again
    except Exception as error:  # a defect of our rules must neither lose a reply nor hold up those behind it
        row.reasons = [f"Our rules failed on this mail ({type(error).__name__}); someone has to read it"]
        session.flush()


def _or_empty(read: Callable[[], str]) -> str:
    """What could be read, or nothing: a mail so broken that its reading fails is stored and shown all the same."""
    try:
        return read()
    except Exception:  # any defect of our reading must not keep a reply from being stored
        return ""


def _advance(session: Session, mailbox: Mailbox, mail: driver.FetchedMail) -> None:
    folder = session.scalar(
        select(MailFolder).where(MailFolder.mailbox_id == mailbox.id, MailFolder.name == mail.folder)
    )
    if folder is None:
        folder = MailFolder(mailbox_id=mailbox.id, name=mail.folder, uidvalidity=mail.uidvalidity, last_uid=0)
        session.add(folder)
    if folder.uidvalidity != mail.uidvalidity:
        folder.uidvalidity, folder.last_uid = mail.uidvalidity, 0
    folder.last_uid = max(folder.last_uid, mail.uid)


def _seen_before(session: Session, mailbox: Mailbox, mail: driver.FetchedMail, message_id: str) -> bool:
    place = (
        IncomingMail.folder == mail.folder,
        IncomingMail.uidvalidity == mail.uidvalidity,
        IncomingMail.uid == mail.uid,
    )
    ours = select(IncomingMail.id).where(IncomingMail.mailbox_id == mailbox.id)
    # Some servers write a mail anew for each reading; with its Message-ID it is the same for all that.
    if session.scalar(ours.where(*place, IncomingMail.message_id == message_id)) is not None:
        return True
    same_bytes = Evidence.sha256 == hashlib.sha256(mail.raw).hexdigest()
    return session.scalar(ours.join(IncomingMail.evidence).where(same_bytes)) is not None


def _free_uid(session: Session, mailbox: Mailbox, mail: driver.FetchedMail) -> int:
    """The mail's UID, or a negative number where another mail had that: a server restored from a copy deals it anew."""
    taken = select(IncomingMail.uid).where(
        IncomingMail.mailbox_id == mailbox.id,
        IncomingMail.folder == mail.folder,
        IncomingMail.uidvalidity == mail.uidvalidity,
    )
    if session.scalar(taken.where(IncomingMail.uid == mail.uid)) is None:
        return mail.uid
    return min(0, session.scalar(taken.with_only_columns(func.min(IncomingMail.uid))) or 0) - 1


@dataclass(frozen=True, slots=True)
class Place:
    """The probe to which a waiting mail belongs by today's rules and keys, and the fact that it is of it."""

    probe: Probe
    words: str
    fact: base.Fact
    judgement: Judgement | None
    """None for our own copy."""


def place_of(session: Session, row: IncomingMail) -> Place | None:
    """Find out where a waiting mail belongs, and change nothing; None when it goes on waiting."""
    mail, read = _as_arrived(row), ReadMail.of(row.evidence.content)
    own = find_own_copy(session, read, mail.received_at)
    if own is not None:
        return Place(own, OWN_COPY_WORDS, observe_copy(mail, message_of(own)), None)
    found = _find(session, row, read)
    if found.probe_id is None:
        return None
    probe = session.get_one(Probe, found.probe_id)
    fact, judgement = observe_reply(mail, probe.text)
    return Place(probe, found.words, _dated(fact, mail, read, row.mailbox, probe), judgement)


def place_again(session: Session, row: IncomingMail, now: datetime) -> None:
    """Put a waiting mail where it belongs by today's rules; what they trip over is raised, and nothing changes."""
    with session.begin_nested():
        _place(session, row, _as_arrived(row), now)


def _place(session: Session, row: IncomingMail, mail: driver.FetchedMail, now: datetime) -> None:
    """Find the probe that a mail belongs to, as our own copy or as an answer."""
    read = ReadMail.of(mail.raw)
    own = find_own_copy(session, read, mail.received_at)
    if own is not None:
        _keep_own_copy(session, row, mail, read, lock(session, own.id), now)
        return
    found = _find(session, row, read)
    if found.probe_id is None:
        _, judgement = _judged(mail, "")
        _keep_judgement(row, judgement, [storable(reason, 2000) for reason in (found.words, *found.in_doubt)])
        return
    _attach(session, row, mail, found.probe_id, found.words, now)


def _find(session: Session, row: IncomingMail, read: ReadMail) -> Match:
    """The probe of a mail by the rules; none from which a person has taken it back."""
    found = find_probe(session, read)
    if found.probe_id is None or found.probe_id not in refused(row):
        return found
    return Match(
        None, f"{found.words} to probe {found.probe_id}, from which somebody took it back", found.in_doubt
    )


def _keep_own_copy(
    session: Session,
    row: IncomingMail,
    mail: driver.FetchedMail,
    read: ReadMail,
    probe: Probe,
    now: datetime,
) -> None:
    """Our own message, come back blind, proves that it left and tells under which Message-ID it was delivered."""
    row.state, row.probe_id, row.kind = MailState.MATCHED, probe.id, OWN_COPY
    row.matched_by = OWN_COPY_WORDS
    row.evidence.probe_id = probe.id
    _prove_sent(session, probe, observe_copy(mail, message_of(probe)), now)
    if learn_delivered_id(session, probe, read):
        row.reasons = [
            "A mail server on the way gave our message another Message-ID; answers may name either"
        ]
        _place_waiting(session, probe, now)


def _attach(
    session: Session, row: IncomingMail, mail: driver.FetchedMail, probe_id: int, by: str, now: datetime
) -> Observation:
    """Make a mail an observation of its probe; the raw bytes that are stored already are its evidence."""
    probe = lock(session, probe_id)
    fact, judgement = _judged(mail, probe.text)
    read = ReadMail.of(mail.raw)
    fact = _dated(fact, mail, read, row.mailbox, probe)
    _prove_sent(session, probe, sent_before(probe, mail.received_at), now)
    reasons = [*(storable(reason, 2000) for reason in fact.reasons), by]
    record(session, probe, [replace(fact, evidence=(), reasons=tuple(reasons))], now)
    row.state, row.probe_id, row.matched_by = MailState.MATCHED, probe.id, by
    _keep_judgement(row, judgement, reasons)
    row.evidence.probe_id = probe.id
    key = storable(fact.key, LONGEST_INDEXED)
    seen = next(each for each in probe.observations if each.key == key)
    seen.evidence.append(row.evidence)
    withdrawn = withdrawal_of(seen)
    if withdrawn and withdrawn.follows:
        _reinstate(session, probe, seen, now)
    if learn_tickets(session, probe, read, judgement):
        _place_waiting(session, probe, now)
    return seen


def _reinstate(session: Session, probe: Probe, seen: Observation, now: datetime) -> None:
    reinstate(session, seen)
    summarise(probe, now)


def _place_waiting(session: Session, probe: Probe, now: datetime) -> None:
    """Look again at the mails that found no probe since this one was sent: a key of it has just been learnt."""
    since = probe.sending_at or probe.planned_at
    waiting = (
        select(IncomingMail)
        .where(IncomingMail.state == MailState.UNMATCHED, IncomingMail.received_at >= since)
        .order_by(IncomingMail.received_at)
        .limit(MOST_WAITING)
    )
    for row in session.scalars(waiting.with_for_update(skip_locked=True, of=IncomingMail)).all():
        _place_again(session, row, probe.id, now)


def _place_again(session: Session, row: IncomingMail, probe_id: int, now: datetime) -> None:
    try:
        with session.begin_nested():
            found = _find(session, row, ReadMail.of(row.evidence.content))
            if found.probe_id == probe_id:
                _attach(session, row, _as_arrived(row), probe_id, found.words, now)
    except OperationalError:
        raise
    except Exception:  # a defect of our rules: the mail goes on waiting for a person
        return


def _as_arrived(row: IncomingMail) -> driver.FetchedMail:
    return driver.FetchedMail(row.folder, row.uidvalidity, row.uid, row.received_at, row.evidence.content)


def _dated(
    fact: base.Fact, mail: driver.FetchedMail, read: ReadMail, mailbox: Mailbox, probe: Probe
) -> base.Fact:
    """The fact at the time when our server took the mail, where it wrote that into it and filed it only later.

    INTERNALDATE is too late for mail that was held up, moved or imported. A line that may be somebody else's counts
    as the earliest time only, and none that lies before the sending. A mail's own Date is never believed: whoever
    sends it writes what they like.
    """
    last = last_received(read, {mailbox.imap_host, mailbox.address.rpartition("@")[2]})
    sent = probe.sent_earliest or probe.sending_at or probe.planned_at
    if last is None or not sent <= last.at < mail.received_at:
        return fact
    if last.by_us:
        return replace(fact, earliest=last.at, latest=last.at + RECEIPT_PRECISION, source=RECEIVED_LINE)
    return replace(fact, earliest=last.at, source=BETWEEN_BOTH)


def _keep_judgement(row: IncomingMail, judgement: Judgement, reasons: list[str]) -> None:
    row.verdict, row.kind, row.platform = judgement.verdict, judgement.kind, judgement.platform
    row.reasons, row.rules_version = reasons, RULES_VERSION


def _judged(mail: driver.FetchedMail, own_text: str) -> tuple[base.Fact, Judgement]:
    """Judge a mail; one that our rules trip over is uncertain, so that a person reads it."""
    try:
        return observe_reply(mail, own_text)
    except Exception as error:  # it still belongs to its probe, and may be the answer
        reason = f"Our rules failed on this mail ({type(error).__name__}); someone has to read it"
        fact = base.Fact(
            base.FactKind.UNCERTAIN_REPLY,
            mail.received_at,
            mail.received_at + RECEIPT_PRECISION,
            source=RECEIPT_TIME,
            key=f"{mail.folder}/{mail.uidvalidity}/{mail.uid}",
            role="unknown",
            reasons=(reason,),
        )
        return fact, Judgement("uncertain", "answer", "", (reason,))


def _prove_sent(session: Session, probe: Probe, sent: base.Fact, now: datetime) -> None:
    """Settle a probe of which nobody knew whether it left."""
    if proves_sent(probe, now):
        settle_sent(session, probe, replace(sent, evidence=()), now)


def proves_sent(probe: Probe, now: datetime) -> bool:
    """Whether a mail settles that the probe left; one that is just being sent is left to its worker."""
    vanished = probe.claimed_until is None or probe.claimed_until <= now
    return probe.state is ProbeState.SEND_UNKNOWN or (probe.state is ProbeState.SENDING and vanished)


def assign_mail(session: Session, mail: IncomingMail, probe: Probe, user: User, now: datetime) -> None:
    """Say that `mail` answers `probe`: it is judged like any other answer. Raises Conflict if it has its probe."""
    _hold_waiting(session, mail)
    by = storable(f"{ASSIGNED_BY}{user.name}", 200)
    seen = _attach(session, mail, _as_arrived(mail), probe.id, by, now)
    _reinstate(session, probe, seen, now)
    note(mail, Deed.ASSIGNED, user, now, probe.id)
    session.flush()


def discard_mail(session: Session, mail: IncomingMail, user: User, now: datetime) -> None:
    """Say that `mail` answers no probe; it is kept and can still be assigned. Raises Conflict if it has its probe."""
    _hold_waiting(session, mail)
    mail.state = MailState.DISCARDED
    note(mail, Deed.DISCARDED, user, now)
    session.flush()


def _hold_waiting(session: Session, mail: IncomingMail) -> None:
    hold(session, mail)
    if mail.state is MailState.MATCHED:
        raise Conflict("This mail belongs to a probe already; reload the page to see to which.")
