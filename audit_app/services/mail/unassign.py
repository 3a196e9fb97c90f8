"""Taking a mail back from a probe that it does not answer.

Nothing is deleted: the mail waits again, its trace stays in the probe's ledger, and all that followed from it follows
anew: verdict and clock, what the mail had taught the rules, and whether the probe is known to have left at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict
from audit_app.domain.probes.probe import ObservationKind, ProbeState
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import IncomingMail, MailState, Observation, Probe, User, can_be_taken_back, mails_of
from audit_app.services.mail.history import Deed, hold, note
from audit_app.services.mail.intake import place_again
from audit_app.services.mail.matching import find_probe, forget_tickets, tickets_of
from audit_app.services.probes.channels import answered_by_mail
from audit_app.services.probes.claims import change_state
from audit_app.services.probes.ledger import lock, summarise
from audit_app.services.probes.steps import PROVED_BY_ANSWER, sent_before
from audit_app.services.probes.withdrawals import withdraw
from probes.replies.mail import ReadMail

BY_TICKET = "matched by the ticket"


def take_back(session: Session, mail: IncomingMail, user: User, now: datetime) -> Probe:
    """Say that `mail` does not answer the probe it lies with, and judge that probe without it.

    Raises Conflict when it lies with none, is our own copy, or was erased.
    """
    if mail.probe_id is None or not can_be_taken_back(mail):
        raise Conflict("This mail lies with no probe as an answer; reload the page to see where it is.")
    probe = lock(session, mail.probe_id)
    hold(session, mail)
    if mail.probe_id != probe.id:
        raise Conflict("Somebody else moved this mail meanwhile; reload the page to see where it is.")
    note(mail, Deed.TAKEN_BACK, user, now, probe.id)
    followers = _release(session, probe, mail, user, now)
    _doubt_sending(session, probe, mail, user, now)
    _judge_anew(session, probe, now)
    for each in followers:
        place_again(session, each, now)
    return probe


def _release(
    session: Session, probe: Probe, mail: IncomingMail, user: User, now: datetime, *, follows: bool = False
) -> list[IncomingMail]:
    """Let the mail go, and those that only its ticket numbers had brought here; returns the latter."""
    read = ReadMail.of(mail.evidence.content)
    seen = next((each for each in probe.observations if each.id == mail.evidence.observation_id), None)
    if seen is not None:
        seen.evidence.remove(mail.evidence)
        if not any(other.evidence in seen.evidence for other in mails_of(probe) if other is not mail):
            withdraw(session, seen, mail, user, now, follows=follows)
    mail.state, mail.probe_id, mail.evidence.probe_id = MailState.UNMATCHED, None, None
    mail.reasons = [*mail.reasons, f"probe {probe.id} was not the one it answers"]
    session.flush()
    session.expire(probe, ["evidence"])
    if not _forget(session, probe, read, mail.verdict):
        return []
    found = [other for other in _by_ticket(session, probe) if _lost(session, probe, other)]
    return [
        each
        for other in found
        if other.probe_id == probe.id
        for each in (other, *_release(session, probe, other, user, now, follows=True))
    ]


def _forget(session: Session, probe: Probe, read: ReadMail, verdict: str) -> bool:
    """Drop the ticket numbers that no other mail of the probe teaches; tells whether there were any.

    A mail that came here by its ticket number names it too, and proves nothing by that.
    """
    taught = set(tickets_of(probe, read, verdict))
    others = [other for other in mails_of(probe) if not other.matched_by.startswith(BY_TICKET)]
    for other in others if taught else ():
        taught -= set(tickets_of(probe, ReadMail.of(other.evidence.content), other.verdict))
    forget_tickets(session, probe, taught)
    return bool(taught)


def _by_ticket(session: Session, probe: Probe) -> Iterator[IncomingMail]:
    return (mail for mail in mails_of(probe) if mail.matched_by.startswith(BY_TICKET))


def _lost(session: Session, probe: Probe, mail: IncomingMail) -> bool:
    return find_probe(session, ReadMail.of(mail.evidence.content)).probe_id != probe.id


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
    if probe.channel in answered_by_mail() and read_at is not None:
        probe.looked_at = max(read_at, probe.looked_at or read_at)
    summarise(probe, now)
    session.flush()
