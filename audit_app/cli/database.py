"""`audit-app db`: the database and its migrations."""

from __future__ import annotations

import click

from audit_app import migrate
from audit_app.config import load_settings
from audit_app.database import open_engine


@click.group()
def db() -> None:
    """The database and its migrations."""


@db.command()
def upgrade() -> None:
    """Bring the database to the version that this program knows."""
    engine = open_engine(load_settings())
    before = migrate.revision_of(engine)
    after = migrate.upgrade(engine)
    engine.dispose()
    if before == after:
        click.echo(f"The database is up to date (revision {after}).")
    else:
        click.echo(f"The database went from revision {before or 'empty'} to {after}.")


@db.command()
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do not ask.")
def downgrade(revision: str, yes: bool) -> None:
    """Take the database back to REVISION (base: to nothing). What only newer tables hold is lost."""
    engine = open_engine(load_settings())
    before = migrate.revision_of(engine)
    if not yes:
        click.confirm(
            f"Go back from revision {before or 'empty'} to {revision}? What only newer tables hold is lost.",
            abort=True,
        )
    migrate.downgrade(engine, revision)
    click.echo(f"The database is at revision {migrate.revision_of(engine) or 'empty'}.")
    engine.dispose()
