"""Alarms about our own equipment: raised once when something breaks, ended once when it works again.

What people have been told is kept in the database, so neither a restart nor a second worker tells them twice. That
somebody is about to tell is stored before a word leaves (`tell_after`). A worker that dies between telling and noting
leaves open whether anybody heard it; then it is told again, with the same number and a word about that: a second
message is better than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audit_app.models import Alarm, AlarmKind, Mailbox
from audit_app.services.entry.text import storable

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
        _turn(alarm, now)
    alarm.name, alarm.reason = storable(name, 255), reason
    session.flush()


def end_alarm(session: Session, kind: AlarmKind, subject: str, now: datetime, reason: str = "") -> None:
    """Note that something works again, if it was broken; or, with a `reason`, why it is not watched any more."""
    alarm = _find(session, kind, subject)
    if alarm is not None and alarm.active:
        _turn(alarm, now)
        alarm.reason = reason
        session.flush()


def end_unwatched(session: Session, now: datetime) -> None:
    """End the alarms of mailboxes that were switched off or deleted: nobody would ever see them work again."""
    in_use = {str(mailbox_id) for mailbox_id in session.scalars(select(Mailbox.id).where(Mailbox.active))}
    for alarm in active_alarms(session, AlarmKind.MAILBOX):
        if alarm.subject not in in_use:
            end_alarm(session, alarm.kind, alarm.subject, now, "it was switched off")
    session.execute(
        update(Mailbox)
        .where(~Mailbox.active, Mailbox.down_since.is_not(None))
        .values(down_since=None, down_reason="")
    )


def _turn(alarm: Alarm, now: datetime) -> None:
    """From broken to working or back. What was being told may have been heard, so the opposite is told as well."""
    if alarm.tell_after is not None:
        alarm.told = alarm.active
    alarm.active, alarm.since, alarm.tell_after = not alarm.active, now, None


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


@dataclass(frozen=True, slots=True)
class News:
    """What people are to be told: commit before a word leaves, and `mark_told` afterwards."""

    alarm_id: int
    active: bool
    since: datetime
    title: str
    text: str


def claim_news(session: Session, now: datetime) -> list[News]:
    """Take the alarms of which people know less than we do; nobody else takes them for a while."""
    free = or_(Alarm.tell_after.is_(None), Alarm.tell_after <= now)
    query = select(Alarm).where(Alarm.active != Alarm.told, free).order_by(Alarm.since)
    alarms = session.scalars(query.with_for_update(skip_locked=True)).all()
    news = [News(alarm.id, alarm.active, alarm.since, *in_words(alarm)) for alarm in alarms]
    for alarm in alarms:
        alarm.tell_after = now + TELLING
    session.flush()
    return news


def mark_told(session: Session, news: News) -> None:
    """Note that people have heard it; what has changed since is told as well."""
    alarm = session.get(Alarm, news.alarm_id, with_for_update=True, populate_existing=True)
    if alarm is not None and (alarm.active, alarm.since) == (news.active, news.since):
        alarm.told, alarm.tell_after = news.active, None
        session.flush()


def in_words(alarm: Alarm) -> tuple[str, str]:
    """Title and text of the message about an alarm; the number at its end is the same when it is told again."""
    title, text = _news_of(alarm)
    number = f"Alarm {alarm.id}-{alarm.since.astimezone(UTC):%Y%m%d%H%M%S}"
    if alarm.tell_after is None:
        return title, f"{text}\n{number}"
    return title, f"{text}\n{number}, told again: it is not known whether the first message arrived"


def _news_of(alarm: Alarm) -> tuple[str, str]:
    what = {AlarmKind.MAILBOX: "Mailbox", AlarmKind.BROWSER: "Browser on"}[alarm.kind]
    when = f"{alarm.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if not alarm.active and alarm.reason:
        return f"{what} {alarm.name} is not watched any more", f"Since {when}: {alarm.reason}."
    if not alarm.active:
        return f"{what} {alarm.name} works again", f"Since {when}. Probes leave again."
    consequence = {
        AlarmKind.MAILBOX: "No probe leaves from it, and no silence counts, until it can be read again.",
        AlarmKind.BROWSER: "Chats, contact forms and contact pages wait until it is back.",
    }[alarm.kind]
    return f"{what} {alarm.name} does not work", f"Since {when}: {alarm.reason}\n{consequence}"
