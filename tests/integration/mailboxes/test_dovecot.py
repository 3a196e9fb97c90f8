"""Our mailbox on a server that nobody here wrote: Debian's Dovecot."""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from sqlalchemy.orm import Session

from audit_app.config import Settings
from audit_app.database import transaction
from audit_app.demo.company.event_loop import LoopThread
from audit_app.domain.probes.probe import ObservationKind
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import AddressStyle, ChannelName, IncomingMail, Mailbox
from audit_app.services.mailboxes.state import positions_before, positions_of
from probes.base import MailboxDown
from probes.mail import imap as driver
from probes.mail.imap import MailAccount, Position, check, connect_imap, fetch_new, wait_for_mail
from tests.incoming import receive_mail
from tests.integration.mailboxes.dovecot_scene import JUNK, PASSWORD, Dovecot, dovecot, why_not
from tests.integration.mailboxes.oauth_scene import ANNA, Provider, provider
from tests.integration.probes import probe_factories as make
from tests.integration.worker.worker_scene import scene

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "Dovecot is there")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NEVER = threading.Event()
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def google() -> Iterator[Provider]:
    """Whoever hands out the tokens and tells Dovecot whose they are."""
    with provider() as running:
        yield running


@pytest.fixture(scope="module")
def server(google: Provider) -> Iterator[Dovecot]:
    with tempfile.TemporaryDirectory(prefix="dovecot-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with dovecot(folder, google.token_url.replace("/token", "/introspect")) as running:
            yield running


@pytest.fixture
def user() -> str:
    """Every test has a mailbox of its own."""
    return f"user-{uuid.uuid4().hex}@shopper.example"


def letter(
    number: int, to: str = "anna.berg@shopper.example", text: str = "Hello Anna, we open at ten. Kim"
) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Kim <stockholm@fjordfield.example>", to, "Re: Opening hours"
    mail["Message-ID"] = f"<{number}@fjordfield.example>"
    mail.set_content(text)
    return mail.as_bytes()


def positions_after(mails: list[driver.FetchedMail]) -> dict[str, Position]:
    return {mail.folder: Position(mail.uidvalidity, mail.uid) for mail in mails}


def test_mail_is_read_from_the_inbox_and_from_whatever_folder_is_for_spam(server: Dovecot, user: str) -> None:
    filed = NOW - timedelta(days=2)
    server.deliver(user, letter(1), at=filed)
    server.deliver(user, letter(2), JUNK)
    first, second = fetch_new(server.account(user), {})
    assert (first.folder, first.received_at) == ("INBOX", filed)
    assert (second.folder, message_from_bytes(second.raw)["Message-ID"]) == (JUNK, "<2@fjordfield.example>")
    assert list(fetch_new(server.account(user), positions_after([first, second]))) == []
    assert not list(server.maildir(user).glob("cur/*S*")), "nothing was marked as read"


@pytest.mark.parametrize(
    "name", ["Skräppost", "Spamverdacht", "INBOX/Junk E-Mail", "[Gmail]/Спам", "Ablage/SPAM"]
)
def test_a_spam_folder_that_the_server_does_not_mark_is_known_by_its_name(
    server: Dovecot, user: str, name: str
) -> None:
    account = server.account(user)
    with connect_imap(account) as imap:
        separator = imap.namespace().personal[0][1]
        imap.create_folder(folder := name.replace("/", separator))
        imap.create_folder(f"Notes on spam{separator}Lamps")
        imap.append(folder, letter(1))
    (mail,) = fetch_new(account, {})
    assert mail.folder == folder


def test_listening_ends_when_mail_comes(server: Dovecot, user: str) -> None:
    account = server.account(user)
    assert list(fetch_new(account, {})) == []
    delivery = threading.Timer(0.3, server.deliver, (user, letter(1)))
    delivery.start()
    began = time.monotonic()
    assert wait_for_mail(account, 30, NEVER, {})
    assert time.monotonic() - began < 15
    delivery.join()


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_line_is_protected_and_a_certificate_that_nobody_knows_is_refused(
    server: Dovecot, user: str, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = server.account(user, "tls" if security == "tls" else "starttls")
    monkeypatch.setenv("SSL_CERT_FILE", str(server.folder / "authority.pem"))
    check(account)
    with pytest.raises(MailboxDown, match="127.0.0.2|certificate|refused"):
        check(replace(account, imap_host="127.0.0.2"))
    monkeypatch.setenv("SSL_CERT_FILE", str(server.folder / "dovecot.conf"))
    monkeypatch.setenv("SSL_CERT_DIR", str(server.folder / "state"))
    with pytest.raises(MailboxDown, match="certificate verify failed"):
        check(account)


def test_a_wrong_password_is_said_without_repeating_it(server: Dovecot, user: str) -> None:
    with pytest.raises(MailboxDown, match="refused our user name or password") as told:
        check(replace(server.account(user), password="mistyped"))
    assert "mistyped" not in str(told.value)


def test_a_token_opens_the_mailbox_and_a_withdrawn_one_does_not(server: Dovecot, google: Provider) -> None:
    account = replace(server.account(ANNA), password="", oauth=google.account().oauth)
    server.deliver(ANNA, letter(1))
    assert [mail.folder for mail in fetch_new(account, {})] == ["INBOX"]
    google.endpoint.good.clear()
    assert len(list(fetch_new(account, {}))) == 1, "a token that ended early is fetched anew"
    google.endpoint.good.clear()
    google.endpoint.granted.clear()
    with pytest.raises(MailboxDown, match="could not be signed in to|refused our OAuth token"):
        list(fetch_new(account, {}))


def test_a_server_that_dies_in_the_middle_of_a_reading_costs_no_mail(server: Dovecot, user: str) -> None:
    for number in range(45):
        server.deliver(user, letter(number))
    account = server.account(user)
    reading = fetch_new(account, {})
    read = [next(reading) for _ in range(3)]
    server.kill()
    with pytest.raises(MailboxDown):
        read.extend(reading)
    assert 3 <= len(read) < 45
    with pytest.raises(MailboxDown):
        list(fetch_new(account, positions_after(read)))
    server.start()
    read += fetch_new(account, positions_after(read))
    assert [message_from_bytes(mail.raw)["Message-ID"] for mail in read] == [
        f"<{number}@fjordfield.example>" for number in range(45)
    ]


def keep(
    session: Session, mailbox: Mailbox, account: MailAccount, positions: dict[str, Position]
) -> list[IncomingMail]:
    """Read on from `positions` and store what is new."""
    rows = receive_mail(session, mailbox, fetch_new(account, positions), datetime.now(UTC))
    session.commit()
    return rows


@on_sqlite
def test_a_mailbox_that_was_numbered_anew_while_we_listened_is_read_again_and_nothing_is_stored_twice(
    session: Session, server: Dovecot, user: str
) -> None:
    mailbox, account = make.mailbox_of(session), server.account(user)
    session.flush()
    for number in (1, 2):
        server.deliver(user, letter(number))
    assert len(keep(session, mailbox, account, {})) == 2
    before = positions_of(session, mailbox)["INBOX"]

    def anew() -> None:
        server.number_anew(user)
        server.deliver(user, letter(3))

    change = threading.Timer(0.5, anew)
    change.start()
    with pytest.raises(MailboxDown):  # the server ends the session
        wait_for_mail(account, 30, NEVER, positions_of(session, mailbox))
    change.join()
    (new,) = keep(session, mailbox, account, positions_of(session, mailbox))
    assert new.message_id == "<3@fjordfield.example>"
    after = positions_of(session, mailbox)["INBOX"]
    assert after.uidvalidity != before.uidvalidity
    assert after.last_uid == 3


@on_sqlite
def test_a_server_restored_from_a_copy_deals_uids_anew_and_the_next_rescan_finds_the_reply(
    session: Session, server: Dovecot, user: str
) -> None:
    mailbox, account = make.mailbox_of(session), server.account(user)
    session.flush()
    server.deliver(user, letter(1))
    keep(session, mailbox, account, {})
    copy = server.save(user)
    for number in (2, 3):
        server.deliver(user, letter(number))
    keep(session, mailbox, account, positions_of(session, mailbox))
    server.kill()
    server.restore(user, copy)
    server.start()
    server.deliver(user, letter(4))
    assert keep(session, mailbox, account, positions_of(session, mailbox)) == [], "its UID is one we had"
    for expected in (["<4@fjordfield.example>"], []):
        again = positions_before(session, mailbox, NOW - timedelta(days=3))
        found = keep(session, mailbox, account, again)
        assert [row.message_id for row in found] == expected


class Post:
    """Our mail domain's server and the company's, in one: it takes everything, and the company answers at once.

    All mail to our domain goes to one mailbox, whatever stands before the @ (a catch-all).
    """

    def __init__(self, server: Dovecot, user: str) -> None:
        self._server, self._user = server, user
        self.to_us: list[str] = []

    async def handle_DATA(self, _: SMTP, __: SmtpSession, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        """Deliver a message to all its recipients."""
        assert isinstance(envelope.content, bytes)
        for address in envelope.rcpt_tos:
            if address.endswith("@shopper.example"):
                self._to_us(address, envelope.content)
            else:
                self._answer(message_from_bytes(envelope.content)["From"])
        return "250 2.0.0 taken"

    def _to_us(self, address: str, raw: bytes) -> None:
        self.to_us.append(address)
        now = datetime.now(UTC)
        stamp = f"Received: from x by mx.shopper.example with ESMTP id 1 for <{address}>; {now:%a, %d %b %Y %H:%M:%S} +0000\n"
        self._server.deliver(self._user, stamp.encode() + raw.replace(b"\r\n", b"\n"))

    def _answer(self, to: str) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "Kim <kim@fjordfield.example>", to, "Opening hours"
        mail["Message-ID"] = make_msgid(domain="fjordfield.example")
        mail.set_content("Hello Anna,\n\nwe open at ten on weekdays.\n\nKind regards\nKim")
        self._to_us(str(to).rpartition("<")[2].rstrip(">"), mail.as_bytes())


@contextmanager
def post_office(server: Dovecot, user: str) -> Iterator[tuple[Post, int]]:
    """Run it on a free port."""
    post, loop = Post(server, user), LoopThread()

    async def serve() -> int:
        made = await asyncio.get_running_loop().create_server(lambda: SMTP(post), "127.0.0.1", 0)
        loop.closing(made)
        port: int = made.sockets[0].getsockname()[1]
        return port

    try:
        yield post, loop.wait_for(serve())
    finally:
        loop.stop()


@on_sqlite
def test_an_answer_to_a_catch_all_alias_is_delivered_read_and_matched(
    settings: Settings, engine: sa.Engine, tmp_path: Path, server: Dovecot, user: str
) -> None:
    with scene(settings, engine, tmp_path) as on, post_office(server, user) as (post, port):
        on.campaign(ChannelName.EMAIL)
        with transaction(engine) as session:
            mailbox = session.scalars(sa.select(Mailbox)).one()
            mailbox.address_style, mailbox.username, mailbox.password = AddressStyle.CATCH_ALL, user, PASSWORD
            mailbox.smtp_port, mailbox.imap_port = port, server.imap_port
        on.start_worker()
        probe = on.wait_for(lambda probe: probe.outcome is Outcome.ANSWERED)
    assert probe.from_address.startswith("anna.berg.")
    assert "+" not in probe.from_address
    assert sorted(post.to_us) == sorted(["anna.berg@shopper.example", probe.from_address])
    (answer,) = (seen for seen in probe.observations if seen.kind is ObservationKind.HUMAN_REPLY)
    assert answer.reasons[-1].startswith(f"matched by the address {probe.from_address}")
