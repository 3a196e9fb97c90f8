"""The one rule for passwords, and how they are kept."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from audit_app.domain.errors import InvalidInput
from audit_app.models import User
from audit_app.services.company import company

PASSWORD_LEAST = 12
PASSWORD_MOST = 256
"""In characters. Hashing something endless would be work for an attacker to give us."""
COMMONEST = 10_000
LEAST_DIFFERENT = 5
PRODUCT_NAMES = ("service audit", "service audits", "audit app")

GROUPS, GROUP = 4, 4
CHARACTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike; 16 of them are 79 bits."""

Hash = Callable[[str], str]


class WeakPassword(InvalidInput):
    """A password that is too short, too long or too easy to guess."""


def normalised(password: str) -> str:
    """The one form of a password whose accents can be typed in two ways (NFKD, as signing in does)."""
    return unicodedata.normalize("NFKD", password)


def hash_password(password: str) -> str:
    """Hash with argon2id and the library's current parameters (RFC 9106), in the form that signing in reads."""
    return PasswordHasher().hash(normalised(password))


def generated_password() -> str:
    """A new password that can be read out on the telephone: four groups of four."""
    return "-".join("".join(secrets.choice(CHARACTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def check_password(session: Session, password: str, user: User) -> None:
    """Raise WeakPassword, saying what to do, when a password is too easy to guess.

    No kinds of characters are asked for: they make passwords harder to remember, not to guess (NIST SP 800-63B).
    """
    length = len(unicodedata.normalize("NFC", password))
    if length < PASSWORD_LEAST:
        raise WeakPassword(
            f"The password must have at least {PASSWORD_LEAST} characters; this one has {length}."
        )
    if length > PASSWORD_MOST:
        raise WeakPassword(f"The password must have at most {PASSWORD_MOST} characters.")
    if len(set(password)) < LEAST_DIFFERENT or _cores(password) & commonest():
        raise WeakPassword(
            "The password is too easy to guess: many people use it. Use several words, or let one be generated."
        )
    if _cores(password) & set(_names_around(session, user)):
        raise WeakPassword(
            "The password is too easy to guess: it is a name or an address that others know. "
            "Use several words, or let one be generated."
        )


@cache
def commonest() -> frozenset[str]:
    """The commonest passwords, in lower case, from zxcvbn's list of leaked ones."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # a megabyte that only this needs

    return frozenset(word.casefold() for word in FREQUENCY_LISTS["passwords"][:COMMONEST])


def _names_around(session: Session, user: User) -> Iterator[str]:
    """What an attacker tries first, squeezed as `_cores` does."""
    known = company(session)
    for name in (
        user.email,
        user.email.partition("@")[0],
        user.name,
        known.name if known else "",
        *PRODUCT_NAMES,
    ):
        squeezed = _squeezed(name)
        yield from {squeezed, re.sub(r"(?<!\d)\d++$", "", squeezed)} - {""}


def _cores(password: str) -> set[str]:
    """A password as it is, squeezed, without digits at its ends, and as the word that it only repeats."""
    squeezed = _squeezed(password)
    found = {password.casefold(), squeezed, squeezed.strip("0123456789")}
    found |= {word[:length] for word in found for length in _periods(word)}
    return found - {""}


def _periods(word: str) -> Iterator[int]:
    """The lengths of the shorter words that `word` is a repetition of."""
    return (
        length
        for length in range(1, len(word) // 2 + 1)
        if len(word) % length == 0 and word[:length] * (len(word) // length) == word
    )


def _squeezed(text: str) -> str:
    """Letters and digits only, in lower case."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
