"""Whether work can go on: the database takes what is written, its tables fit the program, and the disk has room."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from audit_app import migrate
from audit_app.config import Settings
from audit_app.domain.errors import AuditError


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, and in words what is wrong with it; empty when all is well."""

    name: str
    problem: str


def readiness(engine: sa.Engine, settings: Settings) -> list[Check]:
    """Look at everything that work needs; one failure does not keep the others from being looked at."""
    return [
        _checked("migrations", lambda: migrate.check_current(engine)),
        _checked("writing", lambda: check_writable(engine)),
        _checked("disk", lambda: check_disk(settings)),
    ]


def obstacle(engine: sa.Engine, settings: Settings) -> str:
    """What keeps work from going on, in words; empty when nothing does."""
    return next((check.problem for check in readiness(engine, settings) if check.problem), "")


def _checked(name: str, look: Callable[[], object]) -> Check:
    try:
        look()
    except AuditError as error:
        return Check(name, str(error))
    except sa.exc.SQLAlchemyError as error:
        return Check(
            name, f"The database does not answer ({_first_line(error)}). Nothing that was stored is lost."
        )
    return Check(name, "")


def check_writable(engine: sa.Engine) -> str:
    """Write something and take it back; raises AuditError when the database does not take it."""
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = version_num"))
            connection.rollback()
    except sa.exc.DBAPIError as error:
        raise AuditError(
            f"The database takes nothing new ({_first_line(error)}). Nothing that was stored is lost. "
            "Make it writable; work goes on by itself then."
        ) from error
    return "the database takes what is written"


def check_disk(settings: Settings) -> str:
    """Raise AuditError when the disk of the database, or of the instance folder, is nearly full."""
    folder = _folder(settings)
    usage = shutil.disk_usage(folder)
    free = 100 * usage.free / usage.total
    if free < settings.least_free_percent:
        raise AuditError(
            f"The disk of {folder} has only {free:.1f} % left, less than the {settings.least_free_percent:g} % of "
            "AUDIT_LEAST_FREE_PERCENT. Nothing that was stored is lost. Make room; work goes on by itself then."
        )
    return f"{free:.0f} % of the disk is free"


def _folder(settings: Settings) -> Path:
    url = sa.make_url(settings.database)
    lies_here = url.get_backend_name() == "sqlite" and url.database and not url.database.startswith("file:")
    folder = Path(str(url.database)).parent if lies_here else settings.instance
    return folder if folder.exists() else Path.cwd()


def _first_line(error: sa.exc.SQLAlchemyError) -> str:
    words = str(getattr(error, "orig", None) or error).strip()
    return next(iter(words.splitlines()), type(error).__name__)
