"""Alarms about our own equipment: raised once when something breaks, ended once when it works again.

What people have been told is kept in the database, so neither a restart nor a second worker tells them twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audit_app.models import Alarm, AlarmKind
from audit_app.services.texts import storable

TELLING = timedelta(minutes=2)
"""So long nobody else tells what a worker is telling; after a failure it is tried again then."""


def raise_alarm(
    session: Session, kind: AlarmKind, subject: str, name: str, reason: str, now: datetime
) -> None:
    """Note that something is broken; a second time only its reason changes."""
    reason = storable(reason, 2000)
    alarm = _find(session, kind, subject)
    if alarm is None:
        _add(session, Alarm(kind=kind, subject=subject, name=storable(name, 255), reason=reason, since=now))
        return
    if not alarm.active:
        alarm.active, alarm.since, alarm.tell_after = True, now, None
    alarm.name, alarm.reason = storable(name, 255), reason
    session.flush()


def end_alarm(session: Session, kind: AlarmKind, subject: str, now: datetime) -> None:
    """Note that something works again, if it was broken."""
    alarm = _find(session, kind, subject)
    if alarm is not None and alarm.active:
        alarm.active, alarm.since, alarm.tell_after = False, now, None
        session.flush()


def _find(session: Session, kind: AlarmKind, subject: str) -> Alarm | None:
    query = select(Alarm).where(Alarm.kind == kind, Alarm.subject == subject)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _add(session: Session, alarm: Alarm) -> None:
    try:
        with session.begin_nested():
            session.add(alarm)
    except IntegrityError:
        return  # another worker has just raised it


def active_alarms(session: Session, kind: AlarmKind) -> Sequence[Alarm]:
    """What of this kind is broken now, the longest first."""
    query = select(Alarm).where(Alarm.kind == kind, Alarm.active)
    return session.scalars(query.order_by(Alarm.since)).all()


def take_untold(session: Session, now: datetime) -> list[Alarm]:
    """Take the alarms of which people know less than we do; nobody else takes them for a while."""
    free = or_(Alarm.tell_after.is_(None), Alarm.tell_after <= now)
    query = select(Alarm).where(Alarm.active != Alarm.told, free).order_by(Alarm.since)
    alarms = list(session.scalars(query.with_for_update(skip_locked=True)))
    for alarm in alarms:
        alarm.tell_after = now + TELLING
    session.flush()
    return alarms


def note_told(session: Session, alarm_id: int, active: bool) -> None:
    """Note that people now know that it is broken, or that it works again."""
    alarm = session.get(Alarm, alarm_id, with_for_update=True, populate_existing=True)
    if alarm is not None:
        alarm.told = active
        if alarm.active == active:
            alarm.tell_after = None
        session.flush()


def in_words(alarm: Alarm) -> tuple[str, str]:
    """Title and text of the message about an alarm."""
    what = {AlarmKind.MAILBOX: "Mailbox", AlarmKind.BROWSER: "Browser on"}[alarm.kind]
    when = f"{alarm.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if not alarm.active:
        return f"{what} {alarm.name} works again", f"Since {when}. Probes leave again."
    consequence = {
        AlarmKind.MAILBOX: "No probe leaves from it, and no silence counts, until it can be read again.",
        AlarmKind.BROWSER: "Chats, contact forms and contact pages wait until it is back.",
    }[alarm.kind]
    return f"{what} {alarm.name} does not work", f"Since {when}: {alarm.reason}\n{consequence}"
