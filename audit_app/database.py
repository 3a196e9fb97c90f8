"""Opening the database: one engine per process, on SQLite or PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session

from audit_app.config import Settings
from audit_app.domain.errors import AuditError
from audit_app.models.types import use_sealing_key

BUSY_SECONDS = 30
"""How long a writer waits for another writer on SQLite before it gives up."""


class DatabaseUnreachable(AuditError):
    """The database cannot be opened; the message says where it was looked for."""


def open_engine(settings: Settings) -> sa.Engine:
    """Open the engine of this process and the key that seals secrets in it."""
    url = sa.make_url(settings.database)
    use_sealing_key(settings.sealing_key)
    if url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}:
        settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = sa.create_engine(url, **engine_options(url))
    prepare_engine(engine)
    return engine


def engine_options(url: sa.URL) -> dict[str, Any]:
    """Engine options that suit the backend of `url`."""
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": BUSY_SECONDS}}
    return {"pool_pre_ping": True, "connect_args": {"connect_timeout": 10, "options": "-c timezone=UTC"}}


def prepare_engine(engine: sa.Engine) -> None:
    """Give SQLite write-ahead logging, foreign keys and writers that queue instead of failing."""
    if engine.dialect.name != "sqlite":
        return
    sa.event.listen(engine, "connect", _prepare_sqlite_connection)
    sa.event.listen(engine, "begin", _begin_sqlite)


def _prepare_sqlite_connection(connection: DBAPIConnection, _record: object) -> None:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 -- tells the type checker what the dialect says
    # The driver's own BEGIN is deferred, and two deferred writers can fail instead of waiting.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def read_only(session: Session) -> None:
    """Start a transaction in `session` that the database itself keeps from writing."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection(execution_options={"read_only": True})
    else:
        session.connection(execution_options={"postgresql_readonly": True})


@contextmanager
def transaction(engine: sa.Engine) -> Iterator[Session]:
    """A session that commits when its block ends and rolls back when the block raises."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def check_reachable(engine: sa.Engine) -> None:
    """Connect once; raises DatabaseUnreachable with the address (without its password)."""
    try:
        with engine.connect():
            pass
    except sa.exc.DBAPIError as error:
        address = engine.url.render_as_string(hide_password=True)
        reason = str(error.orig).strip().splitlines()[0]
        raise DatabaseUnreachable(
            f"The database {address} cannot be reached: {reason}. "
            "Start it, or correct AUDIT_DATABASE_URL; nothing was changed."
        ) from error
