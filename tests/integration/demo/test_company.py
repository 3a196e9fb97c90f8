"""The demo company, used as its customers use it: through its web pages, SMTP, IMAP and the chat's HTTP."""

from __future__ import annotations

import json
import re
import select
import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any, TypeVar

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from audit_app.demo.company import SHOPPER_PASSWORD, CompanyError, DemoCompany

ANNA = "anna@shopper.example"
QUICK = (0.1, 0.2)
T = TypeVar("T")


@pytest.fixture
def company(tmp_path: Path) -> Iterator[DemoCompany]:
    with DemoCompany(tmp_path / "company", answer_after=QUICK) as running:
        yield running


def wait_until(look: Callable[[], T], seconds: float = 10) -> T:
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return found


def write(
    company: DemoCompany, shop: str, *, sender: str = ANNA, text: str = "Are you open on Sunday?"
) -> str:
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"], message["Subject"] = (
        f"Anna Berg <{sender}>",
        f"{shop}@fjordfield.example",
        "Sunday",
    )
    message["Message-ID"] = make_msgid(domain="shopper.example")
    message.set_content(text)
    with smtplib.SMTP(company.host, company.smtp_port) as smtp:
        smtp.send_message(message)
    return str(message["Message-ID"])


@contextmanager
def mailbox(company: DemoCompany, account: str = ANNA) -> Iterator[IMAPClient]:
    with IMAPClient(company.host, company.imap_port, ssl=False, timeout=10) as client:
        client.login(account, SHOPPER_PASSWORD)
        client.select_folder("INBOX")
        yield client


def inbox(company: DemoCompany, account: str = ANNA) -> list[EmailMessage]:
    with mailbox(company, account) as client:
        fetched = client.fetch(client.search(), ["BODY.PEEK[]"])
    return [message_from_bytes(fetched[uid][b"BODY[]"], policy=policy.default) for uid in sorted(fetched)]


def letters_when(company: DemoCompany, count: int) -> list[EmailMessage]:
    return wait_until(lambda: letters if len(letters := inbox(company)) >= count else [])


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server
        return str(answer.read().decode())


def post_form(url: str, **fields: str) -> str:
    data = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(url, data, timeout=10) as answer:  # noqa: S310 - our own server
        return str(answer.read().decode())


