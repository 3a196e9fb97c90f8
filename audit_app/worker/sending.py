"""Sending a probe once, and finding out whether one left when its worker did not live to say so."""

from __future__ import annotations

import asyncio

from audit_app.services.probes import steps
from audit_app.services.probes.claims import ClaimLost
from audit_app.worker.context import Job, WorkerContext, log, step, utc_now
from audit_app.worker.watching import saved_state, watch
from probes.base import Blocked, Deferred, Fact, NotSent, OurFailure, ProbeError, Rejected, SendUnknown
from probes.channel import Attempt


async def send_probe(context: WorkerContext, probe_id: int) -> None:
    """Take a claimed probe to the company's door, send it, and watch the page if answers show there.

    Whatever fails before `sending` is committed, which is at the last moment before the message is complete, gives the
    probe back; from there on it is sent again only when the channel knows that nobody took the message.
    """
    begun = asyncio.Event()
    try:
        job = await context.job(probe_id)
        async with context.open(job) as attempt:
            if seen := await attempt.prepare():
                await context.do(steps.note_seen, probe_id, context.name, seen, utc_now())
            step("prepared", probe_id)
            await _send(context, job, attempt, begun)
    except ClaimLost as lost:
        log.warning("probe.claim_lost", probe=probe_id, reason=str(lost))
    except Exception as error:  # a browser can fail in any way; nothing but this probe may suffer from it
        if begun.is_set():
            log.error("probe.interrupted", probe=probe_id, error=type(error).__name__, reason=_words(error))
        else:
            await _release_unsent(context, probe_id, error)


async def _release_unsent(context: WorkerContext, probe_id: int, error: Exception) -> None:
    if isinstance(error, Blocked):
        await _fail(context, probe_id, error)
        return
    reason = error if isinstance(error, ProbeError) else NotSent(f"Nothing was sent: {_words(error)}")
    probe = await context.do(steps.release_unsent, probe_id, context.name, reason, utc_now())
    step("given_back" if probe.closed_at is None else "failed", probe_id, reason=_words(reason))


async def _fail(context: WorkerContext, probe_id: int, error: ProbeError) -> None:
    probe = await context.do(steps.mark_failed, probe_id, context.name, error, utc_now())
    step("failed", probe_id, outcome=probe.outcome.value, error=type(error).__name__)


async def _defer(context: WorkerContext, probe_id: int, error: Deferred) -> None:
    probe = await context.do(steps.defer, probe_id, context.name, error, utc_now())
    step("deferred" if probe.closed_at is None else "failed", probe_id, reason=_words(error))


class _Withdrawn(Exception):
    """Meanwhile the probe is not to be sent any more, or turned out to have been."""


async def _send(context: WorkerContext, job: Job, attempt: Attempt, begun: asyncio.Event) -> None:
    probe_id = job.probe_id

    async def begin() -> None:
        state = await attempt.state()
        may = await context.do(steps.begin_sending, probe_id, context.name, state, utc_now())
        if not may:
            raise _Withdrawn
        begun.set()
        step("sending", probe_id)

    try:
        sent = await attempt.send(begin)
    except _Withdrawn:
        step("withdrawn", probe_id)
    except Deferred as error:
        await _defer(context, probe_id, error)
    except (NotSent, Rejected, Blocked) as error:
        await _fail(context, probe_id, error)
    except Exception as error:  # anything unforeseen leaves open whether the message left, once it was begun
        if not begun.is_set():
            raise
        await _unknown(context, probe_id, error)
    else:
        step("handed_over", probe_id)
        await _sent(context, job, attempt, sent)


async def _sent(context: WorkerContext, job: Job, attempt: Attempt, sent: Fact) -> None:
    state = await saved_state(attempt) if job.on_page else None
    await context.do(steps.mark_sent, job.probe_id, context.name, sent, state or {}, utc_now())
    step("sent", job.probe_id)
    if job.on_page:
        await watch(context, job, attempt, sent.latest, sent.latest)


async def _unknown(context: WorkerContext, probe_id: int, error: Exception) -> None:
    reason = str(error) if isinstance(error, ProbeError) else f"Sending broke off: {_words(error)}"
    evidence = error.evidence if isinstance(error, ProbeError) else ()
    probe = await context.do(steps.mark_unknown, probe_id, context.name, reason, utc_now(), evidence)
    step(probe.state.value, probe_id, error=type(error).__name__)


async def settle_unknown(context: WorkerContext, probe_id: int) -> None:
    """Look for the proof that a probe left; if it is found, go on with it, and if not, look again later."""
    found = False
    try:
        job = await context.job(probe_id)
        if job.on_page and job.state is None:
            raise OurFailure("The state of its page was never stored, so there is nowhere to look.")
        async with context.open(job, again=True) as attempt:
            if job.on_page:
                await attempt.prepare()
            sent = await attempt.find_sent(job.sending_at)
            found = sent is not None
            step("searched", probe_id, found=found)
            if sent is not None:
                await _sent(context, job, attempt, sent)
        if not found:
            raise SendUnknown("The place where the message would be does not have it.")
    except ClaimLost as lost:
        log.warning("probe.claim_lost", probe=probe_id, reason=str(lost))
    except Exception as error:  # as above: whatever it is, it is this probe's alone
        if found:
            log.error("probe.interrupted", probe=probe_id, error=type(error).__name__, reason=_words(error))
        else:
            await _unknown(context, probe_id, error)


def _words(error: Exception) -> str:
    """The first line of what an error says; browsers add a log of many lines."""
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__
