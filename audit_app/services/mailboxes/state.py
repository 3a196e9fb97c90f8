"""How each of our mailboxes is: how far it has been read, whether it can be, and what that means for its probes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from audit_app.domain.probes.probe import ProbeState
from audit_app.domain.probes.response_time import WAITING
from audit_app.models import AlarmKind, IncomingMail, Mailbox, MailFolder, Persona, Probe, unjudged
from audit_app.services.operations.alarms import end_alarm, raise_alarm
from audit_app.services.probes.channels import answered_by_mail
from probes.mail import imap as driver


def active_mailboxes(session: Session) -> list[int]:
    """The ids of the mailboxes that are to be read."""
    return list(session.scalars(select(Mailbox.id).where(Mailbox.active)))


def positions_of(session: Session, mailbox: Mailbox) -> dict[str, driver.Position]:
    """How far each folder of `mailbox` has been read."""
    folders = session.scalars(select(MailFolder).where(MailFolder.mailbox_id == mailbox.id))
    return {folder.name: driver.Position(folder.uidvalidity, folder.last_uid) for folder in folders}


def positions_before(session: Session, mailbox: Mailbox, since: datetime) -> dict[str, driver.Position]:
    """Where to begin in each folder of `mailbox` so that all mail which came after `since` is read again."""
    first = (
        select(IncomingMail.folder, IncomingMail.uidvalidity, func.min(IncomingMail.uid))
        .where(IncomingMail.mailbox_id == mailbox.id, IncomingMail.received_at >= since, IncomingMail.uid > 0)
        .group_by(IncomingMail.folder, IncomingMail.uidvalidity)
    )
    firsts = {(folder, validity): uid for folder, validity, uid in session.execute(first)}
    return {
        name: replace(known, last_uid=min(known.last_uid, firsts.get((name, known.uidvalidity), 1 << 32) - 1))
        for name, known in positions_of(session, mailbox).items()
    }


def mailbox_read(session: Session, mailbox: Mailbox, began: datetime) -> None:
    """Note that all mail that had come when the reading `began` is stored, for the mailbox and its open probes."""
    mailbox.checked_at = began
    session.flush()
    mail_judged(session)


def mail_judged(session: Session) -> None:
    """Note for the open probes how far their mailbox was read, as soon as all its mail is judged too."""
    read = select(Mailbox.id, Mailbox.checked_at).where(Mailbox.checked_at.is_not(None))
    for mailbox_id, checked_at in session.execute(read.where(~unjudged(Mailbox.id))).all():
        personas = select(Persona.id).where(Persona.mailbox_id == mailbox_id)
        session.execute(
            update(Probe)
            .where(Probe.persona_id.in_(personas), Probe.state == ProbeState.SENT)
            .where(Probe.channel.in_(answered_by_mail()), Probe.outcome.in_(WAITING))
            .where(or_(Probe.looked_at.is_(None), Probe.looked_at < checked_at))
            .values(looked_at=checked_at)
            .execution_options(synchronize_session=False)
        )


def mailbox_down(session: Session, mailbox: Mailbox, reason: str, now: datetime) -> None:
    """Note that our mailbox cannot be read: our failure, and no probe leaves from it until `mailbox_up`."""
    if not mailbox.active:
        return
    mailbox.down_since = mailbox.down_since or now
    mailbox.down_reason = reason
    session.flush()
    raise_alarm(session, AlarmKind.MAILBOX, str(mailbox.id), mailbox.address, reason, now)


def mailbox_up(session: Session, mailbox: Mailbox, now: datetime) -> timedelta | None:
    """Note that our mailbox can be read again; returns for how long it was down, or None if it was not."""
    if mailbox.down_since is None:
        return None
    down_for = now - mailbox.down_since
    mailbox.down_since, mailbox.down_reason = None, ""
    session.flush()
    end_alarm(session, AlarmKind.MAILBOX, str(mailbox.id), now)
    return down_for