def chat(company: DemoCompany, path: str, body: dict[str, str] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    url, headers = f"{company.chat_url}/api/conversations{path}", {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data, headers)  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        content = answer.read()
    return json.loads(content) if content else None


def begin_chat(company: DemoCompany, shop: str, text: str = "Do you have the Vika chair in stock?") -> str:
    id_ = str(chat(company, "", {"shop": shop, "name": "Anna Berg", "email": ANNA})["id"])
    chat(company, f"/{id_}/messages", {"text": text, "key": "k1"})
    return id_


def roles(company: DemoCompany, conversation: str) -> list[str]:
    return [message["role"] for message in chat(company, f"/{conversation}")["messages"]]


def test_a_letter_is_acknowledged_by_machine_and_then_answered_by_a_person(company: DemoCompany) -> None:
    message_id = write(company, "stockholm")
    acknowledgement, answer = letters_when(company, 2)
    assert acknowledgement["Auto-Submitted"] == "auto-replied"
    assert acknowledgement["In-Reply-To"] == answer["In-Reply-To"] == message_id
    assert answer["Auto-Submitted"] is None
    text = answer.get_content()
    assert text.startswith("Hello Anna,")
    assert "> Are you open on Sunday?" in text
    assert answer["From"].addresses[0].addr_spec == "stockholm@fjordfield.example"


def test_the_server_dates_mail_itself_and_numbers_it_upwards(company: DemoCompany) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    write(company, "stockholm")
    letters_when(company, 2)
    with mailbox(company) as client:
        client.normalise_times = False
        fetched = client.fetch(client.search(), ["INTERNALDATE"])
        uids = sorted(fetched)
        dates = [fetched[uid][b"INTERNALDATE"] for uid in uids]
        assert client.folder_status("INBOX", ["UIDNEXT"])[b"UIDNEXT"] > uids[-1]
    assert dates == sorted(dates)
    assert all(before <= date <= before + timedelta(seconds=30) for date in dates)


def test_a_mail_program_that_idles_hears_of_new_mail(company: DemoCompany) -> None:
    with mailbox(company) as client:
        client.idle()
        write(company, "stockholm")
        # Not idle_check: it gives up on a line that arrives in two pieces.
        readable, _, _ = select.select([client.socket()], [], [], 10)
        _, heard = client.idle_done()
    assert readable
    assert (1, b"EXISTS") in heard


def test_it_closes_down_while_a_mail_program_idles_and_another_is_connected(tmp_path: Path) -> None:
    with DemoCompany(tmp_path, answer_after=QUICK) as company:
        idling = IMAPClient(company.host, company.imap_port, ssl=False, timeout=10)
        idling.login(ANNA, SHOPPER_PASSWORD)
        idling.select_folder("INBOX")
        idling.idle()
        connected = smtplib.SMTP(company.host, company.smtp_port)
    with pytest.raises((smtplib.SMTPException, OSError)):
        connected.sendmail(ANNA, ["lund@fjordfield.example"], "Subject: late\r\n\r\nlate")
    connected.close()
    idling.shutdown()


def test_what_follows_a_plus_reaches_the_same_mailbox_and_stays_visible(company: DemoCompany) -> None:
    write(company, "stockholm", sender="anna+t7f3@shopper.example")
    acknowledgement, _ = letters_when(company, 2)
    assert acknowledgement["Delivered-To"] == "anna+t7f3@shopper.example"


def test_one_shop_acknowledges_and_never_answers(company: DemoCompany) -> None:
    write(company, "sundsvall")
    write(company, "stockholm")
    senders = [str(letter["From"]) for letter in letters_when(company, 3)]
    assert sum("sundsvall@" in sender for sender in senders) == 1


def test_one_shop_answers_without_a_greeting_and_under_a_ticket_number(company: DemoCompany) -> None:
    write(company, "oulu")
    acknowledgement, answer = letters_when(company, 2)
    assert re.fullmatch(r"We have received your message \[FF-\d+\]", acknowledgement["Subject"])
    assert "Hello" not in answer.get_content().partition("\nOn ")[0]


def test_machines_are_not_answered(company: DemoCompany) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Auto-Submitted"] = (
        ANNA,
        "stockholm@fjordfield.example",
        "auto-replied",
    )
    message.set_content("I am away.")
    with smtplib.SMTP(company.host, company.smtp_port) as smtp:
        smtp.send_message(message)
    write(company, "stockholm")
    assert len(letters_when(company, 2)) == 2
    assert company.received(shop="stockholm") == 2


def test_it_counts_what_the_shops_received(company: DemoCompany) -> None:
    message_id = write(company, "lund")
    write(company, "london")
    assert company.received() == 2
    assert company.received(message_id=message_id) == 1
    assert company.received(shop="lund", message_id=message_id) == 1
    assert company.received(shop="london", message_id=message_id) == 0
    assert [mail.shop for mail in company.received_mail()] == ["lund", "london"]


@pytest.mark.parametrize("recipient", ["nobody@fjordfield.example", "somebody@elsewhere.example"])
def test_mail_to_unknown_addresses_is_refused(company: DemoCompany, recipient: str) -> None:
    with smtplib.SMTP(company.host, company.smtp_port) as smtp, pytest.raises(smtplib.SMTPRecipientsRefused):
        smtp.sendmail(ANNA, [recipient], "Subject: hello\r\n\r\nhello")


def test_a_shopper_may_sign_in_to_send(company: DemoCompany) -> None:
    with smtplib.SMTP(company.host, company.smtp_port) as smtp:
        smtp.login(ANNA, SHOPPER_PASSWORD)
        smtp.sendmail(ANNA, ["lund@fjordfield.example"], "Subject: hello\r\n\r\nhello")
    with (
        smtplib.SMTP(company.host, company.smtp_port) as smtp,
        pytest.raises(smtplib.SMTPAuthenticationError),
    ):
        smtp.login(ANNA, "wrong")
    assert company.received() == 1


def test_a_wrong_password_opens_no_mailbox(company: DemoCompany) -> None:
    with IMAPClient(company.host, company.imap_port, ssl=False, timeout=10) as client:
        with pytest.raises(LoginError):
            client.login(ANNA, "wrong")
        with pytest.raises(LoginError):
            client.login("anna@elsewhere.example", SHOPPER_PASSWORD)


