"""Finds phrases in texts: all phrases of all languages in one pass, word by word, in linear time.

A phrase is written as words with blanks between. Case, accents and punctuation do not matter. `a/b` is one word out
of several, `(a/b)` may be missing, `word*` is any word that starts so, `…` stands for up to five words, and `^` for
the beginning.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType

WORD = re.compile(r"[^\W_]+")
MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7]")
PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i"})
START = "^"
NOTHING: Mapping[str, int] = MappingProxyType({})
MOST_KNOWN = 50_000
GAP = 5
"""Words for which `…` may stand."""


class PhraseError(ValueError):
    """A phrase that cannot be read, or that would be found everywhere; the message holds it."""


def words(text: str) -> list[str]:
    """Return the words of a text without case, accents and punctuation; `e-mail` is one word."""
    folded = text.casefold()
    if not folded.isascii():
        folded = MARKS.sub("", unicodedata.normalize("NFKD", folded)).translate(PLAIN)
    return WORD.findall(folded.replace("e-mail", "email").replace("e-post", "epost"))


def key(text: str) -> str:
    """Return the words of a text as one string, to compare short texts by."""
    return " ".join(words(text))


@dataclass(frozen=True, slots=True)
class Part:
    """One place of a phrase: the words or beginnings of words that may stand there."""

    words: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    optional: bool = False
    gap: bool = False

    def fits(self, word: str) -> bool:
        """Tell whether the word may stand here."""
        return word in self.words or (bool(self.beginnings) and word.startswith(self.beginnings))


Phrase = tuple[Part, ...]


def read(phrase: str) -> list[Phrase]:
    """Read a phrase; those with alternatives of several words become one phrase for each.

    Raises PhraseError for one with fewer than two words that have to be there, unless it is written as one word or
    has to stand at the beginning, and for one that ends in a gap.
    """
    elements = re.findall(r"\([^)]*\)|\S+", phrase)
    found = [_joined(chosen) for chosen in product(*map(_choices, elements))]
    for each in found:
        _check(phrase, each)
    return found


def _joined(chosen: Iterable[Phrase]) -> Phrase:
    """Join the parts; what may be missing is left out behind a gap, which covers it."""
    kept: list[Part] = []
    for part in (part for group in chosen for part in group):
        if not (part.optional and kept and kept[-1].gap):
            kept.append(part)
    return tuple(kept)


def _check(phrase: str, parts: Phrase) -> None:
    anchored = START in parts[0].words
    needed = [part for part in parts[anchored:] if not part.optional and not part.gap]
    if parts[-1].gap:
        raise PhraseError(f"The phrase “{phrase}” ends in a gap, which says nothing.")
    if not needed or (len(needed) == 1 and len(parts) > 1 and not anchored):
        raise PhraseError(f"The phrase “{phrase}” needs two words that cannot be missing.")


def _choices(element: str) -> list[Phrase]:
    """List what an element may be: one part, or a sequence of parts for each alternative of several words."""
    if element == START:
        return [(Part(words=frozenset({START})),)]
    if element == "…":
        return [(Part(gap=True),)]
    optional = element.startswith("(")
    single: set[str] = set()
    beginnings: list[str] = []
    several: list[Phrase] = []
    for option in element.strip("()").split("/"):
        found = words(option)
        if len(found) > 1:
            several.append(tuple(Part(words=frozenset({word})) for word in found))
        elif found and option.endswith("*"):
            beginnings.append(found[0])
        elif found:
            single.add(found[0])
    choices = [*several]
    if single or beginnings:
        choices.append((Part(frozenset(single), tuple(beginnings), optional),))
    elif optional:
        choices.append(())
    if not choices:
        raise PhraseError(f"“{element}” holds no word.")
    return choices


@dataclass(slots=True)
class _Starts:
    """The phrases that begin with a word: by the word that follows, where that is known, or whatever follows."""

    then: dict[str, list[tuple[int, Phrase]]] = field(default_factory=dict)
    any: list[tuple[int, Phrase, frozenset[str], int]] = field(default_factory=list)
    """With the words of which one has to follow and within how many, which is known faster than the whole phrase."""


BEGINS_NOTHING = _Starts()


class Finder:
    """Finds the phrases of several named fields in a text."""

    def __init__(self, fields: Mapping[str, Iterable[str]]) -> None:
        self._starts: dict[str, _Starts] = {}
        self._beginnings: list[tuple[str, int, Phrase, frozenset[str], int]] = []
        self._fields: list[str] = []
        for name, phrases in fields.items():
            for phrase in phrases:
                for each in read(phrase):
                    self._add(len(self._fields), each)
                self._fields.append(name)
        self._known: dict[str, _Starts] = {}

    def _add(self, number: int, phrase: Phrase) -> None:
        for index, part in enumerate(phrase):
            rest = phrase[index + 1 :]
            for word in part.words:
                self._add_start(self._starts.setdefault(word, _Starts()), number, rest)
            for beginning in part.beginnings:
                self._beginnings.append((beginning, number, rest, *_needed(rest)))
            if not part.optional:
                return

    def _add_start(self, starts: _Starts, number: int, rest: Phrase) -> None:
        """Note a phrase by its second word, each way if that may be missing; what can't be told by it goes to `any`."""
        if not rest or rest[0].gap or rest[0].beginnings:
            starts.any.append((number, rest, *_needed(rest)))
            return
        for word in rest[0].words:
            starts.then.setdefault(word, []).append((number, rest[1:]))
        if rest[0].optional:
            self._add_start(starts, number, rest[1:])

    def _look_up(self, word: str) -> _Starts:
        """Find out what begins with this word, also by the beginning of it, and remember it; most begin nothing."""
        starts = self._starts.get(word, BEGINS_NOTHING)
        begun = [known[1:] for known in self._beginnings if word.startswith(known[0])]
        if begun:
            starts = _Starts(starts.then, [*starts.any, *begun])
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[word] = starts
        return starts

    def find(self, text: Sequence[str]) -> Mapping[str, int]:
        """Return the fields of which phrases stand in the words of a text, with how many different ones do."""
        tokens, known = [START, *text], self._known
        found: set[int] = set()
        for place, word in enumerate(tokens, start=1):
            starts = known.get(word) or self._look_up(word)
            if starts is BEGINS_NOTHING:
                continue
            for number, rest, needed, within in starts.any:
                if needed and needed.isdisjoint(tokens[place : place + within]):
                    continue
                if number not in found and _goes_on(rest, 0, tokens, place):
                    found.add(number)
            for number, rest in starts.then.get(tokens[place], ()) if place < len(tokens) else ():
                if number not in found and _goes_on(rest, 0, tokens, place + 1):
                    found.add(number)
        return Counter(self._fields[number] for number in found) if found else NOTHING


def _needed(rest: Phrase) -> tuple[frozenset[str], int]:
    """Return the words of the first part that has to be there, and within how many words it has to be."""
    within = 1
    for part in rest:
        if not part.gap and not part.optional:
            return (frozenset(), 0) if part.beginnings else (part.words, within)
        within += GAP if part.gap else 1
    return frozenset(), 0


def _goes_on(rest: Phrase, part: int, tokens: list[str], place: int) -> bool:
    """Tell whether the rest of a phrase stands at `place`."""
    if part == len(rest):
        return True
    here = rest[part]
    if here.gap:
        after = rest[part + 1]
        places = range(place, min(len(tokens), place + GAP + 1))
        return any(
            after.fits(tokens[start]) and _goes_on(rest, part + 2, tokens, start + 1) for start in places
        )
    if place < len(tokens) and here.fits(tokens[place]) and _goes_on(rest, part + 1, tokens, place + 1):
        return True
    return here.optional and _goes_on(rest, part + 1, tokens, place)
