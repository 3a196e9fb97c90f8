"""Deciding on replies that no rule could judge: a person reads them and says who wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict, NotFound
from audit_app.domain.probes.probe import ObservationKind
from audit_app.domain.probes.response_time import Verdict
from audit_app.models import Observation, Probe, User
from audit_app.services.probes.ledger import settle_reply, summarise
from audit_app.services.probes.times import verdict_with


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a reply, and when; kept with the reply for good."""

    by: str
    at: datetime
    person: bool
    by_id: int = 0


def decisions_on(observation: Observation) -> list[Decision]:
    """All decisions on the reply, oldest first; the last one stands."""
    stored = observation.details.get("decisions", [])
    return [
        Decision(row["by"], datetime.fromisoformat(row["at"]), row["person"], row.get("by_id", 0))
        for row in stored
    ]


def can_be_decided(observation: Observation) -> bool:
    """Whether the reply waits for a decision, or had one that may be changed while its text is still there."""
    if observation.probe.erased_at or observation.kind is ObservationKind.TAKEN_BACK:
        return False
    return observation.kind is ObservationKind.UNCERTAIN_REPLY or bool(decisions_on(observation))


def reply_to_decide(probe: Probe, observation_id: int) -> Observation:
    """The reply with this number; raises NotFound when the probe has none, or the rules were sure of it."""
    for observation in probe.observations:
        if observation.id == observation_id and can_be_decided(observation):
            return observation
    raise NotFound("This probe has no such reply to decide on. Choose one from its time line.")


def verdict_if(observation: Observation, person: bool, now: datetime) -> Verdict:
    """What would come of the probe, if a person wrote the reply or if a machine did; changes nothing."""
    kind = ObservationKind.HUMAN_REPLY if person else ObservationKind.ACKNOWLEDGED
    return verdict_with(observation.probe, now, {observation.id: kind})


def decide(
    session: Session, observation: Observation, person: bool, user: User, seen: int, now: datetime
) -> None:
    """Say whether a person wrote the reply, and judge the probe anew; a later decision replaces an earlier one.

    `seen` is how many decisions there were when `user` read the reply. Raises Conflict when somebody decided since.
    """
    session.refresh(observation.probe, with_for_update=True)
    session.refresh(observation)
    earlier = decisions_on(observation)
    if len(earlier) != seen:
        last = f"{earlier[-1].by} decided on this reply" if earlier else "This reply was judged"
        raise Conflict(f"{last} while you were reading. Look at it again, then change it if you disagree.")
    if earlier:
        observation.kind = ObservationKind.UNCERTAIN_REPLY
    settle_reply(session, observation, person, user, now)
    row = {"by": user.name, "by_id": user.id, "at": now.isoformat(), "person": person}
    observation.details = {
        **observation.details,
        "decisions": [*observation.details.get("decisions", []), row],
    }
    session.flush()


def take_back(session: Session, observation: Observation, user: User, now: datetime) -> None:
    """Undo the last decision on a reply; it stays on record, and what was decided before stands again.

    Raises Conflict when the last decision is not one of `user`: another person's is changed by a decision, not undone.
    """
    session.refresh(observation.probe, with_for_update=True)
    session.refresh(observation)
    rows = observation.details.get("decisions", [])
    if not rows or rows[-1].get("by_id") != user.id:
        raise Conflict("The last decision on this reply is not yours, so you cannot undo it; decide anew.")
    kept, undone = rows[:-1], {**rows[-1], "taken_back_at": now.isoformat()}
    observation.kind = _kind_by(kept)
    observation.reasons = [*observation.reasons, f"{user.name} took that back"]
    observation.details = {
        **observation.details,
        "decisions": kept,
        "taken_back": [*observation.details.get("taken_back", []), undone],
    }
    summarise(observation.probe, now)
    session.flush()


def _kind_by(decisions: list[dict[str, Any]]) -> ObservationKind:
    if not decisions:
        return ObservationKind.UNCERTAIN_REPLY
    return ObservationKind.HUMAN_REPLY if decisions[-1]["person"] else ObservationKind.ACKNOWLEDGED
