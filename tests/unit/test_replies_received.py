from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.replies.mail import ReadMail
from probes.replies.received import received_by_us

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
    assert received_by_us(mail(line), OURS) == AT


@pytest.mark.parametrize(
    "line",
    [
        "by mail.fjordfield.example; Sat, 21 Nov 2026 13:00:05 +0000",
        "by notshopper.example; Sat, 21 Nov 2026 13:00:05 +0000",
        "by mx1.shopper.example; some time ago",
        "by mx1.shopper.example; Sat, 21 Nov 2026 13:00:05 -0000",
        "",
    ],
)
def test_what_others_write_about_the_time_is_not_believed(line: str) -> None:
    assert received_by_us(mail(line), OURS) is None


def test_only_the_topmost_line_can_be_our_servers() -> None:
    theirs = "by relay.elsewhere.example; Sat, 21 Nov 2026 13:00:09 +0000"
    forged = "by mx1.shopper.example; Sat, 21 Nov 2026 13:00:05 +0000"
    assert received_by_us(mail(theirs, forged), OURS) is None


@given(st.text(max_size=200))
def test_any_line_is_read_or_passed_over(line: str) -> None:
    received_by_us(mail(line.replace("\r", " ").replace("\n", " ")), OURS)
