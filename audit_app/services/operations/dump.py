"""Copies of a whole database, made while it is in use: SQLite's online backup, and pg_dump."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from audit_app.domain.errors import AuditError, Conflict

VERSION_TABLE = "alembic_version"


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database in use to the new file `target`, as it stood at one moment; nobody waits for it."""
    try:
        reading = f"{source.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(reading, uri=True)) as here, closing(sqlite3.connect(target)) as there:
            here.backup(there)
            # One file without a log beside it.
            there.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise AuditError(f"The database {source} cannot be copied ({error}).") from error


def check_sqlite(path: Path) -> None:
    """Raise AuditError unless the file is a whole database."""
    try:
        with closing(sqlite3.connect(path)) as opened:
            (found,) = opened.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        found = str(error)
    if found != "ok":
        raise AuditError(f"The database in the backup is damaged ({found}). Nothing was changed.")


def replace_sqlite(source: Path, target: Path) -> None:
    """Put the database `source` in the place of `target`, all or nothing; raises Conflict while that is in use."""
    try:
        with closing(sqlite3.connect(target, timeout=1.0, isolation_level=None)) as there:
            # With this lock nobody else has the file open, nor can open it until we are done.
            there.execute("PRAGMA locking_mode=EXCLUSIVE")
            there.execute("BEGIN EXCLUSIVE")
            there.execute("COMMIT")
            with closing(sqlite3.connect(source)) as here:
                here.backup(there)
            there.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise AuditError(f"The database {target} cannot be replaced ({error}).") from error
        raise Conflict(
            "The database is in use. Stop the web app and the workers, then restore again; nothing was changed."
        ) from error


def dump_postgresql(url: sa.URL, target: Path) -> None:
    """Write a dump of the database to the new file `target`; the revision is left for the restore to write last."""
    _run(url, "pg_dump", ["--format=custom", f"--exclude-table-data={VERSION_TABLE}", f"--file={target}"])


def load_postgresql(url: sa.URL, source: Path) -> None:
    """Load a dump into an empty database, all or nothing."""
    _run(url, "pg_restore", ["--single-transaction", "--exit-on-error", "--dbname=", str(source)])


def empty_postgresql(engine: sa.Engine) -> None:
    """Throw away all tables; raises Conflict while anybody else is connected."""
    others = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with engine.begin() as connection:
        if connection.scalar(others):
            raise Conflict(
                "The database is in use. Stop the web app and the workers, then restore again; "
                "nothing was changed."
            )
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))


def _run(url: sa.URL, program: str, arguments: Sequence[str]) -> None:
    if shutil.which(program) is None:
        raise AuditError(
            f"{program} was not found. Install PostgreSQL's client programs, of the server's version."
        )
    plain = url.set(drivername="postgresql", password=None).render_as_string()
    named = [f"--dbname={plain}" if one == "--dbname=" else one for one in arguments]
    if program == "pg_dump":
        named.append(f"--dbname={plain}")
    secret = {"PGPASSWORD": url.password} if url.password else {}
    done = subprocess.run(
        [program, "--no-owner", "--no-privileges", *named],
        env=os.environ | secret,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise AuditError(f"{program} failed: {reason}")
