"""Rules without minima, so that each test needs only the inputs that it is about."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from audit_app.domain.scores.policy import DEFAULT_POLICY, Minima
from audit_app.models import ScorePolicy
from tests.factories import NOW


@pytest.fixture
def without_minima(session: Session) -> None:
    """A stored policy that has a score of any input whatever."""
    policy = DEFAULT_POLICY.model_copy(update={"minima": Minima()})
    version = ScorePolicy(
        number=1,
        content=policy.content,
        content_hash=policy.digest,
        created_at=NOW - timedelta(days=400),
    )
    session.add(version)
    session.commit()
