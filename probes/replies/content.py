"""What the text of a mail says, weighed with headers that hint at a machine or a person without proving it."""

from __future__ import annotations

import re
from collections.abc import Callable

from probes.replies import phrases
from probes.replies.headers import hints_of_a_machine, hints_of_a_person
from probes.replies.letter import Letter
from probes.replies.patterns import WORD
from probes.replies.person_name import signed_by_a_person
from probes.replies.sentences import ENOUGH_OF_ITS_OWN, SHORT, STOCK, Reading
from probes.replies.topic_words import names_the_letter
from probes.replies.uncertainty import waits_elsewhere
from probes.replies.verdict import Judgement, Kind
from probes.replies.vocabulary import share_of_stock_words

CERTAIN = 2
"""By how much a machine's side has to weigh more than a person's."""
SHOWN = 120
UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
"""What no letter holds: control characters, and bytes that are no characters."""
UNKNOWN_SCRIPT = re.compile(r"[^\W\d_\u0000-\u024f\u0370-\u052f\u0590-\u05ff\u1e00-\u1fff]")
"""A letter that is neither Latin, Greek, Cyrillic nor Hebrew: whose phrases for automatic mail are not known."""
MOST_UNREADABLE = 0.1
"""The part of a text that may be unreadable; a broken accent now and then is no reason to doubt."""
MOST_STOCK_WORDS = 0.7
"""The part of a person's letter that may be made of the words of automatic mail, where nothing else shows a person."""
NOBODYS = "It speaks in the words of automatic mail alone, and nothing shows that a person wrote it"
ITSELF = "It speaks of the letter and of who will answer it alone, and nobody says “I” or signs it"
MOST_OF_ITSELF = 12
"""Sentences; a letter of more has something else to say, too."""
MOST_OF_A_SCRIPT = 1000
"""Characters by which it is told in which script a text is written."""

CHAT_LINE = re.compile(
    r"^[(\[]?(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s+)?\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]\.?m\.?)?\W{1,4}"
    r"(?:[^:\n]{1,40}:|\*{3})\s",
    re.IGNORECASE | re.MULTILINE,
)
"""A line of a chat as transcripts show it: "(09:01:12) Kim: Hello", "[09:02] *** Kim has left"."""
FEWEST_CHAT_LINES = 2

Hint = tuple[int, str]


def content(letter: Letter, platform: str = "") -> Judgement:
    """Judge by the text; of a help desk that marks all its mail alike, the headers are left out."""
    judged = _by_what_it_says(letter, platform)
    if judged.verdict == "human" and _speaks_of_itself_alone(letter):
        return Judgement("uncertain", _kind(letter), platform, (ITSELF, *judged.reasons))
    return judged


def _speaks_of_itself_alone(letter: Letter) -> bool:
    """Tell whether a letter says nothing of the thing that was asked for, in whatever phrases.

    That is a doubt and never a proof: shops, too, write "we have your letter, the workshop will call tomorrow".
    """
    if len(letter.sentences) > MOST_OF_ITSELF or signed_by_a_person(letter):
        return False
    if any(weight > 2 for weight, _ in hints_of_a_person(letter)) or not letter.talk:
        return False
    if waits_elsewhere(letter):
        return False
    own = Reading.of(letter).own
    return letter.talk.issuperset(own) and any(map(names_the_letter, own))


def _by_what_it_says(letter: Letter, platform: str) -> Judgement:
    hints = [] if platform else hints_of_a_machine(letter)
    told = letter.fields or letter.tells_below or letter.shows_a_form
    if not (hints or told or _is_a_transcript(letter)):
        return _plain(letter, platform)
    reading = Reading.of(letter)
    machine = [*hints, *_text_of_a_machine(letter, reading)]
    if not machine:
        return _plain(letter, platform)
    person = _person(letter, reading)
    if _is_nobodys(letter):
        machine.append((2, NOBODYS))
    return _weigh(letter, platform, machine, person)


def _weigh(letter: Letter, platform: str, machine: list[Hint], person: list[Hint]) -> Judgement:
    for_machine, for_person = (sum(weight for weight, _ in hints) for hints in (machine, person))
    why_machine, why_person = (tuple(reason for _, reason in hints) for hints in (machine, person))
    if for_machine - for_person >= CERTAIN:
        return Judgement("automatic", _kind(letter), platform, (*why_machine, *why_person))
    if for_machine < for_person:
        return Judgement("human", "answer", platform, (*why_person, *why_machine))
    return Judgement("uncertain", _kind(letter), platform, (*why_machine, *why_person))


def _text_of_a_machine(letter: Letter, reading: Reading) -> list[Hint]:
    found: list[Hint] = []
    if reading.stock:
        said = "”, “".join(sentence[:SHOWN] for sentence in reading.stock[:3])
        found.append((reading.weight, f"Phrases of automatic mail: “{said}”"))
    found += _says_that_it_is_automatic(letter, reading)
    found += [hint(letter) for holds, hint in HINTS if holds(letter, reading)]
    return found


