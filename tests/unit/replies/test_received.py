from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.replies.mail import ReadMail
from probes.replies.received import Received, is_alike, last_received, server_of

OURS = {"imap.shopper.example", "shopper.example"}
AT = datetime(2026, 11, 21, 13, 0, 5, tzinfo=UTC)


def mail(*received: str) -> ReadMail:
    lines = "".join(f"Received: {each}\r\n" for each in received)
    return ReadMail.of(f"{lines}From: kim@fjordfield.example\r\n\r\nYes.".encode())


@pytest.mark.parametrize(
    "line",
    [
        "from mail.fjordfield.example by mx1.shopper.example with ESMTPS;\r\n\tSat, 21 Nov 2026 14:00:05 +0100",
        "by imap.shopper.example for <anna@shopper.example>; Sat, 21 Nov 2026 13:00:05 +0000 (UTC)",
    ],
)
def test_the_line_of_our_own_server_tells_when_it_took_the_mail(line: str) -> None:
    assert last_received(mail(line), OURS) == Received(AT, by_us=True)


@pytest.mark.parametrize(
    "line",
    [
        "by mail.fjordfield.example; Sat, 21 Nov 2026 13:00:05 +0000",
        "by notshopper.example; Sat, 21 Nov 2026 13:00:05 +0000",
        "by 2002:a05:6402:1234:b0:5d0:1234:5678 with SMTP id a1csp42edx; Sat, 21 Nov 2026 05:00:05 -0800 (PST)",
        "(from uid 1000); Sat, 21 Nov 2026 13:00:05 +0000",
    ],
)
def test_a_line_that_names_no_server_of_ours_is_told_apart(line: str) -> None:
    assert last_received(mail(line), OURS) == Received(AT, by_us=False)


@pytest.mark.parametrize(
    "line",
    ["by mx1.shopper.example; some time ago", "by mx1.shopper.example; Sat, 21 Nov 2026 13:00:05 -0000", ""],
)
def test_a_line_without_a_time_and_its_zone_says_nothing(line: str) -> None:
    assert last_received(mail(line), OURS) is None


def test_whoever_registered_another_name_below_a_public_suffix_is_not_us() -> None:
    line = "by mx.shopper.co.uk; Sat, 21 Nov 2026 13:00:05 +0000"
    assert last_received(mail(line), {"example.co.uk"}) == Received(AT, by_us=False)
    assert last_received(mail(line), {"imap.shopper.co.uk"}) == Received(AT, by_us=True)


def test_only_servers_that_wrote_into_our_own_mail_are_ours_once_there_was_such_mail() -> None:
    line = "by mx1.shopper.example; Sat, 21 Nov 2026 13:00:05 +0000"
    assert last_received(mail(line), OURS, {"mx2.shopper.example"}) == Received(AT, by_us=True)
    assert last_received(mail(line), OURS, {"in.provider.example"}) == Received(AT, by_us=False)
    assert last_received(mail(line), OURS, set()) == Received(AT, by_us=False)


def test_a_server_is_known_by_its_row_and_its_network() -> None:
    assert (
        server_of(mail("by MX12.Shopper.example. with ESMTPS; Sat, 21 Nov 2026 13:00:05 +0000"))
        == "mx12.shopper.example"
    )
    assert server_of(mail()) == ""
    assert is_alike("mx2.shopper.example", "mx12.shopper.example")
    assert is_alike("2002:a05:6402::1", "2002:a05:7300::9")
    assert not is_alike("mx.fjordfield.example", "mx.shopper.example")


def test_only_the_topmost_line_can_be_our_servers() -> None:
    theirs = "by relay.elsewhere.example; Sat, 21 Nov 2026 13:00:09 +0000"
    forged = "by mx1.shopper.example; Sat, 21 Nov 2026 13:00:05 +0000"
    last = last_received(mail(theirs, forged), OURS)
    assert last is not None
    assert not last.by_us


@given(st.text(max_size=200))
def test_any_line_is_read_or_passed_over(line: str) -> None:
    last_received(mail(line.replace("\r", " ").replace("\n", " ")), OURS)
