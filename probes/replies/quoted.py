"""Finds what the writer of a mail added, without the quoted mail and the signature.

The text is read once, line by line: a mail program announces a quote by a line that says who wrote when, by a line
of dashes around a few words, or by the headers of the quoted mail. The words for all of that are in languages/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from probes.replies.mail import ReadMail
from probes.replies.patterns import WORD, key
from probes.replies.phrases import keys, phrases

SHORTEST_OWN_LINE = 12
"""Characters that a line needs before it counts as our own words quoted back at us."""
LABELS = ("from_", "sent", "to", "subject")
LABEL = re.compile(r"[\s*_]*([^\W\d_][^:\n]{0,24}?)[\s*_\u00a0]*[:：]")
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
RULES = "-_=*+~#"
RULE = re.compile(r"^[\s\-_=*]{5,}$")
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
BLOCK = 8
"""Lines in which the headers of a quoted mail stand together."""
LONGEST_SENT_FROM = 90


@dataclass(frozen=True, slots=True)
class Split:
    """A text taken apart: what is new in it, what was signed below, and whether another mail is quoted."""

    new: str
    signature: str
    quotes: bool


def new_text(text: str, own_text: str = "") -> str:
    """Return what was newly written: no quoted mail, no signature, no lines of `own_text` (what we had sent)."""
    return split(text, own_text).new


def new_text_of(raw: bytes, own_text: str = "") -> str:
    """Return what was newly written in a raw mail; any bytes will do."""
    return new_text(ReadMail.of(raw).text, own_text)


def split(text: str, own_text: str = "") -> Split:
    """Take a text apart; `own_text` is what we had sent, which is nobody's answer wherever it stands."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    if not text.isascii():
        lines = [line.strip(INVISIBLE).rstrip() for line in lines]
    start, end = _quote(lines)
    quotes = start < len(lines) or any(line.startswith(">") for line in lines)
    before, after = lines[:start], lines[end:]
    if _empty(before) or any(line.startswith(">") for line in after):
        before = before + after
    unquoted = [line for line in before if not line.startswith(">")]
    body, signature = _unsigned(unquoted)
    kept = "\n".join(_without_furniture(_without_own_words(body, own_text)))
    return Split(re.sub(r"\n{3,}", "\n\n", kept).strip(), "\n".join(signature), quotes)


def _empty(lines: list[str]) -> bool:
    return not any(WORD.search(line) for line in lines if not line.startswith(">"))


# --- where a quoted mail begins --------------------------------------------------------------------------------


def _quote(lines: list[str]) -> tuple[int, int]:
    """Return the first line of what announces a quoted mail and the line behind it; both behind the last if none."""
    for number, line in enumerate(lines):
        if not line or line.startswith(">"):
            continue
        found = (
            ((line[0] in RULES or line[-1] in ":：") and _original(line, number))
            or (line[-1] in ":：" and _attribution(lines, number))
            or ((":" in line[:30] or "：" in line[:30]) and _headers(lines, number))
        )
        if found:
            return _with_rule_above(lines, found[0]), found[1]
    return len(lines), len(lines)


def _original(line: str, number: int) -> tuple[int, int] | None:
    """Recognise "-----Original Message-----" and "Begin forwarded message:"."""
    return (number, number + 1) if f"{key(line)} ".startswith(_originals()) else None


@cache
def _originals() -> tuple[str, ...]:
    return tuple(f"{each} " for each in keys("original"))


def _attribution(lines: list[str], number: int) -> tuple[int, int] | None:
    """Recognise "On 21 November, Anna wrote:", also when it is wrapped over up to three lines."""
    text = lines[number]
    for first in range(number, max(-1, number - 3), -1):
        if first < number:
            if not lines[first] or lines[first].startswith(">"):
                return None
            text = f"{lines[first]} {text}"
        if _is_attribution(text):
            return first, number + 1
    return None


def _is_attribution(text: str) -> bool:
    if len(text) > 400 or not DATED.search(text):
        return False
    if text.count("<") != text.count(">"):
        return False
    if text.endswith((">:", ">：", ">):")):
        return True
    said = f" {key(text)} "
    if said.startswith(WE):
        return False
    return any(f" {verb} " in said for verb in keys("wrote"))


def _headers(lines: list[str], number: int) -> tuple[int, int] | None:
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


def _with_rule_above(lines: list[str], start: int) -> int:
    """Take a line of dashes above a quote as part of it."""
    place = start
    while place > 0 and (not lines[place - 1] or RULE.match(lines[place - 1])):
        place -= 1
        if RULE.match(lines[place]):
            return place
    return start


# --- what stands below and between -----------------------------------------------------------------------------


def _unsigned(lines: list[str]) -> tuple[list[str], list[str]]:
    for number, line in enumerate(lines):
        if line in ("--", "-- ", "—", "–-"):
            return lines[:number], lines[number + 1 :]
    return lines, []


def _without_furniture(lines: list[str]) -> list[str]:
    """Leave out what a program put in: "Sent from my phone", "##- Reply above this line -##"."""
    beginnings = _beginnings()
    return [
        line
        for line in lines
        if not line
        or (line[:3].casefold() not in beginnings and line[0] not in RULES and line[-1] not in RULES)
        or not _is_furniture(line)
    ]


def _is_furniture(line: str) -> bool:
    said = key(line)
    if line[0] in RULES or line[-1] in RULES:
        return any(phrase in said for phrase in keys("above_line"))
    return len(line) <= LONGEST_SENT_FROM and said.startswith(tuple(keys("sent_from")))


@cache
def _beginnings() -> frozenset[str]:
    """Return how the lines begin that mail programs put below a mail; nearly no other line has to be looked at."""
    return frozenset(phrase[:3].casefold() for phrase in phrases("sent_from"))


def _without_own_words(lines: list[str], own_text: str) -> list[str]:
    """Leave out the lines that we had written; short ones only behind others, for anybody may have written them."""
    own = _squeezed(own_text)
    if not own:
        return lines
    ours = {_squeezed(line) for line in own_text.split("\n")}
    kept: list[str] = []
    within = False
    for line in lines:
        said = _squeezed(line)
        if said:
            within = _is_own(said, own) or (within and said in ours)
        if not (said and within):
            kept.append(line)
    return kept


def _is_own(line: str, own: str) -> bool:
    return len(line) >= SHORTEST_OWN_LINE and (line in own or line.strip('"“”«»„ ') in own)


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()
