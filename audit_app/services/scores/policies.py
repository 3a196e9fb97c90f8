"""The versions of the score policy: the rules in force at a moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.scores.policy import DEFAULT_POLICY, Policy, policy_hash, read_policy
from audit_app.domain.time.period import Period
from audit_app.models import ScorePolicy


def newest_policy(session: Session, now: datetime) -> ScorePolicy | None:
    """The newest version of the score policy that there is at `now`."""
    return session.scalar(
        select(ScorePolicy).where(ScorePolicy.created_at <= now).order_by(ScorePolicy.number.desc()).limit(1)
    )


def current_policy(session: Session, now: datetime) -> Policy:
    """The rules in force at `now`: the newest version, or the default ones as long as none is stored."""
    stored = newest_policy(session, now)
    return read_policy(stored.content) if stored else DEFAULT_POLICY


def policy_for(session: Session, period: Period, now: datetime) -> Policy:
    """The rules that were in force at the end of `period`: a later version changes nothing in the past.

    For a period before the first version that one, and the default rules as long as none is stored.
    """
    stored = newest_policy(session, min(now, period.end))
    if stored is None:
        stored = session.scalar(select(ScorePolicy).order_by(ScorePolicy.number).limit(1))
    return read_policy(stored.content) if stored else DEFAULT_POLICY


def ensure_policy(session: Session, now: datetime) -> ScorePolicy:
    """The newest version of the score policy; stores the default rules as version 1 if there is none yet."""
    stored = newest_policy(session, now)
    if stored is None:
        stored = ScorePolicy(
            number=1,
            content=DEFAULT_POLICY.content,
            content_hash=policy_hash(DEFAULT_POLICY),
            created_at=now,
        )
        session.add(stored)
        session.flush()
    return stored
