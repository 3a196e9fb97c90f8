"""What all tasks of one worker share: its name, its database, its browsers, and the news that it has to stop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from audit_app.config import Settings
from audit_app.database import read_only, transaction
from audit_app.domain.errors import NotFound
from audit_app.models import Probe
from audit_app.services.mail.opinion import OUR_RULES, Rules
from audit_app.services.mailboxes.accounts import account_of
from audit_app.services.probes.messages import message_of
from audit_app.services.probes.steps import state_of
from probes.base import Message
from probes.browser.browsers import Browsers
from probes.channel import Attempt, Equipment
from probes.channels.table import CHANNELS
from probes.mail.imap import MailAccount

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
log = structlog.get_logger("audit_app.worker")


def utc_now() -> datetime:
    """The time on this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed probe as its task needs it, read in one go; the database stays the truth."""

    probe_id: int
    message: Message = field(repr=False)
    account: MailAccount = field(repr=False)
    state: dict[str, Any] | None = field(repr=False)
    """What the channel stored to come back; None before it stored anything."""
    sending_at: datetime
    sent_latest: datetime | None
    looked_at: datetime | None

    @property
    def on_page(self) -> bool:
        """Whether answers show on a page that has to be watched."""
        return CHANNELS[self.message.channel].answers_come_to == "session"


@dataclass(frozen=True)
class WorkerContext:
    """One worker's equipment. `stop` is set on the event loop, `halt` tells the threads."""

    settings: Settings
    engine: Engine
    browsers: Browsers
    name: str
    lease: timedelta
    stop: asyncio.Event
    halt: threading.Event = field(default_factory=threading.Event)
    mail_came: threading.Event = field(default_factory=threading.Event)
    """Set when mail was stored, so that it is judged at once."""
    rules: Rules = OUR_RULES

    async def do(
        self,
        work: Callable[Concatenate[Session, Parameters], Result],
        /,
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        """Run `work(session, …)` in a thread, in a transaction of its own that is committed when this returns."""
        return await asyncio.to_thread(lambda: self.do_here(work, *args, **kwargs))

    def do_here(
        self,
        work: Callable[Concatenate[Session, Parameters], Result],
        /,
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        """The same in the thread that calls."""
        with transaction(self.engine) as session:
            return work(session, *args, **kwargs)

    def read_here(
        self,
        work: Callable[Concatenate[Session, Parameters], Result],
        /,
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        """Run `work(session, …)` in a transaction that cannot write, and keeps no writer waiting."""
        with transaction(self.engine) as session:
            read_only(session)
            return work(session, *args, **kwargs)

    async def job(self, probe_id: int) -> Job:
        """Read what a task needs to know of its probe; raises NotFound if it was deleted."""
        return await self.do(_read_job, probe_id)

    def open(self, job: Job, *, again: bool = False) -> AbstractAsyncContextManager[Attempt]:
        """Open the channel for a job; `again` goes back to where an earlier attempt was."""
        equipment = Equipment(self.browsers, job.account)
        return CHANNELS[job.message.channel].open(equipment, job.message, job.state if again else None)


def _read_job(session: Session, probe_id: int) -> Job:
    probe = session.get(Probe, probe_id)
    if probe is None:
        raise NotFound(f"Probe {probe_id} does not exist any more.")
    return Job(
        probe_id=probe.id,
        message=message_of(probe),
        account=account_of(probe.persona.mailbox),
        state=state_of(probe),
        sending_at=probe.sending_at or probe.planned_at,
        sent_latest=probe.sent_latest,
        looked_at=probe.looked_at,
    )


def step(name: str, probe_id: int, **facts: object) -> None:
    """Log one step of one probe; never what was written, nor addresses, nor secrets."""
    log.info("probe.step", step=name, probe=probe_id, **facts)
