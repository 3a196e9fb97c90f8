"""Taking a mail back from a probe that it does not answer.

Nothing is deleted: the mail waits again, its trace stays in the probe's ledger, and all that followed from it follows
anew: verdict and clock, what the mail had taught the rules, and whether the probe is known to have left at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict
from audit_app.domain.probes.probe import ObservationKind, ProbeState
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import (
    IncomingMail,
    MailState,
    MatchKind,
    Observation,
    Probe,
    User,
    can_be_taken_back,
    mails_of,
    waits_for_mail,
)
from audit_app.services.mail.filing import file_alone, letter_of, wait_again
from audit_app.services.mail.history import HandlingStep, lock_mail, note
from audit_app.services.mail.matching import find_probe, forget_tickets, tickets_of
from audit_app.services.mail.opinion import OUR_RULES, Clues, Letter, Reader, Rules
from audit_app.services.probes.channels import answered_by_mail
from audit_app.services.probes.claims import change_state
from audit_app.services.probes.ledger import lock, summarise
from audit_app.services.probes.steps import PROVED_BY_ANSWER, sent_before
from audit_app.services.probes.withdrawals import withdraw

NOWHERE = "This mail lies with no probe as an answer; reload the page to see where it is."


def letters_beside(session: Session, mail: IncomingMail) -> dict[int, Letter]:
    """The mails of the probe with which `mail` lies, by their numbers. Raises Conflict when it lies with none."""
    if mail.probe is None or not can_be_taken_back(mail):
        raise Conflict(NOWHERE)
    return {each.id: letter_of(each) for each in mails_of(mail.probe)}


def read_letters(letters: Mapping[int, Letter], rules: Rules = OUR_RULES) -> dict[int, Clues]:
    """Read what stands in mails, in a child process; call it outside any transaction."""
    return {number: Reader(letter, rules).clues() for number, letter in letters.items()}


def take_back(
    session: Session, mail: IncomingMail, clues: Mapping[int, Clues], user: User, now: datetime
) -> Probe:
    """Say that `mail` does not answer the probe it lies with, and judge that probe without it.

    `clues` are those of all mails of the probe, from `read_letters`. Mail that only came there by what this one had
    taught waits to be judged again. Raises Conflict when it lies with none, is our own copy, or was erased, and when
    another mail came meanwhile.
    """
    if mail.probe_id is None or not can_be_taken_back(mail):
        raise Conflict(NOWHERE)
    file_alone(session)
    probe = lock(session, mail.probe_id)
    lock_mail(session, mail)
    if mail.probe_id != probe.id:
        raise Conflict("Somebody else moved this mail meanwhile; reload the page to see where it is.")
    if any(each.id not in clues for each in mails_of(probe)):
        raise Conflict("Another mail came to this probe just now; take this one back again.")
    note(mail, HandlingStep.TAKEN_BACK, user, now, probe.id)
    for follower in _release_all(session, probe, mail, clues, user, now):
        wait_again(follower, now)
    session.flush()
    _doubt_sending(session, probe, mail, user, now)
    _judge_anew(session, probe, now)
    return probe


def _release_all(
    session: Session,
    probe: Probe,
    mail: IncomingMail,
    clues: Mapping[int, Clues],
    user: User,
    now: datetime,
) -> list[IncomingMail]:
    """Let the mail go, and those that only its ticket numbers had brought here, and so on; returns the latter."""
    waiting, followers = [mail], list[IncomingMail]()
    while waiting:
        each = waiting.pop(0)
        _release(session, probe, each, user, now, follows=each is not mail)
        if not _forget(session, probe, clues, each):
            continue
        lost = [
            other for other in mails_of(probe) if _by_ticket(other) and _lost(session, probe, clues[other.id])
        ]
        new = [other for other in lost if other not in followers]
        waiting += new
        followers += new
    return followers


def _release(
    session: Session, probe: Probe, mail: IncomingMail, user: User, now: datetime, *, follows: bool
) -> None:
    seen = next((each for each in probe.observations if each.id == mail.evidence.observation_id), None)
    if seen is not None:
        seen.evidence.remove(mail.evidence)
        if not any(other.evidence in seen.evidence for other in mails_of(probe) if other is not mail):
            withdraw(session, seen, mail, user, now, follows=follows)
    mail.state, mail.probe_id, mail.evidence.probe_id = MailState.UNMATCHED, None, None
    mail.reasons = [*mail.reasons, f"probe {probe.id} was not the one it answers"]
    session.flush()
    session.expire(probe, ["evidence"])


def _forget(session: Session, probe: Probe, clues: Mapping[int, Clues], mail: IncomingMail) -> bool:
    """Drop the ticket numbers that no other mail of the probe teaches; tells whether there were any.

    A mail that came here by its ticket number names it too, and proves nothing by that.
    """
    taught = set(tickets_of(probe, clues[mail.id], mail.verdict))
    for other in mails_of(probe) if taught else ():
        if not _by_ticket(other):
            taught -= set(tickets_of(probe, clues[other.id], other.verdict))
    forget_tickets(session, probe, taught)
    return bool(taught)


def _by_ticket(mail: IncomingMail) -> bool:
    return mail.matched_kind is MatchKind.TICKET


def _lost(session: Session, probe: Probe, clues: Clues) -> bool:
    return find_probe(session, clues.keys).probe_id != probe.id


def _doubt_sending(session: Session, probe: Probe, mail: IncomingMail, user: User, now: datetime) -> None:
    """Ask anew whether the probe left, where only an answer had proved it."""
    proofs = [seen for seen in probe.observations if seen.kind is ObservationKind.SENT]
    by_answer = next((seen for seen in proofs if seen.key == PROVED_BY_ANSWER), None)
    if by_answer is None:
        return
    left = mails_of(probe)
    if left:
        fact = sent_before(probe, left[0].received_at)
        by_answer.earliest, by_answer.latest = fact.earliest, fact.latest
        return
    _withdraw_proof(session, by_answer, mail, user, now)
    if proofs == [by_answer]:
        change_state(probe, ProbeState.SEND_UNKNOWN)
        probe.sent_earliest = probe.sent_latest = probe.cutoff_at = None
        probe.elapsed_seconds = probe.opening_seconds = None
        probe.outcome, probe.closed_at, probe.failure, probe.next_look_at = Outcome.OPEN, None, "", now


def _withdraw_proof(
    session: Session, proof: Observation, mail: IncomingMail, user: User, now: datetime
) -> None:
    withdraw(session, proof, mail, user, now, follows=True)
    # The next answer proves the sending under the same key.
    proof.key = f"{proof.key} {proof.id}"


def _judge_anew(session: Session, probe: Probe, now: datetime) -> None:
    """Judge the probe without the mail: its mailbox has been read all the while, though not for its sake."""
    read_at = probe.persona.mailbox.checked_at
    if probe.channel in answered_by_mail() and read_at is not None and not waits_for_mail(probe):
        probe.looked_at = max(read_at, probe.looked_at or read_at)
    summarise(probe, now)
    session.flush()
