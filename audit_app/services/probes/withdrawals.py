"""Facts that turned out to be none of a probe's: they stay in its ledger, and say nothing about it any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from audit_app.domain.probes.probe import ObservationKind
from audit_app.models import IncomingMail, Observation, ReplyRating, User


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Who withdrew a fact, when, with which mail, and what it had been; `follows` where another mail was meant."""

    by: str
    at: datetime
    was: ObservationKind
    mail_id: int
    follows: bool


def withdraw(
    session: Session,
    seen: Observation,
    mail: IncomingMail,
    user: User,
    now: datetime,
    *,
    follows: bool = False,
) -> None:
    """Let a fact count no longer, and set aside the ratings of the answer that it was part of."""
    row = {
        "by": user.name,
        "by_id": user.id,
        "at": now.isoformat(),
        "was": seen.kind.value,
        "mail": mail.id,
        "follows": follows,
    }
    if seen.kind is ObservationKind.HUMAN_REPLY:
        _ratings(session, seen.probe_id, None, now)
    seen.kind, seen.details = ObservationKind.TAKEN_BACK, {**seen.details, "withdrawn": row}


def withdrawal_of(seen: Observation) -> Withdrawal | None:
    """How the fact came to count no longer; None for one that counts."""
    row = seen.details.get("withdrawn") if seen.kind is ObservationKind.TAKEN_BACK else None
    if row is None:
        return None
    at = datetime.fromisoformat(row["at"])
    return Withdrawal(row["by"], at, ObservationKind(row["was"]), row["mail"], row["follows"])


def reinstate(session: Session, seen: Observation) -> None:
    """Let a withdrawn fact count again as what it was, and with it the ratings that were set aside."""
    made = withdrawal_of(seen)
    if made is None:
        return
    details = {name: value for name, value in seen.details.items() if name != "withdrawn"}
    before = [*details.get("withdrawn_before", []), seen.details["withdrawn"]]
    seen.kind, seen.details = made.was, {**details, "withdrawn_before": before}
    _ratings(session, seen.probe_id, made.at, None)


def _ratings(session: Session, probe_id: int, before: datetime | None, after: datetime | None) -> None:
    """Set aside the ratings of a probe's answer, or take them up again."""
    condition = ReplyRating.set_aside_at == before if before else ReplyRating.set_aside_at.is_(None)
    session.execute(
        update(ReplyRating).where(ReplyRating.probe_id == probe_id, condition).values(set_aside_at=after)
    )
