"""A worker in a process of its own, for tests that kill it.

Its own log tells when it comes to the step at which it is to die, so the worker itself needs no hook. It then kills itself with SIGKILL, before anything that follows the step. At `storing_mail` it dies in the
middle of the transaction that stores a mail, of which nothing is logged.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, MutableMapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session

from audit_app.config import load_settings
from audit_app.models import IncomingMail
from audit_app.services.mail.opinion import OUR_RULES, Rules
from audit_app.worker import run

LEASE = timedelta(seconds=2)

Event = MutableMapping[str, Any]


def dying_at(fatal: str) -> structlog.typing.Processor:
    """A log processor that kills the process at the step `fatal`."""

    def die(_logger: object, _method: str, logged: Event) -> Event:
        if logged.get("step") == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return logged

    return die


def _die_while_storing(session: Session, _context: object) -> None:
    if any(isinstance(row, IncomingMail) for row in session.new):
        os.kill(os.getpid(), signal.SIGKILL)


async def _work(rules: Rules) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await run(load_settings(), stop=stop, lease=LEASE, rules=rules)


def work(fatal: str, environment: Mapping[str, str], log: Path, rules: Rules = OUR_RULES) -> None:
    """Work by the settings of `environment` until SIGTERM, or until the step `fatal`; `log` takes what is said.

    By `rules` mail is judged.
    """
    with log.open("ab") as said:
        os.dup2(said.fileno(), sys.stderr.fileno())
    os.environ.update(environment)
    if fatal == "storing_mail":
        event.listen(Session, "after_flush", _die_while_storing)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            dying_at(fatal),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(_work(rules))
