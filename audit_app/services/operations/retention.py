"""The retention rule: what other people wrote, and the pictures of it, are kept for so many days and then erased.

What was measured stays: times, verdicts, scores, our own words, and of every file its size and SHA-256, by which a
copy that somebody saved can still be told to be the one that was judged. Mail that waits for a person's decision
and probes that are still open are not touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from audit_app.models import Evidence, IncomingMail, MailState, Observation, Probe, mails_of

BATCH = 200
"""Probes, and mails, that are erased in one transaction."""
OWN_ROLE = "visitor"

Row = TypeVar("Row", Probe, IncomingMail)


@dataclass(frozen=True, slots=True)
class Erased:
    """How many were erased, or would be: probes with all their mail, and mails beside them."""

    probes: int = 0
    mails: int = 0

    def __bool__(self) -> bool:
        return bool(self.probes or self.mails)


def limit_of(keep_days: int, now: datetime) -> datetime | None:
    """The moment before which something has to have ended to be erased; None when everything is kept for ever."""
    return now - timedelta(days=keep_days) if keep_days else None


def count_expired(session: Session, limit: datetime) -> Erased:
    """How many closed probes and decided mails are older than `limit` and not erased yet."""
    probes = session.scalar(select(func.count()).select_from(Probe).where(_expired_probe(limit)))
    joined = select(func.count(IncomingMail.id)).join(IncomingMail.evidence).outerjoin(IncomingMail.probe)
    mails = session.scalar(joined.where(_expired_mail(limit)))
    return Erased(probes or 0, mails or 0)


def erase_expired(session: Session, limit: datetime, now: datetime) -> Erased:
    """Erase the next `BATCH` of what ended before `limit`; call again until nothing was left to erase."""
    probes = session.scalars(
        _next(select(Probe).where(_expired_probe(limit)).order_by(Probe.id), Probe)
    ).all()
    for probe in probes:
        _erase_probe(session, probe, now)
    session.flush()
    query = select(IncomingMail).join(IncomingMail.evidence).outerjoin(IncomingMail.probe)
    query = query.where(_expired_mail(limit)).order_by(IncomingMail.id)
    mails = session.scalars(_next(query, IncomingMail)).all()
    for mail in mails:
        _erase_mail(mail, now)
    session.flush()
    return Erased(len(probes), len(mails))


def _next(query: Select[Row], of: type[Row]) -> Select[Row]:
    # Workers share the work: what another one is erasing is passed over.
    return query.limit(BATCH).with_for_update(of=of, skip_locked=True)


def _expired_probe(limit: datetime) -> ColumnElement[bool]:
    return and_(Probe.closed_at < limit, Probe.erased_at.is_(None))


def _expired_mail(limit: datetime) -> ColumnElement[bool]:
    """Mail that was discarded, and mail that came to a probe after that was erased."""
    decided = or_(IncomingMail.state == MailState.DISCARDED, Probe.erased_at.is_not(None))
    return and_(IncomingMail.received_at < limit, Evidence.erased_at.is_(None), decided)


def _erase_probe(session: Session, probe: Probe, now: datetime) -> None:
    for seen in probe.observations:
        _erase_words(seen)
    for evidence in _evidence_of(session, probe):
        _erase_evidence(evidence, now)
    for mail in mails_of(probe):
        _erase_mail(mail, now)
    probe.chat_state = None
    probe.erased_at = now


def _evidence_of(session: Session, probe: Probe) -> list[Evidence]:
    seen = select(Observation.id).where(Observation.probe_id == probe.id)
    query = select(Evidence).where(Evidence.erased_at.is_(None))
    return list(
        session.scalars(query.where(or_(Evidence.probe_id == probe.id, Evidence.observation_id.in_(seen))))
    )


def _erase_words(seen: Observation) -> None:
    """Take away what somebody else wrote and their name; the kind, the times and the reasons of the verdict stay."""
    if seen.role == OWN_ROLE:
        return
    if seen.author:
        seen.reasons = [reason.replace(seen.author, "…") for reason in seen.reasons]
    seen.text, seen.author = "", ""


def _erase_mail(mail: IncomingMail, now: datetime) -> None:
    mail.sender, mail.subject = "", ""
    _erase_evidence(mail.evidence, now)


def _erase_evidence(evidence: Evidence, now: datetime) -> None:
    """Take the bytes away; `size` and `sha256` go on saying what they were."""
    if evidence.erased_at is None:
        evidence.content, evidence.erased_at = b"", now
