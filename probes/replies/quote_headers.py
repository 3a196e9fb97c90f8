"""Finds where a text announces a quoted mail: a line that says who wrote when, dashes around a few words, headers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from probes.replies.patterns import key
from probes.replies.phrases import keys

LABELS = ("from_", "sent", "to", "subject")
LABEL = re.compile(r"[\s*_]*([^\W\d_][^:\n]{0,24}?)[\s*_\u00a0]*[:：]")
RULES = "-_=*+~#"
RULE = re.compile(r"^[\s\-_=*—–]{5,}$")
TIMED = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
ZONED = re.compile(
    r"(?:[^,\n]++|,(?! ))*+, .*\b\d{1,2}[:.]\d\d(?:\s?[AP]M)?\s\(?[A-Z]{2,5}(?:[+-]\d{1,4})?\)?$"
)
ENDS_OF_ZONES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789)"
"""How a help desk ends the line above a comment, if it ends in no colon: "Anna Berg, 20 Nov 2026, 10:02 GMT+1"."""
ADDRESS = re.compile(r"<[^<>\s@]+@[^<>\s@]+>")
BETWEEN_DASHES = re.compile(r"(?<!-)-{3,}+\s*+\S.{3,150}[:：]\s*+-{3,}+")
"""How Lotus Notes announces: "-----Anna Berg <anna@example.com> wrote: -----"."""
BETWEEN_RULES = re.compile(r"-{3,}+([^\n]{3,200}?)-{3,}+")
"""How Zoho announces without brackets: "---- On Mon, 30 Nov 2026 18:02:50 +0100 anna@example.com wrote ----"."""
DATED_BETWEEN_DASHES = re.compile(
    r"(?<!-)-{3,}+\s*+\S[^<>]{3,120}<[^<>\s@]{1,64}+@[^<>\s@]{1,190}+>[^<>-]{1,30}-{3,}+"
)
"""How Zoho announces: "---- On Fri, 20 Nov 2026 10:02:11 +0100 Anna Berg <anna@example.com> wrote ----"."""
BETWEEN_MARKS = re.compile(r">>> \S.{3,150} >>>")
"""How GroupWise announces: ">>> Anna Berg <anna@example.com> 20/11/2026 10:02 >>>"; what follows bears no marks."""
BETWEEN = (BETWEEN_DASHES, DATED_BETWEEN_DASHES, BETWEEN_MARKS)
SUMMED_UP = re.compile(r"\S.{1,80}-{3}\s?\d{1,4}[./-]\d{1,2}[./-]\d{2,4} \d{1,2}[:.]\d{2}.{0,20}-{3}")
"""How Lotus Notes sums a mail up above its headers: "Anna Berg---20.11.2026 10:02:11---Have you a lamp"."""
DATED = re.compile(r"\d{1,4}[./-]\d{1,2}\b|\b\d{1,2}[:.h]\d{2}\b|\b(19|20)\d\d\b|\b\d{1,2}\.?\s+\w{3,}")
WE = tuple(
    f" {word} "
    for word in (
        "i",
        "we",
        "ich",
        "wir",
        "je",
        "j",
        "nous",
        "jag",
        "vi",
        "ik",
        "wij",
        "yo",
        "я",
        "мы",
        "eu",
        "noi",
    )
)
"""Whoever says "I wrote to you on Monday:" is not quoting."""
LONGEST, LONGEST_COMMENT_LINE = 400, 120
"""Characters of what announces a quoted mail."""
MOST_OF_A_FRAME = 60
"""Lines that a help desk puts above the first comment."""
BLOCK = 8
"""Lines in which the headers of a quoted mail stand together."""


def announcement(lines: Sequence[str], start: int = 0) -> tuple[int, int] | None:
    """Return the first line of what announces a quoted mail, from `start` on, and the line behind it, if any does."""
    for number in range(start, len(lines)):
        line = lines[number]
        if not line or (line[0] == ">" and not line.endswith(" >>>")):
            continue
        found = (
            ((line[0] in RULES or line[0] == ">" or line[-1] in ":：") and _original(line, number))
            or (line[-1] in ":：" and _attribution(lines, number, start))
            or (line[-1] not in ".!?:：" and _unmarked(lines, number, start))
            or (
                line[-1] in ENDS_OF_ZONES and _is_zoned_comment(lines, number, start) and (number, number + 1)
            )
            or ((":" in line[:30] or "：" in line[:30]) and _headers(lines, number))
        )
        if found:
            return _with_rule_above(lines, found[0], start), found[1]
    return None


def _original(line: str, number: int) -> tuple[int, int] | None:
    """Recognise "-----Original Message-----" and "Begin forwarded message:"."""
    if len(line) > LONGEST:
        return None
    known = f"{key(line)} ".startswith(_originals()) or any(form.fullmatch(line) for form in BETWEEN)
    return (number, number + 1) if known or _is_dated_between_rules(line) else None


def _is_dated_between_rules(line: str) -> bool:
    found = BETWEEN_RULES.fullmatch(line)
    if found is None or not DATED.search(found[1]):
        return False
    return "@" in found[1] or any(f" {verb} " in f" {key(found[1])} " for verb in keys("wrote"))


def _unmarked(lines: Sequence[str], number: int, start: int) -> tuple[int, int] | None:
    """Recognise what ends in no colon: "On 30 Nov 2026 at 18:02, Anna wrote", "Message du 30/11/26 18:02"."""
    line = lines[number]
    if len(line) > LONGEST_COMMENT_LINE or not DATED.search(line) or not TIMED.search(line):
        return None
    said = f" {key(line)} "
    if said[1:].startswith(_originals()):
        return number, number + 1
    ends = any(said.endswith(f" {verb} ") for verb in keys("wrote"))
    dated_last = line[-1].isdigit() and any(f" {verb} " in said for verb in keys("wrote"))
    if (ends or dated_last) and not said.startswith(WE):
        return _with_date_above(lines, number, start), number + 1
    return None


@cache
def _originals() -> tuple[str, ...]:
    return tuple(f"{each} " for each in keys("original"))


def _attribution(lines: Sequence[str], number: int, start: int) -> tuple[int, int] | None:
    """Recognise "On 21 November, Anna wrote:", also when it is wrapped over up to three lines."""
    marked = next((line for line in lines[number + 1 : number + 4] if line), "").startswith(">")
    text = lines[number]
    for first in range(number, max(start - 1, number - 3), -1):
        if first < number:
            if not lines[first] or lines[first].startswith(">"):
                break
            text = f"{lines[first]} {text}"
        if _is_attribution(text, marked) or _is_older_comment(lines, first, text):
            return _with_date_above(lines, first, start), number + 1
    return (number, number + 1) if marked and _names_a_writer(lines[number]) else None


def _is_attribution(text: str, marked: bool) -> bool:
    if len(text) > LONGEST or not DATED.search(text) or text.count("<") != text.count(">"):
        return False
    if text.endswith((">:", ">：", ">):")) or (TIMED.search(text) and ADDRESS.search(text)):
        return True
    said = f" {key(text)} "
    return not said.startswith(WE) and (marked or any(f" {verb} " in said for verb in keys("wrote")))


def _is_zoned_comment(lines: Sequence[str], number: int, start: int) -> bool:
    return (
        number > start
        and len(lines[number]) <= LONGEST_COMMENT_LINE
        and bool(ZONED.match(lines[number]))
        and _is_older_comment(lines, number, lines[number])
    )


def _names_a_writer(line: str) -> bool:
    """Tell whether a line above marked lines says that somebody wrote them, though not when."""
    said = f" {key(line)} "
    return len(line) <= LONGEST and any(said.endswith(f" {verb} ") for verb in keys("wrote"))


def _is_older_comment(lines: Sequence[str], first: int, text: str) -> bool:
    """Recognise the line of a help desk above an older comment. Below "##- Reply above -##" the first is the answer."""
    if not is_comment_line(lines, first, text):
        return False
    if first > MOST_OF_A_FRAME:
        return True
    first_of_all = not any(is_comment_line(lines, place, lines[place]) for place in range(first))
    return not (first_of_all and any(map(asks_to_reply_above, lines[:first])))


def is_comment_line(lines: Sequence[str], first: int, text: str) -> bool:
    """Recognise "Anna Berg, 20 Nov 2026, 10:02 CET:" below a rule, as help desks put it above each comment."""
    if len(text) > LONGEST_COMMENT_LINE or not (text.endswith((":", "：")) or ZONED.match(text)):
        return False
    above = next((lines[place] for place in range(first - 1, max(-1, first - 3), -1) if lines[place]), "")
    return bool(RULE.match(above) and DATED.search(text) and TIMED.search(text))


def asks_to_reply_above(line: str) -> bool:
    """Recognise "##- Please type your reply above this line -##"."""
    if not line or len(line) > LONGEST_COMMENT_LINE or not (line[0] in RULES or line[-1] in RULES):
        return False
    if line.startswith("##-") and line.endswith("-##"):  # whatever language Zendesk says it in
        return True
    said = key(line)
    return any(phrase in said for phrase in keys("above_line"))


def _with_date_above(lines: Sequence[str], first: int, start: int) -> int:
    """Take the line above as part of it where that one ends in the middle of the date."""
    above = lines[first - 1] if first > start else ""
    goes_on = above and above[0] != ">" and above[-1] not in ".!?:…" and len(above) < LONGEST_COMMENT_LINE
    whole = lines[first][:1].isupper()  # a sentence of its own, not the rest of one
    return first - 1 if goes_on and not whole and DATED.search(above) else first


def _headers(lines: Sequence[str], number: int) -> tuple[int, int] | None:
    """Recognise the headers of a quoted mail, which stand together: who, when, to whom, about what."""
    first = _label(lines[number])
    if not first:
        return None
    found, last, empty = {first}, number, 0
    for place in range(number + 1, min(len(lines), number + BLOCK + 4)):
        empty += not lines[place]
        if place - empty > number + BLOCK or empty > 4:
            break
        label = _label(lines[place])
        if label:
            found.add(label)
            last = place
        elif lines[place] and place > last + 2:
            break
    enough = len(found) >= 3 or (found == {"from_", "sent"} and "@" in lines[number])
    return (number, last + 1) if enough else None


def _label(line: str) -> str:
    found = LABEL.match(line)
    return _labels().get(key(found[1]), "") if found else ""


@cache
def _labels() -> dict[str, str]:
    return {label: field for field in reversed(LABELS) for label in keys(field)}


def _with_rule_above(lines: Sequence[str], first: int, start: int) -> int:
    """Take a line of dashes, or one that sums the mail up, above a quote as part of it."""
    place = first
    while place > start and (not lines[place - 1] or _is_rule(lines[place - 1])):
        place -= 1
        if lines[place]:
            return place
    return first


def _is_rule(line: str) -> bool:
    return bool(RULE.match(line) or ("---" in line[:LONGEST] and SUMMED_UP.match(line[:LONGEST])))
