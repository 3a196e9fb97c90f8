"""Keeping who the shopper is from a location's contact, who would know the next probe by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from audit_app.models import Probe, User
from audit_app.services.entry.text import plain
from audit_app.services.probes.visible import may_judge

THE_SHOPPER = "the shopper"
SHORTEST_PART = 2

Hiding = Callable[[str], str]


def as_read_by(user: User, probe: Probe) -> Hiding:
    """How `user` may read texts of the probe: as they are, or with the persona's names and addresses replaced."""
    return _unchanged if may_judge(user, probe) else hiding(probe)


def hiding(probe: Probe) -> Hiding:
    """Replace the names and addresses of the probe's persona, also without accents and inside quotes."""
    persona = probe.persona
    addresses = [probe.from_address, persona.mailbox.address, probe.token]
    boxes = [address.partition("@")[0] for address in addresses]
    exact = _any_of([*addresses, *boxes, persona.name])
    # A name alone is hidden only where it is written as a name: Will is one, will is not.
    parts = [part for part in re.findall(r"\w+", persona.name) if len(part) >= SHORTEST_PART]
    alone = _any_of([form for part in parts for form in (part, part.upper())])
    whole = re.compile(rf"(?i:{exact})(?:\+[\w.-]*)?(?:@[\w.-]+)?|(?<!\w)(?:{alone})(?:['’]?s)?(?!\w)")
    return lambda text: _once(whole.sub(THE_SHOPPER, text))


def _unchanged(text: str) -> str:
    return text


def _any_of(words: Iterable[str]) -> str:
    longest_first = sorted({word for word in words if word}, key=len, reverse=True)
    return "|".join("".join(map(_letter, word)) for word in longest_first)


def _letter(letter: str) -> str:
    """A letter as it is, or as people type it who lack the key: `Å` also as `A`."""
    bare = plain(letter)
    if not letter.isalpha() or bare == letter.casefold():
        return re.escape(letter)
    return f"[{letter}{bare.upper() if letter.isupper() else bare}]"


def _once(text: str) -> str:
    return re.sub(rf"{THE_SHOPPER}(?:\s+{THE_SHOPPER})+", THE_SHOPPER, text)
