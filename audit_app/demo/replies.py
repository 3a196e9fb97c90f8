"""What the staff of the sample history answered, and how it was rated."""

from __future__ import annotations

import random

from audit_app.domain.replies.quality import COMPLAINT_ITEMS, RUBRIC, Share

POLITE = (
    "Hello {name},\n\nthank you for writing to us. Yes, that is possible: please bring the card you paid with, and we "
    "will find the purchase for you. I have put a note at the till for you and am here until six tomorrow.\n\n"
    "Kind regards\n{staff}, Fjord & Field {shop}"
)
PLAIN = (
    "Hello,\n\nplease come to the shop with the card you paid with, then we can look for it. It usually works out.\n\n"
    "Regards\n{staff}"
)
CURT = "Not without a receipt. See the conditions on our web site."
ACKNOWLEDGEMENT = "Thank you for your message. We have received it and will answer as soon as we can."
LIKE_MINDED = {"owns_next_step": 0.7, "clear_language": 0.65, "negative_language": 0.75, "correct": 0.85}
"""How often two raters of the sample agree on an item; the others are plainer to see."""
STAFF = ("Elin", "Oskar", "Sanna", "Mikko", "Ida", "Tom")


def reply(draw: random.Random, quality: float, name: str, shop: str) -> tuple[str, str]:
    """Author and text of an answer; the higher the quality, the likelier a polite one."""
    staff = draw.choice(STAFF)
    fate = draw.random()
    if fate < quality * 0.8:
        text = POLITE
    elif fate < quality + 0.08:
        text = PLAIN
    else:
        text = CURT
    return staff, text.format(name=name.split()[0], shop=shop, staff=staff)


def rating(draw: random.Random, text: str, complaint: bool) -> dict[str, Share]:
    """How a manager rated the answer by the rubric."""
    good = 0.97 if text.startswith("Hello ") else 0.75 if text.startswith("Hello") else 0.3
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
