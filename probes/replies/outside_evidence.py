"""Evidence from outside the letter, which needs no language: when it came, who was told the same, from what address.

It is asked last, of what was judged by its text. What a person decided about a twin decides; else it only takes away
the belief that a person wrote, except where a letter came at once and takes up no word of what was asked, or where
the same was said to two messages and one of the answers came quickly.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from probes.replies.content import BY_TEXT
from probes.replies.evidence import STRONG, hints_in_headers
from probes.replies.letter import Letter
from probes.replies.person_name import is_a_box, signed_by_a_person
from probes.replies.substance import is_in_a_known_language
from probes.replies.topic_words import PRICE
from probes.replies.verdict import Judgement, Kind

BY_TEXT_ALONE = frozenset({BY_TEXT, "speaks of itself", "signs of a system"})
SHOWN_TWINS = 3
"""Like answers that a reason names."""


def with_outside_evidence(letter: Letter, judged: Judgement) -> Judgement:
    """Return the judgement, or what time, repetition and the sender's address make of it."""
    if judged.rule not in BY_TEXT_ALONE or judged.verdict not in ("human", "uncertain"):
        return judged
    for name, rule in RULES:
        if name not in letter.left_out and (found := rule(letter, judged)):
            return replace(found, rule=name)
    return judged


def _decided_twin(letter: Letter, judged: Judgement) -> Judgement | None:
    """What a person decided about a letter counts for those that say the same."""
    decided = next(
        (twin for twin in letter.circumstances.twins if twin.decided in ("human", "automatic")), None
    )
    if decided is None:
        return None
    reason = f"It says what {decided.name} says, of which a person decided: {_by(decided.decided)}"
    if decided.decided == "human":
        return Judgement("human", "answer", judged.platform, (reason, *judged.reasons))
    return Judgement("automatic", _automatic(judged), judged.platform, (reason, *judged.reasons))


def _repetition(letter: Letter, judged: Judgement) -> Judgement | None:
    """The same text to two messages: a machine's where either came quickly, else perhaps a person's macro."""
    around = letter.circumstances
    if not around.twins:
        return None
    names = ", ".join(twin.name for twin in around.twins[:SHOWN_TWINS])
    quick = _is_within(around.after, around.quick) or any(
        _is_within(twin.after, around.quick) for twin in around.twins
    )
    if quick:
        reason = f"It says the same as {names}, and one of them came within {_seconds(around.quick)}"
        return Judgement("automatic", _automatic(judged), judged.platform, (reason, *judged.reasons))
    if judged.verdict == "uncertain":
        return None
    reason = f"It says the same as {names}, which people do who have an answer ready, too"
    return Judgement("uncertain", judged.kind, judged.platform, (reason, *judged.reasons))


def _time(letter: Letter, judged: Judgement) -> Judgement | None:
    """Nobody reads and answers a letter within seconds."""
    around = letter.circumstances
    after = around.after
    if after is None or after > around.quick:
        return None
    at_once = after <= around.at_once
    if at_once and not letter.asked.strip():
        at_once = False
    if at_once and not letter.takes_up_the_question and not _written_in_a_program(letter):
        reason = f"It came {_seconds(after)} after our message and takes up no word of it"
        return Judgement("automatic", _automatic(judged), judged.platform, (reason, *judged.reasons))
    if judged.verdict == "uncertain":
        return None
    reason = f"It came {_seconds(after)} after our message, sooner than a person reads and writes"
    return Judgement("uncertain", judged.kind, judged.platform, (reason, *judged.reasons))


def _box(letter: Letter, judged: Judgement) -> Judgement | None:
    """From a box with a role's name, unsigned or in words that we cannot read, taking up nothing of the question."""
    if judged.verdict != "human" or _written_in_a_program(letter) or not is_a_box(letter):
        return None
    if letter.takes_up_the_question or any(map(PRICE.search, letter.sentences)):
        return None
    if not is_in_a_known_language(letter.sentences):
        reason = (
            "It comes from a box that nobody's name stands on, in a language whose phrases we do not know"
        )
    elif letter.own_text.strip() and not signed_by_a_person(letter):
        reason = "It comes from a box that nobody's name stands on, and takes up no word of our question"
    else:
        return None
    return Judgement("uncertain", judged.kind, judged.platform, (reason, *judged.reasons))


RULES = (
    ("person's decision", _decided_twin),
    ("repetition", _repetition),
    ("time", _time),
    ("box", _box),
)
"""In this order, and each by its name, which is stored with the verdict."""


def _written_in_a_program(letter: Letter) -> bool:
    return any(weight >= STRONG for weight, _ in hints_in_headers(letter, "person"))


def _is_within(after: timedelta | None, limit: timedelta) -> bool:
    return after is not None and after <= limit


def _automatic(judged: Judgement) -> Kind:
    return "acknowledgement" if judged.kind == "answer" else judged.kind


def _by(decided: str) -> str:
    return "a person wrote it" if decided == "human" else "a program wrote it"


def _seconds(after: timedelta) -> str:
    seconds = int(after.total_seconds())
    return f"{seconds} second{'' if seconds == 1 else 's'}"
