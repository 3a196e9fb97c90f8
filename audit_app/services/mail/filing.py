"""Filing mail: it becomes an observation of the probe that it answers, or waits for a person who says which.

Nothing here reads what foreign text says: that was done before the transaction began.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict
from audit_app.domain.probes.probe import ProbeState
from audit_app.models import OWN_COPY, IncomingMail, MailState, MatchKind, Observation, Probe, User
from audit_app.services.entry.text import LONGEST_INDEXED, storable
from audit_app.services.mail.history import HandlingStep, lock_mail, note
from audit_app.services.mail.matching import Match, learn_delivered_id, learn_tickets
from audit_app.services.mail.opinion import OUR_RULES, Asked, Clues, Letter, Opinion, Reader, Rules
from audit_app.services.probes.ledger import lock, record, summarise
from audit_app.services.probes.messages import message_of
from audit_app.services.probes.steps import sent_before, settle_sent
from audit_app.services.probes.withdrawals import reinstate, withdrawal_of
from probes import base
from probes.channels.email import RECEIPT_PRECISION, observe_copy
from probes.mail.imap import FetchedMail
from probes.replies.classify import RULES_VERSION
from probes.replies.received import is_alike

RECEIVED_LINE = "our mail server's Received line"
BETWEEN_BOTH = "between the last Received line and when the mailbox took the mail"
LONGEST_REASON = 2000
MOST_SERVERS = 20
MOST_WAITING = 50
"""Mails without a probe that are judged again when something new was learnt, the oldest first."""
FILING = 0x6D61696C
"""The lock under which PostgreSQL files one mail after the other, as SQLite does by itself."""


def letter_of(mail: IncomingMail) -> Letter:
    """A stored mail as it arrived, to be read outside the transaction."""
    account = mail.mailbox
    hosts = (account.imap_host, account.address.rpartition("@")[2])
    shown = account.servers_shown
    return Letter(_as_arrived(mail), hosts, None if shown is None else tuple(shown))


def file_alone(session: Session) -> None:
    """Wait until no other transaction files mail: what one teaches, the next has to know."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(FILING)))


def file_mail(
    session: Session, mail: IncomingMail, match: Match, clues: Clues, opinion: Opinion, now: datetime
) -> None:
    """Put a locked mail where it belongs, or let it wait for a person."""
    if match.kind is MatchKind.OWN_COPY and match.probe_id is not None:
        _keep_own_copy(session, mail, match.probe_id, clues, now)
    elif match.probe_id is not None:
        _attach(session, mail, match, clues, opinion, now)
    else:
        mail.state = MailState.UNMATCHED
        unread = opinion.judgement.reasons if opinion.failed else ()
        _keep_judgement(mail, opinion, [*unread, *match.against])
    settled(mail, failed=opinion.failed)


def settled(mail: IncomingMail, *, failed: bool = False) -> None:
    """Note that the mail waits no longer to be judged."""
    mail.judge_at, mail.claimed_by, mail.claimed_until = None, "", None
    mail.tries = max(1, mail.tries) if failed else 0


def wait_again(mail: IncomingMail, now: datetime) -> None:
    """Let a mail that lies with no probe be judged again."""
    mail.judge_at, mail.claimed_by, mail.claimed_until, mail.tries = now, "", None, 0


def _keep_own_copy(session: Session, mail: IncomingMail, probe_id: int, clues: Clues, now: datetime) -> None:
    """Our own message, come back blind, proves that it left and tells under which Message-ID it was delivered."""
    probe = lock(session, probe_id)
    mail.state, mail.probe_id, mail.kind = MailState.MATCHED, probe.id, OWN_COPY
    _keep_match(mail, Match(probe.id, MatchKind.OWN_COPY))
    mail.evidence.probe_id = probe.id
    _note_server(mail, clues)
    _prove_sent(session, probe, observe_copy(_as_arrived(mail), message_of(probe)), now)
    if learn_delivered_id(session, probe, clues):
        mail.reasons = [
            "A mail server on the way gave our message another Message-ID; answers may name either"
        ]
        _look_again(session, probe, now)


def _note_server(mail: IncomingMail, clues: Clues) -> None:
    """Remember which server writes on top of the mail that comes to this mailbox: our own copy shows it."""
    shown = mail.mailbox.servers_shown or []
    if len(shown) < MOST_SERVERS and not any(is_alike(clues.server, each) for each in shown):
        mail.mailbox.servers_shown = [*shown, clues.server] if clues.server else list(shown)


def _attach(
    session: Session, mail: IncomingMail, match: Match, clues: Clues, opinion: Opinion, now: datetime
) -> Observation:
    """Make a mail an observation of its probe; the raw bytes that are stored already are its evidence."""
    probe = lock(session, match.probe_id or 0)
    fact = dated(opinion.fact, mail, clues, probe)
    _prove_sent(session, probe, sent_before(probe, mail.received_at), now)
    reasons = [*_storable(fact.reasons), match.words]
    record(session, probe, [replace(fact, evidence=(), reasons=tuple(reasons))], now)
    mail.state, mail.probe_id = MailState.MATCHED, probe.id
    _keep_match(mail, match)
    _keep_judgement(mail, opinion, reasons)
    mail.fingerprint = list(clues.fingerprint)
    mail.evidence.probe_id = probe.id
    key = storable(fact.key, LONGEST_INDEXED)
    seen = next(each for each in probe.observations if each.key == key)
    seen.evidence.append(mail.evidence)
    withdrawn = withdrawal_of(seen)
    if withdrawn and withdrawn.follows:
        _reinstate(session, probe, seen, now)
    if learn_tickets(session, probe, clues, opinion.judgement.verdict):
        _look_again(session, probe, now)
    return seen


