"""Tells whether an address says that a message was taken, as /thank-you and ?sent=1 do. Touches no page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, unquote, urlsplit

from probes.forms.words import Words

LEFT_OUT = re.compile(r"[\W_]+")
SURE = 5
"""So many letters are no chance: *danke* in *dankesseite*, but not *sent* in *sentry*."""
NO = ("0", "false", "no", "error", "failed", "fail")


def says_thanks(url: str, before: str, words: Sequence[Words]) -> bool:
    """Tell whether an address says thanks, in any language, where the one before did not; the host's name never counts."""
    said = {part for part in _parts(url) if part not in _parts(before)}
    phrases = {_plain(phrase) for each in words for phrase in each.outcome.address}
    return any(_holds(part, phrase) for part in said for phrase in phrases)


def _holds(part: str, phrase: str) -> bool:
    """Find a phrase as whole words, or a long one at the beginning of a word."""
    whole = phrase if len(phrase) >= SURE else f"{phrase} "
    return f" {whole}" in f" {part} "


def _parts(url: str) -> set[str]:
    """Split path, query and fragment into what one reads as words; a parameter that says no says nothing."""
    pieces = urlsplit(url)
    asked = [f"{key} {value}" for key, value in parse_qsl(pieces.query) if value.casefold() not in NO]
    flags = [flag for flag in pieces.query.split("&") if "=" not in flag]
    return {_plain(each) for each in (*pieces.path.split("/"), *asked, *flags, pieces.fragment) if each}


def _plain(text: str) -> str:
    return LEFT_OUT.sub(" ", unquote(text).casefold()).strip()
