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
"""Words whose form is remembered."""
GAP = 5
"""Words for which `…` may stand."""


class PhraseError(ValueError):
    """A phrase that cannot be read, or that would be found everywhere."""

    def __init__(self, phrase: str, problem: str) -> None:
        super().__init__(f"the phrase “{phrase}” {problem}")
        self.phrase = phrase


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
        raise PhraseError(phrase, "ends in a gap, which says nothing")
    if not needed or (len(needed) == 1 and len(parts) > 1 and not anchored):
        raise PhraseError(phrase, "needs two words that cannot be missing")


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
        raise PhraseError(element, "holds no word")
    return choices


@dataclass(slots=True)
class _Starts:
    """The rests of the phrases that begin with a word, each with its number, by what is to be looked for first."""

    then: dict[str, list[tuple[int, Phrase]]] = field(default_factory=dict)
    """By the word that follows at once; the rest is what stands behind that."""
    later: dict[str, list[tuple[int, Phrase]]] = field(default_factory=dict)
    """By a word that follows within `reach` words."""
    any: list[tuple[int, Phrase]] = field(default_factory=list)
    """Those of which no whole word is known that has to follow."""
    reach: int = 0


class Finder:
    """Finds the phrases of several named fields in a text."""

    def __init__(self, fields: Mapping[str, Iterable[str]]) -> None:
        self._starts: dict[str, _Starts] = {}
        self._beginnings: dict[str, _Starts] = {}
        self._known: dict[str, tuple[_Starts, ...]] = {}
        self._fields: list[str] = []
        for name, phrases in fields.items():
            for phrase in phrases:
                for each in read(phrase):
                    self._add(len(self._fields), each)
                self._fields.append(name)

    def _add(self, number: int, phrase: Phrase) -> None:
        for index, part in enumerate(phrase):
            for word in part.words:
                _add_rest(self._starts.setdefault(word, _Starts()), number, phrase[index + 1 :])
            for beginning in part.beginnings:
                _add_rest(self._beginnings.setdefault(beginning, _Starts()), number, phrase[index + 1 :])
            if not part.optional:
                return

    def _look_up(self, word: str) -> tuple[_Starts, ...]:
        """Find out what begins with this word, also by the beginning of it, and remember it; most begin nothing."""
        begun = [starts for beginning, starts in self._beginnings.items() if word.startswith(beginning)]
        whole = self._starts.get(word)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[word] = found = (*begun, whole) if whole else (*begun,)
        return found

    def find(self, text: Sequence[str]) -> Mapping[str, int]:
        """Return the fields of which phrases stand in the words of a text, with how many different ones do."""
        tokens, known = [START, *text], self._known
        found: set[int] = set()
        for place, word in enumerate(tokens, start=1):
            beginnings = known.get(word)
            if beginnings is None:
                beginnings = self._look_up(word)
            for starts in beginnings:
                _find_from(starts, tokens, place, found)
        return Counter(self._fields[number] for number in found) if found else NOTHING


def _add_rest(starts: _Starts, number: int, rest: Phrase) -> None:
    """Note the rest of a phrase by its next word, each way if that may be missing, else by one that follows later."""
    words_later, within = _needed(rest)
    if rest and not rest[0].gap and not rest[0].beginnings:
        for word in rest[0].words:
            starts.then.setdefault(word, []).append((number, rest[1:]))
        if rest[0].optional:
            _add_rest(starts, number, rest[1:])
    elif words_later:
        starts.reach = max(starts.reach, within)
        for word in words_later:
            starts.later.setdefault(word, []).append((number, rest))
    else:
        starts.any.append((number, rest))


def _find_from(starts: _Starts, tokens: list[str], place: int, found: set[int]) -> None:
    """Add the numbers of the phrases that begin before `place` and go on there."""
    if starts.then and place < len(tokens):
        for number, rest in starts.then.get(tokens[place], ()):
            if number not in found and _goes_on(rest, 0, tokens, place + 1):
                found.add(number)
    window = tokens[place : place + starts.reach]
    if not starts.later.keys().isdisjoint(window):
        for word in window:
            for number, rest in starts.later.get(word, ()):
                if number not in found and _goes_on(rest, 0, tokens, place):
                    found.add(number)
    for number, rest in starts.any:
        if number not in found and _goes_on(rest, 0, tokens, place):
            found.add(number)


def _needed(rest: Phrase) -> tuple[frozenset[str], int]:
    """Return the words of the first part that has to be there as a whole word, and within how many words it has to be."""
    within = 1
    for part in rest:
        if not part.gap and not part.optional and not part.beginnings:
            return part.words, within
        within += GAP if part.gap else 1
    return frozenset(), 0


def _goes_on(rest: Phrase, part: int, tokens: list[str], place: int) -> bool:
    """Tell whether the rest of a phrase stands at `place`."""
    if part == len(rest):
        return True
    here = rest[part]
    if here.gap:
        after = rest[part + 1]
        for start in range(place, min(len(tokens), place + GAP + 1)):
            if after.fits(tokens[start]) and _goes_on(rest, part + 2, tokens, start + 1):
                return True
        return False
    if place < len(tokens) and here.fits(tokens[place]) and _goes_on(rest, part + 1, tokens, place + 1):
        return True
    return here.optional and _goes_on(rest, part + 1, tokens, place)
