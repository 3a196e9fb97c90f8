"""Whole mails of kinds that were judged wrongly once; the name of each file says what is right."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from probes.replies.circumstances import Circumstances, Twin
from probes.replies.classify import judge
from probes.replies.quoted import new_text, new_text_of
from probes.replies.repetition import fingerprint, say_the_same

FOLDER = Path(__file__).parents[2] / "cases/mail"
TWINS = ("automatic-same-text-to-probe-1.eml", "automatic-same-text-to-probe-2.eml")
ALONE = sorted(path.name for path in FOLDER.glob("*.eml") if path.name not in TWINS)


@pytest.mark.parametrize("name", ALONE)
def test_a_mail_is_judged_as_its_name_says(name: str) -> None:
    assert judge((FOLDER / name).read_bytes()).verdict == name.partition("-")[0]


@pytest.mark.parametrize(("name", "other"), [TWINS, TWINS[::-1]])
def test_the_same_text_to_two_messages_is_automatic_when_each_is_told_of_the_other(
    name: str, other: str
) -> None:
    one, two = ((FOLDER / each).read_bytes() for each in (name, other))
    assert say_the_same(fingerprint(one), fingerprint(two))
    assert judge(one).verdict == "human"
    twin = Twin(other, timedelta(seconds=3))
    assert judge(one, circumstances=Circumstances(twins=(twin,))).verdict == "automatic"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "human-quote-announced-between-dashes.eml",
            "The brown one comes on Friday, I put one aside for you.",
        ),
        (
            "human-sentence-begins-with-sent-from.eml",
            "Yes, we have it.\n\nSent from the till, so forgive the typing. It costs 40 euros.",
        ),
        (
            "uncertain-two-parts-without-from.eml",
            "The blue chairs are in the shop again, 120 euros each.\n\nGreetings\nNils",
        ),
    ],
)
def test_nothing_that_a_person_said_is_lost_and_no_quote_is_left(name: str, said: str) -> None:
    assert new_text_of((FOLDER / name).read_bytes()) == said


@pytest.mark.parametrize(
    "announced",
    [
        "On Mon, 30 Nov 2026 at 18:02, Kim Olsson wrote",
        "---- On Mon, 30 Nov 2026 18:02:50 +0100 kim@post.example wrote ----",
        "Kim Olsson skrev 30.11.2026 18:02",
        "man. 30. nov. 2026 kl. 18:02 skrev Kim Olsson:",
        "-----Oprindelig besked-----",
        "Message du 30/11/26 18:02",
    ],
)
def test_a_quote_is_found_however_it_is_announced(announced: str) -> None:
    assert new_text(f"Yes, two are left.\n\n{announced}\n\nHave you a lamp?") == "Yes, two are left."


def test_what_a_program_broke_off_from_a_quoted_line_is_quoted_and_an_answer_between_is_not() -> None:
    long = "> Have you the brown saddle in your shop, in a size that fits a small"
    assert new_text(f"Yes.\n\n{long}\nperson, and what\n> does it cost?\n") == "Yes."
    whole = "> Have you the brown saddle in your shop, and what does it cost at all?"
    assert new_text(f"{whole}\nYes, 40 euros.\n> Thanks") == "Yes, 40 euros."


@pytest.mark.parametrize(
    "note", ["Sent from my iPhone. Please excuse typos.", "Von meinem iPhone gesendet", "Sent from my garden"]
)
def test_a_note_of_a_device_is_still_none_of_what_was_said(note: str) -> None:
    assert new_text(f"Yes.\n\n{note}") == "Yes."


def test_a_person_whose_mail_has_no_return_path_and_a_subject_of_its_own_is_a_person() -> None:
    raw = (
        b"Return-Path: <>\nFrom: Saga Lind <saga@lamps.example>\nTo: kim@post.example\nSubject: Your brass lamp\n"
        b"Message-ID: <1@lamps.example>\n\nThe brass lamp came in today. It costs 89 euros and I put it aside.\n\n"
        b"Kind regards\nSaga Lind\n"
    )
    assert judge(raw).verdict == "human"
