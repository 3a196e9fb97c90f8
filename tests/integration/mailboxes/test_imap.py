"""Our mailbox against real servers: those of the demo company, and one that breaks off at a chosen moment."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from audit_app.demo.company import SHOPPER_PASSWORD, DemoCompany
from audit_app.demo.company.event_loop import LoopThread
from audit_app.demo.company.imap import ImapServer
from audit_app.demo.company.store import Store
from probes.base import Deferred, FactKind, MailboxDown, Message, NotSent, Rejected, SendUnknown
from probes.channels.email import compose, observe_copy, observe_reply
from probes.mail.imap import (
    FetchedMail,
    MailAccount,
    Position,
    check,
    fetch_new,
    find_copy,
    first_unread_uid,
    wait_for_mail,
)
from probes.mail.smtp import break_off, send, transmit
from probes.mail.smtp import check as check_outgoing

ANNA = "anna@shopper.example"
SHOP = "stockholm@fjordfield.example"
NEVER = threading.Event()


@pytest.fixture
def company(tmp_path: Path) -> Iterator[DemoCompany]:
    with DemoCompany(tmp_path / "company", answer_after=(0.2, 0.3)) as running:
        yield running


@pytest.fixture
def account(company: DemoCompany) -> MailAccount:
    return MailAccount(
        address=ANNA,
        smtp_host=company.host,
        smtp_port=company.smtp_port,
        smtp_security="none",
        imap_host=company.host,
        imap_port=company.imap_port,
        imap_security="none",
        username=ANNA,
        password=SHOPPER_PASSWORD,
    )


def letter(to: str = SHOP, number: int = 1, text: str = "Hello, do you have the lamp in stock?") -> Message:
    return Message(
        token=f"lamp{number}",
        channel="email",
        persona_name="Anna Öberg",
        from_address=f"anna+lamp{number}@shopper.example",
        to=to,
        subject="Eine Lampe für den Flur",
        text=text,
        message_id=f"<lamp-{number}@shopper.example>",
        time_zone="Europe/Stockholm",
    )


def written(message: Message) -> bytes:
    return compose(message, datetime.now(UTC))


def mails_until(account: MailAccount, count: int) -> list[FetchedMail]:
    """Read on, as the worker does, until so many mails have come."""
    found: list[FetchedMail] = []
    positions: dict[str, Position] = {}
    end = time.monotonic() + 20
    while len(found) < count and time.monotonic() < end:
        for mail in fetch_new(account, positions):
            found.append(mail)
            positions[mail.folder] = Position(mail.uidvalidity, mail.uid)
        if len(found) < count:
            wait_for_mail(account, end - time.monotonic(), NEVER, positions)
    return found


def test_our_mail_looks_like_any_customers() -> None:
    mail = message_from_bytes(written(letter(text="Grüße\n.\nein Punkt allein")))
    assert mail.keys() == [
        "Message-ID", "Date", "MIME-Version", "From", "To", "Subject", "Content-Type", "Content-Transfer-Encoding",
    ]  # fmt: skip
    assert mail["Date"].endswith(("+0100", "+0200"))
    assert "lamp1" not in str(mail["Subject"])


def test_a_sent_mail_reaches_the_shop_and_leaves_a_copy_in_our_mailbox(
    company: DemoCompany, account: MailAccount
) -> None:
    message = letter(text="Guten Tag!\n.\n.. zwei Punkte\nGrüße\nAnna")
    before = datetime.now(UTC)
    sent = send(account, written(message))
    assert (sent.kind, sent.key) == (FactKind.SENT, message.message_id)
    assert before <= sent.earliest <= sent.latest <= datetime.now(UTC)
    assert company.received(shop="stockholm", message_id=message.message_id) == 1
    copy = find_copy(account, message.message_id)
    assert copy is not None
    body = message_from_bytes(copy.raw).get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().split() == message.text.split()
    assert b"Bcc" not in copy.raw


def test_the_copy_tells_when_the_mail_left_to_the_second(account: MailAccount) -> None:
    sent = send(account, written(letter()))
    copy = find_copy(account, letter().message_id)
    assert copy is not None
    proof = observe_copy(copy, letter())
    assert proof.key == sent.key
    assert proof.earliest <= sent.latest
    assert proof.latest - proof.earliest < timedelta(seconds=1)


def test_a_mail_that_never_left_has_no_copy(account: MailAccount) -> None:
    assert find_copy(account, "<never@shopper.example>") is None


def test_the_acknowledgement_is_automatic_and_the_answer_is_a_persons(account: MailAccount) -> None:
    send(account, written(letter()))
    answers = [mail for mail in mails_until(account, 3) if letter().message_id.encode() not in _own_id(mail)]
    seen = {observe_reply(mail, letter().text)[0].kind for mail in answers}
    assert seen == {FactKind.ACKNOWLEDGED, FactKind.HUMAN_REPLY}


def _own_id(mail: FetchedMail) -> bytes:
    return str(message_from_bytes(mail.raw)["Message-ID"]).encode()


def test_reading_on_gives_only_what_is_new(account: MailAccount) -> None:
    send(account, written(letter()))
    read = mails_until(account, 3)
    last = read[-1]
    assert list(fetch_new(account, {last.folder: Position(last.uidvalidity, last.uid)})) == []


def test_a_folder_that_was_numbered_anew_is_read_from_the_start(account: MailAccount) -> None:
    send(account, written(letter()))
    read = mails_until(account, 3)
    last = read[-1]
    again = list(fetch_new(account, {last.folder: Position(last.uidvalidity + 1, last.uid)}))
    assert [mail.uid for mail in again] == [mail.uid for mail in read]


def test_without_a_position_everything_may_be_unread() -> None:
    assert first_unread_uid(7, None) == 1
    assert first_unread_uid(7, Position(7, 41)) == 42
    assert first_unread_uid(8, Position(7, 41)) == 1


def test_a_folder_that_does_not_exist_is_passed_over(account: MailAccount) -> None:
    send(account, written(letter()))
    asked = replace(account, folders=("INBOX", "No such folder"))
    assert {mail.folder for mail in fetch_new(asked, {})} == {"INBOX"}


def test_reading_leaves_mail_unread(account: MailAccount) -> None:
    from imapclient import IMAPClient

    send(account, written(letter()))
    mails_until(account, 3)
    with IMAPClient(account.imap_host, account.imap_port, ssl=False) as imap:
        imap.login(ANNA, SHOPPER_PASSWORD)
        imap.select_folder("INBOX", readonly=True)
        assert imap.search(["SEEN"]) == []


def test_waiting_ends_when_mail_comes(account: MailAccount) -> None:
    sender = threading.Timer(0.3, send, (account, written(letter())))
    sender.start()
    began = time.monotonic()
    assert wait_for_mail(account, 20, NEVER, {})
    assert time.monotonic() - began < 10
    sender.join()


def test_mail_that_came_before_the_waiting_began_is_not_missed(account: MailAccount) -> None:
    send(account, written(letter()))
    assert wait_for_mail(account, 20, NEVER, {"INBOX": Position(0, 0)})


def test_waiting_ends_at_its_time_and_when_it_is_told_to(account: MailAccount) -> None:
    began, stop = time.monotonic(), threading.Event()
    assert not wait_for_mail(account, 0.3, stop)
    stop.set()
    assert not wait_for_mail(account, 60, stop)
    assert time.monotonic() - began < 10


def test_a_server_that_does_not_tell_of_mail_by_itself_is_asked_again(
    tmp_path: Path, account: MailAccount
) -> None:
    with closing(Store(tmp_path / "quiet")) as store:
        loop, listener = LoopThread(), socket.create_server(("127.0.0.1", 0))
        quiet = replace(account, imap_port=listener.getsockname()[1])
        server = ImapServer(store, SHOPPER_PASSWORD, idle=False)

        async def serve() -> None:
            loop.closing(await server.start(listener))

        try:
            loop.wait_for(serve())
            assert list(fetch_new(quiet, {})) == []
            assert not wait_for_mail(quiet, 0.3, NEVER, {})
            store.add_mail(ANNA, "Junk", datetime.now(UTC), b"Subject: Hello\r\n\r\nHello")
            loop.wait_for(server.announce(ANNA))
            assert [mail.folder for mail in fetch_new(quiet, {})] == ["Junk"]
        finally:
            loop.stop()


def test_a_wrong_password_is_said_without_repeating_it(account: MailAccount) -> None:
    wrong = replace(account, password="mistyped")
    with pytest.raises(MailboxDown, match="user name or password") as told:
        list(fetch_new(wrong, {}))
    assert "mistyped" not in str(told.value) + repr(wrong)


def test_the_mailboxs_servers_can_be_checked(account: MailAccount) -> None:
    check(account)
    check_outgoing(account)
    wrong = replace(account, password="mistyped")
    with pytest.raises(MailboxDown):
        check(wrong)
    with pytest.raises(NotSent, match="535"):
        check_outgoing(wrong)


def test_a_mailbox_whose_server_is_away_is_down(account: MailAccount) -> None:
    away = replace(account, imap_port=1, smtp_port=1)
    for look in (
        lambda: list(fetch_new(away, {})),
        lambda: wait_for_mail(away, 1, NEVER),
        lambda: find_copy(away, ""),
    ):
        with pytest.raises(MailboxDown, match="anna@shopper.example"):
            look()
    with pytest.raises(Deferred):
        send(away, written(letter()))


def test_an_address_that_the_company_refuses_is_the_companys_failure(
    company: DemoCompany, account: MailAccount
) -> None:
    with pytest.raises(Rejected) as told:
        send(account, written(letter(to="nobody@fjordfield.example")))
    assert told.value.observation.kind is FactKind.BOUNCED
    assert "No such mailbox" in told.value.observation.text
    assert company.received() == 0


def test_being_refused_as_a_sender_is_ours(account: MailAccount) -> None:
    with pytest.raises(NotSent, match="Relaying"):
        send(account, written(letter(to="someone@elsewhere.example")))


def test_nothing_goes_out_when_our_own_copy_is_refused(company: DemoCompany, account: MailAccount) -> None:
    with pytest.raises(NotSent, match="our own mailbox"):
        send(replace(account, address="anna@elsewhere.example"), written(letter()))
    assert company.received() == 0


def test_a_mail_that_is_broken_off_before_it_is_complete_reaches_nobody(
    company: DemoCompany, account: MailAccount
) -> None:
    break_off(transmit(account, written(letter(number=1))))
    send(account, written(letter(number=2)))
    assert company.received() == company.received(message_id=letter(number=2).message_id) == 1
    assert find_copy(account, letter(number=1).message_id) is None


class _FragileServer(socketserver.StreamRequestHandler):
    """Speaks SMTP up to a word, then hangs up or refuses."""

    breaks_at = ""
    refuses_at = ""
    refusal = ""

    def handle(self) -> None:
        self._say("220 ready")
        for line in self.rfile:
            word = line.split()[0].upper().decode() if line.split() else ""
            if word == self.breaks_at:
                return
            self._say(self.refusal if word == self.refuses_at else self._answer(word))
            if word == "DATA" and self.refuses_at != "DATA":
                self._read_message()
                if self.breaks_at == ".":
                    return
                self._say(self.refusal if self.refuses_at == "." else "250 2.0.0 taken")

    def _answer(self, word: str) -> str:
        return {"DATA": "354 go on", "QUIT": "221 bye"}.get(word, "250 fine")

    def _read_message(self) -> None:
        while self.rfile.readline() not in (b".\r\n", b""):
            pass

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@contextmanager
def fragile(
    breaks_at: str = "", refuses_at: str = "", refusal: str = "554 5.3.0 not so"
) -> Iterator[MailAccount]:
    breaks = {"breaks_at": breaks_at, "refuses_at": refuses_at, "refusal": refusal}
    handler = type("Handler", (_FragileServer,), breaks)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        port = server.server_address[1]
        try:
            yield MailAccount(ANNA, "127.0.0.1", port, "127.0.0.1", port, "none", "none")
        finally:
            server.shutdown()
            thread.join()


def test_a_server_that_takes_everything_has_taken_the_mail() -> None:
    with fragile() as account:
        assert send(account, written(letter())).details["answer"] == "250 2.0.0 taken"


@pytest.mark.parametrize("word", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_a_line_that_breaks_before_the_message_was_complete_sent_nothing(word: str) -> None:
    with fragile(breaks_at=word) as account, pytest.raises(Deferred):
        send(account, written(letter()))


@pytest.mark.parametrize("word", ["MAIL", "DATA", "."])
def test_a_message_refused_for_good_was_not_sent_and_is_not_tried_again(word: str) -> None:
    with fragile(refuses_at=word) as account, pytest.raises(NotSent, match="not so") as told:
        send(account, written(letter()))
    assert not isinstance(told.value, Deferred)


@pytest.mark.parametrize("word", ["MAIL", "RCPT", "DATA", "."])
def test_a_message_refused_for_now_was_not_sent_and_may_be_tried_again(word: str) -> None:
    later = "451 4.7.1 Greylisted, come back later"
    with fragile(refuses_at=word, refusal=later) as account, pytest.raises(Deferred, match="Greylisted"):
        send(account, written(letter()))


@pytest.mark.parametrize("answer", ["299 whatever", "gibberish"])
def test_an_answer_to_the_complete_message_that_nobody_understands_leaves_it_unknown(answer: str) -> None:
    with fragile(refuses_at=".", refusal=answer) as account, pytest.raises(SendUnknown):
        send(account, written(letter()))


@pytest.mark.parametrize(
    "said",
    [
        "550 5.1.1 User unknown",
        "550 5.4.1 Recipient address rejected: Access denied",
        "552 5.2.2 Mailbox full",
        "550 No such user here",
        "551 User not local",
    ],
)
def test_a_dead_address_is_the_companys(said: str) -> None:
    with fragile(refuses_at="RCPT", refusal=said) as account, pytest.raises(Rejected):
        send(account, written(letter()))


@pytest.mark.parametrize(
    "said",
    [
        "554 5.7.1 Relay access denied",
        "550 5.1.8 Sender's domain does not exist",
        "530 5.5.1 Authentication required",
        "550 relay not permitted",
        "553 sorry, that domain isn't in my list of allowed rcpthosts",
        "550 Blocked: see our policy on spam",
    ],
)
def test_a_refusal_of_us_is_ours(said: str) -> None:
    with fragile(refuses_at="RCPT", refusal=said) as account, pytest.raises(NotSent) as told:
        send(account, written(letter()))
    assert not isinstance(told.value, Deferred)


def test_silence_after_the_message_was_complete_leaves_it_unknown() -> None:
    with fragile(breaks_at=".") as account, pytest.raises(SendUnknown):
        send(account, written(letter()))
