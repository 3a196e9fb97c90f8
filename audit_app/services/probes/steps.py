"""The steps of one probe from claim to verdict, each to be committed before the next is taken.

Every step first makes sure that the claim is still this worker's; `ClaimLost` means that nothing was written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from audit_app.domain.probes.probe import ObservationKind, ProbeState
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import Probe, mails_of, waits_for_mail
from audit_app.services.probes.channels import answered_by_mail
from audit_app.services.probes.claims import (
    SEND_WITHIN,
    ClaimLost,
    change_state,
    held_by,
    may_go_out,
    release,
    stale,
)
from audit_app.services.probes.ledger import looked, record, stored
from audit_app.services.probes.schedule import next_look, next_search
from probes import base
from probes.channels.email import RECEIPT_PRECISION, RECEIPT_TIME

PROVED_BY_ANSWER = "proved-by-answer"
FIRST_RETRY = timedelta(seconds=30)
DEFERRALS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30, 60))
"""How long after each "not now" the same message is tried again: greylisting opens after some minutes, at most hours."""
SEARCH_FOR = timedelta(days=1)
"""How long the proof of a send is looked for; each wait is as long as all before, so that is about 15 looks."""


def state_of(probe: Probe) -> dict[str, Any] | None:
    """What the channel needs to go back to where it was, or None if nothing was stored."""
    if probe.chat_state is None:
        return None
    stored: dict[str, Any] = json.loads(probe.chat_state)
    return stored


def note_seen(
    session: Session, probe_id: int, worker_name: str, seen: Iterable[base.Fact], now: datetime
) -> None:
    """Store what was seen on the way to the company's door, before anything is sent."""
    record(session, held_by(session, probe_id, worker_name), seen, now)


def begin_sending(
    session: Session, probe_id: int, worker_name: str, state: Mapping[str, base.JSON], now: datetime
) -> bool:
    """Store all that is needed to find the message again; after the commit it may be sent, once.

    Returns False, and cancels the probe, when meanwhile somebody withdrew the touchpoint, the campaign or the
    mailbox; False too when mail shows that an attempt which was put off has been taken after all, and while mail
    that may show it is not judged yet. Raises ClaimLost, also when the lease has run out, because another worker may be about to take it.
    """
    probe = held_by(session, probe_id, worker_name)
    if probe.claimed_until is None or probe.claimed_until <= now:
        raise ClaimLost(f"The lease on probe {probe_id} ran out before it was sent; nothing was sent.")
    if _deferrals(probe):
        if mails := mails_of(probe):
            settle_sent(session, probe, sent_before(probe, mails[0].received_at), now)
            release(probe)
            return False
        if waits_for_mail(probe):
            probe.next_look_at = now + FIRST_RETRY
            release(probe)
            return False
    if not may_go_out(session, probe_id):
        _cancel(probe, "Not sent: its touchpoint, campaign or mailbox was withdrawn meanwhile.", now)
        return False
    change_state(probe, ProbeState.SENDING)
    probe.judge_by(probe.campaign.target)
    probe.sending_at, probe.next_look_at = now, None
    _keep(probe, state)
    return True


def mark_sent(
    session: Session,
    probe_id: int,
    worker_name: str,
    sent: base.Fact,
    state: Mapping[str, base.JSON],
    now: datetime,
) -> Probe:
    """Store that the message left, by the channel's own word or by a proof found later, and start the clock."""
    probe = held_by(session, probe_id, worker_name)
    settle_sent(session, probe, sent, now)
    _keep(probe, state)
    if probe.channel in answered_by_mail():
        release(probe)
    session.flush()
    return probe


def settle_sent(session: Session, probe: Probe, sent: base.Fact, now: datetime) -> None:
    """Add a proof of sending to a locked probe, and make it `sent` if it was not yet."""
    if probe.state is not ProbeState.SENT:
        change_state(probe, ProbeState.SENT)
        probe.outcome, probe.closed_at, probe.failure = Outcome.OPEN, None, ""
    record(session, probe, [sent], now)


