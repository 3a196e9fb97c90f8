"""The words that automatic mail is made of, whatever their order: nobody can list all phrases that can be made of them."""

from __future__ import annotations

import re
from functools import cache

from probes.replies import phrases
from probes.replies.patterns import words

FIELDS = (
    "automatic", "unanswerable", "acknowledgement", "repeated", "courtesy", "notice", "survey", "out_of_office",
    "challenge", "receipt", "team",
)  # fmt: skip
FEWEST_LETTERS = 5
"""Shorter words, such as "will" and "your", stand in everybody's letters."""
FEWEST_WORDS = 4
"""A text with fewer longer words says too little to be told by them."""
MOST_CHARACTERS = 2_000
"""Characters of a text that are weighed."""
WRITTEN = re.compile(r"[^\s()/…^]+")
SHORTEST_BEGINNING = 4
"""Letters and the star of a word that stands for all that begin so."""


def share_of_stock_words(text: str) -> float:
    """Return which part of a text is made of the words of automatic mail; nothing for one of a few words.

    People write about the thing that was asked for, programs about the letter and who will answer it.
    """
    said = [word for word in words(text[:MOST_CHARACTERS]) if len(word) >= FEWEST_LETTERS and word.isalpha()]
    if len(said) < FEWEST_WORDS:
        return 0.0
    whole, beginnings = _vocabulary()
    return sum(word in whole or word.startswith(beginnings) for word in said) / len(said)


@cache
def _vocabulary() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the words of the phrases, and the beginnings of those that are written with an asterisk."""
    whole: set[str] = set()
    beginnings: set[str] = set()
    for phrase in (phrase for field in FIELDS for phrase in phrases.phrases(field)):
        for written in WRITTEN.findall(phrase):
            begins = written.endswith("*") and len(written) > SHORTEST_BEGINNING
            (beginnings if begins else whole).update(words(written))
    return frozenset(whole), tuple(sorted(beginnings))
