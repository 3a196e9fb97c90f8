"""The weekly scores: computed while everybody may write, and stored in transactions that take no time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from audit_app.database import read_only
from audit_app.domain.scores.policy import read_policy
from audit_app.models import ScorePolicy
from audit_app.services.scores.policies import ensure_policy
from audit_app.services.scores.scores import (
    BATCH,
    Computed,
    changed,
    due_weeks,
    group_scores,
    location_scores,
    store_scores,
)
from audit_app.worker.context import WorkerContext

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


async def store_due(context: WorkerContext, now: datetime) -> int:
    """Compute the scores of the due weeks and store those that are new or have changed; returns how many.

    No transaction that can write lasts longer than a batch takes. Groups follow their locations, whose rows they name.
    """
    version = await context.do(ensure_policy, now)
    weeks = await _read(context, due_weeks, now)
    stored = 0
    for week in weeks:
        locations = await _read(context, location_scores, [week], read_policy(version.content))
        stored += await _store(context, locations, version, now)
        groups = await _read(context, group_scores, [week], version)
        stored += await _store(context, groups, version, now)
    return stored


async def _store(
    context: WorkerContext, scores: Sequence[Computed], version: ScorePolicy, now: datetime
) -> int:
    new = await _read(context, changed, scores)
    for start in range(0, len(new), BATCH):
        await context.do(store_scores, new[start : start + BATCH], version, now)
    return len(new)


async def _read(
    context: WorkerContext,
    work: Callable[Concatenate[Session, Parameters], Result],
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    """Run `work(session, …)` in a transaction that keeps nobody from writing."""

    def reading(session: Session) -> Result:
        read_only(session)
        return work(session, *args, **kwargs)

    return await context.do(reading)