def sent_before(probe: Probe, received_at: datetime) -> base.Fact:
    """What an answer proves: that the message had left before it came."""
    begun = min(probe.sending_at or probe.planned_at, received_at)
    return base.Fact(
        base.FactKind.SENT,
        begun,
        received_at + RECEIPT_PRECISION,
        source=RECEIPT_TIME,
        key=PROVED_BY_ANSWER,
        role="visitor",
        reasons=("An answer to it came, so it had been sent before",),
    )


def release_unsent(
    session: Session, probe_id: int, worker_name: str, error: base.ProbeError, now: datetime
) -> Probe:
    """Put a claimed probe back because it certainly was not sent; it is tried again later.

    Each wait is at least as long as the time since it was planned, so there are few attempts; when its slot has
    passed (`SEND_WITHIN`) it has failed, as ours.
    """
    probe = held_by(session, probe_id, worker_name)
    wait = max(FIRST_RETRY, now - probe.planned_at)
    if now + wait - probe.planned_at >= SEND_WITHIN:
        return _fail(session, probe, error, _failed(error, now), now)
    change_state(probe, ProbeState.PLANNED)
    probe.next_look_at, probe.failure = now + wait, str(error)
    release(probe)
    session.flush()
    return probe


def defer(session: Session, probe_id: int, worker_name: str, error: base.Deferred, now: datetime) -> Probe:
    """Take back a send that nobody took, and try the same message again later, by `DEFERRALS`.

    Each attempt stays in the ledger. When there is none left, or the slot will have passed by then (`SEND_WITHIN`),
    the probe has failed, as ours.
    """
    probe = held_by(session, probe_id, worker_name)
    before = _deferrals(probe)
    fact = _fact("deferred", str(error), f"deferred-{before + 1}", now, now, error.evidence)
    if before >= len(DEFERRALS) or now + DEFERRALS[before] - probe.planned_at >= SEND_WITHIN:
        again = base.NotSent(f"Put off at every attempt, {before + 1} in all. {error}", error.evidence)
        return _fail(session, probe, again, _failed(again, now), now)
    change_state(probe, ProbeState.PLANNED)
    probe.sending_at, probe.next_look_at, probe.failure = None, now + DEFERRALS[before], str(error)
    record(session, probe, [fact], now)
    release(probe)
    session.flush()
    return probe


def _deferrals(probe: Probe) -> int:
    return sum(seen.kind is ObservationKind.DEFERRED for seen in probe.observations)


def mark_failed(
    session: Session, probe_id: int, worker_name: str, error: base.ProbeError, now: datetime
) -> Probe:
    """Close a probe that was not sent and will not be: ours, or nobody's, and left out of the score.

    A refusal of the address by the company's own server is theirs: bounced, dated by the attempt, and it counts.
    """
    probe = held_by(session, probe_id, worker_name)
    if isinstance(error, base.Rejected):
        return _fail(session, probe, error, error.observation, now)
    if isinstance(error, base.Blocked):
        return _fail(session, probe, error, _blocked(error, now, now), now)
    return _fail(session, probe, error, _failed(error, now), now)


def _fail(session: Session, probe: Probe, error: base.ProbeError, fact: base.Fact, now: datetime) -> Probe:
    change_state(probe, ProbeState.FAILED)
    probe.outcome, probe.closed_at, probe.next_look_at = Outcome.EXCLUDED, now, None
    record(session, probe, [fact], now)
    probe.failure = str(error)
    release(probe)
    session.flush()
    return probe


