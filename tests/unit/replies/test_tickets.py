from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.replies.tickets import tickets_in_subject, tickets_in_text


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("[FF-1234] We have received your message", "FF-1234"),
        ("Ticket #1234", "1234"),
        ("Case 00012345: your question", "00012345"),
        ("Re: A lamp [#ABC-123-456]", "ABC-123-456"),
        ("[Ticket#2026112110000017] A lamp", "2026112110000017"),
        ("RE: [##88917##] A lamp", "88917"),
        ("[fjordfield.example #1234] A lamp", "1234"),
        ("DESK-1234 A lamp", "DESK-1234"),
        ("Your request (12345) has been received", "12345"),
        ("Ihre Ticketnummer: 77810", "77810"),
        ("Ticket-ID: 48213", "48213"),
        ("Vorgangs-Nr. 48213", "48213"),
        ("Ärendenummer 123456", "123456"),
        ("Votre demande n° 44556", "44556"),
        ("Uw melding nr. 445566", "445566"),
        ("Обращение № 12345", "12345"),
        ("פנייה מספר 12345", "12345"),
        ("A lamp [ref:_00D1x0x._5001x0x:ref]", "REF:_00D1X0X._5001X0X:REF"),
    ],
)
def test_the_number_of_a_ticket_is_found_however_it_is_written(subject: str, number: str) -> None:
    assert tickets_in_subject(subject) == [number]


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "Re: Opening hours",
        "[EXTERNAL] Re: Opening hours",
        "News of 2026-11-21",
        "[2026-11-21] News",
        "The case for 2026",
        "Open 10-18, Sundays 11-16",
        "In any case, thank you",
    ],
)
def test_a_date_or_a_word_is_no_ticket(subject: str) -> None:
    assert tickets_in_subject(subject) == []


def test_a_bare_number_in_a_text_is_no_ticket_for_it_may_be_an_article() -> None:
    assert tickets_in_text("The lamp has the number #12345 and costs 300.") == []
    assert tickets_in_text("Your ticket number is 12345.") == ["12345"]


@given(st.text(max_size=300))
def test_any_text_has_tickets_or_none(text: str) -> None:
    for number in tickets_in_subject(text):
        assert number == number.upper()
