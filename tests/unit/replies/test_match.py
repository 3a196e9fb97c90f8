from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.replies.match import Candidate, KeyKind, candidate_keys, match

REPLY = b"""Delivered-To: anna+k7m2p9@shopper.example
From: Saga <umea@fjordfield.example>
To: Anna Berg <Anna+K7M2P9@shopper.example>
Subject: Re: A lamp [FF-1003]
In-Reply-To: <probe-1@shopper.example>
References: <older@shopper.example> <probe-1@shopper.example>
Message-ID: <answer-1@fjordfield.example>

Yes, we have it. Your reference is k7m2p9.
"""
BOUNCE = b"""From: MAILER-DAEMON@fjordfield.example
To: postmaster@shopper.example
Subject: Undeliverable
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

No such user.
--b
Content-Type: message/rfc822

From: anna@shopper.example
Message-ID: <probe-2@shopper.example>

Hello
--b--
"""


def kinds_and_values(raw: bytes) -> list[tuple[str, str]]:
    return [(key.kind, key.value) for key in candidate_keys(raw)]


def test_the_address_written_to_is_asked_before_message_ids_and_tokens() -> None:
    kinds = [kind for kind, _ in kinds_and_values(REPLY)]
    assert kinds == sorted(kinds, key=get_args(KeyKind).index)
    assert kinds_and_values(REPLY)[1] == ("recipient", "anna+k7m2p9@shopper.example")


def test_each_key_is_asked_for_once_with_the_first_place_it_stood_in() -> None:
    keys = candidate_keys(REPLY)
    assert len({(key.kind, key.value) for key in keys}) == len(keys)
    assert Candidate("message_id", "<probe-1@shopper.example>", "In-Reply-To") in keys


def test_a_token_in_the_text_is_found() -> None:
    assert ("token", "k7m2p9") in kinds_and_values(REPLY)


def test_a_bounce_is_matched_by_the_mail_that_it_returns() -> None:
    assert ("returned_id", "<probe-2@shopper.example>") in kinds_and_values(BOUNCE)


def test_a_bounce_that_only_quotes_our_mail_in_its_text_is_matched_too() -> None:
    text = b"""From: Mail Delivery Subsystem <postmaster@fjordfield.example>
To: undisclosed-recipients:;

The following message could not be delivered to umea@fjordfield.example.

    > From: Anna Berg <anna+k7m2p9@shopper.example>
    > Message-ID: <probe-3@shopper.example>
    > Subject: A lamp
"""
    keys = kinds_and_values(text)
    assert ("returned_id", "<probe-3@shopper.example>") in keys
    assert ("returned_address", "anna+k7m2p9@shopper.example") in keys


def test_a_ticket_number_counts_for_the_senders_domain_and_those_above_it() -> None:
    mail = b"From: kim@desk.fjordfield.example\nSubject: Re: Lamp [#4711]\n\nYes."
    assert [value for kind, value in kinds_and_values(mail) if kind == "ticket"] == [
        "desk.fjordfield.example 4711",
        "fjordfield.example 4711",
    ]
    assert Candidate("ticket", "fjordfield.example 4711", "the subject").in_words() == (
        "matched by the ticket number 4711 of fjordfield.example in the subject"
    )


@pytest.mark.parametrize("sender", ["", "nobody", "@", "a@b", "<>", "=?utf-8?q?=00?="])
def test_a_ticket_number_from_nobody_in_particular_is_no_key(sender: str) -> None:
    mail = f"From: {sender}\nSubject: [#4711]\n\n".encode()
    assert [kind for kind, _ in kinds_and_values(mail) if kind == "ticket"] == []


@given(st.binary(max_size=300))
def test_any_bytes_have_keys_or_none(raw: bytes) -> None:
    assert isinstance(candidate_keys(raw), list)


def test_our_own_copy_is_told_by_its_own_message_id() -> None:
    probes = {"<answer-1@fjordfield.example>": 7}
    found = match(REPLY, lambda key: probes.get(key.value) if key.kind == "copy" else None)
    assert found is not None
    assert found[0] == 7


def test_a_match_says_in_words_what_matched() -> None:
    probes = {"<probe-1@shopper.example>": 7}
    found = match(REPLY, lambda key: probes.get(key.value))
    assert found is not None
    assert found[1].in_words() == "matched by the Message-ID <probe-1@shopper.example> in In-Reply-To"


def test_a_mail_that_belongs_to_no_probe_matches_nothing() -> None:
    assert match(REPLY, lambda key: None) is None
