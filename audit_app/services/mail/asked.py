"""What is known of a mail from outside of it: what we had asked, of whom and when, and who was told the same."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from audit_app.models import IncomingMail, MailState, Observation, Probe
from audit_app.services.company import company
from audit_app.services.mail.opinion import Asked, Clues
from audit_app.services.probes.decisions import decisions_on
from probes.replies.circumstances import Circumstances, Twin
from probes.replies.repetition import say_the_same

MOST_COMPARED = 200
"""Answers of a touchpoint that are compared with a new one, the latest first."""
MOST_TWINS = 5


def asked_of(session: Session, mail: IncomingMail, probe: Probe | None, clues: Clues) -> Asked:
    """What a mail may answer, if it is the answer to `probe`."""
    if probe is None:
        return Asked()
    audited = company(session)
    place = probe.touchpoint.location
    around = Circumstances(
        sent_at=probe.sent_latest,
        received_at=mail.received_at,
        subject=probe.subject,
        names=tuple(name for name in (place.name, audited.name if audited else "") if name),
        twins=_twins(session, mail, probe, clues),
    )
    if audited:
        quick, at_once = (
            timedelta(seconds=each) for each in (audited.quick_seconds, audited.at_once_seconds)
        )
        around = Circumstances(
            around.sent_at, around.received_at, around.subject, around.names, around.twins, quick, at_once
        )
    return Asked(probe.text, around)


def _twins(session: Session, mail: IncomingMail, probe: Probe, clues: Clues) -> tuple[Twin, ...]:
    """Answers to other probes of the same touchpoint that say the same."""
    if not clues.fingerprint:
        return ()
    others = (
        select(IncomingMail)
        .join(IncomingMail.probe)
        .where(
            Probe.touchpoint_id == probe.touchpoint_id,
            Probe.id != probe.id,
            IncomingMail.id != mail.id,
            IncomingMail.state == MailState.MATCHED,
        )
        .order_by(IncomingMail.received_at.desc())
        .limit(MOST_COMPARED)
        .options(selectinload(IncomingMail.probe))
    )
    same = [each for each in session.scalars(others) if say_the_same(each.fingerprint, clues.fingerprint)]
    return tuple(_twin(session, each) for each in same[:MOST_TWINS])


def _twin(session: Session, mail: IncomingMail) -> Twin:
    sent = mail.probe.sent_latest if mail.probe else None
    after = mail.received_at - sent if sent and mail.received_at >= sent else None
    return Twin(f"the answer to probe {mail.probe_id}", after, _decided(session, mail))


def _decided(session: Session, mail: IncomingMail) -> str:
    """What a person decided about a mail; nothing where nobody did."""
    number = mail.evidence.observation_id
    seen = session.get(Observation, number) if number else None
    decisions = decisions_on(seen) if seen else []
    if not decisions:
        return ""
    return "human" if decisions[-1].person else "automatic"
