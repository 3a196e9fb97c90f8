"""Mail that matched no probe: a person says which probe it answers, or that it answers none.

Each of these words can be taken back; the mail is kept, and so is who said what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from audit_app.domain.errors import Conflict, InvalidInput, NotFound
from audit_app.domain.probes.response_time import WAITING
from audit_app.models import (
    OWN_COPY,
    Evidence,
    IncomingMail,
    Location,
    MailState,
    MatchKind,
    Persona,
    Probe,
    Scenario,
    Touchpoint,
    User,
)
from audit_app.services.mail.asked import asked_of
from audit_app.services.mail.filing import Question, Reading, assign_mail, letter_of
from audit_app.services.mail.history import HandlingStep, lock_mail, note
from audit_app.services.mail.opinion import Clues
from audit_app.services.probes.timeline import readable_text

PAGE_SIZE = 20
MOST_CANDIDATES = 6
PREVIEW = 600
"""Characters of a mail that the list shows; the mail's own page shows all."""


class Pile(StrEnum):
    """The lists of mails that no rule placed."""

    WAITING = "waiting"
    ASSIGNED = "assigned"
    DISCARDED = "discarded"


_IN: Mapping[Pile, ColumnElement[bool]] = {
    Pile.WAITING: IncomingMail.state == MailState.UNMATCHED,
    Pile.ASSIGNED: and_(
        IncomingMail.state == MailState.MATCHED, IncomingMail.matched_kind == MatchKind.PERSON
    ),
    Pile.DISCARDED: IncomingMail.state == MailState.DISCARDED,
}


@dataclass(frozen=True, slots=True)
class MailPage:
    """One page of a pile of mails with the beginning of their texts, and how many there are in each pile."""

    mails: list[tuple[IncomingMail, str]]
    number: int
    pages: int
    counts: Mapping[Pile, int]


def mail_page(session: Session, pile: Pile, number: int) -> MailPage:
    """Page `number` (from 1) of the mails that wait, were assigned by a person, or were discarded; newest first."""
    counts = {
        each: session.scalar(select(func.count(IncomingMail.id)).where(test)) or 0
        for each, test in _IN.items()
    }
    pages = max(1, -(-counts[pile] // PAGE_SIZE))
    number = min(max(1, number), pages)
    mails = session.scalars(
        select(IncomingMail)
        .where(_IN[pile])
        .order_by(IncomingMail.received_at.desc(), IncomingMail.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
        .options(
            joinedload(IncomingMail.mailbox),
            joinedload(IncomingMail.probe),
            joinedload(IncomingMail.evidence).undefer(Evidence.content),
        )
    )
    return MailPage([(mail, text_of(mail)[:PREVIEW]) for mail in mails], number, pages, counts)


def waiting_mails(session: Session) -> int:
    """How many mails wait for somebody to say where they belong."""
    waiting = select(func.count(IncomingMail.id)).where(_IN[Pile.WAITING])
    return session.scalar(waiting) or 0


def letter(session: Session, mail_id: int) -> IncomingMail:
    """The mail with this number, wherever it lies; raises NotFound for none, and for our own copy of a message."""
    mail = session.scalar(
        select(IncomingMail)
        .where(IncomingMail.id == mail_id, IncomingMail.kind != OWN_COPY)
        .options(joinedload(IncomingMail.evidence).undefer(Evidence.content))
    )
    if mail is None:
        raise NotFound("There is no such mail. Choose one from the list.")
    return mail


def text_of(mail: IncomingMail) -> str:
    """The mail's text as a reader would see it."""
    return readable_text(mail.evidence.content)


def candidates(session: Session, mail: IncomingMail, words: str) -> list[Probe]:
    """Probes that the mail may answer: those whose number, question, persona, location or addresses `words` name.

    Without words, those sent before the mail came, from the mailbox in which it lies; the latest ones first.
    """
    query = (
        select(Probe)
        .join(Probe.touchpoint)
        .join(Touchpoint.location)
        .join(Probe.scenario)
        .join(Probe.persona)
        .where(Probe.sent_latest.is_not(None))
        .options(
            contains_eager(Probe.touchpoint).contains_eager(Touchpoint.location),
            contains_eager(Probe.scenario),
            contains_eager(Probe.persona),
        )
    )
    number = words.strip().removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 10:
        query = query.where(Probe.id == int(number))
    elif words.strip():
        columns = (
            Probe.subject,
            Probe.text,
            Scenario.title,
            Persona.name,
            Location.name,
            Location.address,
            Probe.from_address,
            Probe.to_address,
        )
        for word in words.split():
            query = query.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    else:
        own = Probe.persona.has(mailbox_id=mail.mailbox_id)
        query = query.where(Probe.sent_latest <= mail.received_at, own)
    waiting = Probe.outcome.in_(WAITING)
    return list(
        session.scalars(query.order_by(waiting.desc(), Probe.sent_latest.desc()).limit(MOST_CANDIDATES))
    )


def question(session: Session, mail: IncomingMail, probe_id: int) -> Question:
    """What has to be read before a person's word that the mail answers this probe can be followed.

    Raises InvalidInput when there is no such probe or it was never sent, Conflict when the mail came before it.
    """
    asked = asked_of(session, mail, _sent_probe(session, mail, probe_id), Clues())
    return Question(letter_of(mail), asked)


def assign(
    session: Session, mail: IncomingMail, probe_id: int, reading: Reading, user: User, now: datetime
) -> Probe:
    """Say which probe the mail answers, and judge that anew; `reading` answers `question`, and raises as it does."""
    probe = _sent_probe(session, mail, probe_id)
    assign_mail(session, mail, probe, reading, user, now)
    return probe


def _sent_probe(session: Session, mail: IncomingMail, probe_id: int) -> Probe:
    probe = session.get(Probe, probe_id)
    if probe is None or probe.sent_earliest is None:
        raise InvalidInput(f"There is no probe {probe_id} that was sent. Search for it by number or subject.")
    if mail.received_at < probe.sent_earliest:
        raise Conflict(f"This mail came before probe {probe_id} was sent, so it cannot answer it.")
    return probe


def restore(session: Session, mail: IncomingMail, user: User, now: datetime) -> None:
    """Put a discarded mail back among those that wait; raises Conflict when it is not discarded."""
    lock_mail(session, mail)
    if mail.state is not MailState.DISCARDED:
        raise Conflict("This mail is not discarded; reload the page to see where it is.")
    mail.state = MailState.UNMATCHED
    note(mail, HandlingStep.PUT_BACK, user, now)
    session.flush()
