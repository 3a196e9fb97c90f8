"""Mailboxes and touchpoints from the command line: the same rules as on the pages, and no secret on any line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from audit_app.cli import audit_app
from audit_app.config import Settings
from audit_app.demo.company import SHOPPER_PASSWORD, DemoCompany
from audit_app.models import Location, Mailbox, Touchpoint
from audit_app.services.entry.fields import InvalidFields

ANNA = "anna.berg@shopper.example"
Type = Callable[..., Result]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoCompany]:
    with DemoCompany(tmp_path_factory.mktemp("company"), answer_after=(0.2, 0.3)) as running:
        yield running


@pytest.fixture
def type_in(settings: Settings, session: Session) -> Type:
    """Types a command on the test's own database; `said` is its standard input."""
    key = settings.encryption_key
    assert key is not None
    environment = {
        "AUDIT_INSTANCE": str(settings.instance),
        "AUDIT_DATABASE_URL": settings.database_url,
        "AUDIT_ENCRYPTION_KEY": key.get_secret_value(),
        "AUDIT_SECRET_KEY": "signs only tests",
    }

    def run(*words: str, said: str = "", **more: str) -> Result:
        session.commit()
        result = CliRunner().invoke(audit_app, words, input=said, env=environment | more)
        session.expire_all()
        return result

    return run


def servers(company: DemoCompany) -> list[str]:
    """The options for the demo company's servers."""
    smtp = ["--smtp-host", company.host, "--smtp-port", str(company.smtp_port), "--smtp-security", "none"]
    return [
        *smtp,
        "--imap-host",
        company.host,
        "--imap-port",
        str(company.imap_port),
        "--imap-security",
        "none",
    ]


def test_a_mailbox_is_added_tried_out_and_switched_off(
    type_in: Type, session: Session, company: DemoCompany
) -> None:
    added = type_in("mailboxes", "add", ANNA, *servers(company), said=f"{SHOPPER_PASSWORD}\n")
    assert added.exit_code == 0, added.output
    assert SHOPPER_PASSWORD not in added.output

    tried = type_in("mailboxes", "check", ANNA, "--send")
    assert tried.exit_code == 0, tried.output
    assert tried.output.count(": works.") == 3

    type_in("mailboxes", "set", ANNA, "--secret", AUDIT_MAILBOX_PASSWORD="wrong")
    assert session.scalars(sa.select(Mailbox.password)).one() == "wrong"
    refused = type_in("mailboxes", "check", ANNA)
    assert (refused.exit_code, refused.output.count("does not work")) == (1, 2)

    type_in("mailboxes", "set", ANNA, "--off", "--address-style", "catch_all")
    assert f"{ANNA}  off" in type_in("mailboxes", "list").output


def test_a_stored_password_does_not_go_to_another_server(type_in: Type, company: DemoCompany) -> None:
    type_in("mailboxes", "add", ANNA, *servers(company), said="a password\n")

    moved = type_in("mailboxes", "set", ANNA, "--imap-host", "thief.example")
    assert isinstance(moved.exception, InvalidFields)
    assert "Enter the password again" in str(moved.exception)


def test_oauth_secrets_are_read_line_by_line(type_in: Type, session: Session) -> None:
    added = type_in(
        *("mailboxes", "add", ANNA, "--sign-in", "google", "--client-id", "ours"),
        *("--smtp-host", "smtp.gmail.com", "--imap-host", "imap.gmail.com"),
        said="client secret\ngranted\n",
    )
    assert added.exit_code == 0, added.output
    mailbox = session.scalars(sa.select(Mailbox)).one()
    assert (mailbox.oauth_client_secret, mailbox.oauth_refresh_token) == ("client secret", "granted")


def test_without_a_secret_nothing_is_added(type_in: Type, session: Session, company: DemoCompany) -> None:
    refused = type_in("mailboxes", "add", ANNA, *servers(company))

    assert "AUDIT_MAILBOX_PASSWORD" in str(refused.exception)
    assert session.scalars(sa.select(Mailbox)).all() == []


def test_a_touchpoint_is_added_and_confirmed_only_after_a_yes(
    type_in: Type, session: Session, umea: Location, tmp_path: Path
) -> None:
    mapping = tmp_path / "odd.yaml"
    mapping.write_text("name: Odd\nfields:\n- {label: Fax, leave: true}\n")
    page = "https://www.fjordfield.example/contact"
    added = type_in("touchpoints", "add", "umea", "contact_form", page, "--mapping", str(mapping))
    number, state = added.output.split()[:2]
    assert state == "waiting"

    type_in("touchpoints", "confirm", number, "--by", "Ada", said="n\n")
    assert session.scalars(sa.select(Touchpoint.confirmed_at)).one() is None
    confirmed = type_in("touchpoints", "confirm", number, "--by", "Ada", said="y\n")
    assert f"{number}  confirmed" in confirmed.output
    assert page in type_in("touchpoints", "list", "--state", "confirmed").output
    assert type_in("touchpoints", "list", "--channel", "chat").output == ""


def test_a_wrong_mapping_is_refused_with_its_line(type_in: Type, umea: Location, tmp_path: Path) -> None:
    mapping = tmp_path / "odd.yaml"
    mapping.write_text("name: Odd\nfeilds: []\n")
    page = "https://www.fjordfield.example/contact"
    refused = type_in("touchpoints", "add", "umea", "contact_form", page, "--mapping", str(mapping))

    assert "Line 2: “feilds” is not known here" in str(refused.exception)


def test_an_option_of_another_channel_is_refused_and_not_passed_over(type_in: Type, umea: Location) -> None:
    page = "https://www.fjordfield.example/contact"
    refused = type_in("touchpoints", "add", "umea", "contact_form", page, "--contact-page", page)

    assert "--contact-page is only for email" in str(refused.exception)
    assert type_in("touchpoints", "list").output == ""
