"""`audit-app demo`: everything installed, loaded and running, for as long as somebody looks at it."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from audit_app.config import Settings
from audit_app.database import open_engine, transaction
from audit_app.demo.accounts import ACCOUNTS, PASSWORD
from audit_app.demo.addresses import Addresses
from audit_app.demo.loader import is_loaded, load_chain, point_at
from audit_app.demo.past import load_past
from audit_app.demo.processes import Processes, start_company, wait_until_up
from audit_app.demo.uncertain_replies import load_uncertain_replies
from audit_app.domain.errors import Conflict
from audit_app.migrate import downgrade, revision_of, upgrade
from audit_app.models import Organisation
from audit_app.services.operations.browser import ensure_browser

Say = Callable[[str], None]
COMPANY_SERVICES = ("site", "chat", "smtp", "imap")
FAST_TICK = 2.0
"""Seconds between two looks of the demo's worker, so that a newcomer need not wait."""
CHECK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that is up: its database, its web address, its company, and its processes."""

    engine: Engine
    url: str
    addresses: Addresses
    processes: Processes


def reset(settings: Settings, say: Say) -> None:
    """Throw the sample data away. Raises Conflict when the database holds anything else."""
    engine = open_engine(settings)
    try:
        if revision_of(engine) is not None:
            _check_sample(engine, "thrown away")
            downgrade(engine, "base")
    finally:
        engine.dispose()
    shutil.rmtree(_company_data(settings), ignore_errors=True)
    say("The sample data is gone; beginning anew.")


def company_ports(first: int) -> dict[str, int]:
    """The ports of the demo company's services, one after the other from `first`; 0 takes any free ones."""
    return {service: first and first + place for place, service in enumerate(COMPANY_SERVICES)}


def free_port(host: str) -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(settings: Settings, say: Say, ports: dict[str, int], web_port: int) -> Iterator[Demo]:
    """Start everything, yield the Demo, and end everything again."""
    browser = ensure_browser(settings.browser, say)
    engine = open_engine(settings)
    try:
        say("Preparing the database …")
        upgrade(engine)
        with Processes(settings.instance / "logs") as processes:
            say("Starting the demo company: web site, chat, mail servers …")
            addresses = start_company(processes, _company_data(settings), ports)
            prepare(engine, addresses, say)
            environment = _environment(settings, browser, web_port)
            command = [sys.executable, "-m", "audit_app.cli"]
            say("Starting the probe worker and the web app …")
            processes.start("worker", [*command, "worker"], environment, again=True)
            processes.start("web", [*command, "web"], environment)
            url = f"http://{settings.host}:{web_port}"
            wait_until_up(processes, f"{url}/healthz")
            yield Demo(engine, url, addresses, processes)
    finally:
        engine.dispose()


def prepare(engine: Engine, addresses: Addresses, say: Say) -> None:
    """Load the sample data into an empty database, or point existing sample data at the company's ports."""
    with transaction(engine) as session:
        if is_loaded(session):
            _refuse_real_data(session, "used for the demo")
            point_at(session, addresses)
            return
        say("Loading the sample data: 12 locations, 26 weeks …")
        now = datetime.now(UTC)
        load_chain(session, addresses, now)
        load_past(session, now)
        load_uncertain_replies(session, now)


def stay_up(demo: Demo, say: Say) -> None:
    """Say where everything is, then stay until Ctrl-C. Raises DemoFailed when a part ends by itself."""
    try:
        for line in _welcome(demo):
            say(line)
        while True:
            for name in demo.processes.check():
                say(f"  The {name} was killed; it was started again and goes on where it was.")
            time.sleep(CHECK_SECONDS)
    except KeyboardInterrupt:
        say("\nStopping …")


def _welcome(demo: Demo) -> Iterator[str]:
    yield ""
    yield f"  The web app:       {demo.url}"
    yield f"  The demo company:  {demo.addresses.site_url}"
    yield ""
    yield f"  Sign in with one of these; the password of all is  {PASSWORD}"
    for account in ACCOUNTS:
        yield f"    {account.email:<24} {account.role.value:<9} {account.shows}"
    yield ""
    yield "  The worker sends its first probes now; see them answered under Probes. Ctrl-C ends everything."


def _environment(settings: Settings, browser: Path, web_port: int) -> dict[str, str]:
    """What the children are told by the environment; what the caller set there stays."""
    told = {
        "AUDIT_INSTANCE": str(settings.instance),
        "AUDIT_DATABASE_URL": settings.database,
        "AUDIT_BROWSER": str(browser),
        "AUDIT_PORT": str(web_port),
    }
    if "AUDIT_LEAST_FREE_PERCENT" not in os.environ:
        # Whoever only wants to look may have a disk that is nearly full.
        told["AUDIT_LEAST_FREE_PERCENT"] = "0"
    if "AUDIT_TICK_SECONDS" not in os.environ:
        told["AUDIT_TICK_SECONDS"] = str(FAST_TICK)
    return told


def _company_data(settings: Settings) -> Path:
    return settings.instance / "demo-company"


def _check_sample(engine: Engine, what: str) -> None:
    with Session(engine) as session:
        _refuse_real_data(session, what)


def _refuse_real_data(session: Session, what: str) -> None:
    organisation = session.scalar(select(Organisation))
    if organisation is not None and not organisation.sample_data:
        raise Conflict(
            f"The database holds the data of {organisation.name}, which is no sample data and is not {what}. "
            "Name another database in AUDIT_DATABASE_URL, or another folder in AUDIT_INSTANCE."
        )
