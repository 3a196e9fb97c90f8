"""Adds up what the table of evidence finds in a mail, where no rule before knew who wrote it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from probes.replies.evidence import (
    NOBODYS,
    STRONG,
    Hint,
    hints,
    hints_in_headers,
    is_a_transcript,
    is_nobodys,
)
from probes.replies.letter import Letter
from probes.replies.person_name import signed_by_a_person
from probes.replies.sentences import Reading
from probes.replies.topic_words import names_the_letter
from probes.replies.uncertainty import waits_elsewhere
from probes.replies.verdict import Judgement, Kind

BY_TEXT = "text"
CERTAIN = 2
"""By how much a machine's side has to weigh more than a person's."""
UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
"""What no letter holds: control characters, and bytes that are no characters."""
UNKNOWN_SCRIPT = re.compile(r"[^\W\d_\u0000-\u024f\u0370-\u052f\u0590-\u05ff\u1e00-\u1fff]")
"""A letter that is neither Latin, Greek, Cyrillic nor Hebrew: whose phrases for automatic mail are not known."""
MOST_UNREADABLE = 0.1
"""The part of a text that may be unreadable; a broken accent now and then is no reason to doubt."""
ITSELF = "It speaks of the letter and of who will answer it alone, and nobody says “I” or signs it"
MOST_OF_ITSELF = 12
"""Sentences; a letter of more has something else to say, too."""
MOST_OF_A_SCRIPT = 1000
"""Characters by which it is told in which script a text is written."""


def content(letter: Letter, platform: str = "") -> Judgement:
    """Judge by the text; of a help desk that marks all its mail alike, the headers are left out."""
    judged = replace(_by_what_it_says(letter, platform), rule=BY_TEXT)
    if judged.verdict == "human" and _speaks_of_itself_alone(letter):
        return Judgement("uncertain", _kind(letter), platform, (ITSELF, *judged.reasons), "speaks of itself")
    return judged


def _speaks_of_itself_alone(letter: Letter) -> bool:
    """Tell whether a letter says nothing of the thing that was asked for, in whatever phrases.

    That is a doubt and never a proof: shops, too, write "we have your letter, the workshop will call tomorrow".
    """
    if len(letter.sentences) > MOST_OF_ITSELF or signed_by_a_person(letter):
        return False
    if any(weight >= STRONG for weight, _ in hints_in_headers(letter, "person")) or not letter.talk:
        return False
    if waits_elsewhere(letter):
        return False
    own = Reading.of(letter).own
    return letter.talk.issuperset(own) and any(map(names_the_letter, own))


def _by_what_it_says(letter: Letter, platform: str) -> Judgement:
    by_headers = not platform and bool(hints_in_headers(letter, "machine"))
    said = letter.fields or letter.found_below or letter.shows_a_form
    if not (by_headers or said or is_a_transcript(letter)):
        return _plain(letter, platform)
    reading = Reading.of(letter)
    machine = hints(letter, reading, "machine", not platform, letter.left_out)
    if not machine:
        return _plain(letter, platform)
    person = hints(letter, reading, "person", True, letter.left_out)
    if reading.mostly_stock and not reading.mild:
        # Programs quote what they confirm and set In-Reply-To, too.
        headers = hints_in_headers(letter, "person")
        person = [hint for hint in person if hint not in headers or hint[0] >= STRONG]
    if is_nobodys(letter):
        machine.append((2, NOBODYS))
    return _weigh(letter, platform, machine, person)


def _weigh(letter: Letter, platform: str, machine: Sequence[Hint], person: Sequence[Hint]) -> Judgement:
    for_machine, for_person = (sum(weight for weight, _ in hints) for hints in (machine, person))
    why_machine, why_person = (tuple(reason for _, reason in hints) for hints in (machine, person))
    if for_machine - for_person >= CERTAIN:
        return Judgement("automatic", _kind(letter), platform, (*why_machine, *why_person))
    if for_machine < for_person:
        return Judgement("human", "answer", platform, (*why_person, *why_machine))
    return Judgement("uncertain", _kind(letter), platform, (*why_machine, *why_person))


KINDS: tuple[tuple[str, Kind], ...] = (
    ("closed_box", "closed_box"),
    ("challenge", "challenge"),
    ("out_of_office", "out_of_office"),
    ("list_notice", "list_notice"),
    ("survey", "survey"),
    ("notice", "automatic"),
    ("acknowledgement", "acknowledgement"),
    ("courtesy", "acknowledgement"),
    ("repeated", "acknowledgement"),
    ("unsubscribe", "newsletter"),
)
"""The fields of phrases by what they make a letter, the one that says most first."""


def _kind(letter: Letter) -> Kind:
    return next((kind for field, kind in KINDS if field in letter.fields), "automatic")


def _plain(letter: Letter, platform: str) -> Judgement:
    if doubt := _doubt(letter):
        return Judgement("uncertain", "answer", platform, (doubt,))
    if letter.sentences:
        return Judgement(
            "human", "answer", platform, ("A text of its own, and nothing that marks automatic mail",)
        )
    reason = "Little text of its own, but nothing that marks automatic mail"
    return Judgement("human", "answer", platform, (reason,))


def _doubt(letter: Letter) -> str:
    """Why a mail that nothing marks as automatic is no person's answer for all that, or an empty string."""
    if not letter.mail.attachments and not letter.mail.text.strip():
        return "The mail is empty"
    if not letter.mail.sender[1]:
        return "It does not say who sent it"
    if len(UNREADABLE.findall(letter.new)) > len(letter.new) * MOST_UNREADABLE:
        return "Its text cannot be read"
    if not letter.mail.attachments and not letter.new:
        return "There is nothing in it but a quoted mail or a signature"
    if _is_in_an_unknown_script(letter.new[:MOST_OF_A_SCRIPT]) and not hints_in_headers(letter, "person"):
        return (
            "It is written in a script of which no phrases of automatic mail are known, and answers no mail"
        )
    return NOBODYS if is_nobodys(letter) else ""


def _is_in_an_unknown_script(text: str) -> bool:
    return not text.isascii() and 2 * len(UNKNOWN_SCRIPT.findall(text)) > sum(map(str.isalpha, text))
