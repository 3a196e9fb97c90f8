"""Mail that nothing marks as automatic, and that is no person's answer for all that."""

from __future__ import annotations

import random

import pytest

from probes.replies.classify import judge
from probes.replies.mail import ReadMail
from probes.replies.match import candidate_keys

SENDER = b"From: Ida <ida@company.example>\r\n"
HEAD = b"To: anna@shopper.example\r\nSubject: Re: A table\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"


@pytest.mark.parametrize(
    "body",
    [
        "> Do you have the table in stock?\n> Thank you, Anna",
        "On 1 Nov 2026, Anna <anna@shopper.example> wrote:\n> Do you have the table in stock?",
        "-- \nIda",
        "\0" * 1000,
    ],
)
def test_a_mail_in_which_nobody_says_anything_is_for_a_person_to_read(body: str) -> None:
    assert judge(SENDER + HEAD + body.encode()).verdict == "uncertain"


def test_what_is_left_of_broken_parts_is_no_file_that_somebody_sent() -> None:
    raw = SENDER + b'Content-Type: multipart/mixed; boundary="\r\n\r\n--\r\n\xff\xfe\r\n'
    assert judge(raw).verdict == "uncertain"


@pytest.mark.parametrize("body", ["Ok", "👍", "כן", "40 €"])
def test_the_shortest_answer_is_an_answer(body: str) -> None:
    assert judge(SENDER + HEAD + body.encode()).verdict == "human"


@pytest.mark.parametrize("head", [b"", HEAD, SENDER + HEAD])
def test_noise_stops_no_clock(head: bytes) -> None:
    noise = random.Random(7).randbytes(800)  # noqa: S311 -- the same noise each time
    assert judge(head + noise).verdict == "uncertain"


def test_a_mail_with_an_impossible_charset_is_matched_and_judged() -> None:
    raw = SENDER + HEAD.replace(b"utf-8", b'"\0"') + "The table is here; I kept it for you, Zoë.".encode()
    assert judge(raw).verdict == "human"
    assert [key.value for key in candidate_keys(raw)] == ["anna@shopper.example"]


def test_a_senders_name_may_hold_a_comma() -> None:
    raw = b"From: =?utf-8?Q?Lind=2C_Saga?= <saga@company.example>\r\n" + HEAD + b"The table is here."
    assert ReadMail.of(raw).sender == ("Lind, Saga", "saga@company.example")
    assert judge(raw.replace(b"Re: A table", b"A table")).verdict == "human"
