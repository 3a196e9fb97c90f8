"""Bringing the database to the version that this code knows, and back."""

from __future__ import annotations

from functools import cache

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from audit_app.config import PROJECT_ROOT
from audit_app.database import check_reachable
from audit_app.domain.errors import AuditError, InvalidInput
from audit_app.models import Base

MIGRATIONS = PROJECT_ROOT / "migrations"


class NewerDatabase(AuditError):
    """The database was migrated by a newer version of this application."""


class OlderDatabase(AuditError):
    """The database still waits for migrations."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


@cache
def newest() -> str:
    """The revision that this code expects."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise AuditError(f"There are no migrations in {MIGRATIONS}; the installation is incomplete.")
    return head


def current(connection: Connection) -> str | None:
    """The revision of the database, or None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def revision_of(engine: Engine) -> str | None:
    """The revision of the database behind `engine`, or None when it is empty. Raises DatabaseUnreachable."""
    check_reachable(engine)
    with engine.connect() as connection:
        return current(connection)


def _refuse_newer(connection: Connection) -> None:
    revision = current(connection)
    if revision is not None:
        check_known(revision)


def upgrade(engine: Engine, revision: str = "head") -> str:
    """Migrate up and return the revision reached. Raises DatabaseUnreachable or NewerDatabase."""
    check_reachable(engine)
    with engine.begin() as connection:
        _refuse_newer(connection)
        command.upgrade(_config(connection), revision)
        return current(connection) or ""


def upgrade_here(connection: Connection) -> None:
    """Migrate up within a transaction of the caller's."""
    command.upgrade(_config(connection), "head")


def stamp(connection: Connection, revision: str) -> None:
    """Say of a database whose tables are there which revision they are of."""
    command.stamp(_config(connection), revision)


def check_known(revision: str) -> None:
    """Raise NewerDatabase unless this code knows the revision."""
    try:
        ScriptDirectory.from_config(_config()).get_revision(revision)
    except CommandError:
        raise NewerDatabase(
            f"The database was made by a newer version of this program (its revision {revision} is unknown here). "
            "Install that version or a later one; nothing was changed."
        ) from None


def downgrade(engine: Engine, revision: str) -> None:
    """Migrate down to `revision` (`base`: to nothing). What only newer tables held is lost."""
    check_reachable(engine)
    with engine.begin() as connection:
        _refuse_newer(connection)
        try:
            command.downgrade(_config(connection), revision)
        except CommandError as error:
            raise InvalidInput(
                f"Cannot go back to “{revision}”: {error}. Name an earlier revision, or base."
            ) from error


def check_current(engine: Engine) -> None:
    """Raise OlderDatabase or NewerDatabase, saying what to do, unless the database is at the newest revision."""
    check_reachable(engine)
    with engine.connect() as connection:
        if current(connection) == newest():
            return
        _refuse_newer(connection)
        raise OlderDatabase("The database waits for migrations. Run: audit-app db upgrade")


def differences(connection: Connection) -> list[object]:
    """What separates the database's tables from the models; empty when they agree."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))
