"""A demo company to write to, a database, and workers that can be started, stopped and killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from audit_app.config import Settings
from audit_app.database import transaction
from audit_app.demo.company import SHOPPER_PASSWORD, DemoCompany
from audit_app.models import ChannelName, Observation, Probe
from tests.integration import probe_factories as make

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("worker_process.py")
PATIENCE = 60.0
"""Seconds; far longer than anything takes, so that a busy machine fails no test."""
SHOPPER = "anna.berg@shopper.example"


class Scene:
    """One company, one database, one probe of one channel, and the workers of the test."""

    def __init__(self, company: DemoCompany, settings: Settings, engine: sa.Engine, log: Path) -> None:
        self.company, self._settings, self.engine, self._log = company, settings, engine, log
        self._workers: list[subprocess.Popen[bytes]] = []

    def campaign(self, channel: ChannelName, *, contact_page: bool = False) -> None:
        """A campaign with one slot, now, to the shop whose staff always answer."""
        page = self.company.shop_url("stockholm")
        address = page if channel is ChannelName.CHAT else make.SHOP_ADDRESS
        with transaction(self.engine) as session:
            touchpoint = make.touchpoint(
                session,
                channel=channel,
                address=address,
                contact_page=self.company.contact_url("stockholm") if contact_page else None,
            )
            start = datetime.now(UTC) - timedelta(minutes=1)
            made = make.campaign(session, touchpoint, starts_at=start, every=timedelta(days=1), name=channel)
            mailbox = made.personas[0].mailbox
            mailbox.password = SHOPPER_PASSWORD
            mailbox.smtp_port, mailbox.imap_port = self.company.smtp_port, self.company.imap_port

    def start_worker(self, fatal: str = "") -> subprocess.Popen[bytes]:
        """Start a worker; it kills itself at the step `fatal`."""
        with self._log.open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, str(SCRIPT), fatal], env=self._environment(), stderr=log, cwd=ROOT
            )
        self._workers.append(worker)
        return worker

    def _environment(self) -> dict[str, str]:
        key = self._settings.encryption_key
        assert key is not None
        return os.environ | {
            "PYTHONPATH": str(ROOT),
            "AUDIT_INSTANCE": str(self._settings.instance),
            "AUDIT_DATABASE_URL": self._settings.database_url,
            "AUDIT_ENCRYPTION_KEY": key.get_secret_value(),
            "AUDIT_SECRET_KEY": "signs only tests",
            "AUDIT_TICK_SECONDS": "0.3",
            "AUDIT_CHAT_WATCH_SECONDS": "30",
        }

    def end_workers(self) -> None:
        """End all workers that still run, for good order's sake as an operator would."""
        for worker in self._workers:
            if worker.poll() is None:
                worker.terminate()
        for worker in self._workers:
            worker.wait(PATIENCE)

    def probe(self) -> Probe | None:
        """The newest probe with its ledger, if one was planned."""
        with transaction(self.engine) as session:
            ledger = selectinload(Probe.observations).selectinload(Observation.evidence)
            query = sa.select(Probe).options(ledger, selectinload(Probe.mails)).order_by(Probe.id.desc())
            return session.scalar(query.limit(1))

    def wait_for(self, holds: Callable[[Probe], bool]) -> Probe:
        """Wait until the probe is as wanted, and return it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            probe = self.probe()
            if probe is not None and holds(probe):
                return probe
            time.sleep(0.1)
        raise AssertionError(f"The probe did not get there: {self._told()}")

    def _told(self) -> str:
        probe = self.probe()
        said = self._log.read_text().splitlines()[-30:]
        return "\n".join([f"{probe.state} {probe.outcome} {probe.failure}" if probe else "none", *said])

    def received(self, probe: Probe) -> int:
        """How often the company got the probe's message."""
        if probe.channel is ChannelName.CHAT:
            return sum(message.text == probe.text for message in self.company.received_chats())
        return self.company.received(message_id=probe.message_id)


@contextmanager
def scene(settings: Settings, engine: sa.Engine, folder: Path) -> Iterator[Scene]:
    """Open a company whose staff answer within a second or two; ends it and all workers."""
    with ExitStack() as open_:
        company = open_.enter_context(DemoCompany(folder / "company", answer_after=(1.0, 2.0)))
        made = Scene(company, settings, engine, folder / "worker.log")
        open_.callback(made.end_workers)
        yield made
