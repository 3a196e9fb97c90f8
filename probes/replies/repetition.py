"""The fingerprint of what a letter says, by which the same text to two messages is known in any language.

Programs say the same to everybody, but for a name, a number and the subject. So these are taken out, with greetings,
quotes and what is ours; what is left is kept line by line as short hashes, which tell nothing of the letter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from hashlib import blake2b

from probes.replies.letter import TAGS, Letter
from probes.replies.mail import ReadMail
from probes.replies.patterns import words

NUMBER = re.compile(r"(?<!\S)[^\s\d]*+\d\S*+")
"""A word with a number in it: a ticket, a date, a telephone."""
FEWEST_WORDS = 4
"""Words of a line that tells letters apart; shorter ones stand in many."""
FEWEST_LINES = 2
"""Lines that two mails must have in common to be alike."""
ALIKE = 0.75
"""The part of the lines of the longer letter that the other has, too."""
MOST_LINES = 200
"""Lines of a mail that are compared."""

Fingerprint = tuple[str, ...]


def fingerprint(raw: bytes, own_text: str = "") -> Fingerprint:
    """Return the hashes of what a raw mail says; `own_text` is what we had sent."""
    letter = Letter(ReadMail.of(raw), own_text)
    mail = letter.mail
    subject = TAGS.sub("", mail.subject)
    bare = words(subject.partition(":")[2] if letter.prefix else subject)
    names = words(" ".join([*mail.headers("To"), *mail.headers("Delivered-To")]))
    return fingerprint_of(letter.sentences, bare, names)


def fingerprint_of(
    sentences: Iterable[str], subject: Collection[str] = (), names: Collection[str] = ()
) -> Fingerprint:
    """Return the hashes of the sentences that say enough, each once, without subject, names and numbers."""
    said = (_bare(words(NUMBER.sub(" ", sentence)), list(subject), names) for sentence in sentences)
    lines = dict.fromkeys(" ".join(line) for line in said if len(line) >= FEWEST_WORDS)
    return tuple(_hash(line) for line in list(lines)[:MOST_LINES])


def say_the_same(one: Collection[str], other: Collection[str]) -> bool:
    """Tell whether two fingerprints are those of one text, or nearly."""
    both = len(set(one) & set(other))
    return both >= FEWEST_LINES and both >= ALIKE * max(len(set(one)), len(set(other)))


def _bare(said: list[str], subject: list[str], names: Collection[str]) -> list[str]:
    """Take out the subject where it stands as a whole, and names."""
    length = len(subject)
    for place in range(len(said) - length + 1) if length else ():
        if said[place : place + length] == subject:
            said = said[:place] + said[place + length :]
            break
    return [word for word in said if word not in names]


def _hash(line: str) -> str:
    return blake2b(line.encode(), digest_size=5).hexdigest()
