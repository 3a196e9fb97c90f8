"""Starting and stopping the worker process."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import socket
import sys
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from audit_app import migrate
from audit_app.config import Settings, load_settings
from audit_app.database import open_engine
from audit_app.services.mail.opinion import OUR_RULES, Rules
from audit_app.services.operations.browser import lend_browsers
from audit_app.worker.alarms import Notifier, note_browser
from audit_app.worker.context import WorkerContext, log, utc_now
from audit_app.worker.rounds import Rounds

SHORTEST_LEASE = timedelta(seconds=30)
ROUNDS_PER_LEASE = 4
"""A lease outlives so many rounds, so that a slow one does not lose a claim."""
STOP_SECONDS = 8.0


def worker_name() -> str:
    """A name that no other worker has, nor this one after a restart: a dead worker's claims are not ours."""
    return f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(3)}"


async def run(
    settings: Settings,
    *,
    stop: asyncio.Event,
    name: str | None = None,
    lease: timedelta | None = None,
    rules: Rules = OUR_RULES,
) -> None:
    """Work until `stop` is set, then end within about ten seconds.

    `lease` is how long after a worker's death its probes wait for another one; by `rules` mail is judged. Raises DatabaseUnreachable, and
    OlderDatabase or NewerDatabase unless the database is at the newest migration, NoBrowser when the setting names
    one that cannot be run, InvalidInput when nobody could be alarmed. Without any browser, e-mail still works as far as
    no contact page has to be opened, and an alarm is raised.
    """
    notifier = Notifier(settings.alarm_addresses)
    engine = open_engine(settings)
    try:
        await asyncio.to_thread(migrate.check_current, engine)
        async with lend_browsers(
            settings.browser, settings.remote_browser, settings.browser_pages, settings.browser_user_agent
        ) as browsers:
            default = max(SHORTEST_LEASE, ROUNDS_PER_LEASE * timedelta(seconds=settings.tick_seconds))
            context = WorkerContext(
                settings, engine, browsers, name or worker_name(), lease or default, stop, rules=rules
            )
            await context.do(note_browser, settings, socket.gethostname(), utc_now())
            await _work(context, notifier)
    finally:
        engine.dispose()


async def _work(context: WorkerContext, notifier: Notifier) -> None:
    rounds = Rounds(context, notifier)
    scheduler = AsyncIOScheduler(timezone=UTC)
    # One job: the database says what is due. Late rounds are caught up with once (the default drops them).
    scheduler.add_job(
        rounds.run_round,
        "interval",
        seconds=context.settings.tick_seconds,
        next_run_time=datetime.now(UTC),
        misfire_grace_time=None,
        coalesce=True,
        max_instances=1,
    )
    scheduler.start()
    log.info("worker.started", worker=context.name)
    try:
        await context.stop.wait()
    finally:
        context.stop.set()
        context.halt.set()
        context.mail_came.set()
        scheduler.pause()
        await rounds.finish(STOP_SECONDS)
        scheduler.shutdown(wait=False)
        log.info("worker.stopped", worker=context.name)


def main() -> None:
    """Run the worker of this installation until SIGTERM or SIGINT."""
    settings = load_settings()
    _configure_logging(settings.log_level)
    asyncio.run(_run_until_signalled(settings))


async def _run_until_signalled(settings: Settings) -> None:
    stop = asyncio.Event()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_, stop.set)
    await run(settings, stop=stop)


def _configure_logging(level: str) -> None:
    """One line for each event on standard error: for people on a terminal, as JSON for a log."""
    on_terminal = sys.stderr.isatty()
    # The scheduler says at WARNING that a round took longer than the time between two, which is no fault.
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
