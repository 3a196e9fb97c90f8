"""What the staff of the sample history answered, and how it was rated."""

from __future__ import annotations

import random
from enum import StrEnum

from audit_app.demo.questions import words_in
from audit_app.domain.replies.quality import COMPLAINT_ITEMS, RUBRIC, Share


class Tone(StrEnum):
    """How an answer of the sample is written."""

    POLITE = "polite"
    PLAIN = "plain"
    CURT = "curt"


GOOD = {Tone.POLITE: 0.97, Tone.PLAIN: 0.75, Tone.CURT: 0.3}
"""The chance that a manager finds an item of the rubric fulfilled in such an answer."""
LIKE_MINDED = {"owns_next_step": 0.7, "clear_language": 0.65, "negative_language": 0.75, "correct": 0.85}
"""How often two raters of the sample agree on an item; the others are plainer to see."""
STAFF = {
    "SE": ("Elin", "Oskar", "Sanna", "Mikael", "Ida", "Tomas"),
    "FI": ("Elina", "Otto", "Sanna", "Mikko", "Iida", "Tuomas"),
    "GB": ("Ellen", "Oscar", "Sarah", "Michael", "Ivy", "Tom"),
}


def answer(draw: random.Random, quality: float, country: str) -> tuple[str, Tone]:
    """Who answers and how; the higher the quality, the likelier politely."""
    staff = draw.choice(STAFF[country])
    fate = draw.random()
    if fate < quality * 0.8:
        return staff, Tone.POLITE
    return staff, Tone.PLAIN if fate < quality + 0.08 else Tone.CURT


def text_of(tone: Tone, question: str, language: str, name: str, signed: str) -> str:
    """The answer to a question in the customer's language; `signed` is who wrote it."""
    words = words_in(language)
    said = words["questions"][question][tone]
    if tone is Tone.CURT:
        return str(said)
    greeting = words["greeting"].format(name=name.split()[0]) if tone is Tone.POLITE else ""
    return "\n\n".join(filter(None, [greeting, said, f"{words['closing']}\n{signed}"]))


def rating(draw: random.Random, tone: Tone, complaint: bool) -> dict[str, Share]:
    """How a manager rated the answer by the rubric."""
    good = GOOD[tone]
    asked = (*RUBRIC, *(COMPLAINT_ITEMS if complaint else ()))
    items = {item.key: _share(draw, good if item.points > 0 else 1 - good) for item in asked}
    if not complaint:
        items["apology"] = Share.NOT_APPLICABLE
    return items


def second_rating(draw: random.Random, first: dict[str, Share]) -> dict[str, Share]:
    """How somebody else rated the same answer: mostly alike, least so where the rubric leaves room for taste."""
    return {
        key: share
        if share is Share.NOT_APPLICABLE or draw.random() < LIKE_MINDED.get(key, 0.93)
        else draw.choice([each for each in (Share.YES, Share.PARTLY, Share.NO) if each is not share])
        for key, share in first.items()
    }


def _share(draw: random.Random, chance: float) -> Share:
    fate = draw.random()
    if fate < chance:
        return Share.YES
    return Share.PARTLY if fate < chance + (1 - chance) * 0.4 else Share.NO
