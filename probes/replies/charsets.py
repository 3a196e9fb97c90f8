"""Decodes texts, also those whose character set was declared wrongly or not at all."""

from __future__ import annotations

import re

LATIN = frozenset({"iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252", "us-ascii", "ascii"})
"""The sets that old programs declare whatever they write in."""
FOREIGN = re.compile(rb"[\xc0-\xff]{4,}")
"""Four letters in a row that are none of ours: no word of a language with Latin letters holds them."""
FEWEST_FOREIGN = 2
"""Signs of another encoding that are no accident."""
NEVER_HEBREW = re.compile(rb"[\xc0-\xdf\xfb\xfc\xff]")
"""What windows-1251 uses for capitals and for the last letters of the alphabet, and windows-1255 for no letter."""
FEWEST_WHOLE = 2
"""How many characters of damaged UTF-8 are whole for each that is not."""


def decode(content: bytes, charset: str) -> str:
    """Decode a text; what is UTF-8 and not plain ASCII is UTF-8 whatever it is called."""
    wide = charset.startswith(("utf-16", "utf-32", "utf16", "utf32"))
    if not content.isascii() or (wide and b"\0" not in content):
        names = ("utf-8", charset)
    else:
        names = (charset, "utf-8")
    for name in names:
        if name in LATIN and _is_foreign(content):
            break
        try:
            return content.decode(name)
        except (LookupError, ValueError):
            continue
    return _guessed(content)


def _is_foreign(content: bytes) -> bool:
    return len(FOREIGN.findall(content)) >= FEWEST_FOREIGN


def _guessed(content: bytes) -> str:
    """Decode what nobody declared rightly: damaged UTF-8, an older Russian or Hebrew set, or that of Windows."""
    healed = content.decode("utf-8", "replace")
    lost = healed.count("\ufffd")
    if sum(character > "\x7f" for character in healed) - lost >= FEWEST_WHOLE * lost:
        return healed
    if not _is_foreign(content):
        return content.decode("cp1252", "replace")
    letters = b"".join(FOREIGN.findall(content))
    if 2 * sum(letter < 0xE0 for letter in letters) > len(letters):
        return content.decode("koi8-r", "replace")
    return content.decode("cp1251" if NEVER_HEBREW.search(letters) else "cp1255", "replace")
