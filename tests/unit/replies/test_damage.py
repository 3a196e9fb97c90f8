"""Mail that was damaged on its way: it may become doubtful, but no machine's mail becomes a person's, nor the reverse."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.replies.classify import judge
from probes.replies.damaged_mail import MOST_BYTES
from probes.replies.html import html_as_text
from probes.replies.mail import ReadMail
from probes.replies.match import candidate_keys
from probes.replies.quoted import new_text_of
from tests import fictional_mail as post
from tests.fictional_mail import mail

BOUNCE = b"""\
Return-Path: <>
Received: from mx.fjordfield.example (mx.fjordfield.example [192.0.2.7])
\tby mail.shopper.example (Postfix) with ESMTPS id 4Tz1AB
\tfor <anna@shopper.example>; Sat, 21 Nov 2026 13:00:05 +0100
Date: Sat, 21 Nov 2026 13:00:03 +0100
From: Mail Delivery System <MAILER-DAEMON@fjordfield.example>
To: anna@shopper.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4Tz1AB.1"
Message-ID: <20261121120003.4Tz1AB@mx.fjordfield.example>

This is a MIME-encapsulated message.

--4Tz1AB.1
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.fjordfield.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<shop@fjordfield.example>: host mail.fjordfield.example said: 550 5.1.1
    <shop@fjordfield.example>: Recipient address rejected: User unknown

--4Tz1AB.1
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.fjordfield.example
Arrival-Date: Sat, 21 Nov 2026 13:00:02 +0100

Final-Recipient: rfc822; shop@fjordfield.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--4Tz1AB.1
Content-Description: Undelivered Message
Content-Type: message/rfc822

From: Anna Berg <anna@shopper.example>
To: shop@fjordfield.example
Subject: A lamp
Message-ID: <probe-1@shopper.example>

Have you the lamp from the window in green, and what does it cost?