def test_mail_flags_and_numbers_survive_a_restart(tmp_path: Path) -> None:
    with DemoCompany(tmp_path, answer_after=QUICK) as company:
        write(company, "stockholm")
        letters_when(company, 2)
        with mailbox(company) as client:
            first = client.folder_status("INBOX", ["UIDVALIDITY", "UIDNEXT"])
            uids = client.search()
            client.add_flags(uids[0], [rb"\Seen"])
            client.append("Sent", b"Subject: copy\r\n\r\nmine")
            client.delete_messages(uids[1])
            client.expunge()
    with DemoCompany(tmp_path, answer_after=QUICK) as company, mailbox(company) as client:
        assert client.folder_status("INBOX", ["UIDVALIDITY", "UIDNEXT"]) == first
        assert client.search() == uids[:1]
        assert rb"\Seen" in client.get_flags(uids[0])[uids[0]]
        client.move(uids[0], "Junk")
        client.select_folder("Sent")
        assert client.fetch(client.search(), ["BODY[]"])[1][b"BODY[]"] == b"Subject: copy\r\n\r\nmine"
        client.select_folder("Junk")
        assert len(client.search()) == 1


def test_an_answer_that_was_owed_is_given_after_a_restart(tmp_path: Path) -> None:
    with DemoCompany(tmp_path, answer_after=(1.5, 1.5)) as company:
        write(company, "stockholm")
        conversation = begin_chat(company, "stockholm")
        assert len(inbox(company)) == 1
    with DemoCompany(tmp_path, answer_after=(1.5, 1.5)) as company:
        assert len(letters_when(company, 2)) == 2
        wait_until(lambda: "operator" in roles(company, conversation))
        assert roles(company, conversation) == ["bot", "visitor", "bot", "system", "operator"]
        assert len(company.received_chats()) == 1
        assert company.received() == 1


def test_a_chat_is_greeted_by_a_bot_at_once_and_answered_by_an_operator_who_types_first(
    tmp_path: Path,
) -> None:
    with DemoCompany(tmp_path, answer_after=(1.0, 1.0)) as company:
        conversation = begin_chat(company, "stockholm")
        assert roles(company, conversation) == ["bot", "visitor", "bot"]
        typing = wait_until(lambda: chat(company, f"/{conversation}")["typing"])
        assert "operator" not in roles(company, conversation)
        wait_until(lambda: "operator" in roles(company, conversation))
        said = chat(company, f"/{conversation}")
    assert said["typing"] is None
    assert said["messages"][-1]["author"] == typing
    assert said["messages"][-1]["text"].startswith("Hello Anna, this is ")
    times = [datetime.fromisoformat(message["at"]) for message in said["messages"]]
    assert times == sorted(times)
    assert all(at.tzinfo is not None for at in times)


def test_a_chat_message_sent_twice_under_one_key_is_taken_once(company: DemoCompany) -> None:
    conversation = begin_chat(company, "sundsvall", "Hello?")
    chat(company, f"/{conversation}/messages", {"text": "Hello?", "key": "k1"})
    assert [message.text for message in company.received_chats()] == ["Hello?"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"shop": "nowhere", "name": "Anna", "email": ANNA}),
        ("", {"shop": "lund", "name": " ", "email": ANNA}),
        ("", {"shop": "lund", "name": "Anna"}),
        ("/unknown", None),
        ("/unknown/messages", {"text": "hello", "key": "1"}),
    ],
)
def test_the_chat_refuses_what_makes_no_sense(
    company: DemoCompany, path: str, body: dict[str, str] | None
) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        chat(company, path, body)
    with refusal.value as answer:
        assert answer.status in (400, 404)


def test_the_contact_page_is_two_clicks_from_home_and_names_the_address(company: DemoCompany) -> None:
    home = get(company.site_url)
    assert 'href="/shops/stockholm"' in home
    shop = get(f"{company.site_url}/shops/stockholm")
    assert 'href="/shops/stockholm/contact"' in shop
    contact = get(company.contact_url("stockholm"))
    assert 'href="mailto:stockholm@fjordfield.example"' in contact
    assert f'src="{company.chat_url}/widget.js"' in contact
    assert '<fjord-chat data-shop="stockholm">' in contact


def test_the_contact_form_reaches_the_shop_and_its_answer_reaches_the_customer(company: DemoCompany) -> None:
    page = post_form(
        company.contact_url("stockholm"),
        name="Anna Berg",
        email=ANNA,
        topic="Delivery",
        message="Do you deliver to <b>Nacka</b>?",
        agreed="yes",
    )
    assert 'role="status"' in page
    (mail,) = company.received_mail()
    number = re.search(r"FF-\d+", page)
    assert number is not None
    assert mail.message["Subject"] == f"Delivery [{number[0]}]"
    assert mail.message["Reply-To"] == f"Anna Berg <{ANNA}>"
    _, answer = letters_when(company, 2)
    assert answer["In-Reply-To"] == mail.message_id
    assert "> Do you deliver to <b>Nacka</b>?" in answer.get_content()


