"""Who may see a piece of evidence, and how it may leave the house without harm to who looks at it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session, undefer

from audit_app.domain.errors import NotFound
from audit_app.models import IMAGES, Evidence, IncomingMail, Observation, Probe, RoleName, User, Visit
from audit_app.services.probes.visible import judged_probes
from audit_app.services.visits.visible import visible_visits

PLAIN_TYPES = frozenset({"message/rfc822", "text/plain", "application/json", "application/zip"})
"""Types that a file to be saved may keep; any other is served as unknown bytes."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How evidence is sent to a browser."""

    media_type: str
    inline: bool
    name: str


def visible_evidence(session: Session, user: User, evidence_id: int) -> Evidence:
    """The evidence with this number, with its content, for who may see its probe or its visit.

    Mail that matched no probe is for administrators. Raises NotFound alike when it does not exist and when it is not
    for `user`, and when the retention rule has erased it.
    """
    query = select(Evidence).where(Evidence.id == evidence_id, _visible(user))
    evidence = session.scalar(query.options(undefer(Evidence.content)))
    if evidence is None:
        raise NotFound("There is no such evidence among yours. Open it from its probe or visit.")
    if evidence.erased_at:
        raise NotFound(
            f"This file was erased on {evidence.erased_at:%Y-%m-%d} by the retention rule. "
            f"A copy is the one that was judged if its SHA-256 is {evidence.sha256}."
        )
    return evidence


def _visible(user: User) -> ColumnElement[bool]:
    if user.is_a(RoleName.ADMIN):
        return true()
    # A location's contact sees none of a probe's files: they show who the shopper is.
    probes = judged_probes(user).with_only_columns(Probe.id)
    visits = visible_visits(user).with_only_columns(Visit.id)
    observed = select(Observation.id).where(Observation.probe_id.in_(probes))
    mailed = select(IncomingMail.evidence_id).where(IncomingMail.probe_id.in_(probes))
    return or_(
        Evidence.probe_id.in_(probes),
        Evidence.observation_id.in_(observed),
        Evidence.id.in_(mailed),
        Evidence.visit_id.in_(visits),
    )


def delivery(evidence: Evidence) -> Delivery:
    """How `evidence` is sent: pictures may be shown, everything else is only saved; nothing is ever rendered as HTML.

    A file that calls itself a picture and is none is saved as unknown bytes.
    """
    kind = evidence.media_type.partition(";")[0].strip().casefold()
    if evidence.content.startswith(IMAGES.get(kind, ())):
        return Delivery(kind, True, safe_name(evidence.name))
    media_type = kind if kind in PLAIN_TYPES else "application/octet-stream"
    return Delivery(media_type, False, safe_name(evidence.name))


def safe_name(name: str) -> str:
    """The file's name without anything that means something to a shell, a path or a header."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")
    return plain[-120:] or "evidence"
