"""Looking after our mailboxes, against real SMTP and IMAP servers: what is entered is checked, tried out and kept."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app.demo.company import SHOPPER_PASSWORD, DemoCompany
from audit_app.models import AddressStyle, IncomingMail, Mailbox, MailFolder, Security, User
from audit_app.services.entry.fields import InvalidFields
from audit_app.services.mailboxes import mailboxes as service
from audit_app.services.mailboxes.accounts import account_of
from audit_app.services.mailboxes.connection_test import prove_own_address, try_sign_in
from audit_app.services.mailboxes.entry import MailboxEntry, SignIn, drafted, entry_about
from audit_app.services.mailboxes.state import positions_of
from tests.incoming import receive_mail
from tests.integration.mailboxes.oauth_scene import ANNA, provider
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import NOW
from tests.visitor import Visitor, sign_in

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ENTRY = MailboxEntry(
    address=ANNA,
    smtp_host="smtp.shopper.example",
    imap_host="imap.shopper.example",
    password="a password of ours",
)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoCompany]:
    with DemoCompany(tmp_path_factory.mktemp("company"), answer_after=(0.2, 0.3)) as running:
        yield running


def at(company: DemoCompany, **changes: Any) -> MailboxEntry:
    """Anna's mailbox on the real servers."""
    servers = MailboxEntry(
        address=ANNA,
        smtp_host=company.host,
        smtp_port=company.smtp_port,
        smtp_security=Security.NONE,
        imap_host=company.host,
        imap_port=company.imap_port,
        imap_security=Security.NONE,
        password=SHOPPER_PASSWORD,
    )
    return replace(servers, **changes)


# ---------- what is entered ----------


