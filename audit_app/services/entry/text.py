"""Text that others wrote, made fit for a database."""

from __future__ import annotations

import unicodedata

LONGEST_INDEXED = 600
"""Characters of a text in an index: PostgreSQL takes no more than about 2,700 bytes, four for some characters."""


def storable(text: str, longest: int) -> str:
    """`text` without what PostgreSQL refuses (NUL, lone surrogates), cut to `longest` characters.

    Mail from anywhere holds both, and one odd character must not lose a reply.
    """
    return text.encode("utf-8", "replace").decode().replace("\0", "")[:longest]


def plain(text: str) -> str:
    """`text` without capitals and accents: `Örebro` becomes `orebro`."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
