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
from probes.replies.quote_headers import RULES, announcement, asks_to_reply_above

SHORTEST_OWN_LINE = 12
"""Characters that a line needs before it counts as our own words quoted back at us."""
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
LONGEST_FURNITURE = 90
"""Characters of a line that a program may have put there."""
LONGEST_NOTE = 5
"""Words of a line "Sent from …" that names no device: whoever says more than that says it themselves."""
DEVICES = frozenset(
    {"iphone", "ipad", "ipod", "android", "samsung", "galaxy", "huawei", "xiaomi", "nokia", "sony", "pixel", "oneplus",
     "blackberry", "windows", "outlook", "mail", "email", "gmail", "yahoo", "gmx", "web", "proton", "protonmail", "aol",
     "icloud", "libero", "thunderbird", "app", "phone", "smartphone", "tablet", "tablette", "handy", "mobile", "mobil",
     "telefon", "telefoon", "telephone", "telefono", "movil", "cellulare", "puhelimesta", "smartfona", "телефона", "mac",
     "macbook", "starfire", "spark", "airmail", "bluemail", "mailbird", "hotmail", "orange", "hey", "fairemail", "k9"}
)  # fmt: skip
"""What mails are sent from, and what programs for them are called."""
FIRST_WORDS = 9
"""Words of a note among which the device is named."""
MARKED_AND_FULL, REST = 60, 40
"""Characters of a marked line that was broken, and of what a program then put on a line of its own."""
INDENTED = re.compile(r"[ \t]{1,4}>")
SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
ARMOUR = re.compile(
    rf"^{SIGNED}[ \t]*\n(?:[A-Za-z]+: .*\n)*"
    r"|^-----BEGIN PGP SIGNATURE-----[ \t]*$(?s:.*?)(?:^-----END PGP SIGNATURE-----[ \t]*$|\Z)",
    re.MULTILINE,
)
"""What PGP puts around a text that it signs (RFC 9580, section 7); one that is quoted goes with the quote."""
OUTLOOK = re.compile(r"\bOutlook\b.{0,20}\b(?:iOS|Android)\b")
"""What Outlook on a phone puts below a mail says so in every language."""


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
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if SIGNED in text:
        text = ARMOUR.sub("", text)
    lines = [line.rstrip() for line in text.split("\n")]
    if not text.isascii():
        lines = [line.strip(INVISIBLE).rstrip() for line in lines]
    if " >" in text:
        lines = [line.lstrip() if INDENTED.match(line) else line for line in lines]
    if "\n>" in text:
        lines = _with_broken_quotes(lines)
    kept, quotes = _unquoted(lines)
    body, signature = _unsigned(kept)
    unmarked = [line for line in body if not line.startswith(">")]
    new = "\n".join(_without_furniture(_without_own_words(unmarked, own_text)))
    return Split(re.sub(r"\n{3,}", "\n\n", new).strip(), "\n".join(signature), quotes)


def _with_broken_quotes(lines: list[str]) -> list[str]:
    """Mark what a program broke off from a marked line; it goes on in the middle of a sentence."""
    marked = list(lines)
    for number in range(1, len(lines) - 1):
        above, line, below = lines[number - 1], lines[number], lines[number + 1]
        if not line or line[0] == ">" or above[:1] != ">" or below[:1] != ">":
            continue
        broken = len(above) >= MARKED_AND_FULL and len(line) <= REST and above[-1] not in ".!?:…"
        if broken and line[0].islower():
            marked[number] = f"> {line}"
    return marked


def _unquoted(lines: list[str]) -> tuple[list[str], bool]:
    """Return the lines outside of quoted mail, with the marked ones among them, and whether any mail is quoted.

    What stands behind an announcement counts where marks tell the quote from what was written between and below,
    and where nothing was written above.
    """
    last_mark = max((number for number, line in enumerate(lines) if line.startswith(">")), default=-1)
    kept: list[str] = []
    place, said, found = 0, False, announcement(lines)
    while found:
        kept += lines[place : found[0]]
        said = said or not _empty(lines[place : found[0]])
        place = found[1]
        if said and place > last_mark:
            return kept, True
        found = announcement(lines, place) if place <= last_mark else None
    return kept + lines[place:], place > 0 or last_mark >= 0


def _empty(lines: list[str]) -> bool:
    return not any(WORD.search(line) for line in lines if not line.startswith(">"))


# --- what stands below and between -----------------------------------------------------------------------------


def _unsigned(lines: list[str]) -> tuple[list[str], list[str]]:
    """Take off what stands below a line of two dashes, up to the next quote."""
    for number, line in enumerate(lines):
        if line in ("--", "—", "–-"):
            end = next(
                (place for place in range(number, len(lines)) if lines[place].startswith(">")), len(lines)
            )
            return lines[:number] + lines[end:], lines[number + 1 : end]
    return lines, []


def _without_furniture(lines: list[str]) -> list[str]:
    """Leave out what a program put in: "Sent from my phone", "##- Reply above this line -##"."""
    beginnings = _beginnings()
    return [
        line
        for line in lines
        if not line
        or (
            line[:3].casefold() not in beginnings
            and line[0] not in RULES
            and line[-1] not in RULES
            and "Outlook" not in line
        )
        or not _is_furniture(line)
    ]


def _is_furniture(line: str) -> bool:
    if len(line) > LONGEST_FURNITURE:
        return False
    if asks_to_reply_above(line) or OUTLOOK.search(line):
        return True
    said = key(line)
    return said.startswith(_above_lines()) or (said.startswith(_sent_from()) and _is_a_note(said.split()))


def _is_a_note(said: list[str]) -> bool:
    """Tell "Sent from my iPhone" from a sentence that begins so: "Sent from the till, so forgive the typing"."""
    return len(said) <= LONGEST_NOTE or not DEVICES.isdisjoint(said[:FIRST_WORDS])


@cache
def _sent_from() -> tuple[str, ...]:
    return tuple(keys("sent_from"))


@cache
def _above_lines() -> tuple[str, ...]:
    return tuple(keys("above_line"))


@cache
def _beginnings() -> frozenset[str]:
    """Return how the lines begin that programs put into a mail; nearly no other line has to be looked at."""
    return frozenset(
        phrase[:3].casefold() for field in ("sent_from", "above_line") for phrase in phrases(field)
    )


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
