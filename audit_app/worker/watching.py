"""Watching a page on which answers show: right after sending, and again whenever a look is due."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from datetime import datetime, timedelta
from typing import Any

from audit_app.services.probes import steps
from audit_app.services.probes.claims import ClaimLost
from audit_app.worker.context import Job, WorkerContext, log, step, utc_now
from probes.base import JSON, Blocked, Fact, ProbeError
from probes.channel import Attempt

LOOK_SECONDS = 10.0
"""How long a page that was opened again is watched: what is there already shows at once."""


class Stopped(Exception):
    """The worker has to stop; what was not seen yet will be seen by whoever opens the page again."""


async def look_again(context: WorkerContext, probe_id: int) -> None:
    """Open the page of a sent probe again and watch it, for long while it is young, else for a moment."""
    try:
        job = await context.job(probe_id)
        async with context.open(job, again=True) as attempt:
            await attempt.prepare()
            step("reopened", probe_id)
            since = job.looked_at or job.sent_latest
            await watch(context, job, attempt, job.sent_latest or utc_now(), since)
    except ClaimLost as lost:
        log.warning("probe.claim_lost", probe=probe_id, reason=str(lost))
    except Blocked as error:
        await _mark_blocked(context, probe_id, error)
    except Exception as error:  # a browser can fail in any way; nothing but this probe may suffer from it
        log.warning("probe.not_seen", probe=probe_id, error=type(error).__name__, reason=str(error)[:300])
        await context.do(steps.end_watch, probe_id, context.name, None, None, utc_now())


async def _mark_blocked(context: WorkerContext, probe_id: int, error: Blocked) -> None:
    await context.do(steps.mark_blocked, probe_id, context.name, error, utc_now())
    step("blocked", probe_id, obstacle=error.kind)


async def watch(
    context: WorkerContext, job: Job, attempt: Attempt, sent: datetime, since: datetime | None
) -> None:
    """Watch the page until it has been open long enough after sending, or a person has answered.

    Each fact is committed as it comes; at the end the page's state is stored, so that it can be opened again.
    """
    young_until = sent + timedelta(seconds=context.settings.chat_watch_seconds)
    until = max(young_until, utc_now() + timedelta(seconds=LOOK_SECONDS))
    step("watching", job.probe_id)
    seen_until: datetime | None = None
    stopped = False
    try:
        await _follow(context, job, attempt, until, since)
        seen_until = min(until, utc_now())
    except Stopped:
        stopped = True
    except ProbeError as error:
        log.warning("probe.not_seen", probe=job.probe_id, error=type(error).__name__, reason=str(error))
    state = await saved_state(attempt)
    probe = await context.do(
        steps.end_watch, job.probe_id, context.name, state, seen_until, utc_now(), at_once=stopped
    )
    step("watched", job.probe_id, outcome=probe.outcome.value, stopped=stopped)


async def _follow(
    context: WorkerContext, job: Job, attempt: Attempt, until: datetime, since: datetime | None
) -> None:
    async with aclosing(_until_stopped(context, attempt.watch(until, since))) as facts:
        async for fact in facts:
            if await _note(context, job, fact):
                return


async def _note(context: WorkerContext, job: Job, fact: Fact) -> bool:
    """Store one fact; returns whether it closed the probe."""
    now = utc_now()
    probe = await context.do(steps.note, job.probe_id, context.name, [fact], now)
    step("observed", job.probe_id, kind=fact.kind.value, outcome=probe.outcome.value)
    return probe.closed_at is not None


async def _until_stopped(
    context: WorkerContext, facts: AsyncGenerator[Fact, None]
) -> AsyncGenerator[Fact, None]:
    """Pass facts on until there are no more; raises Stopped in the middle of a wait when the worker has to stop."""
    stopping: asyncio.Future[Any] = asyncio.ensure_future(context.stop.wait())
    try:
        async with aclosing(facts):
            while (fact := await _next_or_stop(facts, stopping)) is not None:
                yield fact
    finally:
        stopping.cancel()


async def _next_or_stop(facts: AsyncGenerator[Fact, None], stopping: asyncio.Future[Any]) -> Fact | None:
    coming: asyncio.Future[Any] = asyncio.ensure_future(_next(facts))
    try:
        await asyncio.wait({coming, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if coming.done():
            fact: Fact | None = coming.result()
            return fact
        raise Stopped
    finally:
        if not coming.done():
            coming.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await coming


async def _next(facts: AsyncGenerator[Fact, None]) -> Fact | None:
    return await anext(facts, None)


async def saved_state(attempt: Attempt) -> Mapping[str, JSON] | None:
    """What is needed to open the page again, or None when it cannot be had: then the state before stays."""
    try:
        return await attempt.state()
    except ProbeError:
        return None