def mark_unknown(
    session: Session,
    probe_id: int,
    worker_name: str,
    reason: str,
    now: datetime,
    evidence: Iterable[base.Proof] = (),
) -> Probe:
    """Note that nobody can tell whether the message left, and when to look for the proof again.

    An answer that came meanwhile, while the worker that sent it still held its claim, is that proof already.
    After `SEARCH_FOR` the search ends; the probe stays `send_unknown` and is left out of the score as ours. A copy
    or an answer that turns up even later still settles it.
    """
    probe = held_by(session, probe_id, worker_name)
    if probe.state is ProbeState.SENDING:
        change_state(probe, ProbeState.SEND_UNKNOWN)
    if mails := mails_of(probe):
        settle_sent(session, probe, sent_before(probe, mails[0].received_at), now)
        release(probe)
        session.flush()
        return probe
    probe.failure = reason
    # Evidence alone, without an observation: if it turns out that the message left, nothing has failed.
    probe.evidence += [stored(each, now) for each in evidence]
    begun = probe.sending_at or probe.planned_at
    probe.next_look_at = next_search(begun, now)
    if now - begun >= SEARCH_FOR:
        probe.next_look_at, probe.outcome, probe.closed_at = None, Outcome.EXCLUDED, now
        probe.failure = f"Left out as our failure: no proof was found that it was sent. {reason}"
    release(probe)
    session.flush()
    return probe


def note(
    session: Session,
    probe_id: int,
    worker_name: str,
    seen: Iterable[base.Fact],
    now: datetime,
) -> Probe:
    """Add what a watched page has shown to the ledger."""
    probe = held_by(session, probe_id, worker_name)
    record(session, probe, seen, now)
    return probe


def end_watch(
    session: Session,
    probe_id: int,
    worker_name: str,
    state: Mapping[str, base.JSON] | None,
    seen_until: datetime | None,
    now: datetime,
    *,
    at_once: bool = False,
) -> Probe:
    """Store the page's state before it is closed and give the probe back until its next look.

    `seen_until` is None when the page could not be looked at to the end; silence so far then proves nothing. With
    `at_once` it is looked at again as soon as a worker is there.
    """
    probe = held_by(session, probe_id, worker_name)
    if state is not None:
        _keep(probe, state)
    if seen_until is not None:
        looked(session, probe, seen_until, now)
    else:
        probe.next_look_at = now if at_once else next_look(probe, now)
    release(probe)
    session.flush()
    return probe


def mark_blocked(
    session: Session, probe_id: int, worker_name: str, error: base.Blocked, now: datetime
) -> Probe:
    """Note that the way back to a sent probe's page is closed to us: from the last look on we were blind."""
    probe = held_by(session, probe_id, worker_name)
    since = probe.looked_at or probe.sent_latest or now
    record(session, probe, [_blocked(error, min(since, now), now)], now)
    release(probe)
    session.flush()
    return probe


def cancel_stale(session: Session, now: datetime) -> list[Probe]:
    """Cancel the planned probes whose slot passed before anybody could send them; their touchpoints lost nothing."""
    probes = stale(session, now)
    for probe in probes:
        reason = f" The last attempt: {probe.failure}" if probe.failure else ""
        _cancel(probe, f"Not sent within {SEND_WITHIN // timedelta(hours=1)} hours of its slot.{reason}", now)
    session.flush()
    return probes


def _cancel(probe: Probe, reason: str, now: datetime) -> None:
    change_state(probe, ProbeState.CANCELLED)
    probe.outcome, probe.closed_at, probe.next_look_at = Outcome.EXCLUDED, now, None
    probe.failure = reason
    release(probe)


def _keep(probe: Probe, state: Mapping[str, base.JSON]) -> None:
    if state:
        probe.chat_state = json.dumps(state)


def _failed(error: base.ProbeError, now: datetime) -> base.Fact:
    return _fact("failed", str(error), "not-sent", now, now, error.evidence)


def _blocked(error: base.Blocked, earliest: datetime, latest: datetime) -> base.Fact:
    return _fact("blocked", str(error), error.kind, earliest, latest, error.evidence)


def _fact(
    kind: str,
    reason: str,
    key: str,
    earliest: datetime,
    latest: datetime,
    evidence: tuple[base.Proof, ...],
) -> base.Fact:
    return base.Fact(
        base.FactKind(kind),
        earliest,
        latest,
        source=base.OUR_CLOCK,
        key=key,
        reasons=(reason,),
        evidence=evidence,
    )
