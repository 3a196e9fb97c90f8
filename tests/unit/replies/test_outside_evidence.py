"""Who wrote it is told by more than its words: when it came, who was told the same, and whom we had written to."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from probes.replies.circumstances import Circumstances, Twin
from probes.replies.classify import judge
from probes.replies.repetition import fingerprint, say_the_same
from probes.replies.substance import shares_a_word
from tests.letters_without_marks import LETTERS, Letter

SENT = datetime(2026, 12, 1, 9, tzinfo=UTC)
QUESTION = "Hello, do you have rubber boots in size 41?\nKim Olsson"


def letter(text: str, sender: str = "Petra <petra@boots.example>", subject: str = "Re: Boots") -> bytes:
    return Letter("human", sender, subject, QUESTION, text).raw()


def after(seconds: float, *twins: Twin) -> Circumstances:
    return Circumstances(SENT, SENT + timedelta(seconds=seconds), twins=twins)


HOURS = letter("How nice that you write. The door is open from ten to seven, and by phone it goes quickest.")
ANSWER = letter("Yes, the boots are here in 41, and the green ones in 42 as well.")


# --- time ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "seconds", "verdict"),
    [
        (HOURS, 3, "automatic"),
        (HOURS, 30, "uncertain"),
        (HOURS, 90, "human"),
        (ANSWER, 3, "uncertain"),
        (ANSWER, 90, "human"),
    ],
)
def test_what_comes_sooner_than_a_person_reads_is_no_persons(raw: bytes, seconds: int, verdict: str) -> None:
    judged = judge(raw, QUESTION, after(seconds))
    assert judged.verdict == verdict
    assert (judged.rule == "time") == (verdict != "human")


def test_how_soon_is_too_soon_is_a_setting() -> None:
    quick = Circumstances(
        SENT, SENT + timedelta(seconds=3), quick=timedelta(seconds=2), at_once=timedelta(seconds=1)
    )
    assert judge(HOURS, QUESTION, quick).verdict == "human"


def test_an_answer_stamped_before_the_sending_proves_nothing_by_its_time() -> None:
    assert judge(HOURS, QUESTION, after(-20)).verdict == "human"


def test_what_a_help_desk_marks_as_a_persons_is_not_doubted_for_its_time() -> None:
    raw = HOURS.replace(b"<a@shop.example>", b"<FS_reply-12-34@shop.example>")
    assert judge(raw, QUESTION, after(30)).verdict == "human"


# --- repetition ------------------------------------------------------------------------------------------------


def test_the_same_text_to_two_messages_is_a_programs_where_one_came_quickly() -> None:
    twin = Twin("the answer to probe 7", timedelta(seconds=4))
    judged = judge(HOURS, QUESTION, after(9_000, twin))
    assert (judged.verdict, judged.rule) == ("automatic", "repetition")
    assert "the answer to probe 7" in judged.reasons[0]


def test_the_same_text_after_hours_may_be_what_a_person_has_ready() -> None:
    assert judge(HOURS, QUESTION, after(9_000, Twin("probe 7", timedelta(hours=2)))).verdict == "uncertain"


@pytest.mark.parametrize("decided", ["human", "automatic"])
def test_what_a_person_decided_about_a_letter_counts_for_its_twin(decided: str) -> None:
    judged = judge(HOURS, QUESTION, after(3, Twin("probe 7", timedelta(seconds=3), decided)))
    assert judged.verdict == decided
    assert decided == "human" or judged.rule in ("person's decision", "time")


def test_names_numbers_and_the_subject_make_no_other_text_of_it() -> None:
    said = "Dear {0},\n\nwe are glad that you write about {1}. The shop is open from ten to seven. Your number is {2}."
    one = letter(said.format("Kim", "Boots", "4711"), subject="Re: Boots")
    other = letter(said.format("Ann Berg", "A red lamp", "FF-88"), subject="Re: A red lamp")
    assert say_the_same(fingerprint(one, QUESTION), fingerprint(other, "Have you a red lamp?"))


def test_a_line_alone_and_another_answer_are_no_repetition() -> None:
    line = fingerprint(letter("Thank you for your letter."))
    assert not say_the_same(line, line)
    assert not say_the_same(fingerprint(HOURS), fingerprint(ANSWER))


# --- whom we wrote to ------------------------------------------------------------------------------------------


def test_a_box_that_says_nothing_of_the_question_is_left_to_a_person() -> None:
    text = "The crew reads everything that comes in here. Have a look at the page meanwhile."
    assert judge(letter(text, "Boots <info@boots.example>"), QUESTION).verdict == "uncertain"
    assert judge(letter(text, "Petra <petra@boots.example>"), QUESTION).verdict == "human"


@pytest.mark.parametrize(
    "text", ["Sure, two pairs left, 40 € each.", "Sure, 41 is on the shelf.", "Sure, come by!\n\nPetra"]
)
def test_a_box_whose_letter_names_a_price_a_word_of_ours_or_a_person_is_a_persons(text: str) -> None:
    assert judge(letter(text, "Boots <info@boots.example>"), QUESTION).verdict == "human"


def test_a_letter_from_a_box_in_a_language_without_a_file_is_left_to_a_person() -> None:
    text = "Godmorgun, vit svara skjótt og vóna at tú hevur ein góðan dag."
    assert judge(letter(text, "Boots <info@boots.example>"), QUESTION).verdict == "uncertain"


def test_the_company_its_location_and_the_shown_name_sign_as_nobody() -> None:
    text = "Thanks for your email. You will hear from us within two days.\n\n{}"
    for name in ("Brennan Optical", "Brennan Optical Ltd", "Hofgarten Leipzig"):
        raw = letter(text.format(name), "Brennan Optical <enquiries@retail.example>")
        judged = judge(raw, QUESTION, Circumstances(names=("Hofgarten Leipzig",)))
        assert judged.verdict == "automatic", name


def test_a_person_signs_with_a_part_of_the_name_that_is_shown() -> None:
    raw = letter("Yes, we have them.\n\nPetra", "Petra from Boots <info@boots.example>")
    assert judge(raw, QUESTION).verdict == "human"


def test_words_are_known_in_their_forms_and_within_others() -> None:
    assert shares_a_word("Ja, das Eichenparkett liegt hier.", "Was kostet Parkett?")
    assert shares_a_word("The lamps are here.", "Have you a lamp?")
    assert shares_a_word("青い椅子があります", "椅子はありますか")
    assert not shares_a_word("We answer within two days.", "Have you a lamp?")
    assert not shares_a_word("Petrov greets you.", "Does Petrov mend shoes?", {"petrov"})


# --- all together ----------------------------------------------------------------------------------------------


def verdicts(with_time: bool) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for each in LETTERS:
        known = after(each.seconds) if with_time else Circumstances()
        found[each.wrote, judge(each.raw(), each.question, known).verdict] += 1
    return found


def test_no_person_is_taken_for_a_program_in_seventeen_languages() -> None:
    for with_time in (False, True):
        found = verdicts(with_time)
        assert found["human", "automatic"] == 0
        assert found["human", "human"] >= 30


def test_with_its_time_no_letter_of_a_program_is_taken_for_a_persons() -> None:
    found = verdicts(with_time=True)
    assert found["automatic", "human"] == 0
    assert found["automatic", "automatic"] >= 30


def test_by_their_words_alone_few_letters_of_programs_are_taken_for_a_persons() -> None:
    assert verdicts(with_time=False)["automatic", "human"] <= 3
