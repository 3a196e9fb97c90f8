"""Whether stored scores still come out of what is stored beside them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from audit_app.domain.errors import Conflict, InvalidInput
from audit_app.models import Score
from audit_app.services.scores.scores import verify_score

AT_ONCE = 200
"""Rows in memory at a time; each holds its inputs and its breakdown."""


def verify_all(session: Session) -> Iterator[tuple[Score, str]]:
    """Each stored score, oldest first, with what is wrong with it in words; empty where it comes out again."""
    query = select(Score).options(joinedload(Score.location), joinedload(Score.region)).order_by(Score.id)
    for row in session.scalars(query.execution_options(yield_per=AT_ONCE)):
        yield row, _fault(row)


def _fault(row: Score) -> str:
    try:
        return "" if verify_score(row) else "It does not come out of its stored inputs."
    except (Conflict, InvalidInput) as error:
        return str(error)
