"""What a restored database must not do: send again what was sent after the backup was made."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from audit_app.domain.probes.probe import ProbeState
from audit_app.models import (
    Alarm,
    Notice,
    NoticeState,
    Organisation,
    PasswordReset,
    Probe,
    TrialState,
    User,
    UserSession,
    WidgetTrial,
)

UNKNOWN = "The database was restored from a backup; whether this left after the backup was made is not known."


@dataclass(frozen=True, slots=True)
class Settled:
    """How much was settled: probes to be looked for, mails of ours that are not sent, sign-ins that ended."""

    probes: int
    notices: int
    sessions: int


def settle_restored(session: Session, now: datetime) -> Settled:
    """Make a copy of the past safe to work with.

    Probes that were about to leave are looked for and never sent again, moments that have passed are not planned any
    more, our own mail is not sent again, and everybody signs in anew.
    """
    session.execute(update(Organisation).values(restored_at=now))
    probes = _look_for_probes(session, now)
    notices = _give_up_notices(session)
    session.execute(update(Alarm).values(told=Alarm.active, tell_after=None))
    running = WidgetTrial.state.in_((TrialState.QUEUED, TrialState.RUNNING))
    session.execute(
        update(WidgetTrial)
        .where(running)
        .values(state=TrialState.FAILED, problem="The database was restored.", ended_at=now)
    )
    return Settled(probes, notices, _end_sign_ins(session))


def _look_for_probes(session: Session, now: datetime) -> int:
    open_ones = (ProbeState.PLANNED, ProbeState.CLAIMED, ProbeState.SENDING)
    probes = session.scalars(select(Probe).where(Probe.state.in_(open_ones))).all()
    for probe in probes:
        # Not a step that a worker may take: it is the backup that is behind, not the probe.
        probe.state, probe.next_look_at = ProbeState.SEND_UNKNOWN, now
        probe.claimed_by, probe.claimed_until, probe.failure = "", None, UNKNOWN
    session.execute(update(Probe).values(claimed_by="", claimed_until=None))
    return len(probes)


def _give_up_notices(session: Session) -> int:
    waiting = Notice.state.in_((NoticeState.WAITING, NoticeState.SENDING))
    given_up = update(Notice).where(waiting).values(state=NoticeState.UNKNOWN, body="", reason=UNKNOWN)
    return len(session.execute(given_up.returning(Notice.id)).all())


def _end_sign_ins(session: Session) -> int:
    for user in session.scalars(select(User)):
        user.fs_uniquifier = uuid.uuid4().hex
    session.execute(delete(PasswordReset))
    return len(session.execute(delete(UserSession).returning(UserSession.id)).all())
