"""Headers that say "a program made this" on people's answers, as help desks that nobody knows send them."""

from __future__ import annotations

import pytest

from probes.replies.classify import judge
from tests.fictional_mail import ACKNOWLEDGEMENT, SPEECH, mail

STAMPS: dict[str, dict[str, str]] = {
    "generated": {"Auto_Submitted": "auto-generated"},
    "suppressing": {"X_Auto_Response_Suppress": "All"},
    "in bulk": {"Precedence": "bulk"},
    "to be left": {"List_Unsubscribe": "<https://desk.example/off>"},
    "all of them": {
        "Auto_Submitted": "auto-generated",
        "X_Auto_Response_Suppress": "All",
        "Precedence": "bulk",
        "List_Unsubscribe": "<https://desk.example/off>",
        "In_Reply_To": "<question@shopper.example>",
    },
}
DESK = "Fjord & Field <tickets@fjordfield.example>"


@pytest.mark.parametrize("stamp", STAMPS)
@pytest.mark.parametrize("language", SPEECH)
def test_a_signed_answer_to_the_question_is_human_whatever_stamp_it_bears(language: str, stamp: str) -> None:
    said = SPEECH[language]
    judged = judge(mail(said.answer, From=DESK, Subject=said.reply, **STAMPS[stamp]))
    assert judged.verdict == "human", judged


@pytest.mark.parametrize("stamp", STAMPS)
@pytest.mark.parametrize("language", SPEECH)
def test_an_acknowledgement_is_never_human_whatever_name_is_below(language: str, stamp: str) -> None:
    said = SPEECH[language]
    signed = said.acknowledgement.rpartition("\n\n")[0] + "\n\n" + said.answer.rpartition("\n\n")[2]
    for text in (said.acknowledgement, signed):
        judged = judge(mail(text, From=DESK, Subject=said.reply, **STAMPS[stamp]))
        assert judged.verdict == "automatic", judged


@pytest.mark.parametrize(
    "text",
    [
        "Your order 4711 has left our warehouse. It will reach you on Monday.\n\nKind regards\nFjord & Field",
        "Hello Anna,\n\nyour invoice 4711 is ready. You find it in your account.\n\nYour Fjord & Field team",
        "The backup of the shop has ended. 3 files were copied.",
    ],
)
def test_a_notice_that_a_program_stamped_is_not_taken_for_a_persons_letter(text: str) -> None:
    judged = judge(mail(text, From=DESK, Subject="Your order", **STAMPS["generated"]))
    assert judged.verdict != "human", judged


@pytest.mark.parametrize(
    ("ending", "personal"),
    [
        ("Kind regards\nSaga Lind", True),
        ("Kind regards, Saga", True),
        ("Best\n\nSaga van der Lind\nLamps and shades", True),
        ("Saga", True),
        ("בברכה,\nסאגה", True),
        ("Kind regards\nFjord Field", False),
        ("Kind regards\nCustomer Service", False),
        ("Kind regards\nYour Lamp Shop", False),
        ("Kind regards\nwww.fjordfield.example", False),
        ("Kind regards", False),
    ],
)
def test_a_persons_signature_is_told_from_a_companys(ending: str, personal: bool) -> None:
    judged = judge(mail(f"The lamp is here.\n\n{ending}", From=DESK, **STAMPS["generated"]))
    assert ("It is signed by a person" in judged.reasons) == personal, judged


def test_the_name_below_a_stock_letter_proves_no_person() -> None:
    text = ACKNOWLEDGEMENT.replace("Your Fjord & Field team", "Kind regards\nSaga Lind")
    assert judge(mail(text)).verdict == "automatic"
