"""Finds who signed a reply: a person by name, or only a team."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audit_app.domain.replies.phrase_files import name_particles, pattern
from audit_app.domain.replies.text import Span, line_spans, trimmed

NAME_WITHIN = 2
"""Lines after the closing formula in which a name is a signature."""
LONGEST_NAME = 4
"""Words of a person's name."""
LONGEST_LAST_LINE = 3
"""Words that a last line without a closing formula may have to be a name."""
_NAME_ENDS = re.compile(r"[,|/(•·]|\s[-–—]\s|\n")
_STROKE = re.compile(r"(?<=[.!?)])\s+[/~]\s?([^\W\d_][\w.'’ -]{1,30})\Z")
"""A name behind a stroke at the end of the last sentence: “See you! /Kalle”."""
_WORD = re.compile(r"[^\W\d_][\w.'’-]*")


@dataclass(frozen=True, slots=True)
class Signature:
    """Where the signature begins, or the text's end without one; where the person's name and the team's stand."""

    begins: int
    person: Span | None
    group: Span | None


def signature_in(text: str, codes: tuple[str, ...]) -> Signature:
    """Find the signature of a reply by closing formulas and names in these languages, then by a name alone at its end."""
    lines = line_spans(text)
    for place in reversed(range(len(lines))):
        rest = _after_closing(text, lines[place], codes)
        if rest is None:
            continue
        after = [rest] if rest[0] < rest[1] else []
        candidates = [*after, *lines[place + 1 : place + 1 + NAME_WITHIN]]
        person = next((name for each in candidates if (name := name_in(text, each, codes))), None)
        group = next((each for each in candidates if _is_group(text, each, codes)), None)
        # A line such as “Thanks for writing” begins like a closing formula and is none.
        if not after or person or group:
            return Signature(lines[place][0], person, group)
    return _by_last_line(text, lines, codes)


def _after_closing(text: str, line: Span, codes: tuple[str, ...]) -> Span | None:
    found = pattern("closing", codes).match(text, *line)
    if not found:
        return None
    start, end = trimmed(text, (found.end(), line[1]))
    while start < end and text[start] in ",.!;:–—- ":
        start += 1
    return start, end


def _by_last_line(text: str, lines: list[Span], codes: tuple[str, ...]) -> Signature:
    if len(lines) > 1:
        start, end = lines[-1]
        while start < end and text[start] in "-–—/~ ":
            start += 1
        name = name_in(text, (start, end), codes)
        if name and text[end - 1] not in ".!?," and len(text[start:end].split()) <= LONGEST_LAST_LINE:
            return Signature(lines[-1][0], name, None)
    by_stroke = _STROKE.search(text.rstrip())
    if by_stroke and (name := name_in(text, by_stroke.span(1), codes)):
        return Signature(by_stroke.start(), name, None)
    introduced = _introduction(text, codes)
    return Signature(len(text), introduced, None)


def _introduction(text: str, codes: tuple[str, ...]) -> Span | None:
    """The name after “my name is”; only a word that begins with a capital letter counts where there are such."""
    for found in pattern("introduction", codes).finditer(text):
        word = _WORD.search(text, found.end())
        if word and not text[found.end() : word.start()].strip() and _like_a_name(word.group()):
            return word.span()
    return None


def name_in(text: str, line: Span, codes: tuple[str, ...]) -> Span | None:
    """The person's name with which a line begins, up to a comma or the like; None where it begins with something else."""
    ends = _NAME_ENDS.search(text, *line)
    start, end = trimmed(text, (line[0], ends.start() if ends else line[1]))
    words = text[start:end].split()
    if not 1 <= len(words) <= LONGEST_NAME or _is_group(text, (start, end), codes):
        return None
    likely = all(_like_a_name(word) or word.casefold() in name_particles() for word in words)
    return (start, end) if likely and any(len(word.strip(".")) > 1 for word in words) else None


def _like_a_name(word: str) -> bool:
    first = word[0]
    cased = first.lower() != first.upper()
    return bool(_WORD.fullmatch(word)) and (first.isupper() or not cased)


def _is_group(text: str, span: Span, codes: tuple[str, ...]) -> bool:
    return bool(pattern("group", codes).search(text, *span))
