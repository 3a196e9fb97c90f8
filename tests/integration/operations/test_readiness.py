"""Full disk, read-only or gone database: it is said what is wrong, nothing is lost, and work goes on by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from audit_app import create_app
from audit_app.config import Settings
from audit_app.database import open_engine, transaction
from audit_app.doctor import examine
from audit_app.extensions import db
from audit_app.models import Mailbox, Probe, User
from audit_app.readiness import obstacle, readiness
from audit_app.services.company import company
from audit_app.worker.alarms import Notifier
from audit_app.worker.context import WorkerContext
from audit_app.worker.rounds import Rounds
from probes.browser.browsers import Browsers
from tests.conftest import make_settings
from tests.factories import PASSWORD
from tests.integration.probes import probe_factories as make
from tests.visitor import Visitor

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@contextmanager
def read_only_database(settings: Settings) -> Iterator[Settings]:
    """The same database, which takes nothing new any more."""
    url = sa.make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        yield settings.model_copy(update={"database_url": f"sqlite:///file:{url.database}?mode=ro&uri=true"})
        return
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f'ALTER DATABASE "{url.database}" SET default_transaction_read_only = on'))
        try:
            yield settings
        finally:
            connection.execute(sa.text("SET default_transaction_read_only = off"))
            connection.execute(
                sa.text(f'ALTER DATABASE "{url.database}" RESET default_transaction_read_only')
            )
    server.dispose()


def wrong(engine: sa.Engine, settings: Settings) -> set[str]:
    """The names of the checks that fail."""
    return {check.name for check in readiness(engine, settings) if check.problem}


def test_all_is_well_and_looking_changes_nothing(
    client: Visitor, engine: sa.Engine, settings: Settings
) -> None:
    assert wrong(engine, settings) == set()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "ok")  # type: ignore[index]


def test_a_database_that_takes_nothing_new_is_said_to(settings: Settings, session: Session) -> None:
    session.close()
    with read_only_database(settings) as locked:
        engine = open_engine(locked)
        assert wrong(engine, locked) == {"writing"}
        assert "Nothing that was stored is lost" in obstacle(engine, locked)
        engine.dispose()


def test_a_database_that_waits_for_migrations_is_said_to(engine: sa.Engine, settings: Settings) -> None:
    with older_database(engine):
        assert wrong(engine, settings) == {"migrations"}
        assert "audit-app db upgrade" in obstacle(engine, settings)

    assert obstacle(engine, settings) == ""


@contextmanager
def older_database(engine: sa.Engine) -> Iterator[None]:
    """The database as one that still waits for migrations."""
    with engine.begin() as connection:
        newest = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = :is"), {"is": newest})


@one_database
def test_a_disk_without_room_is_said_to_be_full_by_page_and_doctor(
    settings: Settings, engine: sa.Engine
) -> None:
    full = settings.model_copy(update={"least_free_percent": 100.0})

    assert wrong(engine, full) == {"disk"}
    found = {finding.name: finding for finding in examine(full, datetime.now(UTC))}
    assert not found["disk"].ok
    assert "AUDIT_LEAST_FREE_PERCENT" in found["disk"].words
    assert found["writing"].ok


def test_a_database_that_is_gone_is_said_to_be_and_its_password_is_not(tmp_path: Path) -> None:
    away = make_settings(tmp_path, "postgresql://audit:topsecret@127.0.0.1:1/audit")
    answer = create_app(away).test_client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json["checks"]["writing"] == "wrong"  # type: ignore[index]
    assert "topsecret" not in answer.text
    assert "127.0.0.1" not in answer.text


@one_database
def test_a_form_that_cannot_be_saved_says_so_and_that_nothing_was_lost(
    settings: Settings, client: Visitor, app: Flask, anna: User
) -> None:
    client.session = None
    with app.app_context():
        db.engine.dispose()
    with read_only_database(settings) as locked:
        visitor = create_app(locked).test_client()
        page = visitor.get("/sign-in")
        assert page.status_code == 200
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        answer = visitor.post(
            "/sign-in", data={"csrf_token": token, "email": anna.email, "password": PASSWORD}
        )

    assert answer.status_code == 503
    assert "Nothing new can be saved" in answer.text
    assert "What was saved before is safe" in answer.text


@one_database
def test_a_full_disk_is_named_on_the_page_and_what_was_saved_stays(
    client: Visitor, app: Flask, session: Session, anna: User
) -> None:
    box = make.mailbox_of(session)
    session.flush()
    company(session).notices_mailbox_id = box.id  # type: ignore[union-attr]
    session.commit()
    with app.app_context():
        db.engine.dispose()
        # SQLite says the same of a file that may not grow as of a disk that is full.
        sa.event.listen(db.engine, "connect", lambda opened, _: opened.execute("PRAGMA max_page_count=1"))
    token = client.token("/forgotten-password")
    for number in range(300):
        answer = client.post(
            "/forgotten-password",
            data={"csrf_token": token, "email": f"nobody{number}@shopper.example"},
            environ_overrides={"REMOTE_ADDR": f"198.51.{number // 250}.{number % 250}"},
        )
        if answer.status_code != 200:
            break

    assert answer.status_code == 503
    assert "The server&#39;s disk is full" in answer.text
    assert client.get("/sign-in").status_code == 200
    assert session.scalars(sa.select(Mailbox.address)).all() == [box.address]


@one_database
def test_the_worker_pauses_and_goes_on_by_itself(
    settings: Settings, engine: sa.Engine, session: Session
) -> None:
    make.campaign(session, make.touchpoint(session), starts_at=datetime.now(UTC) - timedelta(minutes=1))
    session.commit()

    def planned() -> int:
        with transaction(engine) as reading:
            return reading.scalar(sa.select(sa.func.count(Probe.id))) or 0

    async def work() -> tuple[int, int]:
        stop = asyncio.Event()
        context = WorkerContext(settings, engine, Browsers(), "worker", timedelta(seconds=30), stop)
        rounds = Rounds(context, Notifier([]))
        with older_database(engine):
            await rounds.run_round()
            paused = planned()
        await rounds.run_round()
        resumed = planned()
        stop.set()
        context.halt.set()
        await rounds.finish(5)
        return paused, resumed

    assert asyncio.run(work()) == (0, 1)
