"""Tells what a writer said from what stands around it: a help desk's frame above, the closing and how to reach below."""

from __future__ import annotations

import re

from probes.replies import phrases
from probes.replies.letter import lay_out
from probes.replies.quote_headers import RULE, is_comment_line

LONGEST_LINE = 70
"""Characters of a line of a signature: a name, a street, a telephone number."""
POSTSCRIPT = re.compile(r"p\.?\s?p?\.?\s?s\b", re.IGNORECASE)
SENTENCE = re.compile(r"(?<![\w'’-])(?:\w[\w'’-]*+[\s,]++){4}[^\s,]*+(?<=[.!?…])$")
NOTES = frozenset({"neutral", "unanswerable", "automatic"})
CARD = re.compile(r"^[-_=*—–]{5,}+$", re.MULTILINE)
CONTACT = re.compile(
    r"\b(?:tel|telefon|phone|fax|mob|mobile?|mail)\b[.:]|\bwww\.|\+\d[\d ()/-]{6}|\S@\S", re.IGNORECASE
)
FRAME = re.compile(
    r"this email is a service from\b|delivered by zendesk\b|view request\b|turn off this request's notifications\b"
    r"|we hope this response has sufficiently answered\b|ref:msg\w+$|this is shared with\b|powered by jira\b|\S.{0,60} commented:$",
    re.IGNORECASE,
)
"""Lines that Zendesk, Jira, osTicket and ServiceNow put around an answer, in English whatever its own language."""


def what_was_said(new: str) -> str:
    """Return a new text without the frame of a help desk, up to its closing, with a postscript if there is one.

    A text of which nothing would be left is returned as it is.
    """
    framed = _framed(new.split("\n"))
    return _unsigned("\n".join(framed).strip()) or new


def _framed(lines: list[str]) -> list[str]:
    """Return the lines within the frame, without the rules that held it."""
    comments = [number for number, line in enumerate(lines) if is_comment_line(lines, number, line)]
    within = [line for line in lines[comments[0] + 1 if comments else 0 :] if not FRAME.match(line)]
    while within and _is_border(within[0]):
        within.pop(0)
    while within and _is_border(within[-1]):
        within.pop()
    return within


def _is_border(line: str) -> bool:
    return not line or bool(RULE.match(line))


def _unsigned(said: str) -> str:
    said = _without_card(said)
    sentences, below = lay_out(said)
    if not sentences or not below:
        return said
    above = said[: len(said) - len(below)].rstrip()
    paragraphs = _paragraphs(below)
    for number, paragraph in enumerate(paragraphs):
        if not _is_signature(paragraph):
            return "\n\n".join([above, *paragraphs[number:]]) if number else said
    return above


def _without_card(said: str) -> str:
    """Leave out what stands below a rule where that begins with how to reach somebody."""
    for rule in CARD.finditer(said):
        first = _paragraphs(said[rule.end() :].lstrip("\n"))[0]
        if said[: rule.start()].strip() and CONTACT.search(first) and _is_signature(first):
            return said[: rule.start()].rstrip()
    return said


def _paragraphs(text: str) -> list[str]:
    return re.split(r"\n[ \t]*\n", text)


def _is_signature(paragraph: str) -> bool:
    lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
    if any(POSTSCRIPT.match(line) for line in lines):
        return False
    if NOTES & phrases.phrases_in(paragraph).keys():
        return True
    return all(len(line) <= LONGEST_LINE and not SENTENCE.search(line) for line in lines)
