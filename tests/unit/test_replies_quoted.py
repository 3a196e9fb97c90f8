from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.replies.classify import judge
from probes.replies.mail import ReadMail, html_as_text
from probes.replies.match import candidate_keys
from probes.replies.quoted import new_text, new_text_of

QUOTED = {
    "Apple Mail": "Yes, we do.\n\nOn 21 Nov 2026, at 10:00, Anna Berg <anna@x.example> wrote:\n> Have you a lamp?",
    "Outlook": "Yes, we do.\n\nFrom: Anna Berg\nSent: Saturday\nTo: Shop\nSubject: Lamp\n\nHave you a lamp?",
    "German": "Ja, haben wir.\n\nAm 21.11.2026 um 10:00 schrieb Anna Berg:\n> Haben Sie eine Lampe?",
    "Swedish": "Ja, det har vi.\n\nDen 21 nov. 2026 kl. 10:00 skrev Anna Berg <anna@x.example>:\n> Har ni en lampa?",
    "a line": "Yes, we do.\n\n-----Original Message-----\nHave you a lamp?",
    "signature": "Yes, we do.\n-- \nSaga\nFjord & Field",
}


@pytest.mark.parametrize("style", QUOTED)
def test_what_was_quoted_or_signed_is_not_new(style: str) -> None:
    assert new_text(QUOTED[style]) == QUOTED[style].split("\n")[0]


def test_an_answer_below_the_quoted_mail_is_kept() -> None:
    text = "On 21 Nov 2026, at 10:00, Anna <anna@x.example> wrote:\n> Have you a lamp?\n\nYes, we do."
    assert new_text(text).endswith("Yes, we do.")


def test_our_own_words_are_dropped_even_when_nothing_marks_them_as_quoted() -> None:
    own = "Have you the lamp from the window in green?"
    assert new_text(f"Yes!\n{own}", own) == "Yes!"


def test_a_quote_in_html_is_marked_as_one() -> None:
    html = "<p>Yes, we&nbsp;do.</p><blockquote><p>Have you a lamp?</p></blockquote><style>p{}</style>"
    assert (
        new_text(html_as_text(html)) == "Yes, we\N{NO-BREAK SPACE}do."
        or new_text(html_as_text(html)) == "Yes, we do."
    )


def test_text_in_an_undeclared_or_wrong_character_set_is_still_read() -> None:
    assert new_text_of("Content-Type: text/plain; charset=nonsense\n\nGrüße".encode()) == "Grüße"
    assert new_text_of(b"Content-Type: text/plain; charset=utf-8\n\nGr\xfc\xdfe") == "Grüße"


def test_a_header_in_raw_utf8_is_read() -> None:
    assert ReadMail.of("Subject: Frånvarande\n\n".encode()).header("Subject") == "Frånvarande"


HEADER = st.sampled_from(
    [b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: text/html; charset=\xff", b"--b", b"--b--"]
    + [b"Content-Type: text/plain; charset*0=utf; charset*1=-8", b"Content-Transfer-Encoding: base64", b""]
    + [
        b"Content-Type: multipart/report; report-type=delivery-status",
        b"Subject: =?utf-8?b?!?=",
        b"From: <>",
        b"<![x",
    ]
    + [
        b"Content-Type: message/rfc822",
        b"Content-Type: message/delivery-status",
        b"Action: failed",
        b"To: a@b, \xe5",
        b"From: =?iso-\xff?q?x?= <a@b>",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(HEADER | st.binary(max_size=60), max_size=12).map(b"\n".join))
def test_any_bytes_at_all_can_be_read_judged_and_matched(raw: bytes) -> None:
    new_text_of(raw, "Have you a lamp?")
    candidate_keys(raw)
    assert judge(raw).reasons
