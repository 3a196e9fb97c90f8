"""What the staff of the demo company say, by topic and by mood."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

FIRST_NAMES = (
    "Ingrid", "Oskar", "Maja", "Elias", "Saga", "Nils", "Aino", "Ville", "Freja", "Anton", "Tuva", "Hugo",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that customers ask about: the words that give it away, and what is answered."""

    clues: re.Pattern[str]
    polite: tuple[str, ...]
    curt: str


def _topic(clues: str, polite: tuple[str, ...], curt: str) -> Topic:
    return Topic(re.compile(rf"\b(?:{clues})", re.IGNORECASE), polite, curt)


_TOPICS = (
    _topic(
        r"charged|overcharg|at the till|paid too much",
        (
            "I am sorry: the price on the label is the price you pay. I refund the difference to your card today "
            "and will personally see to it that the label is put right. As a small thank you for telling us, the "
            "next delivery is on us.",
            "I apologise, that must not happen. You get the difference back within two days, and I have put a "
            "voucher of ten euros in your name at the till. Would that be all right for you?",
        ),
        "The till is right. Labels change.",
    ),
    _topic(
        r"complain|broken|damaged|disappoint|unhappy|crack|scratch|wrong|rude",
        (
            "I am sorry about this, and I can see why you are disappointed. I will take care of it myself: we send "
            "you a replacement at no cost, or refund you in full, whichever you prefer.",
            "I apologise for the trouble. I have put a replacement aside under your name and will personally see to "
            "it that it leaves us today; you need not return the damaged one.",
        ),
        "That is not our fault. Bring it back with the receipt.",
    ),
    _topic(
        r"return|refund|exchange|receipt|bring (?:it|them) back",
        (
            "Of course you can exchange it. You have 60 days, and we find your purchase by card if the receipt is "
            "lost. Simply ask for me at the counter and I will arrange it.",
        ),
        "No returns without a receipt.",
    ),
    _topic(
        r"deliver|ship|transport|carry|courier",
        (
            "We deliver every Tuesday and Thursday, usually within four days, and in the evening until nine if you "
            "like. It costs 29 euros up to your door. If anything unforeseen happens I will tell you at once.",
        ),
        "See the delivery page.",
    ),
    _topic(
        r"stock|available|have (?:the|any|it)|in store|left|lamp|sofa|chair|shel[fv]|vase",
        (
            "I went to look for you: we have three on the shelf right now, and I have put one aside in your name "
            "until Saturday evening.",
            "We expect the next ones on Wednesday morning. Shall I reserve one for you? A short yes is enough.",
        ),
        "No idea, you would have to come and look.",
    ),
    _topic(
        r"open|clos|hours|sunday|saturday|weekend|holiday",
        (
            "We are open from 10 to 19 on weekdays and from 10 to 17 on Saturdays; on Sundays we are closed. It is "
            "calmest before noon, and then I have the most time to show you round.",
        ),
        "The hours are on the web site.",
    ),
    _topic(
        r"price|cost|discount|cheap|offer|sale",
        (
            "The price on the shelf is the price you pay, and this week members get ten per cent off lighting. "
            "I can make you an offer for several pieces if you tell me how many you need.",
        ),
        "The price is on the label.",
    ),
)
_ANYTHING = Topic(
    re.compile(""),
    (
        "I have looked into it for you and will gladly help. May I call you tomorrow before noon to settle the rest?",
    ),
    "We don't do that here.",
)


def answer(question: str, polite: bool, chance: random.Random) -> str:
    """One paragraph that answers the question, in the given mood."""
    topic = next((each for each in _TOPICS if each.clues.search(question)), _ANYTHING)
    return chance.choice(topic.polite) if polite else topic.curt
