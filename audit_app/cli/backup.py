"""`audit-app backup` and `audit-app restore`: the whole installation in one file, and back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app import migrate
from audit_app.config import Settings, load_settings
from audit_app.database import open_engine, prepare_engine
from audit_app.domain.errors import InvalidInput
from audit_app.models import Organisation, User
from audit_app.services.operations import backup as files
from audit_app.services.operations import dump
from audit_app.services.operations.restored import Settled, settle_restored


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--with-keys", is_flag=True, help="Put the keys into the backup too; keep it as secret as them."
)
def backup(file: Path, with_keys: bool) -> None:
    """Write the database, evidence included, to FILE; everything may go on running meanwhile."""
    settings = load_settings()
    if file.exists():
        raise InvalidInput(f"{file} exists already. Name a file that does not.")
    engine = open_engine(settings)
    try:
        migrate.check_current(engine)
        manifest = files.Manifest(
            datetime.now(UTC),
            migrate.newest(),
            engine.url.get_backend_name(),
            files.fingerprint(settings.sealing_key),
        )
        with _beside(file) as folder:
            copied = folder / files.DATABASE
            if manifest.backend == "sqlite":
                dump.copy_sqlite(Path(str(engine.url.database)), copied)
            else:
                dump.dump_postgresql(engine.url, copied)
            keys = {"secret.key": settings.session_key, "encryption.key": settings.sealing_key}
            files.write_backup(file, manifest, copied, keys if with_keys else {})
    finally:
        engine.dispose()
    size = file.stat().st_size / 1024 / 1024
    words = "with the keys: keep it secret" if with_keys else "without the keys: keep those elsewhere"
    click.echo(f"Backed up to {file}: {size:.1f} MB, {words}.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--yes", is_flag=True, help="Do not ask before a database that is not empty is replaced.")
def restore(file: Path, yes: bool) -> None:
    """Put the backup FILE in the place of the configured database; nothing is sent again."""
    settings = load_settings()
    manifest = files.read_manifest(file)
    _check_fits(settings, manifest)
    with _beside(_near_database(settings)) as folder:
        unpacked = folder / files.DATABASE
        files.unpack(file, manifest, files.DATABASE, unpacked)
        if manifest.backend == "sqlite":
            dump.check_sqlite(unpacked)
        if not yes and _holds_anything(settings):
            click.confirm("The database is not empty. Replace all that is in it?", abort=True)
        _put_keys(settings, file, manifest, folder)
        if manifest.backend == "sqlite":
            settled = _restore_sqlite(settings, unpacked)
        else:
            settled = _restore_postgresql(settings, manifest, unpacked)
    click.echo(f"Restored what was backed up at {manifest.made_at:%Y-%m-%d %H:%M} UTC.")
    click.echo(
        f"Probes to be looked for instead of sent: {settled.probes}. Mails of ours that are not sent: "
        f"{settled.notices}. Everybody signs in anew."
    )


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A folder for a while, on the disk where `path` lies."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.absolute().parent) as folder:
        yield Path(folder)


def _near_database(settings: Settings) -> Path:
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    url = sa.make_url(settings.database)
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else settings.instance / "backup"


def _check_fits(settings: Settings, manifest: files.Manifest) -> None:
    """Raise before anything is touched when the backup cannot be used here."""
    migrate.check_known(manifest.revision)
    backend = sa.make_url(settings.database).get_backend_name()
    if backend != manifest.backend:
        raise InvalidInput(
            f"The backup is of {manifest.backend}, but AUDIT_DATABASE_URL names {backend}. Name the right database."
        )
    if "encryption.key" in manifest.parts and settings.encryption_key is None:
        return
    if files.fingerprint(settings.sealing_key) != manifest.key:
        raise InvalidInput(
            "The secrets in the backup are sealed with another key. Set AUDIT_ENCRYPTION_KEY to the key that it "
            f"was made with, or put it into {settings.instance / 'encryption.key'}; nothing was changed."
        )


def _put_keys(settings: Settings, file: Path, manifest: files.Manifest, folder: Path) -> None:
    """Put the keys of the backup in their places, unless settings give others."""
    given = {"secret.key": settings.secret_key, "encryption.key": settings.encryption_key}
    for name in manifest.parts.keys() & given.keys():
        if given[name] is None:
            files.unpack(file, manifest, name, folder / name)
            (folder / name).replace(settings.instance / name)


def _holds_anything(settings: Settings) -> bool:
    url = sa.make_url(settings.database)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return False
    engine = open_engine(settings)
    try:
        with engine.connect().execution_options(read_only=True) as connection:
            tables = set(sa.inspect(connection).get_table_names()) - {dump.VERSION_TABLE}
            counts = [
                connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name)))
                for name in (User.__tablename__, Organisation.__tablename__)
                if name in tables
            ]
            # Tables that are none of ours are somebody else's.
            return any(counts) or (bool(tables) and not counts)
    finally:
        engine.dispose()


def _restore_sqlite(settings: Settings, unpacked: Path) -> Settled:
    """Settle the copy first: what takes the database's place at one stroke is safe already."""
    engine = sa.create_engine(f"sqlite:///{unpacked}")
    prepare_engine(engine)
    with engine.begin() as connection:
        settled = _settle(connection)
    engine.dispose()
    dump.replace_sqlite(unpacked, Path(str(sa.make_url(settings.database).database)))
    return settled


def _restore_postgresql(settings: Settings, manifest: files.Manifest, unpacked: Path) -> Settled:
    """Without its revision, which is written last, nobody works with what is loaded."""
    engine = open_engine(settings)
    try:
        dump.empty_postgresql(engine)
        dump.load_postgresql(engine.url, unpacked)
        with engine.begin() as connection:
            migrate.stamp(connection, manifest.revision)
            return _settle(connection)
    finally:
        engine.dispose()


def _settle(connection: sa.Connection) -> Settled:
    migrate.upgrade_here(connection)
    with Session(connection, join_transaction_mode="create_savepoint") as session, session.begin():
        return settle_restored(session, datetime.now(UTC))
