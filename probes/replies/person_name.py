"""Tells whether a person signed a letter: a line that looks like a name, and is no team's and no company's."""

from __future__ import annotations

import re

from probes.replies import phrases
from probes.replies.letter import Letter
from probes.replies.patterns import WORD, words
from probes.replies.topic_words import names_a_group

LINES_BELOW = 3
"""Lines from the closing on, itself included, in which a name is a signature."""
MOST_WORDS = 4
LONGEST = 40
NO_NAME = re.compile(r"[\d@:!?&_/|+]|\.\w")
PARTICLES = frozenset(
    {"af", "av", "da", "de", "del", "den", "der", "di", "dos", "du", "la", "le", "van", "von", "zu"}
)
BEFORE_A_GROUP = frozenset(
    {"the", "your", "our", "das", "die", "der", "ihr", "ihre", "euer", "le", "la", "les", "votre", "notre",
     "el", "los", "su", "tu", "het", "uw", "je", "ons", "er", "ert", "din", "vart", "ваш", "ваша", "twoj", "wasz"}
)  # fmt: skip
"""Words in front of "team" and "shop", in whatever language; no name begins with them."""
SHORTEST_COMPANY = 4


def signed_by_a_person(letter: Letter) -> bool:
    """Tell whether the letter ends in a person's name."""
    domain = letter.mail.sender[1].rpartition("@")[2].casefold()
    return any(_is_name(line, domain) for line in _last_lines(letter))


def _last_lines(letter: Letter) -> list[str]:
    """Return the lines from the closing on, without its words; where nobody closed, the last line of several."""
    below = [line.strip() for line in letter.below.split("\n") if WORD.search(line)][:LINES_BELOW]
    if below:
        return [_behind_closing(below[0]), *below[1:]]
    return [line.strip() for line in letter.new.split("\n") if WORD.search(line)][1:][-1:]


def _behind_closing(line: str) -> str:
    """Return "Saga" of "Kind regards, Saga", and nothing of a closing alone."""
    said = WORD.findall(line)
    for length in range(min(len(said), MOST_WORDS + 2), 0, -1):
        if " ".join(words(" ".join(said[:length]))) in phrases.keys("closings"):
            return " ".join(said[length:])
    return line


def _is_name(line: str, domain: str) -> bool:
    bare = line.strip(" ,.-–—*")
    said = WORD.findall(bare)
    if not 0 < len(said) <= MOST_WORDS or len(bare) > LONGEST or NO_NAME.search(bare):
        return False
    folded = words(bare)
    if folded[0] in BEFORE_A_GROUP or "team" in phrases.told(bare) or any(map(names_a_group, folded)):
        return False
    named = re.split(r"[.-]", domain)
    if any(word in named or (len(word) >= SHORTEST_COMPANY and word in domain) for word in folded):
        return False
    return all(not word[0].islower() or word in PARTICLES for word in said)
