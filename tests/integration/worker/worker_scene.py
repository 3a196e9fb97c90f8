"""A demo company to write to, a database, and workers that can be started, stopped and killed."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from audit_app.config import Settings
from audit_app.database import transaction
from audit_app.demo.chain import DOMAIN
from audit_app.demo.company import SHOPPER_PASSWORD, DemoCompany
from audit_app.demo.company.store import Store
from audit_app.domain.probes.probe import ProbeState
from audit_app.models import (
    ChannelName,
    IncomingMail,
    Mailbox,
    Observation,
    PrivateHost,
    Probe,
    Touchpoint,
    mails_of,
)
from audit_app.services.mail.opinion import OUR_RULES, Rules
from tests import factories
from tests.integration.probes import probe_factories as make
from tests.integration.worker import worker_process

# Workers are born of a process that has imported all they need: to start Python takes longer than most tests.
BIRTHS = multiprocessing.get_context("forkserver")
BIRTHS.set_forkserver_preload([worker_process.__name__])
PATIENCE = 60.0
"""Seconds; far longer than anything takes, so that a busy machine fails no test."""


def ended(worker: BaseProcess) -> int | None:
    """Wait for a worker to end and say how: 0, or minus the signal that killed it; None if it still runs."""
    worker.join(PATIENCE)
    return worker.exitcode


class Scene:
    """One company, one database, one probe of one channel, and the workers of the test."""

    def __init__(self, company: DemoCompany, settings: Settings, engine: sa.Engine, folder: Path) -> None:
        self.company, self._settings, self.engine = company, settings, engine
        self._folder, self._log = folder, folder / "worker.log"
        self._log.touch()
        self._workers: list[BaseProcess] = []
        self.worker_settings: dict[str, str] = {}
        """Settings of the workers to be started, beside those that all have."""

    def campaign(
        self,
        channel: ChannelName,
        shop: str = "stockholm",
        *,
        contact_page: bool = False,
        confirmed: bool = True,
        password: str = SHOPPER_PASSWORD,
    ) -> None:
        """A campaign with one slot, now, to one shop; Stockholm's staff always answer."""
        addresses = {
            ChannelName.CHAT: self.company.shop_url(shop),
            ChannelName.CONTACT_FORM: self.company.contact_url(shop),
        }
        start = datetime.now(UTC) - timedelta(minutes=1)
        with transaction(self.engine) as session:
            session.merge(PrivateHost(id=1, address="127.0.0.1", allowed=True))
            audited = factories.organisation(session)
            audited.quick_seconds = audited.at_once_seconds = 0  # the demo's staff answer in seconds
            touchpoint = make.touchpoint(
                session,
                channel=channel,
                address=addresses.get(channel, f"{shop}@{DOMAIN}"),
                contact_page=self.company.contact_url(shop) if contact_page else None,
                confirmed=confirmed,
            )
            name = f"{shop} by {channel}"
            made = make.campaign(session, touchpoint, name=name, starts_at=start, every=timedelta(days=1))
            mailbox = made.personas[0].mailbox
            mailbox.password = password
            mailbox.smtp_port, mailbox.imap_port = self.company.smtp_port, self.company.imap_port

    def confirm_touchpoints(self) -> None:
        """Confirm all touchpoints, as an administrator would."""
        with transaction(self.engine) as session:
            session.execute(sa.update(Touchpoint).values(confirmed_at=datetime.now(UTC)))

    def set_password(self, password: str) -> None:
        """Set the password with which we sign in to our mailbox."""
        with transaction(self.engine) as session:
            session.scalars(sa.select(Mailbox)).one().password = password

    def mailbox(self) -> Mailbox:
        """Our mailbox as the database knows it."""
        with transaction(self.engine) as session:
            return session.scalars(sa.select(Mailbox)).one()

    def states(self) -> list[ProbeState]:
        """The states of all probes."""
        with transaction(self.engine) as session:
            return list(session.scalars(sa.select(Probe.state)))

    def logged(self, event: str) -> int:
        """How often the workers have logged an event."""
        return self._log.read_text().count(f'"event": "{event}"')

    def steps(self, name: str) -> int:
        """How often a probe has come to a step, as the workers logged it."""
        return self._log.read_text().count(f'"step": "{name}"')

    def wait_for_the_operator(self) -> None:
        """Wait until a person of the company has written in the chat."""
        with closing(Store(self._folder / "company")) as store:
            self.wait_until(lambda: any(said.role == "operator" for said in store.chat_messages()))

    def start_worker(self, fatal: str = "", rules: Rules = OUR_RULES) -> BaseProcess:
        """Start a worker that judges mail by `rules`; it kills itself at the step `fatal`."""
        args = (fatal, self._environment(), self._log, rules)
        worker = BIRTHS.Process(target=worker_process.work, args=args)
        worker.start()
        self._workers.append(worker)
        return worker

    def _environment(self) -> dict[str, str]:
        key = self._settings.encryption_key
        assert key is not None
        return os.environ | {
            "AUDIT_INSTANCE": str(self._settings.instance),
            "AUDIT_DATABASE_URL": self._settings.database_url,
            "AUDIT_ENCRYPTION_KEY": key.get_secret_value(),
            "AUDIT_SECRET_KEY": "signs only tests",
            "AUDIT_TICK_SECONDS": "0.3",
            "AUDIT_CHAT_WATCH_SECONDS": "30",
            **self.worker_settings,
        }

    def end_workers(self) -> None:
        """End all workers that still run, for good order's sake as an operator would."""
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            ended(worker)

    def probe(self) -> Probe | None:
        """The newest probe with its ledger, if one was planned."""
        with transaction(self.engine) as session:
            ledger = selectinload(Probe.observations).selectinload(Observation.evidence)
            query = sa.select(Probe).options(ledger).order_by(Probe.id.desc())
            return session.scalar(query.limit(1))

    def mails(self, probe: Probe) -> list[IncomingMail]:
        """The mails that lie with the probe."""
        with transaction(self.engine) as session:
            return mails_of(session.get_one(Probe, probe.id))

    def wait_for(self, holds: Callable[[Probe], bool]) -> Probe:
        """Wait until the probe is as wanted, and return it."""
        seen: list[Probe] = []

        def reached() -> bool:
            probe = self.probe()
            seen[:] = [probe] if probe is not None and holds(probe) else []
            return bool(seen)

        self.wait_until(reached)
        return seen[0]

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is as wanted; what the workers said last stands in the failure."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"It did not come to that: {self._told()}"
            time.sleep(0.1)

    def _told(self) -> str:
        probe = self.probe()
        said = self._log.read_text().splitlines()[-30:]
        return "\n".join([f"{probe.state} {probe.outcome} {probe.failure}" if probe else "none", *said])

    def received(self, probe: Probe) -> int:
        """How often the company got the probe's message."""
        if probe.channel is ChannelName.CHAT:
            return sum(message.text == probe.text for message in self.company.received_chats())
        if probe.channel is ChannelName.CONTACT_FORM:
            letters = [str(mail.message["Reply-To"]) for mail in self.company.received_mail()]
            return sum(probe.from_address in reply_to for reply_to in letters)
        return self.company.received(message_id=probe.message_id)


@contextmanager
def scene(settings: Settings, engine: sa.Engine, folder: Path) -> Iterator[Scene]:
    """Open a company whose staff answer within a second or two; ends it and all workers."""
    with ExitStack() as open_:
        company = open_.enter_context(DemoCompany(folder / "company", answer_after=(1.0, 2.0)))
        made = Scene(company, settings, engine, folder)
        open_.callback(made.end_workers)
        yield made