--4Tz1AB.1--
"""
MACHINES = {"a bounce": BOUNCE} | {
    f"{kind}: {name}": raw
    for kind, cases in (("bounce", post.BOUNCED), ("automatic", post.AUTOMATIC))
    for name, raw in cases.items()
}
Damage = Callable[[bytes], bytes]


def _in_headers(change: Callable[[list[bytes]], list[bytes]]) -> Damage:
    def damage(raw: bytes) -> bytes:
        headers, blank, body = raw.partition(b"\n\n")
        return b"\n".join(change(headers.split(b"\n"))) + blank + body

    return damage


LOSSLESS: dict[str, Damage] = {
    "line ends of old Macs": lambda raw: raw.replace(b"\n", b"\r"),
    "line ends of networks": lambda raw: raw.replace(b"\n", b"\r\n"),
    "line ends that were doubled": lambda raw: raw.replace(b"\n", b"\r\r\n"),
    "line ends of two sorts": lambda raw: raw.replace(b"\n", b"\r\n", raw.count(b"\n") // 2),
    "a byte order mark in front": lambda raw: b"\xef\xbb\xbf" + raw,
    "a line of a mail folder in front": lambda raw: b"From MAILER-DAEMON Sat Nov 21 13:00:05 2026\n" + raw,
    "a quoted line of a folder in front": lambda raw: (
        b">From saga@fjordfield.example Sat Nov 21 2026\n" + raw
    ),
    "blank lines in front": lambda raw: b"\r\n \r\n\n" + raw,
    "zeros in front": lambda raw: b"\0" * 9 + raw,
    "itself behind": lambda raw: raw + raw,
    "a stray line among the headers": _in_headers(lambda lines: [*lines[:1], b"%%% stray", *lines[1:]]),
    "a stray line in front": lambda raw: b"\x9c\x01\xf7 stray\n" + raw,
    "a blank line among the headers": _in_headers(lambda lines: [*lines[:1], b"", *lines[1:]]),
    "headers that are no longer folded rightly": _in_headers(lambda lines: [line.lstrip() for line in lines]),
    "a boundary in capitals": _in_headers(
        lambda lines: [line.upper() if b"boundary" in line else line for line in lines]
    ),
    "a character set that there is not": lambda raw: raw.replace(b"charset=utf-8", b"charset=x-none"),
    "a character set that it is not": lambda raw: raw.replace(b"charset=utf-8", b"charset=utf-16"),
}


@pytest.mark.parametrize("damage", LOSSLESS)
def test_damage_that_loses_nothing_never_turns_a_machine_into_a_person(damage: str) -> None:
    verdicts = {name: judge(LOSSLESS[damage](raw)).verdict for name, raw in MACHINES.items()}
    assert [name for name, verdict in verdicts.items() if verdict == "human"] == []


@pytest.mark.parametrize("damage", LOSSLESS)
def test_damage_that_loses_nothing_never_turns_a_person_into_a_machine(damage: str) -> None:
    verdicts = {name: judge(LOSSLESS[damage](raw)).verdict for name, raw in post.HUMAN.items()}
    assert [name for name, verdict in verdicts.items() if verdict in ("automatic", "bounce")] == []


@given(st.integers(0, len(BOUNCE)), st.integers(1, len(BOUNCE) // 3))
def test_a_bounce_of_which_a_piece_is_missing_is_no_persons_answer(start: int, length: int) -> None:
    assert judge(BOUNCE[:start] + BOUNCE[start + length :]).verdict != "human"


@given(st.integers(0, 2**32), st.integers(1, 30))
def test_a_bounce_of_which_bytes_were_changed_is_no_persons_answer(seed: int, count: int) -> None:
    chance, raw = random.Random(seed), bytearray(BOUNCE)  # noqa: S311 -- damage, not secrets
    for _ in range(count):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    assert judge(bytes(raw)).verdict != "human"


def test_broken_base64_is_read_line_by_line() -> None:
    raw = mail("WWVzLCB3ZSBkby4K\n*SXQgaXMgZ3\nQW5kIGl0IGlz\n", Content_Transfer_Encoding="base64")
    assert new_text_of(raw).startswith("Yes, we do.")


def test_the_text_of_a_mail_in_pieces_is_read_although_nothing_says_how_it_is_divided() -> None:
    raw = mail("--b1\nContent-Type: text/plain\n\nYes.\n--b1\nContent-Type: text/html\n\n<p>Yes.\n--b1--\n")
    assert new_text_of(raw) == "Yes."


def test_a_header_behind_a_blank_line_is_found_but_one_told_in_the_text_is_not() -> None:
    torn = ReadMail.of(
        b"Date: Sat, 21 Nov 2026 13:00:00 +0100\n\nFrom: saga@fjordfield.example\nSubject: A lamp\n\nYes."
    )
    assert (torn.sender[1], torn.subject, torn.text) == ("saga@fjordfield.example", "A lamp", "Yes.")
    whole = ReadMail.of(b"From: saga@fjordfield.example\nSubject: A lamp\n\nSubject: another lamp\n\nYes.")
    assert (whole.subject, whole.text) == ("A lamp", "Subject: another lamp\n\nYes.")


HEAD = b"From: Saga <saga@fjordfield.example>\nSubject: A lamp\n"
BURDENS = {
    "one line": HEAD + b"\n" + b"a" * 20_000_000,
    "empty lines": HEAD + b"\n" * 20_000_000,
    "lines of folders": b"From x\n" * 3_000_000,
    "parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nYes.\n" * 100_000,
    "headers": HEAD + b"X-A: b\n" * 100_000 + b"\nYes.",
    "senders": b"From: " + b", ".join(b'"u" <u%d@x.example>' % n for n in range(300_000)) + b"\n\nYes.",
    "recipients": HEAD + b'To: "u" <u@x.example>\n' * 100_000 + b"\nYes.",
    "brackets": b"From: " + b"(" * 100_000 + b"\n\nYes.",
    "a boundary": HEAD + b"Content-Type: multipart/mixed; boundary=" + b"b" * 1_000_000 + b"\n\nYes.",
    "parameters": HEAD + b"Content-Type: text/plain; " + b"a=b; " * 200_000 + b"\n\nYes.",
    "mails in mails": HEAD + b"Content-Type: message/rfc822\n\n" * 100_000,
    "parts in parts": HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2_000))
    + b"\nYes." * 20_000,
    "quotes in HTML": HEAD + b"Content-Type: text/html\n\n" + b"<blockquote>x" * 60_000,
    "a tag without end": HEAD + b"Content-Type: text/html\n\n<" + b"a" * 1_000_000,
    "a line full of commas": HEAD + b"\nHello\n" + b"a, " * 20_000 + b"Z",
    "a list of recipients": b"To: " + b"(a) u@x.example, " * 6_000 + b"\n" + HEAD + b"\nYes.",
    "groups in groups": b"To: " + b"a:" * 50_000 + b"\n" + HEAD + b"\nYes.",
    "comments in recipients": b"To: " + b"(" * 100_000 + b"\n" + HEAD + b"\nYes.",
    "quoted lines": HEAD + b"\n" + b"> Yes.\n" * 300_000,
    "quotes in quotes": HEAD + b"\n" + b"> > > >\n" * 250_000,
    "brackets in a subject": b"Subject: " + b"(" * 18_000 + b"\n" + HEAD + b"\nYes.",
    "stars in a subject": b"Subject: " + b"[*(" * 6_000 + b"\n" + HEAD + b"\nYes.",
    "words in brackets": b"Subject: " + b"(a " * 6_000 + b"\n" + HEAD + b"\nYes.",
    "identifiers": HEAD + b"References: " + b"<abc@x.example>\n " * 6_000 + b"\n\nYes.",
    "phrases": HEAD + b"\n" + b"thank you for your\nwrote:\nFrom: x\n" * 30_000,
}


@pytest.mark.parametrize("burden", [name for name, raw in BURDENS.items() if len(raw) <= 2_500_000])
def test_a_mail_of_two_megabytes_is_judged_and_matched_within_a_second(burden: str) -> None:
    begun = time.process_time()
    judge(BURDENS[burden], "our own words")
    candidate_keys(BURDENS[burden])
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("burden", BURDENS)
def test_mail_made_to_be_a_burden_is_judged_matched_and_read_in_a_moment(burden: str) -> None:
    begun = time.process_time()
    assert judge(BURDENS[burden], "our own words").reasons
    new_text_of(BURDENS[burden], "our own words")
    candidate_keys(BURDENS[burden])
    assert time.process_time() - begun < 5


def test_the_text_within_sixty_thousand_tags_is_found() -> None:
    assert html_as_text("<div>" * 60_000 + "Yes." + "</div>" * 60_000) == "Yes."
    assert new_text_of(mail("<div>" * 60_000 + "Yes." + "</div>" * 60_000, html=True)) == "Yes."


def test_what_stands_behind_more_than_any_mail_holds_is_not_read() -> None:
    assert not new_text_of(HEAD + b"\n" * MOST_BYTES + b"Yes.")