def test_a_form_without_consent_is_not_sent_and_keeps_what_was_typed(company: DemoCompany) -> None:
    fields = {"name": '"><script>', "email": ANNA, "topic": "Delivery", "message": "Hello"}
    with pytest.raises(urllib.error.HTTPError) as refusal:
        post_form(company.contact_url("lund"), **fields)
    with refusal.value as answer:
        page = answer.read().decode()
    assert "We need your consent" in page
    assert "&#34;&gt;&lt;script&gt;" in page
    assert company.received() == 0


def test_a_form_cannot_smuggle_headers_into_the_mail(company: DemoCompany) -> None:
    page = post_form(
        company.contact_url("lund"),
        name="Anna\r\nBcc: all@shopper.example",
        email=ANNA,
        topic="Delivery",
        message="Hello",
        agreed="yes",
    )
    assert 'role="status"' in page
    (mail,) = company.received_mail()
    assert mail.message["Bcc"] is None


def test_a_huge_form_is_refused(company: DemoCompany) -> None:
    with pytest.raises((urllib.error.HTTPError, urllib.error.URLError, ConnectionError)) as refusal:
        post_form(company.contact_url("lund"), message="x" * 1_000_000)
    if isinstance(refusal.value, urllib.error.HTTPError):
        refusal.value.close()
    assert company.received() == 0


def test_the_same_seed_leaves_the_same_messages_unanswered(tmp_path: Path) -> None:
    def answered(run: str) -> list[bool]:
        with DemoCompany(tmp_path / run, answer_after=(0.0, 0.0), seed=7) as company:
            talks = [begin_chat(company, "malmo") for _ in range(8)]
            last = begin_chat(company, "stockholm")
            wait_until(lambda: "operator" in roles(company, last))
            return ["operator" in roles(company, talk) for talk in talks]

    first = answered("first")
    assert first == answered("second")
    assert set(first) == {True, False}


def test_a_taken_port_is_told_by_name(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CompanyError, match=rf"imap server cannot use port {port} .*--imap-port"):
            DemoCompany(tmp_path, imap_port=port).__enter__()


def test_it_never_listens_to_other_machines(tmp_path: Path) -> None:
    with pytest.raises(CompanyError, match="this machine alone"):
        DemoCompany(tmp_path, host="0.0.0.0").__enter__()  # noqa: S104


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CompanyError, match="cannot keep its data"):
        DemoCompany(tmp_path / "file").__enter__()


def run_in_foreground(*options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-m", "audit_app.demo.company", "--json", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_on_the_command_line_it_prints_its_addresses_and_ends_on_a_signal(tmp_path: Path) -> None:
    with run_in_foreground("--data", str(tmp_path)) as process:
        assert process.stdout is not None
        addresses = json.loads(process.stdout.readline())
        assert "Fjord" in get(addresses["site_url"])
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=15)
    assert (process.returncode, errors) == (0, "")


def test_killed_at_once_it_still_owes_its_answer_and_gives_it_once(tmp_path: Path) -> None:
    with run_in_foreground("--data", str(tmp_path), "--answer-after", "1", "1") as process:
        assert process.stdout is not None
        addresses = json.loads(process.stdout.readline())
        with smtplib.SMTP(addresses["mail_host"], addresses["smtp_port"]) as smtp:
            letter = (
                b"From: Anna <anna@shopper.example>\r\nMessage-ID: <1@shopper.example>\r\n\r\nAre you open?"
            )
            smtp.sendmail(ANNA, ["stockholm@fjordfield.example"], letter)
            process.kill()
    with DemoCompany(tmp_path, answer_after=QUICK) as company:
        assert company.received(message_id="<1@shopper.example>") == 1
        automatic = [letter["Auto-Submitted"] for letter in letters_when(company, 2)]
        write(company, "stockholm")
        letters_when(company, 4)
    assert automatic == ["auto-replied", None]


def test_on_the_command_line_a_taken_port_is_one_line_and_status_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with run_in_foreground("--data", str(tmp_path), "--chat-port", port) as process:
            _, errors = process.communicate(timeout=15)
    assert process.returncode == 2
    assert errors.count("\n") == 1
    assert port in errors
