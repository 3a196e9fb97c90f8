"""Words of substance: what a letter is about, by which an answer is known to have been written to a question."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from probes.replies.patterns import words
from probes.replies.topic_words import plays_any_part, speaks_a_known_language

SHORTEST, SHORTEST_DENSE = 4, 3
"""Letters of a word of substance; in Hebrew and Arabic, which write no vowels, three are as much."""
DENSE = re.compile(r"[\u0590-\u06ff]")
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}")
"""Two characters of a script without blanks, or of Korean, say as much as a word."""
STEM = 0.7
"""The part of the shorter word with which both have to begin: words are bent at their ends."""
MOST_CHARACTERS = 5_000
"""Characters of a text that are compared."""


def shares_a_word(text: str, question: str, names: Collection[str] = ()) -> bool:
    """Tell whether a text takes up a word or a number of the question, but for `names`: "lamp" of "lamps"."""
    text, question = text[:MOST_CHARACTERS], question[:MOST_CHARACTERS]
    asked, said = _substance(question).difference(names), _substance(text).difference(names)
    if asked & said or _pairs(question) & _pairs(text):
        return True
    return any(_alike(one, other) for one in said for other in asked)


def _substance(text: str) -> set[str]:
    return {word for word in words(text) if _counts(word)}


def _counts(word: str) -> bool:
    if word.isdigit():
        return len(word) > 1
    shortest = SHORTEST_DENSE if DENSE.search(word) else SHORTEST
    return len(word) >= shortest and not plays_any_part(word)


def _alike(one: str, other: str) -> bool:
    """Tell whether two words have one stem, or the longer holds the shorter: "Eichenparkett" and "Parkett"."""
    short, long = sorted((one, other), key=len)
    same = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    least = SHORTEST_DENSE if DENSE.search(short) else SHORTEST
    return same >= max(least, STEM * len(short)) or (len(short) > SHORTEST and short in long)


def _pairs(text: str) -> set[str]:
    found: set[str] = set()
    for start in (0, 1):
        found.update(UNSPACED.findall(text, start))
    return found


def is_in_a_known_language(sentences: Iterable[str]) -> bool:
    """Tell whether we have a file for the language of a letter, by the words that stand in everybody's letters."""
    return speaks_a_known_language([word for sentence in sentences for word in words(sentence)])
