"""The command line as a person types it: each mistake gets one line that says what to do, and loses nothing."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from audit_app import migrate
from audit_app.config import PROJECT_ROOT, Settings
from audit_app.database import open_engine, transaction
from audit_app.domain.time.period import week_of
from audit_app.models import (
    Evidence,
    EvidenceKind,
    IncomingMail,
    Location,
    Mailbox,
    Organisation,
    Region,
    RoleName,
    Score,
    Security,
    User,
)
from audit_app.services.company import organisation_zone
from audit_app.services.locations.visible import locations_visible_to
from audit_app.services.scores.scores import store_weekly_scores
from tests.integration.scores import result_factories as results

MONDAY = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)
CHECKLIST = PROJECT_ROOT / "checklists" / "store-visit.yaml"


class Terminal:
    """A terminal in which `audit-app` is typed, with an instance folder of its own."""

    def __init__(self, instance: Path) -> None:
        self.settings = Settings(instance=instance, database_url="")

    def type(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `audit-app` with `words`; the environment holds nothing of the developer's own settings."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AUDIT_")}
        return subprocess.run(
            [sys.executable, "-m", "audit_app.cli", *words],
            env=clean | {"AUDIT_INSTANCE": str(self.settings.instance)} | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "instance")


@pytest.fixture
def stocked(terminal: Terminal) -> Terminal:
    """A terminal whose database holds one location, and nothing to score."""
    engine = open_engine(terminal.settings)
    migrate.upgrade(engine)
    with transaction(engine) as session:
        session.add(Organisation(name="Acme"))
        session.add(
            Location(
                key="umea",
                name="Umeå",
                region=Region(key="north", name="North"),
                time_zone="Europe/Stockholm",
                opening_hours={"weekly": {}},
            )
        )
    engine.dispose()
    return terminal


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line in which a refused command says why; there is no traceback and the exit code is 1."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("Error: ")
    assert done.stderr.strip().count("\n") == 0
    return done.stderr


def test_a_new_database_is_made_by_one_command_and_repeating_it_changes_nothing(terminal: Terminal) -> None:
    assert "went from revision empty" in terminal.type("db", "upgrade").stdout
    assert "up to date" in terminal.type("db", "upgrade").stdout


def test_a_command_on_a_database_that_waits_for_migrations_says_which_command_to_run(
    terminal: Terminal,
) -> None:
    done = terminal.type("score", "--location", "umea", "--from", "2026-01-01", "--to", "2026-01-31")

    assert "audit-app db upgrade" in complaint(done)


def test_a_database_from_a_newer_version_is_refused_by_every_command_that_opens_it(stocked: Terminal) -> None:
    engine = open_engine(stocked.settings)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    for words in (("db", "upgrade"), ("worker",), ("web",)):
        assert "newer version" in complaint(stocked.type(*words))


def test_an_unreachable_database_is_named_and_its_password_is_not(terminal: Terminal) -> None:
    done = terminal.type("db", "upgrade", AUDIT_DATABASE_URL="postgresql://audit:topsecret@127.0.0.1:1/audit")

    assert "127.0.0.1:1/audit cannot be reached" in complaint(done)
    assert "topsecret" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("AUDIT_PORT", "80000", "less than or equal to 65535"),
        ("AUDIT_DATABASE_URL", "mysql://host/name", "only sqlite and postgresql"),
        ("AUDIT_DATABASE_URL", "nonsense", "write sqlite:///file or postgresql://"),
        ("AUDIT_TICK_SECONDS", "ten", "valid number"),
        ("AUDIT_BROWSER_USER_AGENT", "Browser\nX-More: 1", "must be one line of at most 300"),
        ("AUDIT_BROWSER_USER_AGENT", "x" * 301, "must be one line of at most 300"),
        ("AUDIT_LOG_LEVEL", "LOUD", "must be DEBUG, INFO, WARNING or ERROR"),
        ("AUDIT_ENCRYPTION_KEY", "too short", "44 characters"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write_instead(
    terminal: Terminal, name: str, value: str, advice: str
) -> None:
    said = complaint(terminal.type("db", "upgrade", **{name: value}))

    assert name in said
    assert advice in said


def test_an_unwritable_instance_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file stands where the folder should be")

    said = complaint(Terminal(tmp_path / "file" / "instance").type("db", "upgrade"))

    assert "AUDIT_INSTANCE" in said
    assert "file/instance" in said


@pytest.mark.parametrize("command", ["web", "demo"])
def test_a_taken_port_is_named_with_the_setting_that_changes_it(stocked: Terminal, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = complaint(stocked.type(command, AUDIT_PORT=port))

    assert f"Port {port}" in said
    assert "AUDIT_PORT" in said


def test_a_taken_port_of_the_demo_company_is_named_with_the_option_that_changes_it(stocked: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = complaint(stocked.type("demo", "--company-port", port, AUDIT_PORT=str(free_port())))

    assert f"Port {port}" in said
    assert "--company-port" in said


def test_an_unknown_location_is_answered_with_those_there_are(stocked: Terminal) -> None:
    done = stocked.type("score", "--location", "ume", "--from", "2026-01-01", "--to", "2026-01-31")

    assert "no location “ume”. There are: umea" in complaint(done)


def test_a_period_that_ends_before_it_starts_is_refused(stocked: Terminal) -> None:
    done = stocked.type("score", "--location", "umea", "--from", "2026-02-01", "--to", "2026-01-31")

    assert "before it starts" in complaint(done)


def test_nothing_to_score_is_said_and_not_shown_as_zero(stocked: Terminal) -> None:
    words = ("score", "--location", "umea", "--from", "2026-01-01", "--to", "2026-01-31")

    assert "Nothing was there to score" in stocked.type(*words).stdout
    assert json.loads(stocked.type(*words, "--json").stdout)["value"] is None


def test_a_manager_added_on_the_command_line_sees_the_region_named(stocked: Terminal) -> None:
    done = stocked.type(
        *(
            "users",
            "add",
            "Magnus@Example.org",
            "--name",
            "Magnus Ek",
            "--role",
            "manager",
            "--region",
            "north",
        ),
        AUDIT_NEW_PASSWORD="a long enough secret",
    )

    assert done.returncode == 0, done.stderr
    assert "a long enough secret" not in done.stdout + done.stderr
    engine = open_engine(stocked.settings)
    with transaction(engine) as session:
        user = session.query(User).one()
        assert user.email == "magnus@example.org"
        assert user.is_a(RoleName.MANAGER)
        assert [place.key for place in session.scalars(locations_visible_to(user))] == ["umea"]
    engine.dispose()


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (("x@example.org", "--name", "X", "--role", "manager", "--region", "nowhere"), "nowhere"),
        (("not an address", "--name", "X", "--role", "admin"), "not an address"),
    ],
)
def test_a_person_who_cannot_be_added_is_refused_and_nothing_is_stored(
    stocked: Terminal, words: tuple[str, ...], advice: str
) -> None:
    said = complaint(stocked.type("users", "add", *words, AUDIT_NEW_PASSWORD="a long enough secret"))

    assert advice in said
    engine = open_engine(stocked.settings)
    with transaction(engine) as session:
        assert session.query(User).count() == 0
    engine.dispose()


def test_a_short_password_is_refused(stocked: Terminal) -> None:
    words = ("users", "add", "x@example.org", "--name", "X", "--role", "admin")

    assert "12" in complaint(stocked.type(*words, AUDIT_NEW_PASSWORD="short"))


def test_the_checklists_that_are_shipped_are_fine(terminal: Terminal) -> None:
    files = sorted(str(file) for file in CHECKLIST.parent.glob("*.yaml"))
    done = terminal.type("checklists", "check", *files)

    assert done.returncode == 0, done.stdout
    assert done.stdout.count("fine") == len(files) == 4


def test_a_broken_checklist_is_shown_with_file_line_path_and_what_to_do(
    terminal: Terminal, tmp_path: Path
) -> None:
    broken = tmp_path / "mine.yaml"
    lines = CHECKLIST.read_text().splitlines()
    place = next(number for number, line in enumerate(lines) if line.strip().startswith("points:"))
    lines[place] = lines[place].replace("points:", "poinst:")
    broken.write_text("\n".join(lines))

    done = terminal.type("checklists", "check", str(broken))

    assert done.returncode == 1
    assert f"mine.yaml:{place + 1}: sections[0].questions[0].poinst" in done.stdout
    assert "points" in done.stdout


def test_the_doctor_says_that_migrations_are_missing_and_fails(terminal: Terminal) -> None:
    done = terminal.type("doctor")

    assert done.returncode == 1
    assert "FAIL migrations" in done.stdout
    assert "audit-app db upgrade" in done.stdout


def test_the_doctor_finds_everything_well_on_a_migrated_database(stocked: Terminal) -> None:
    done = stocked.type("doctor", TZ="Europe/Stockholm")

    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("database", "migrations", "browser", "mailboxes", "clock"):
        assert f"ok   {name}" in done.stdout


def test_a_browser_setting_that_leads_nowhere_is_named_and_not_silently_replaced(stocked: Terminal) -> None:
    for words in (("browser",), ("worker",), ("demo", "--company-port", "0")):
        said = complaint(stocked.type(*words, AUDIT_BROWSER="/nowhere/chromium", AUDIT_PORT=str(free_port())))
        assert "/nowhere/chromium" in said
        assert "AUDIT_BROWSER" in said

    assert "FAIL browser" in stocked.type("doctor", AUDIT_BROWSER="/nowhere/chromium").stdout


def test_the_doctor_notices_a_misspelt_time_zone(stocked: Terminal) -> None:
    done = stocked.type("doctor", TZ="Europe/Stokholm")

    assert done.returncode == 1
    assert "FAIL clock: TZ is set to “Europe/Stokholm”" in done.stdout


def mailbox() -> Mailbox:
    """A mailbox on a port where nobody listens."""
    return Mailbox(
        address="anna@shopper.example",
        smtp_host="127.0.0.1",
        smtp_port=1,
        smtp_security=Security.NONE,
        imap_host="127.0.0.1",
        imap_port=1,
        imap_security=Security.NONE,
        username="anna@shopper.example",
        password="walk-in-2026",
    )


def test_the_doctor_notices_a_clock_that_is_behind_what_was_recorded(stocked: Terminal) -> None:
    two_hours_ahead = datetime.now(UTC) + timedelta(hours=2)
    raw = Evidence.of(EvidenceKind.RAW_MAIL, "message/rfc822", "mail.eml", b"Subject: hello", two_hours_ahead)
    engine = open_engine(stocked.settings)
    with transaction(engine) as session:
        place = {"folder": "INBOX", "uidvalidity": 1, "uid": 1}
        session.add(IncomingMail(mailbox=mailbox(), evidence=raw, received_at=two_hours_ahead, **place))
    engine.dispose()

    done = stocked.type("doctor")

    assert done.returncode == 1
    assert "FAIL clock" in done.stdout
    assert "2.0 h" in done.stdout


def test_a_mailbox_that_refuses_us_is_found_by_the_doctor(stocked: Terminal) -> None:
    engine = open_engine(stocked.settings)
    with transaction(engine) as session:
        session.add(mailbox())
    engine.dispose()

    done = stocked.type("doctor")

    assert done.returncode == 1
    assert "FAIL mailbox anna@shopper.example" in done.stdout
    assert "walk-in-2026" not in done.stdout + done.stderr


def test_the_demo_refuses_to_touch_a_company_s_own_data(stocked: Terminal) -> None:
    said = complaint(stocked.type("demo", "--reset", AUDIT_PORT=str(free_port())))

    assert "the data of Acme" in said
    engine = open_engine(stocked.settings)
    with transaction(engine) as session:
        assert session.query(Organisation).one().name == "Acme"
    engine.dispose()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


BROKEN_PHRASES: dict[str, tuple[bytes, str]] = {
    "broken": (b"auto_prefixes: []\nsubjects: [", "languages/sv.yaml, line 2: "),
    "unreadable": (b"auto_prefixes: [\xe5]", "languages/sv.yaml cannot be read: "),
}


@pytest.mark.parametrize(
    ("command", "wrong"),
    [("worker", "broken"), ("web", "broken"), ("mail classify a.eml", "broken"), ("worker", "unreadable")],
)
def test_a_broken_file_of_phrases_stops_what_would_judge_mail_by_it(
    tmp_path: Path, command: str, wrong: str
) -> None:
    content, named = BROKEN_PHRASES[wrong]
    (tmp_path / "sv.yaml").write_bytes(content)
    elsewhere = "\n".join(
        [
            "import pathlib, sys",
            "from probes.replies import phrases",
            "phrases.FOLDER = pathlib.Path(sys.argv.pop(1))",
            "from audit_app.cli import main",
            "main()",
        ]
    )

    done = subprocess.run(
        [sys.executable, "-c", elsewhere, str(tmp_path), *command.split()],
        env=os.environ | {"AUDIT_INSTANCE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: Mail cannot be judged. {named}")
    assert "install the program again" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_stored_scores_are_computed_again_and_one_that_was_changed_is_named(stocked: Terminal) -> None:
    engine = open_engine(stocked.settings)
    with Session(engine) as session:
        umea = session.scalars(select(Location)).one()
        results.worked_example(session, umea, MONDAY)
        week = week_of(MONDAY.date(), organisation_zone(session))
        assert store_weekly_scores(session, week.start, week.end, week.end)
        session.commit()
    assert "All 3 stored scores" in stocked.type("verify-scores").stdout

    with transaction(engine) as session:
        changed = session.scalars(select(Score).where(Score.location_id.is_not(None))).one()
        changed.value = Fraction(99)
    engine.dispose()
    done = stocked.type("verify-scores")
    assert done.returncode == 1
    assert (
        done.stdout.strip()
        == f"Score {changed.id} of Umeå, 2026-11-09 to 2026-11-15: It does not come out of its stored inputs."
    )
