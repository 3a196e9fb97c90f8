"""The database goes up, down and up again, on SQLite and PostgreSQL, and then is what the models say."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from audit_app import migrate
from audit_app.config import Settings
from audit_app.database import DatabaseUnreachable, open_engine
from audit_app.domain.errors import InvalidInput
from audit_app.domain.time.clock import OpeningHours
from audit_app.models import IncomingMail, Location, Region, Visit


@pytest.fixture
def empty(empty_database: Settings):
    """An engine on a database without any table."""
    engine = open_engine(empty_database)
    yield engine
    engine.dispose()


def test_the_migrations_build_exactly_what_the_models_describe(empty: sa.Engine) -> None:
    migrate.upgrade(empty)

    with empty.connect() as connection:
        assert migrate.differences(connection) == []


def test_going_down_leaves_nothing_and_going_up_again_works(empty: sa.Engine) -> None:
    migrate.upgrade(empty)
    migrate.downgrade(empty, "base")

    assert set(sa.inspect(empty).get_table_names()) <= {"alembic_version"}
    assert migrate.upgrade(empty) == migrate.newest()


def test_going_down_writes_the_holidays_of_a_country_out_as_dates(empty: sa.Engine) -> None:
    hours = OpeningHours(
        weekly={},
        country="DE",
        part="BY",
        open_on=frozenset({date(2026, 12, 25)}),
        holidays=frozenset({date(2026, 7, 13)}),
    )
    migrate.upgrade(empty)
    with Session(empty) as session:
        region = Region(key="south", name="South")
        munich = {"key": "munich", "name": "Munich", "address": "", "time_zone": "Europe/Berlin"}
        session.add(Location(**munich, region=region, opening_hours=hours.model_dump(mode="json")))
        session.commit()

    with time_machine.travel("2026-11-26"):
        migrate.downgrade(empty, "0007")

    with empty.connect() as connection:
        (found,) = connection.scalars(sa.select(Location.opening_hours))
    assert set(found) == {"weekly", "holidays"}
    assert {"2024-01-06", "2026-07-13", "2026-12-26", "2028-12-25"} <= set(found["holidays"])
    assert "2026-12-25" not in found["holidays"]


SENTENCES = {
    "matched by the address anna+k7m2@shopper.example in To": ("recipient", "anna+k7m2@shopper.example", "To"),
    "matched by the Message-ID <a in b@x.example> in References": ("message_id", "<a in b@x.example>", "References"),
    "matched by the Message-ID <1@x.example> in the returned mail": (
        "returned_id", "<1@x.example>", "the returned mail",
    ),
    "matched by our address anna@shopper.example in the returned mail": (
        "returned_address", "anna@shopper.example", "the returned mail",
    ),
    "matched by the token k7m2p9qx in the subject": ("token", "k7m2p9qx", "the subject"),
    "matched by the ticket number FF-4711 of fjordfield.example in the subject": (
        "ticket", "fjordfield.example FF-4711", "the subject",
    ),
    "our own copy of the message": ("own_copy", "", ""),
    "assigned by Magnus in Umeå": ("person", "Magnus in Umeå", ""),
    "matched by the address a-very-long-one": ("recipient", "a-very-long-one", ""),
    "found in some way of old": (None, "found in some way of old", ""),
    "": (None, "", ""),
}  # fmt: skip
"""What brought a mail to its probe, as it was stored once, and what is stored now."""


def test_what_brought_old_mail_to_its_probe_becomes_a_kind_and_reads_as_before(empty: sa.Engine) -> None:
    migrate.upgrade(empty, "0012")
    with empty.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO mailboxes (id, address, smtp_host, smtp_port, smtp_security, imap_host, imap_port,"
                " imap_security, username, password, oauth_token_url, oauth_scope, oauth_client_id, address_style,"
                " active, down_reason) VALUES (1, 'a@x.example', 'h', 25, 'none', 'h', 143, 'none', 'u', 'p', '', '',"
                " '', 'plus', true, '')"
            )
        )
        for number, sentence in enumerate(SENTENCES, 1):
            connection.execute(
                sa.text(
                    "INSERT INTO evidence (id, kind, media_type, name, sha256, size, content, created_at, question_key)"
                    " VALUES (:n, 'raw_mail', 'message/rfc822', 'mail.eml', '', 0, '', '2026-11-01', '')"
                ),
                {"n": number},
            )
            connection.execute(sa.text(
                "INSERT INTO incoming_mails (id, mailbox_id, folder, uidvalidity, uid, received_at, message_id,"
                " sender, subject, state, matched_by, verdict, kind, platform, reasons, rules_version, evidence_id)"
                " VALUES (:n, 1, 'INBOX', 1, :n, '2026-11-01', '', '', '', 'matched', :words, '', '', '', '[]', '',"
                " :n)"
            ), {"n": number, "words": sentence})  # fmt: skip

    migrate.upgrade(empty)
    with Session(empty) as session:
        mails = session.scalars(sa.select(IncomingMail).order_by(IncomingMail.id)).all()
        kept = [(mail.matched_kind, mail.matched_value, mail.matched_where) for mail in mails]
        assert kept == list(SENTENCES.values())
        assert [mail.matched_by for mail in mails] == list(SENTENCES)
        assert all(mail.judge_at is None for mail in mails)

    migrate.downgrade(empty, "0012")
    with empty.connect() as connection:
        again = connection.scalars(sa.text("SELECT matched_by FROM incoming_mails ORDER BY id")).all()
    assert list(again) == list(SENTENCES)


def test_an_older_database_is_told_how_to_catch_up(empty: sa.Engine) -> None:
    with pytest.raises(migrate.OlderDatabase, match="audit-app db upgrade"):
        migrate.check_current(empty)


def test_a_database_from_a_newer_version_is_left_as_it_is(empty: sa.Engine) -> None:
    migrate.upgrade(empty)
    with empty.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    for attempt in (migrate.upgrade, migrate.check_current):
        with pytest.raises(migrate.NewerDatabase, match="newer version"):
            attempt(empty)
    with empty.connect() as connection:
        assert migrate.current(connection) == "9999"


def test_going_back_to_a_revision_that_never_was_says_what_to_name(empty: sa.Engine) -> None:
    migrate.upgrade(empty)

    with pytest.raises(InvalidInput, match="Name an earlier revision"):
        migrate.downgrade(empty, "nonsense")


def test_an_unreachable_database_is_named_without_its_password(tmp_path) -> None:
    settings = Settings(instance=tmp_path, database_url="postgresql://audit:topsecret@127.0.0.1:1/audit")
    engine = open_engine(settings)

    with pytest.raises(DatabaseUnreachable, match=r"127\.0\.0\.1:1/audit") as caught:
        migrate.upgrade(engine)
    assert "topsecret" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused_with_its_name(tmp_path) -> None:
    (tmp_path / "audit.db").write_bytes(b"this is not a database, but somebody's holiday diary" * 50)
    engine = open_engine(Settings(instance=tmp_path, database_url=""))

    with pytest.raises(DatabaseUnreachable, match=r"audit\.db"):
        migrate.upgrade(engine)
    engine.dispose()


OLD_VISITS = (
    "INSERT INTO regions (id, key, name) VALUES (1, 'north', 'North')",
    "INSERT INTO users (id, email, name, password, active, fs_uniquifier, must_change_password,"
    " created_at) VALUES"
    " (1, 'a@x.example', 'Anna', '', true, 'a', false, '2026-11-01')",
    "INSERT INTO locations (id, key, name, address, region_id, time_zone, opening_hours, weight) VALUES"
    " (1, 'umea', 'Umeå', '', 1, 'Europe/Stockholm', '{}', '1/1')",
    "INSERT INTO checklists (id, key, title) VALUES (1, 'small', 'Small')",
    "INSERT INTO checklist_versions (id, checklist_id, number, content, content_hash, created_at) VALUES"
    " (1, 1, 1, '{}', 'h', '2026-11-01')",
    "INSERT INTO visits (id, client_id, location_id, version_id, auditor_id, state, started_at, submitted_at,"
    " critical_failures) VALUES (1, 'c', 1, 1, 1, 'submitted', '2026-11-01 09:00:00', '2026-11-01 10:00:00', 0)",
    "INSERT INTO answers (id, visit_id, question_key, value, not_applicable, note, revision, saved_at) VALUES"
    " (1, 1, 'greeted', '\"yes\"', false, 'Kept.', 3, '2026-11-01 09:30:00')",
)


def test_visits_and_their_answers_are_carried_over_and_back(empty: sa.Engine) -> None:
    migrate.upgrade(empty, "0020")
    with empty.begin() as connection:
        for statement in OLD_VISITS:
            connection.execute(sa.text(statement.replace(":", r"\:")))

    migrate.upgrade(empty)
    with Session(empty) as session:
        visit = session.get_one(Visit, 1)
        made = datetime(2026, 11, 1, 10, tzinfo=UTC)
        assert (visit.finished_at, visit.received_at, visit.clock_uncertain) == (made, made, False)
        assert [(row.path, row.value, row.note, row.revision) for row in visit.answers] == [
            ("greeted", "yes", "Kept.", 3)
        ]

    migrate.downgrade(empty, "0020")
    with empty.connect() as connection:
        found = connection.execute(sa.text("SELECT question_key, note FROM answers")).all()
        submitted = connection.scalar(sa.text("SELECT count(*) FROM visits WHERE submitted_at IS NOT NULL"))
    assert ([tuple(row) for row in found], submitted) == ([("greeted", "Kept.")], 1)