def _reinstate(session: Session, probe: Probe, seen: Observation, now: datetime) -> None:
    reinstate(session, seen)
    summarise(probe, now)


def _look_again(session: Session, probe: Probe, now: datetime) -> None:
    """Judge the mails again that found no probe since this one was sent: a key of it has just been learnt."""
    session.flush()
    waiting = (
        select(IncomingMail.id)
        .where(
            IncomingMail.state == MailState.UNMATCHED,
            IncomingMail.judge_at.is_(None),
            IncomingMail.tries == 0,
            IncomingMail.received_at >= (probe.sending_at or probe.planned_at),
        )
        .order_by(IncomingMail.received_at)
        .limit(MOST_WAITING)
    )
    session.execute(
        update(IncomingMail)
        .where(IncomingMail.id.in_(session.scalars(waiting).all()))
        .values(judge_at=now, claimed_by="", claimed_until=None)
    )


def dated(fact: base.Fact, mail: IncomingMail, clues: Clues, probe: Probe) -> base.Fact:
    """The fact at the time when our server took the mail, where it wrote that into it and filed it only later.

    INTERNALDATE is too late for mail that was held up, moved or imported. A line that may be somebody else's counts
    as the earliest time only, and none that lies before the sending. A mail's own Date is never believed: whoever
    sends it writes what they like.
    """
    last = clues.received
    sent = probe.sent_earliest or probe.sending_at or probe.planned_at
    if last is None or not sent <= last.at < mail.received_at:
        return fact
    if last.by_us:
        return replace(fact, earliest=last.at, latest=last.at + RECEIPT_PRECISION, source=RECEIVED_LINE)
    return replace(fact, earliest=last.at, source=BETWEEN_BOTH)


def _as_arrived(mail: IncomingMail) -> FetchedMail:
    return FetchedMail(mail.folder, mail.uidvalidity, mail.uid, mail.received_at, mail.evidence.content)


def _storable(reasons: tuple[str, ...]) -> list[str]:
    return [storable(reason, LONGEST_REASON) for reason in reasons]


def _keep_match(mail: IncomingMail, match: Match) -> None:
    mail.matched_kind, mail.matched_value, mail.matched_where = match.kind, match.value, match.where


def _keep_judgement(mail: IncomingMail, opinion: Opinion, reasons: list[str]) -> None:
    judgement = opinion.judgement
    mail.verdict, mail.kind, mail.platform = judgement.verdict, judgement.kind, judgement.platform
    mail.reasons, mail.rules_version = [storable(reason, LONGEST_REASON) for reason in reasons], RULES_VERSION


def _prove_sent(session: Session, probe: Probe, sent: base.Fact, now: datetime) -> None:
    """Settle a probe of which nobody knew whether it left."""
    if proves_sent(probe, now):
        settle_sent(session, probe, replace(sent, evidence=()), now)


def proves_sent(probe: Probe, now: datetime) -> bool:
    """Whether a mail settles that the probe left; one that is just being sent is left to its worker."""
    vanished = probe.claimed_until is None or probe.claimed_until <= now
    return probe.state is ProbeState.SEND_UNKNOWN or (probe.state is ProbeState.SENDING and vanished)


# --- what people say -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """A mail to be judged as the answer to what was `asked`."""

    letter: Letter
    asked: Asked


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in a mail, and who wrote it."""

    clues: Clues
    opinion: Opinion


def read(question: Question, rules: Rules = OUR_RULES) -> Reading:
    """Read and judge a mail in a child process; call it outside any transaction."""
    reader = Reader(question.letter, rules)
    return Reading(reader.clues(), reader.opinion(question.asked))


def assign_mail(
    session: Session, mail: IncomingMail, probe: Probe, reading: Reading, user: User, now: datetime
) -> None:
    """Say that `mail` answers `probe`: it is judged like any other answer. Raises Conflict if it has its probe."""
    file_alone(session)
    _lock_waiting(session, mail)
    match = Match(probe.id, MatchKind.PERSON, storable(user.name, 200))
    seen = _attach(session, mail, match, reading.clues, reading.opinion, now)
    settled(mail, failed=reading.opinion.failed)
    _reinstate(session, probe, seen, now)
    note(mail, HandlingStep.ASSIGNED, user, now, probe.id)
    session.flush()


def discard_mail(session: Session, mail: IncomingMail, user: User, now: datetime) -> None:
    """Say that `mail` answers no probe; it is kept and can still be assigned. Raises Conflict if it has its probe."""
    _lock_waiting(session, mail)
    mail.state = MailState.DISCARDED
    settled(mail)
    note(mail, HandlingStep.DISCARDED, user, now)
    session.flush()


def _lock_waiting(session: Session, mail: IncomingMail) -> None:
    lock_mail(session, mail)
    if mail.state is MailState.MATCHED:
        raise Conflict("This mail belongs to a probe already; reload the page to see to which.")
