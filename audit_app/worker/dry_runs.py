"""Dry runs on pages that administrators teach us: one at a time, within a limit, with their progress to be seen."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

from audit_app.models import WidgetTrial
from audit_app.services.probes.claims import ClaimLost
from audit_app.services.widgets import dry_runs
from audit_app.worker.context import WorkerContext, log, utc_now
from audit_app.worker.watching import Stopped
from probes.base import ProbeError
from probes.channels.chat.dry_run import Trial, try_chat
from probes.channels.chat.visitor import Visitor
from probes.widgets.files import read_widget_text
from probes.widgets.schema import Widget

LOOK_SECONDS = 2.0
"""Somebody waits in front of the page, so the worker looks more often than in its rounds."""
MOST_SECONDS = 150.0
"""What one dry run may take, whatever the page does."""
LEASE = timedelta(seconds=30)
VISITOR = Visitor("Anna Berg", "anna.berg@example.org")
"""Nothing is typed, so nobody learns of her."""
TOO_SLOW = f"The page was not done after {MOST_SECONDS:.0f} seconds. Try again; if it stays so, the page is too slow for probes."


class DryRuns:
    """Makes the tries of one worker."""

    def __init__(self, context: WorkerContext) -> None:
        self._context = context

    async def run(self) -> None:
        """Make whatever tries are waiting, until the worker has to stop."""
        context, stop = self._context, self._context.stop
        while not stop.is_set():
            trial = await context.do(dry_runs.claim_trial, context.name, utc_now(), LEASE)
            if trial is not None:
                await self._make(trial)
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), LOOK_SECONDS)

    async def _make(self, trial: WidgetTrial) -> None:
        began = time.monotonic()
        log.info("trial.started", trial=trial.id)
        try:
            found = await self._within_limits(trial)
        except Stopped:
            # Another worker need not wait for the lease.
            await self._context.do(dry_runs.release, trial.id, self._context.name)
        except ClaimLost:
            pass
        except ProbeError as error:
            await self._fail(trial.id, str(error))
        except TimeoutError:
            await self._fail(trial.id, TOO_SLOW)
        except Exception as error:  # a browser can fail in any way; the next try must not suffer from it
            await self._fail(trial.id, f"The browser failed: {type(error).__name__}. Try again.")
            log.error("trial.failed", trial=trial.id, error=type(error).__name__, reason=str(error)[:500])
        else:
            await self._store(trial.id, found)
        await self._context.do(dry_runs.delete_old_trials, utc_now())
        log.info("trial.ended", trial=trial.id, seconds=round(time.monotonic() - began, 1))

    async def _within_limits(self, trial: WidgetTrial) -> Trial:
        """Run the try while keeping the claim on it. Raises Stopped, ClaimLost, TimeoutError and what a try raises."""
        run = asyncio.create_task(self._try(trial))
        stopping = asyncio.create_task(self._context.stop.wait())
        try:
            async with asyncio.timeout(MOST_SECONDS):
                while not run.done():
                    await asyncio.wait(
                        {run, stopping},
                        timeout=LEASE.total_seconds() / 3,
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                    if stopping.done():
                        raise Stopped
                    if not run.done() and not await self._say(trial.id, ""):
                        raise ClaimLost(f"Try {trial.id} was taken by another worker.")
                return run.result()
        finally:
            stopping.cancel()
            run.cancel()
            await asyncio.gather(run, stopping, return_exceptions=True)

    async def _try(self, trial: WidgetTrial) -> Trial:
        widget: str | Widget = trial.widget
        if trial.text:
            widget = read_widget_text(trial.text, "the description that is tried")

        async def say(words: str) -> None:
            await self._say(trial.id, words)

        return await try_chat(self._context.browsers, trial.page, widget, VISITOR, say=say)

    async def _say(self, trial_id: int, words: str) -> bool:
        name, until = self._context.name, utc_now() + LEASE
        return await self._context.do(dry_runs.note_progress, trial_id, name, until, words)

    async def _store(self, trial_id: int, found: Trial) -> None:
        name = self._context.name
        await self._context.do(dry_runs.finish, trial_id, name, found, utc_now())

    async def _fail(self, trial_id: int, problem: str) -> None:
        name = self._context.name
        await self._context.do(dry_runs.fail, trial_id, name, problem, utc_now())
