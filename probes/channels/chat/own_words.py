"""Our own message in a transcript: as it was sent, or as chats like to change it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from probes.channels.chat.transcript import Line

MOST_ADDED = 80
"""Letters and digits that may stand beside our words in one bubble: a name, a time, “Delivered”."""
LEAST_KNOWN = 12
"""So many letters and digits are needed to be known among others."""


def own_line(lines: Sequence[Line], text: str) -> Line | None:
    """Find the message in which a visitor said `text`; where a chat made several of it, the first of them.

    Chats correct quotation marks, make links of addresses and put the time into the bubble. So what is no letter and
    no digit counts only where the whole is found as it was sent.
    """
    ours = [line for line in lines if line.role == "visitor"]
    exact = (line for line in ours if same_text(line.text, text))
    close = (line for line in ours if alike(line.text, text))
    return next(exact, None) or next(close, None) or _first_of_several(lines, text)


def same_text(shown: str, sent: str) -> bool:
    """Tell whether a chat shows what was sent, whatever it made of the white space."""
    return re.sub(r"\s+", " ", shown).strip() == re.sub(r"\s+", " ", sent).strip()


def alike(shown: str, sent: str) -> bool:
    """Tell whether a chat shows the same letters and digits, with at most a little beside them."""
    wanted, there = core(sent), core(shown)
    added = len(there) - len(wanted)
    return bool(wanted) and (
        there == wanted or (len(wanted) >= LEAST_KNOWN and 0 < added <= MOST_ADDED and wanted in there)
    )


def core(text: str) -> str:
    """Return the letters and digits of a text, which chats leave as they are, in one case; all of it where it has none."""
    plain = re.sub(r"https?://", "", text.casefold())
    return "".join(character for character in plain if character.isalnum()) or " ".join(plain.split())


def _first_of_several(lines: Sequence[Line], text: str) -> Line | None:
    wanted = core(text)
    for place, first in enumerate(lines):
        said = ""
        for line in lines[place:]:
            said += core(line.text)
            if line.role != "visitor" or not said or not wanted.startswith(said):
                break
            if said == wanted:
                return first
    return None
