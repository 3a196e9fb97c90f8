"""Why a mail that looks like a person's is not believed to be: signs of mail systems, and damage that hides them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from probes.replies import phrases
from probes.replies.bounces import CODES, DIALECTS, FIELDS, comes_from_system, has_null_return_path
from probes.replies.damaged_mail import Damage
from probes.replies.letter import Letter
from probes.replies.person_name import signed_by_a_person
from probes.replies.verdict import Judgement

DAMAGE: Mapping[Damage, str] = {
    "": "",
    "headers": "It came with damaged headers",
    "bytes": "It came with changed bytes",
    "many bytes": "It came with many changed bytes",
}
WRECKAGE = re.compile(
    r"^\W{0,3}Content-(?:Type|Transfer-Encoding|Disposition)[ \t]*:|^[A-Za-z0-9+/]{56,}={0,2}$", re.MULTILINE
)
"""What stands between the parts of a mail, or is a file's content: no reader would ever see it."""
ENCODED = re.compile(r"(?:=[0-9A-F]{2}){2}")
FEWEST_ENCODED = 3
"""Pieces of encoded text that make a mail unreadable."""
FALLEN = re.compile(
    r"^(?:Message-ID|MIME-Version|In-Reply-To|Received|Auto-Submitted)[ \t]*: *\S",
    re.MULTILINE | re.IGNORECASE,
)
"""Headers in a text; where the mail has no Message-ID, they are its own."""
ELSEWHERE = re.compile(
    r"\b(?:sent|send|received|receive|read) (?:you )?(?:an?|the|this|your) (?:new )?(?:encrypted|protected|secure)"
    r" (?:message|e-?mail)|\bverschlüsselte (?:nachricht|e-?mail) (?:zukommen|erhalten|gesendet|geschickt|für sie)",
    re.IGNORECASE,
)
"""How portals for encrypted mail say that a message waits there, which a person may have written."""
MOST_OF_A_NOTE = 1000
"""Characters of a mail in which a portal has said so."""
SIGNS = frozenset(
    {"automatic", "unanswerable", "acknowledgement", "out_of_office", "bounce", "delay", "challenge"}
)
MOST_LOOKED_AT = 20_000
"""Characters of a damaged mail in which signs of a machine are looked for."""


def with_doubt(letter: Letter, judged: Judgement) -> Judgement:
    """Return the judgement, or for a person's mail that may be none an uncertain one that says why."""
    if judged.verdict != "human":
        return judged
    # A help desk that was recognised has been believed for its own marks.
    doubt = (not judged.platform and _sign_of_a_system(letter)) or _damage(letter)
    if not doubt:
        return judged
    return Judgement("uncertain", judged.kind, judged.platform, (doubt, *judged.reasons), "signs of a system")


def waits_elsewhere(letter: Letter) -> bool:
    """Tell whether a mail says that an encrypted message waits in a portal."""
    return bool(ELSEWHERE.search(letter.new[:MOST_OF_A_NOTE]))


def _sign_of_a_system(letter: Letter) -> str:
    mail = letter.mail
    if mail.parsed.get_content_type() == "multipart/report":
        return "It calls itself a mail system's report, but holds none that can be read"
    if letter.prefix in ("reply", "forward"):
        return ""
    if has_null_return_path(mail) and not _is_written(letter):
        return "It has no return address, as only automatic mail has"
    if comes_from_system(mail):
        return f"It comes from a mail system: {mail.header('From')[:120]}"
    if waits_elsewhere(letter):
        return "It says that an encrypted message waits elsewhere, which a person may have written"
    return "" if "@" in mail.sender[1] else "It does not say from which address it was sent"


def _is_written(letter: Letter) -> bool:
    """Tell whether a letter with a subject of its own shows a person: it quotes ours, or is signed below sentences."""
    return letter.split.quotes or (len(letter.sentences) > 1 and signed_by_a_person(letter))


def _damage(letter: Letter) -> str:
    """Say how the mail is damaged, if what a machine would have written may be hidden or lost by that."""
    mail = letter.mail
    if len(ENCODED.findall(letter.new)) >= FEWEST_ENCODED:
        return "Its text is still encoded, for what says how was lost"
    if not mail.has("Message-ID") and FALLEN.search(letter.new):
        return "Its headers fell into its text"
    damage = DAMAGE[mail.damage] or ("Its parts fell apart" if WRECKAGE.search(letter.new) else "")
    if not damage:
        return ""
    if mail.damage == "many bytes" or not letter.new or not mail.sender[1]:
        return f"{damage}, and what is left is too little to tell"
    said = f"{mail.subject}\n{mail.text[:MOST_LOOKED_AT]}"
    if comes_from_system(mail) or DIALECTS.search(said) or CODES.search(said) or FIELDS.search(said):
        return f"{damage}, and it reads like a mail system's"
    if SIGNS & phrases.phrases_in(said).keys():
        return f"{damage}, and it holds words of automatic mail"
    return ""