@one_database
@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"address": "anna"}, "address", "“anna” is not an e-mail address"),
        ({"address": "anna+x@shopper.example"}, "address", "without the “+”"),
        ({"address": f"{'a' * 60}@shopper.example"}, "address", "too long"),
        ({"address": "anna@gmail.com", "address_style": AddressStyle.CATCH_ALL}, "address", "Choose plus addresses"),
        ({"address": make.SHOP_ADDRESS}, "address", "is a touchpoint of Stockholm City"),
        ({"smtp_host": " "}, "smtp_host", "Enter the name of the server that sends"),
        ({"smtp_host": "https://smtp.example.com"}, "smtp_host", "Enter the name alone"),
        ({"imap_host": "imap.example.com:993"}, "imap_host", "the port below"),
        ({"imap_host": f"{'a' * 64}.example"}, "imap_host", "not the name of a server"),
        ({"smtp_port": 0}, "smtp_port", "from 1 to 65535"),
        ({"imap_port": 70_000}, "imap_port", "from 1 to 65535"),
        ({"username": "anna\r\nA1 LOGOUT"}, "username", "beyond plain letters"),
        ({"password": ""}, "password", "Enter the password"),
        ({"password": "pässword"}, "password", "beyond plain letters"),
        ({"sign_in": SignIn.GOOGLE}, "client_id", "Enter the client id"),
        ({"sign_in": SignIn.GOOGLE, "client_id": "x"}, "refresh_token", "Enter the refresh token"),
        ({"sign_in": SignIn.OTHER, "token_url": "http://tokens.example/"}, "token_url", "begin with https://"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_at_its_field(
    session: Session, changes: dict[str, Any], field: str, words: str
) -> None:
    make.touchpoint(session)
    session.commit()

    with pytest.raises(InvalidFields) as told:
        service.add_mailbox(session, replace(ENTRY, **changes))
    assert words in told.value.problems[field]
    assert session.scalars(sa.select(Mailbox)).all() == []


def test_nobody_adds_the_same_mailbox_twice_however_it_is_written(session: Session) -> None:
    service.add_mailbox(session, ENTRY)

    with pytest.raises(InvalidFields, match="already"):
        service.add_mailbox(session, replace(ENTRY, address=ANNA.title()))


def test_an_empty_secret_keeps_the_stored_one_but_only_for_the_servers_it_was_entered_for(
    session: Session,
) -> None:
    mailbox = service.add_mailbox(session, ENTRY)
    known = entry_about(mailbox)
    assert "a password of ours" not in repr((known, ENTRY))

    service.change_mailbox(session, mailbox, replace(known, address_style=AddressStyle.CATCH_ALL), NOW)
    assert (mailbox.password, mailbox.address_style) == ("a password of ours", AddressStyle.CATCH_ALL)

    for change in ({"imap_host": "thief.example"}, {"smtp_port": 26}, {"smtp_security": Security.NONE}):
        with pytest.raises(InvalidFields) as told:
            drafted(replace(known, **change), mailbox)  # type: ignore[arg-type]
        assert "Enter the password again" in told.value.problems["password"]


def test_whoever_changes_to_oauth_and_back_leaves_no_secret_behind(session: Session) -> None:
    mailbox = service.add_mailbox(session, ENTRY)
    by_google = replace(
        entry_about(mailbox), sign_in=SignIn.GOOGLE, client_id="c", client_secret="s", refresh_token="r"
    )
    service.change_mailbox(session, mailbox, by_google, NOW)
    assert (mailbox.password, mailbox.oauth_refresh_token, mailbox.oauth_scope) == (
        "",
        "r",
        "https://mail.google.com/",
    )
    assert entry_about(mailbox).sign_in is SignIn.GOOGLE

    elsewhere = replace(entry_about(mailbox), sign_in=SignIn.OTHER, token_url="https://thief.example/")
    with pytest.raises(InvalidFields) as told:
        service.change_mailbox(session, mailbox, elsewhere, NOW)
    assert set(told.value.problems) == {"refresh_token", "client_secret"}

    service.change_mailbox(session, mailbox, replace(ENTRY, password="back again"), NOW)
    assert (mailbox.oauth_token_url, mailbox.oauth_refresh_token, mailbox.oauth_client_secret) == (
        "",
        None,
        None,
    )


def test_a_mailbox_that_was_written_from_keeps_its_address(session: Session) -> None:
    mailbox = make.sent_probe(session).persona.mailbox

    with pytest.raises(InvalidFields, match="answers come there"):
        service.change_mailbox(session, mailbox, replace(ENTRY, address="eva@shopper.example"), NOW)


def test_another_account_is_read_from_its_first_mail_although_it_numbers_them_alike(session: Session) -> None:
    mailbox = service.add_mailbox(session, ENTRY)
    first = [make.letter(ANNA, NOW, uid=uid, text=f"Mail {uid}") for uid in (1, 2)]
    assert len(receive_mail(session, mailbox, first, NOW)) == 2

    mailbox.username = ""
    service.change_mailbox(session, mailbox, entry_about(mailbox), NOW)
    assert positions_of(session, mailbox) != {}

    moved = replace(entry_about(mailbox), imap_host="imap.elsewhere.example", password="another")
    service.change_mailbox(session, mailbox, moved, NOW)
    assert positions_of(session, mailbox) == {}

    news = make.letter(ANNA, NOW, uid=1, text="A reply that must not be lost")
    moved_along = replace(first[0], uid=2)
    assert len(receive_mail(session, mailbox, [news, moved_along], NOW)) == 1
    assert len(session.scalars(sa.select(IncomingMail)).all()) == 3
    assert [folder.last_uid for folder in session.scalars(sa.select(MailFolder))] == [2]


def test_unusual_ports_are_allowed_but_mentioned(session: Session) -> None:
    odd = replace(ENTRY, smtp_port=465, imap_security=Security.NONE)
    doubts = " ".join(service.unusual_settings(drafted(odd, None)))

    assert "Port 465 of SMTP usually goes with TLS from the start" in doubts
    assert "read the password" in doubts
    assert service.unusual_settings(drafted(ENTRY, None)) == []


# ---------- trying it out ----------


def test_a_mailbox_that_works_says_so_and_names_the_folders_that_are_read(company: DemoCompany) -> None:
    trial = try_sign_in(drafted(at(company), None))

    assert trial.works
    assert "INBOX" in trial.findings[1].words


def test_a_probes_address_is_proved_by_a_mail_that_arrives(company: DemoCompany) -> None:
    trial = prove_own_address(drafted(at(company), None), datetime.now(UTC))

    assert trial.works, trial
    assert re.match(r"Mail to anna\.berg\+\w{8}@shopper\.example", trial.findings[0].title)
    assert "Arrived in INBOX" in trial.findings[0].words


def test_an_address_that_does_not_reach_the_mailbox_is_found_out(company: DemoCompany) -> None:
    elsewhere = drafted(at(company, address="eva@other.example", username=ANNA), None)
    trial = prove_own_address(elsewhere, datetime.now(UTC), seconds=0.1)

    assert not trial.works
    assert SHOPPER_PASSWORD not in repr(trial)


def test_a_wrong_password_is_told_without_repeating_it(company: DemoCompany) -> None:
    trial = try_sign_in(drafted(at(company, password="wrong but secret"), None))

    assert [finding.works for finding in trial.findings] == [False, False]
    for finding in trial.findings:
        assert "refused the sign-in" in finding.words
        assert "Check the user name and the password" in finding.words
    assert "wrong but secret" not in repr(trial)


@contextmanager
def server_that(speaks: bytes) -> Iterator[int]:
    """A server that says one thing to everybody, and repeats what it hears."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(line,), daemon=True).start()

        def answer(line: socket.socket) -> None:
            with line:
                line.sendall(speaks)
                while heard := line.recv(4096):
                    tag = heard.split(b" ")[0]
                    line.sendall(tag + b" BAD you said " + heard if speaks else b"")

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def words_of(company: DemoCompany, **changes: Any) -> str:
    """What a trial says of receiving."""
    return try_sign_in(drafted(at(company, **changes), None)).findings[1].words


def test_each_way_of_not_getting_through_is_told_with_what_to_do(company: DemoCompany) -> None:
    assert "does not speak TLS from the start" in words_of(company, imap_security=Security.TLS)
    assert "offers no STARTTLS" in words_of(company, imap_security=Security.STARTTLS)
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert "Nothing answers at" in words_of(company, imap_port=port)
    assert "No server called" in words_of(company, imap_host="no-such-server.invalid")


def test_a_server_that_repeats_what_it_hears_does_not_make_us_show_the_password(company: DemoCompany) -> None:
    with server_that(b"* OK ready\r\n") as port:
        words = words_of(company, imap_port=port, password="very secret indeed")

    assert "very secret indeed" not in words
    assert "you said" in words


def test_a_server_that_says_nothing_holds_nobody_up(company: DemoCompany) -> None:
    with server_that(b"") as port:
        trial = try_sign_in(drafted(at(company, imap_port=port), None), seconds=0.3)

    assert [finding.works for finding in trial.findings][1] is False
    assert "kept us waiting" in trial.findings[1].words


def test_oauth_is_tried_out_before_it_is_saved_and_a_renewed_token_is_the_one_to_keep() -> None:
    with provider() as google:
        google.endpoint.renews = True
        theirs = google.account()
        entry = MailboxEntry(
            address=ANNA,
            smtp_host=theirs.smtp_host,
            smtp_port=theirs.smtp_port,
            smtp_security=Security.NONE,
            imap_host=theirs.imap_host,
            imap_port=theirs.imap_port,
            imap_security=Security.NONE,
            sign_in=SignIn.OTHER,
            token_url=google.token_url,
            client_id="client-of-ours",
            client_secret="secret-of-ours",
            refresh_token="granted-by-anna",
        )
        trial = try_sign_in(drafted(entry, None))
        assert trial.works, trial
        assert trial.refresh_token == "renewed-1"

        refused = try_sign_in(drafted(replace(entry, refresh_token="withdrawn-by-anna"), None))
        assert "grant it anew" in refused.findings[0].words
        assert "withdrawn-by-anna" not in repr(refused.findings)


# ---------- the pages ----------


def fields_of(entry: MailboxEntry, **more: str) -> dict[str, str]:
    """The fields of the form, as a browser sends them."""
    names = ("address", "username", "password", "smtp_host", "imap_host", "smtp_port", "imap_port")
    chosen = ("sign_in", "address_style", "smtp_security", "imap_security")
    return {name: str(getattr(entry, name)) for name in (*names, *chosen)} | more


@one_database
def test_an_administrator_tries_a_mailbox_out_loses_nothing_typed_and_adds_it(
    client: Visitor, session: Session, ada: User, company: DemoCompany
) -> None:
    sign_in(client, ada)
    tried = client.submit("/admin/mailboxes/new", **fields_of(at(company), test_sign_in="yes"))
    assert tried.text.count("works.") == 2
    assert f'value="{SHOPPER_PASSWORD}"' in tried.text
    assert tried.headers["Cache-Control"] == "no-store"
    assert session.scalars(sa.select(Mailbox)).all() == []

    assert (
        client.submit("/admin/mailboxes/new", **fields_of(at(company), save="yes")).location
        == "/admin/mailboxes"
    )
    mailbox = session.scalars(sa.select(Mailbox)).one()
    assert account_of(mailbox).password == SHOPPER_PASSWORD
    page = f"/admin/mailboxes/{mailbox.id}"
    assert SHOPPER_PASSWORD not in client.get(page).text

    again = client.submit(page, **fields_of(at(company, password=""), test_address="yes"))
    assert "Arrived in INBOX" in again.text
    assert SHOPPER_PASSWORD not in again.text


@one_database
def test_a_stored_refresh_token_that_the_provider_renews_while_it_is_tried_out_is_kept(
    client: Visitor, session: Session, ada: User
) -> None:
    with provider() as google:
        google.endpoint.renews = True
        theirs = google.account()
        mailbox = make.mailbox_of(session, ANNA)
        mailbox.oauth_token_url, mailbox.oauth_client_id = google.token_url, "client-of-ours"
        mailbox.oauth_client_secret, mailbox.oauth_refresh_token = "secret-of-ours", "granted-by-anna"
        mailbox.oauth_scope, mailbox.password = "mail", ""
        mailbox.smtp_port, mailbox.imap_port = theirs.smtp_port, theirs.imap_port
        session.commit()
        sign_in(client, ada)
        known = entry_about(mailbox)
        by_oauth = {"token_url": known.token_url, "client_id": known.client_id, "scope": known.scope}
        page = client.submit(
            f"/admin/mailboxes/{mailbox.id}", **fields_of(known, test_sign_in="y", **by_oauth)
        )

        assert "does not work" not in page.text
        session.refresh(mailbox)
        assert mailbox.oauth_refresh_token == "renewed-1"


@one_database
def test_mistakes_stand_at_their_fields_and_nothing_typed_is_lost(
    client: Visitor, session: Session, ada: User
) -> None:
    sign_in(client, ada)
    wrong = replace(ENTRY, smtp_host="smtp.example.com:587", imap_port=0)
    page = client.submit("/admin/mailboxes/new", **fields_of(wrong, save="yes", smtp_port="five"))

    assert page.status_code == 422
    for field in ("smtp_host", "smtp_port", "imap_port"):
        assert f'href="#{field}"' in page.text
    for typed in ("smtp.example.com:587", "five", "a password of ours"):
        assert f'value="{typed}"' in page.text


@one_database
def test_switching_a_mailbox_off_says_what_stops_and_it_can_be_switched_on_again(
    client: Visitor, session: Session, ada: User
) -> None:
    mailbox = make.sent_probe(session).persona.mailbox
    session.commit()
    sign_in(client, ada)
    path = f"/admin/mailboxes/{mailbox.id}"

    shown = client.get(f"{path}/switch-off").text
    assert "Anna Berg" in shown
    assert "1 probe is still waiting for an answer" in shown
    client.submit(f"{path}/switch-off")
    session.refresh(mailbox)
    assert not mailbox.active
    client.submit(f"{path}/switch-on", page=path)
    session.refresh(mailbox)
    assert mailbox.active
