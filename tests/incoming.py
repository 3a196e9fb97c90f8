"""Mail that comes in, as the worker takes it: stored, and then judged, here in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from audit_app.models import IncomingMail, Mailbox, Probe, User
from audit_app.services.mail import filing, unassign
from audit_app.services.mail.intake import Arrival, store_new_mail
from audit_app.services.mail.judging import judge_within
from audit_app.services.mail.opinion import Asked
from probes.mail.imap import FetchedMail


def receive_mail(
    session: Session, mailbox: Mailbox, mails: Iterable[FetchedMail], now: datetime
) -> list[IncomingMail]:
    """Store mails and judge them one after the other; returns the new ones."""
    new: list[IncomingMail] = []
    for mail in mails:
        new += store_new_mail(session, mailbox, [Arrival.of(mail)], now)
        judge_within(session, now)
    return new


def assign_mail(session: Session, mail: IncomingMail, probe: Probe, user: User, now: datetime) -> None:
    """Assign a mail, and judge what waits because of that."""
    reading = filing.read(filing.Question(filing.letter_of(mail), Asked(probe.text)))
    filing.assign_mail(session, mail, probe, reading, user, now)
    judge_within(session, now)


def take_back(session: Session, mail: IncomingMail, user: User, now: datetime) -> Probe:
    """Take a mail back, and judge what waits because of that."""
    clues = unassign.read_letters(unassign.letters_beside(session, mail))
    probe = unassign.take_back(session, mail, clues, user, now)
    judge_within(session, now)
    return probe