def _person(letter: Letter, reading: Reading) -> list[Hint]:
    """What speaks for a person. Where little but stock phrases was said, only a mail program does.

    Programs quote what they confirm and set In-Reply-To, too.
    """
    hints = hints_of_a_person(letter)
    signed = not reading.away and signed_by_a_person(letter)
    own, stock = len(reading.own), len(reading.stock)
    mostly_stock = own < stock or (own == stock and reading.weight > 1)
    if mostly_stock and not reading.mild:
        hints = [(weight, reason) for weight, reason in hints if weight > 2]
        signed = signed and own == stock
    if signed:
        hints.append((1 if mostly_stock and not reading.mild else 2, "It is signed by a person"))
    if own:
        more = 1 if mostly_stock or own + stock == 1 else 2 if own < 2 * stock + 2 else 3
        hints.append((more, f"It has something of its own to say: “{reading.own[0][:SHOWN]}”"))
    elif not letter.sentences and WORD.search(letter.new):
        hints.append((1, f"It says something, if little: “{letter.new[:SHOWN]}”"))
    return hints


def _only_stock(letter: Letter, reading: Reading) -> bool:
    return not reading.own and (len(reading.stock) > 1 or reading.weight > 2 or reading.away)


def _subject_is_stock(letter: Letter, reading: Reading) -> bool:
    return bool(letter.subject_tells & STOCK.keys())


def _says(field: str) -> Callable[[Letter, Reading], bool]:
    return lambda letter, reading: bool(letter.saying(field))


def _below(field: str) -> Callable[[Letter, Reading], bool]:
    return lambda letter, reading: field in letter.tells_below


def _is_a_transcript(letter: Letter) -> bool:
    said = len(CHAT_LINE.findall(letter.new))
    return said >= FEWEST_CHAT_LINES and 2 * said >= sum(map(bool, letter.new.split("\n")))


def _signed_by_a_team(letter: Letter, reading: Reading) -> bool:
    last = letter.sentences[-1] if letter.sentences else ""
    short = last if len(last) <= SHORT else ""
    return bool(reading.stock) and "team" in phrases.told(f"{short}\n{letter.below[:SHOWN]}")


def _says_that_it_is_automatic(letter: Letter, reading: Reading) -> list[Hint]:
    said = letter.saying("automatic")
    if not said:
        return []
    last = len(reading.own) >= ENOUGH_OF_ITS_OWN and said[0] in letter.sentences[-2:]
    return [(5 if last else 6, f"It says of itself: “{said[0][:SHOWN]}”")]


HINTS: tuple[tuple[Callable[[Letter, Reading], bool], Callable[[Letter], Hint]], ...] = (
    (
        _says("unanswerable"),
        lambda letter: (3, f"It wants no answer: “{letter.saying('unanswerable')[0][:SHOWN]}”"),
    ),
    (
        lambda letter, reading: letter.shows_a_form,
        lambda letter: (2, "It shows what was filled into a form, with our own address"),
    ),
    (_below("automatic"), lambda letter: (2, "A note below says that it is automatic")),
    (_below("unanswerable"), lambda letter: (1, "A note below wants no answer")),
    (
        _subject_is_stock,
        lambda letter: (2, f"The subject is one of automatic mail: “{letter.mail.subject[:SHOWN]}”"),
    ),
    (
        lambda letter, reading: reading.away,
        lambda letter: (1, "It says that nobody is there, or asks for a proof"),
    ),
    (lambda letter, reading: _is_a_transcript(letter), lambda letter: (4, "It is the transcript of a chat")),
    (_signed_by_a_team, lambda letter: (1, "It is signed by a team, not by a person")),
    (_only_stock, lambda letter: (1, "It says nothing else")),
)


def _kind(letter: Letter) -> Kind:
    if "challenge" in letter.fields:
        return "challenge"
    if "out_of_office" in letter.fields:
        return "out_of_office"
    if "survey" in letter.fields:
        return "survey"
    if "notice" in letter.fields:
        return "automatic"
    return "acknowledgement" if letter.fields & {"acknowledgement", "courtesy", "repeated"} else "automatic"


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
    if _is_in_an_unknown_script(letter.new[:MOST_OF_A_SCRIPT]) and not hints_of_a_person(letter):
        return (
            "It is written in a script of which no phrases of automatic mail are known, and answers no mail"
        )
    return NOBODYS if _is_nobodys(letter) else ""


def _is_nobodys(letter: Letter) -> bool:
    """Tell whether a letter is made of the words of programs and bears no sign of a person beside them."""
    if letter.split.quotes or share_of_stock_words("\n".join(letter.sentences)) < MOST_STOCK_WORDS:
        return False
    return not signed_by_a_person(letter) and all(weight < 2 for weight, _ in hints_of_a_person(letter))


def _is_in_an_unknown_script(text: str) -> bool:
    return not text.isascii() and 2 * len(UNKNOWN_SCRIPT.findall(text)) > sum(map(str.isalpha, text))
