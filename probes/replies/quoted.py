"""Finds what the writer of a mail added, without the quoted mail and the signature."""

from __future__ import annotations

import re

import quotequail

from probes.replies.mail import ReadMail

SEPARATORS = re.compile(
    r"""
      ^\s*-{2,}\s*(original\ message|ursprüngliche\ (nachricht|mail)|originalmeddelande|ursprungligt\ meddelande
                  |message\ d['’]origine|alkuperäinen\ viesti)\s*-{2,}\s*$
    | ^\s*\*?(from|von|från|de|lähettäjä|od):\*?\s.*\n+
      (^.*\n){0,2}?^\s*\*?(sent|date|to|gesendet|datum|an|skickat|till|envoyé|date|à|lähetetty|wysłano|do):\*?\s
    | ^\s*(on|am|den|le|el|op|w\ dniu)\s.{5,200}\s(wrote|schrieb|skrev|a\ écrit|escribió|schreef|pisze|napisał)\b.*:\s*$
    | ^\s*.{5,120}\bkirjoitti.{0,80}:\s*$
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
SHORTEST_OWN_LINE = 12
"""Characters that a line needs before it counts as our own words quoted back at us."""


def new_text(text: str, own_text: str = "") -> str:
    """Return what was newly written: no quoted mail, no signature, no lines of `own_text` (what we had sent)."""
    lines = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    unquoted = _without_quotes(_before_separator(lines))
    unsigned = SIGNATURE.split(unquoted, maxsplit=1)[0] if SIGNATURE.search(unquoted) else unquoted
    kept = _without_own_words(unsigned, own_text)
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def new_text_of(raw: bytes, own_text: str = "") -> str:
    """Return what was newly written in a raw mail; any bytes will do."""
    return new_text(ReadMail.of(raw).text, own_text)


def _before_separator(text: str) -> str:
    """Cut where a quoted mail starts, unless the answer stands below quoted lines."""
    found = SEPARATORS.search(text)
    if not found:
        return text
    before, after = text[: found.start()], text[found.end() :]
    return before + "\n" + after if re.search(r"^>", after, re.MULTILINE) else before


def _without_quotes(text: str) -> str:
    kept: list[str] = []
    for is_new, part in quotequail.quote(text):
        lines = part.split("\n")
        if is_new or any(line.startswith(">") for line in lines):
            kept += [line for line in lines if not line.startswith(">")]
    return "\n".join(kept)


def _without_own_words(text: str, own_text: str) -> str:
    own = _squeezed(own_text)
    if not own:
        return text
    return "\n".join(line for line in text.split("\n") if not _is_own(_squeezed(line), own))


def _is_own(line: str, own: str) -> bool:
    return len(line) >= SHORTEST_OWN_LINE and line in own


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()
