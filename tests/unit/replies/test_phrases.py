"""The phrases of all languages: how they are written, and how they are found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.replies.patterns import Finder, PhraseError, read, words
from probes.replies.phrases import LanguageFileError, languages, phrases, read_language

LANGUAGES = ["de", "en", "es", "fi", "fr", "he", "nl", "pl", "ro", "ru", "sv"]


def finds(phrase: str, text: str) -> bool:
    return bool(Finder({"it": [phrase]}).find(words(text)))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("thank you", "THANK  you!"),
        ("für ihre/deine nachricht", "Danke für deine Nachricht."),
        ("we have (now) received", "We have received it"),
        ("we have (now) received", "We have now received it"),
        ("reçu votre", "Recu votre lettre"),
        ("we've received", "We’ve received it"),
        ("your … received", "Your long letter of May was received"),
        ("автоматическ* ответ", "Автоматический ответ"),
        ("^ out of office", "Out of office: lamp"),
        ("an e-mail came", "an email came"),
        ("am/i'm away", "I'm away"),
    ],
)
def test_a_phrase_is_found(phrase: str, text: str) -> None:
    assert finds(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("thank you", "thank them, you too"),
        ("^ out of office", "I am out of office"),
        ("your … received", "Your letter, which you sent us in May, was received"),
        ("we have received", "we have not received"),
    ],
)
def test_a_phrase_is_not_found_where_other_words_stand(phrase: str, text: str) -> None:
    assert not finds(phrase, text)


@pytest.mark.parametrize("phrase", ["(thank) you (all)", "your …", "(a) (b)", "* /"])
def test_a_phrase_that_would_be_found_everywhere_is_refused(phrase: str) -> None:
    with pytest.raises(PhraseError):
        read(phrase)


def test_different_phrases_count_and_the_same_one_counts_once() -> None:
    finder = Finder({"thanks": ["thank you", "many thanks"], "away": ["out of office"]})
    assert finder.find(words("Thank you, thank you and many thanks")) == {"thanks": 2}


@given(st.lists(st.sampled_from(["thank", "you", "x", "very", "much"]), max_size=12))
def test_a_gap_covers_at_most_five_words(text: list[str]) -> None:
    joined = " ".join(text)
    near = any(text[place] == "thank" and "you" in text[place + 1 : place + 7] for place in range(len(text)))
    assert finds("thank … you", joined) == near


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_phrases_for_all_that_is_judged(language: str) -> None:
    assert all(getattr(languages()[language], field) for field in type(languages()[language]).model_fields)


def test_every_phrase_of_every_language_can_be_read() -> None:
    for field in (
        "automatic",
        "unanswerable",
        "acknowledgement",
        "courtesy",
        "out_of_office",
        "bounce",
        "subjects",
    ):
        assert all(read(phrase) for phrase in phrases(field))


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        ("wrote: [schrieb]\nautomatic: [x", 2, ""),
        ("automatic:\n  - fine\n bad: x", 3, ""),
        ("automatic: [x]\nwrote: schrieb", 2, "wrote: Input should be a valid list"),
        ("automatic: [x]\nwrote: []\nchalenge: []", 3, "chalenge: Extra inputs are not permitted"),
        ("automatic: [x]", 1, "auto_prefixes: Field required"),
        ("- a list", 1, "the file: Input should be a valid dictionary"),
        ("", 1, "the file: Input should be a valid dictionary"),
    ],
)
def test_a_broken_language_file_is_named_with_the_line_and_what_to_do(
    content: str, line: int, problem: str
) -> None:
    with pytest.raises(LanguageFileError) as refused:
        read_language("xx.yaml", content)
    said = str(refused.value)
    assert said.startswith(f"languages/xx.yaml, line {line}: ")
    assert problem in said
    assert said.endswith("or install the program again.")
