"""The replies that wait for a person's judgement, one after the other, the oldest first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.probes.probe import ObservationKind
from audit_app.models import Location, Observation, Probe, RoleName, User
from audit_app.services.probes.decisions import Decision, decisions_on
from audit_app.services.probes.visible import probe_to_judge, visible_probes


@dataclass(frozen=True, slots=True)
class QueueItem:
    """The reply whose turn it is, how many wait in all, and how many of those were passed over before it."""

    reply: Observation | None
    waiting: int
    passed: int


def next_in_queue(session: Session, user: User, after: int) -> QueueItem:
    """The first waiting reply that `user` may judge with a higher number than `after`; 0 for the first of all."""
    ids = _waiting(session, user)
    passed = sum(each <= after for each in ids)
    reply = session.get(Observation, ids[passed]) if passed < len(ids) else None
    return QueueItem(reply, len(ids), passed)


def waiting_replies(session: Session, user: User) -> int:
    """How many replies wait for the judgement of `user`."""
    return len(_waiting(session, user))


def _waiting(session: Session, user: User) -> list[int]:
    query = (
        visible_probes(user)
        .join(Probe.observations)
        .where(Observation.kind == ObservationKind.UNCERTAIN_REPLY)
        .with_only_columns(Observation.id)
        .order_by(Observation.id)
    )
    if not user.is_a(RoleName.ADMIN):
        # Who is also the contact of a location elsewhere reads its closed probes, and judges none of them.
        query = query.where(Location.region_id.in_([region.id for region in user.regions]))
    return list(session.scalars(query))


def own_last_decision(
    session: Session, user: User, observation_id: int
) -> tuple[Observation, Decision] | None:
    """The reply with its last decision, if `user` made that and may undo it; None for any other number."""
    owner = session.scalar(select(Observation.probe_id).where(Observation.id == observation_id))
    if owner is None:
        return None
    probe = probe_to_judge(session, user, owner)
    reply = next((seen for seen in probe.observations if seen.id == observation_id), None)
    last = decisions_on(reply)[-1:] if reply else []
    return (reply, last[0]) if reply and last and last[0].by_id == user.id else None
