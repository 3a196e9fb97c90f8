"""What a letter is about, by the parts that words play, in whatever phrases they stand.

Programs write about the letter itself: that it arrived, who will answer it and when. People write about the thing that
was asked for, and say "I". No list holds all phrases for the one, but the words that they are made of are few.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from probes.replies import phrases
from probes.replies.patterns import words

FEWEST_LETTERS = 4
"""Shorter words, such as "the" and "von", stand in everybody's letters."""
FEWEST_WORDS, FEWEST_OF_A_SENTENCE = 6, 1
"""A letter or a sentence with fewer longer words says too little to be told by them."""
MOST_CHARACTERS = 2_000
"""Characters of a letter that are weighed."""
MOST_REMEMBERED = 50_000
"""Words whose topics are remembered."""
SHORTEST_BEGINNING = 3
"""Letters by which a word that is written with a star begins."""
OF_A_LETTER, OF_A_SENTENCE = 0.42, 0.4
"""The least part of the longer words that has to speak of the letter itself; in people's letters it is seldom so much."""
PRICE = re.compile(
    r"[€$£₪₽]|\d\s?(?:eur\b|euros?\b|chf\b|usd\b|gbp\b|kr\b|kronor|zł|pln\b|lei\b|ron\b|руб|р\.|שקל|ש.ח)",
    re.IGNORECASE,
)
"""Programs that confirm a letter name no price."""

SAID_OF_ITSELF = frozenset({"arrives", "answers", "when"})
FEWEST_SAID = 2
"""Topics that a letter about itself must name."""

FILL = "fill"
"""Words such as "your" and "have", which say nothing of what a letter is about."""
HEBREW_PREFIXES = frozenset("והלבכמש")
"""Letters written in front of a word for "and", "the", "to", "in" and the like, up to two of them."""

FEWEST_KNOWN, KNOWN = 5, 0.35
"""Words that a letter needs for its language to be told, and the part of them that has to be known."""
NONE: frozenset[str] = frozenset()

Role = tuple[str, str]
"""A language, and the part that a word plays in it."""


def talk_of(sentences: Sequence[str]) -> frozenset[str]:
    """Find the sentences in which a letter speaks of itself and its answer, in the language of most of its words.

    There are none in a letter that does so only in passing.
    """
    said = [(sentence, words(sentence)) for sentence in _beginning(sentences)]
    all_words = [word for _, told in said for word in told]
    played = {word: roles for word in set(all_words) if (roles := _roles(word))}
    # Most letters are done with here, without a language having to be found for them.
    if not any(_plays("letter", word) for word in played):
        return NONE
    languages = Counter(language for word in all_words if word in played for language in played[word])
    language = languages.most_common(1)[0][0]
    parts = {word: roles[language] for word, roles in played.items() if language in roles}
    if not _speaks_of_itself(all_words, parts) or any(PRICE.search(sentence) for sentence, _ in said):
        return NONE
    return frozenset(
        sentence
        for sentence, told in said
        if "?" not in sentence and _share(told, parts, FEWEST_OF_A_SENTENCE) >= OF_A_SENTENCE
    )


def names_the_letter(sentence: str) -> bool:
    """Tell whether a sentence speaks of the letter, in any language."""
    return any(_plays("letter", word) for word in words(sentence))


def names_a_group(word: str) -> bool:
    """Tell whether a word is one for those who answer, "department" or "crew", in any language."""
    return len(word) >= FEWEST_LETTERS and _plays("us", word)


def plays_any_part(word: str) -> bool:
    """Tell whether a word belongs to letters about letters, or says nothing of what a letter is about."""
    return bool(_roles(word))


def speaks_a_known_language(said: Sequence[str]) -> bool:
    """Tell whether enough of the words stand in the phrases of one language that has a file of its own."""
    letters = [word for word in said if word.isalpha()]
    if len(letters) < FEWEST_KNOWN:
        return True
    known = max(sum(word in vocabulary for word in letters) for vocabulary in _vocabularies())
    return known >= KNOWN * len(letters)


@cache
def _vocabularies() -> tuple[frozenset[str], ...]:
    """Return the words of all phrases, for each language whose letters about letters we know."""
    return tuple(
        frozenset(word for each in language.written() for word in words(each.replace("*", "")))
        for language in phrases.languages().values()
        if language.roles
    )


def _plays(part: str, word: str) -> bool:
    return any(part in parts for parts in _roles(word).values())


def _beginning(sentences: Sequence[str]) -> Iterable[str]:
    left = MOST_CHARACTERS
    for sentence in sentences:
        if left <= 0:
            return
        yield sentence[:left] if len(sentence) > left else sentence
        left -= len(sentence)


def _speaks_of_itself(told: Sequence[str], parts: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether a letter names itself and says two of these, but not "I": it arrived, it is answered, and when."""
    found = frozenset[str]().union(*parts.values())
    if "me" in found or "letter" not in found or len(found & SAID_OF_ITSELF) < FEWEST_SAID:
        return False
    return _share(told, parts, FEWEST_WORDS) >= OF_A_LETTER


def _share(told: Sequence[str], parts: Mapping[str, frozenset[str]], fewest: int) -> float:
    long = [parts.get(word, NONE) for word in told if len(word) >= FEWEST_LETTERS and word.isalpha()]
    counted = [roles for roles in long if FILL not in roles]
    return sum(map(bool, counted)) / len(counted) if len(counted) >= fewest else 0.0


@lru_cache(MOST_REMEMBERED)
def _roles(word: str) -> Mapping[str, frozenset[str]]:
    """Return the parts that a word plays, by language."""
    whole, beginnings = _known()
    found = set(whole.get(word, ()))
    if word[0] in HEBREW_PREFIXES:
        found.update(whole.get(word[1:], ()), whole.get(word[2:], ()))
    for length in range(SHORTEST_BEGINNING, len(word) + 1):
        found.update(beginnings.get(word[:length], ()))
    return {language: frozenset(part for name, part in found if name == language) for language, _ in found}


@cache
def _known() -> tuple[Mapping[str, set[Role]], Mapping[str, set[Role]]]:
    """Return the parts that whole words play, and words that begin so."""
    whole: dict[str, set[Role]] = {}
    beginnings: dict[str, set[Role]] = {}
    for name, language in phrases.languages().items():
        for part, written in language.roles.items():
            for each in written:
                known = beginnings if each.endswith("*") else whole
                known.setdefault(words(each)[0], set()).add((name, part))
    return whole, beginnings
