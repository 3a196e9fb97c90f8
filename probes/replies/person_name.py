"""Tells whether a person signed a letter: a line that looks like a name, and is no team's and no company's."""

from __future__ import annotations

import re

from probes.replies import phrases
from probes.replies.headers import NO_REPLY
from probes.replies.letter import Letter
from probes.replies.patterns import WORD, key, words
from probes.replies.topic_words import names_a_group

LINES_BELOW = 3
"""Lines from the closing on, itself included, in which a name is a signature."""
MOST_WORDS = 4
"""Words of a person's name."""
LONGEST = 40
"""Characters of a line that may be a name."""
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
"""Letters of a name that is looked for in the company's domain."""
LEGAL_FORMS = frozenset(
    {"ltd", "limited", "plc", "llp", "llc", "inc", "corp", "gmbh", "mbh", "ag", "ug", "kg", "ohg", "ev", "srl", "srls", "spa",
     "sas", "sarl", "sasu", "eurl", "sl", "slu", "sau", "lda", "ab", "as", "aps", "oy", "oyj", "bv", "nv", "vof", "sro",
     "kft", "zrt", "bt", "doo", "dd", "ooo", "ооо", "зао", "оао", "пао", "ип", "sti", "anonim", "בעמ"}
)  # fmt: skip
"""What companies are by law (ISO 20275), written without points; nobody is called so."""


def signed_by_a_person(letter: Letter) -> bool:
    """Tell whether the letter ends in a person's name: none of the company's, and none of a box."""
    domain = letter.mail.sender[1].rpartition("@")[2].casefold()
    boxes = _named(letter)
    return any(_is_name(line, domain) and not _is_named(line, boxes) for line in _last_lines(letter))


def signed_by_the_box(letter: Letter) -> bool:
    """Tell whether the letter ends in the name of the company or of the box, and in nobody's."""
    lines = _last_lines(letter)
    domain = letter.mail.sender[1].rpartition("@")[2].casefold()
    if any(_is_name(line, domain) and not _is_named(line, _named(letter)) for line in lines):
        return False
    return any(len(line) <= LONGEST and _names_the_box(line, domain, letter) for line in lines)


def _names_the_box(line: str, domain: str, letter: Letter) -> bool:
    folded = words(line)
    local = letter.mail.sender[1].partition("@")[0].casefold()
    squeezed = "".join(folded)
    return bool(folded) and (
        has_legal_form(line)
        or _is_named(line, _named(letter))
        or (len(squeezed) >= SHORTEST_COMPANY and (squeezed in local or squeezed in domain))
    )


def has_legal_form(line: str) -> bool:
    """Tell whether a line ends in what a company is by law: "Brennan Optical Ltd", "Sklep Rower sp. z o.o."."""
    bare = words(re.sub(r"[.\"'״”]", "", line))
    return bool(bare) and (bare[-1] in LEGAL_FORMS or "".join(bare).endswith(("spzoo", "spolsro", "ltdsti")))


def _named(letter: Letter) -> list[frozenset[str]]:
    """Return the names of company and location, and the sender's where it is none of the address's own person."""
    names = [bare for name in letter.circumstances.names if (bare := _bare(name))]
    shown, address = letter.mail.sender
    local = address.partition("@")[0].casefold()
    if is_a_box(letter) or not any(word in local for word in words(shown) if len(word) > 2):
        return [*names, _bare(shown)] if _bare(shown) else names
    return names


def _is_named(line: str, names: list[frozenset[str]]) -> bool:
    return has_legal_form(line) or _bare(line) in names


def _bare(name: str) -> frozenset[str]:
    """Return the words of a name without what the company is by law."""
    return frozenset(words(name)) - LEGAL_FORMS


def is_a_box(letter: Letter) -> bool:
    """Tell whether the sender's address is a role's and nobody's own: info@, support@, the company's name."""
    local, _, domain = letter.mail.sender[1].casefold().partition("@")
    first = re.split(r"[-_.+\d]", local)[0]
    known = phrases.keys("box_names")
    if (
        key(local) in known
        or key(first) in known
        or any(key(part) in known for part in re.split(r"[-_.+]", local))
    ):
        return True
    if NO_REPLY.search(letter.mail.sender[1]):
        return True
    squeezed = "".join(words(local))
    return len(squeezed) >= SHORTEST_COMPANY and squeezed in domain.replace("-", "")


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
    if folded[0] in BEFORE_A_GROUP or "team" in phrases.phrases_in(bare) or any(map(names_a_group, folded)):
        return False
    named = re.split(r"[.-]", domain)
    if any(word in named or (len(word) >= SHORTEST_COMPANY and word in domain) for word in folded):
        return False
    return all(not word[0].islower() or word in PARTICLES for word in said)
