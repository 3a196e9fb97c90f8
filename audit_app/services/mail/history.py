"""What people did with a mail: who said where it belongs, and who took that back. Every step is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.models import IncomingMail, User


class HandlingStep(StrEnum):
    """What somebody can do with a mail."""

    ASSIGNED = "assigned"
    TAKEN_BACK = "taken_back"
    DISCARDED = "discarded"
    PUT_BACK = "put_back"


@dataclass(frozen=True, slots=True)
class Handling:
    """One step, by whom and when; `probe_id` is the probe that it was about, if it was about one."""

    step: HandlingStep
    by: str
    at: datetime
    probe_id: int | None


def lock_mail(session: Session, mail: IncomingMail) -> None:
    """Wait until nobody else is placing the mail, and see what they made of it."""
    session.execute(select(IncomingMail.id).where(IncomingMail.id == mail.id).with_for_update())
    session.refresh(mail, ["state", "probe_id", "reasons", "handled", "judge_at", "claimed_by"])


def note(
    mail: IncomingMail, step: HandlingStep, user: User, now: datetime, probe_id: int | None = None
) -> None:
    """Keep what `user` did with the mail."""
    row = {"deed": step.value, "by": user.name, "by_id": user.id, "at": now.isoformat(), "probe": probe_id}
    mail.handled = [*mail.handled, row]


def history_of(mail: IncomingMail) -> list[Handling]:
    """What people did with the mail, oldest first."""
    return [
        Handling(HandlingStep(row["deed"]), row["by"], datetime.fromisoformat(row["at"]), row["probe"])
        for row in mail.handled
    ]


def refused(mail: IncomingMail) -> set[int]:
    """The probes from which somebody took the mail back: no rule brings it there again."""
    last = {each.probe_id: each.step for each in history_of(mail) if each.probe_id is not None}
    return {probe for probe, step in last.items() if step is HandlingStep.TAKEN_BACK}
