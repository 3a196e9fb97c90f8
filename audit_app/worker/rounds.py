"""One round of a worker: what is due is planned, taken from the database and given to tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from audit_app.models import Probe
from audit_app.readiness import obstacle
from audit_app.services.mailboxes.state import active_mailboxes, mail_judged
from audit_app.services.notices.outbox import forget_old_notices
from audit_app.services.operations import private_hosts
from audit_app.services.operations.alarms import end_unwatched
from audit_app.services.operations.retention import erase_expired, limit_of
from audit_app.services.probes import claims
from audit_app.services.probes.ledger import close_mail_probes, give_up_unseen
from audit_app.services.probes.planning import plan_due
from audit_app.services.probes.steps import cancel_stale
from audit_app.services.users.expiry import forget_sign_ins
from audit_app.services.visits.photos import forget_half_uploads
from audit_app.worker.alarms import Notifier, send_news
from audit_app.worker.context import WorkerContext, log, step, utc_now
from audit_app.worker.dry_runs import DryRuns
from audit_app.worker.judging import MailJudge
from audit_app.worker.notices import send_notices
from audit_app.worker.reading import MailboxReader
from audit_app.worker.scoring import store_due
from audit_app.worker.sending import send_probe, settle_unknown
from audit_app.worker.watching import look_again

FOR_NEW_ONES = 6
"""One place in so many is only for new sends and searches, so that watched chats do not hold them up."""
SCORES_EVERY = timedelta(minutes=15)
ERASED_EVERY = FORGOT_EVERY = timedelta(hours=1)

Claim = Callable[[Session, str, datetime, int, timedelta], list[Probe]]
Task = Callable[[WorkerContext, int], Coroutine[object, object, None]]


class Rounds:
    """A worker's rounds and the tasks that came of them."""

    def __init__(self, context: WorkerContext, notifier: Notifier) -> None:
        self._context, self._notifier = context, notifier
        self._most = context.settings.browser_pages
        self._probes: dict[int, asyncio.Task[None]] = {}
        self._mailboxes: dict[int, asyncio.Task[None]] = {}
        self._alarms: asyncio.Task[None] | None = None
        self._dry_runs: asyncio.Task[None] | None = None
        self._judging: asyncio.Task[None] | None = None
        self._notices: asyncio.Task[None] | None = None
        self._scoring: asyncio.Task[None] | None = None
        self._forgot_at: datetime | None = None
        self._scored_at: datetime | None = None
        self._erased_at: datetime | None = None
        self._turn = asyncio.Lock()
        self._paused = False

    async def run_round(self) -> None:
        """Do all that is due now; what fails is logged and done in the next round."""
        parts = (
            self._renew,
            self._allow,
            self._read_mailboxes,
            self._judge,
            self._try,
            self._plan,
            self._settle,
            self._send,
            self._look,
            self._close,
            self._score,
            self._erase,
            self._forget,
            self._tell,
            self._send_notices,
        )
        async with self._turn:
            if not await self._ready():
                return
            for part in parts:
                if self._context.stop.is_set():
                    return
                await self._guarded(part)

    async def _ready(self) -> bool:
        """Whether what would be done could be stored; says once that work pauses, and once that it goes on."""
        problem = await asyncio.to_thread(obstacle, self._context.engine, self._context.settings)
        if problem and not self._paused:
            log.error("worker.paused", reason=problem)
        elif self._paused and not problem:
            log.info("worker.resumed", worker=self._context.name)
        self._paused = bool(problem)
        return not problem

    async def _guarded(self, part: Callable[[], Awaitable[None]]) -> None:
        try:
            await part()
        except Exception as error:  # a database that is away for a minute must not end the worker
            name = getattr(part, "__name__", "")
            log.error("round.failed", part=name, error=type(error).__name__, reason=str(error)[:500])

    async def finish(self, seconds: float) -> None:
        """Let the tasks end within `seconds`, then end them; what they leave undone is found by its lease."""
        async with self._turn:
            tasks = [*self._probes.values(), *self._mailboxes.values()]
            beside = (self._alarms, self._dry_runs, self._notices, self._judging, self._scoring)
            tasks += [task for task in beside if task]
        if tasks:
            _, left = await asyncio.wait(tasks, timeout=seconds)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _renew(self) -> None:
        ids, until = list(self._probes), utc_now() + self._context.lease
        if ids:
            await self._context.do(claims.renew, self._context.name, ids, until)

    async def _allow(self) -> None:
        self._context.browsers.allow(await self._context.do(private_hosts.allowed))

    async def _read_mailboxes(self) -> None:
        await self._context.do(end_unwatched, utc_now())
        for mailbox_id in await self._context.do(active_mailboxes):
            running = self._mailboxes.get(mailbox_id)
            if running is None or running.done():
                reader = MailboxReader(self._context, mailbox_id)
                self._mailboxes[mailbox_id] = asyncio.create_task(reader.run(), name=f"mailbox-{mailbox_id}")

    async def _judge(self) -> None:
        if self._judging is None or self._judging.done():
            self._judging = asyncio.create_task(MailJudge(self._context).run(), name="judging")
            self._judging.add_done_callback(_log_failure)

    async def _try(self) -> None:
        if self._dry_runs is None or self._dry_runs.done():
            self._dry_runs = asyncio.create_task(DryRuns(self._context).run(), name="dry-runs")
            self._dry_runs.add_done_callback(_log_failure)

    async def _plan(self) -> None:
        for probe in await self._context.do(cancel_stale, utc_now()):
            step("cancelled", probe.id)
        for probe in await self._context.do(plan_due, utc_now()):
            step("planned", probe.id, channel=probe.channel.value)

    async def _settle(self) -> None:
        await self._take(claims.claim_unsettled, settle_unknown, self._most, "search")

    async def _send(self) -> None:
        await self._take(claims.claim, send_probe, self._most, "claimed")

    async def _look(self) -> None:
        await self._take(claims.claim_looks, look_again, self._most - self._most // FOR_NEW_ONES, "look")

    async def _take(self, claim: Claim, task: Task, places: int, name: str) -> None:
        # What there is no memory for waits in the database, where another worker may take it; but for one a round,
        # since mail needs no page.
        room = min(places - len(self._probes), max(1, await self._context.browsers.room()))
        if room <= 0:
            return
        context = self._context
        taken = await context.do(claim, context.name, utc_now(), room, context.lease)
        for probe in taken:
            step(name, probe.id, channel=probe.channel.value)
            # A claim that ran out under a task of ours, because a round was late, is simply ours again.
            if probe.id not in self._probes:
                self._start(probe.id, task(context, probe.id))

    def _start(self, probe_id: int, work: Coroutine[object, object, None]) -> None:
        running = asyncio.create_task(work, name=f"probe-{probe_id}")
        self._probes[probe_id] = running
        running.add_done_callback(lambda done: self._ended(probe_id, done))

    def _ended(self, probe_id: int, done: asyncio.Task[None]) -> None:
        if self._probes.get(probe_id) is done:
            del self._probes[probe_id]
        if not done.cancelled() and (error := done.exception()) is not None:
            log.error(
                "probe.task_failed", probe=probe_id, error=type(error).__name__, reason=str(error)[:500]
            )

    async def _close(self) -> None:
        await self._context.do(mail_judged)
        closed = await self._context.do(close_mail_probes, utc_now())
        given_up = await self._context.do(give_up_unseen, utc_now())
        for probe in (*closed, *given_up):
            step("closed", probe.id, outcome=probe.outcome.value)

    async def _tell(self) -> None:
        # Beside the rounds: a message that does not get through may take a minute, and nothing waits for it.
        if self._alarms is None or self._alarms.done():
            self._alarms = asyncio.create_task(send_news(self._context, self._notifier), name="alarms")
            self._alarms.add_done_callback(_log_failure)

    async def _send_notices(self) -> None:
        # Beside the rounds as well: a mail server may take its time.
        if self._notices is None or self._notices.done():
            self._notices = asyncio.create_task(send_notices(self._context), name="notices")
            self._notices.add_done_callback(_log_failure)

    async def _forget(self) -> None:
        """Delete now and then what nobody needs any more: ended sessions, old limits, mail that was sent long ago."""
        now = utc_now()
        if self._forgot_at is None or now - self._forgot_at >= FORGOT_EVERY:
            await self._context.do(forget_sign_ins, self._context.settings.session_life, now)
            await self._context.do(forget_old_notices, now)
            await self._context.do(forget_half_uploads, now)
            self._forgot_at = now

    async def _score(self) -> None:
        now = utc_now()
        due = self._scored_at is None or now - self._scored_at >= SCORES_EVERY
        if due and (self._scoring is None or self._scoring.done()):
            # Beside the rounds: with many locations it takes a while, and no probe waits for it.
            self._scored_at = now
            self._scoring = asyncio.create_task(self._store_scores(now), name="scores")
            self._scoring.add_done_callback(_log_failure)

    async def _store_scores(self, now: datetime) -> None:
        log.info("scores.stored", new=await store_due(self._context, now))

    async def _erase(self) -> None:
        """Follow the retention rule, one batch a round while there is something to erase."""
        now = utc_now()
        limit = limit_of(self._context.settings.keep_days, now)
        if limit is None or (self._erased_at is not None and now - self._erased_at < ERASED_EVERY):
            return
        erased = await self._context.do(erase_expired, limit, now)
        if erased:
            log.info("retention.erased", probes=erased.probes, mails=erased.mails)
        else:
            self._erased_at = now


def _log_failure(done: asyncio.Task[None]) -> None:
    if not done.cancelled() and (error := done.exception()) is not None:
        log.error("task.failed", task=done.get_name(), error=type(error).__name__, reason=str(error)[:500])
