"""Who works on which probe: claims with a lease, handed out by the database.

A claim belongs to one worker until its lease runs out; every write that follows from it asks first whether it
still does (`held_by`), so that a worker that was slow cannot write over the one that took its place.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict
from audit_app.domain.probes.probe import ProbeState, check_transition
from audit_app.models import Campaign, Mailbox, Persona, Probe, Touchpoint
from audit_app.services.probes.channels import answered_on_page

SEND_WITHIN = timedelta(hours=2)
"""A probe that could not be sent so long after it was planned is not sent any more: its slot has passed."""


class ClaimLost(Conflict):
    """The claim ran out and somebody else may have taken the probe; what was to be written is not."""


def claim(session: Session, worker_name: str, now: datetime, limit: int, lease: timedelta) -> list[Probe]:
    """Take up to `limit` probes that are to be sent now, oldest first, for `lease`.

    These are planned ones, and claimed ones whose worker let its lease run out before it began to send. One whose
    worker vanished while sending is not among them: see `claim_unsettled`. A probe waits while its touchpoint is
    not confirmed, its campaign is paused (but for a test) or its persona's mailbox is down.
    """
    to_send = or_(Probe.state == ProbeState.PLANNED, and_(Probe.state == ProbeState.CLAIMED, _free(now)))
    wanted = and_(to_send, _not_before(now), Probe.planned_at > now - SEND_WITHIN, _allowed())
    probes = _take(session, wanted, worker_name, now, limit, lease)
    for probe in probes:
        if probe.state is ProbeState.CLAIMED:
            change_state(probe, ProbeState.PLANNED)
        change_state(probe, ProbeState.CLAIMED)
    session.flush()
    return probes


def claim_unsettled(
    session: Session, worker_name: str, now: datetime, limit: int, lease: timedelta
) -> list[Probe]:
    """Take probes of which nobody knows whether they left: look for the proof of it, and never send them again."""
    vanished = and_(Probe.state == ProbeState.SENDING, _free(now))
    unknown = and_(Probe.state == ProbeState.SEND_UNKNOWN, Probe.next_look_at <= now, _free(now))
    return _take(session, or_(vanished, unknown), worker_name, now, limit, lease)


def claim_looks(
    session: Session, worker_name: str, now: datetime, limit: int, lease: timedelta
) -> list[Probe]:
    """Take sent probes whose answers come to a page that is to be opened again: a look is due, or its watcher died."""
    on_page = Probe.channel.in_(answered_on_page())
    more_to_see = and_(Probe.next_look_at.is_not(None), _free(now))
    due = or_(Probe.next_look_at <= now, Probe.claimed_until <= now)
    wanted = and_(Probe.state == ProbeState.SENT, on_page, more_to_see, due)
    return _take(session, wanted, worker_name, now, limit, lease)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Probe.claimed_until.is_(None), Probe.claimed_until <= now)


def _not_before(now: datetime) -> ColumnElement[bool]:
    return or_(Probe.next_look_at.is_(None), Probe.next_look_at <= now)


def _allowed() -> ColumnElement[bool]:
    # What was confirmed is the address of today; a probe planned before a change of it goes nowhere.
    confirmed = and_(Touchpoint.is_open, Touchpoint.address == Probe.to_address)
    return and_(
        Probe.touchpoint.has(confirmed),
        or_(Probe.is_test, Probe.campaign.has(Campaign.active)),
        Probe.persona.has(Persona.mailbox.has(Mailbox.in_order)),
    )


def _take(
    session: Session,
    wanted: ColumnElement[bool],
    worker_name: str,
    now: datetime,
    limit: int,
    lease: timedelta,
) -> list[Probe]:
    # PostgreSQL passes over rows that another worker is taking; on SQLite only one transaction writes at a time.
    longest_due = func.coalesce(Probe.next_look_at, Probe.planned_at)
    query = select(Probe).where(wanted).order_by(longest_due, Probe.id).limit(limit)
    probes = list(session.scalars(query.with_for_update(skip_locked=True, of=Probe)))
    for probe in probes:
        probe.claimed_by, probe.claimed_until = worker_name, now + lease
    session.flush()
    return probes


def held_by(session: Session, probe_id: int, worker_name: str) -> Probe:
    """The probe, locked for this transaction, if the claim on it is still this worker's; raises ClaimLost."""
    query = select(Probe).where(Probe.id == probe_id, Probe.claimed_by == worker_name)
    probe = session.scalar(query.with_for_update(of=Probe).execution_options(populate_existing=True))
    if probe is None:
        raise ClaimLost(f"Probe {probe_id} is no longer {worker_name}'s: its lease ran out and it was taken.")
    return probe


def renew(session: Session, worker_name: str, probe_ids: Collection[int], until: datetime) -> None:
    """Keep the claims on the probes that are being worked on until `until`; lost ones stay lost."""
    session.execute(
        update(Probe)
        .where(Probe.id.in_(probe_ids), Probe.claimed_by == worker_name, Probe.claimed_until.is_not(None))
        .values(claimed_until=until)
    )


def release(probe: Probe) -> None:
    """Give up a claim, so that whoever is next need not wait for the lease to run out."""
    probe.claimed_by, probe.claimed_until = "", None


def change_state(probe: Probe, state: ProbeState) -> None:
    """Move `probe` to `state`; raises Conflict where no step leads there."""
    check_transition(probe.state, state)
    probe.state = state


def may_go_out(session: Session, probe_id: int) -> bool:
    """Whether the probe's address is still the confirmed one, its campaign active and its mailbox up."""
    return session.scalar(select(Probe.id).where(Probe.id == probe_id, _allowed())) is not None


def stale(session: Session, now: datetime) -> list[Probe]:
    """Probes that nobody could send while their slot lasted, locked for this transaction."""
    waiting = or_(Probe.state == ProbeState.PLANNED, and_(Probe.state == ProbeState.CLAIMED, _free(now)))
    query = select(Probe).where(waiting, Probe.planned_at <= now - SEND_WITHIN).order_by(Probe.id)
    return list(session.scalars(query.with_for_update(skip_locked=True, of=Probe)))
