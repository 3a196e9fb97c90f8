"""Rules for judging mail that trip over a mail which says so in its header `X-Plant`; all others they judge as ever.

`read-hangs`, `read-eats`, `read-dies`, `read-fails`: when its clues are read; `hangs`, `eats`, `dies`, `fails`:
when it is judged.
"""

from __future__ import annotations

from audit_app.services.entry.child_process import Limits
from audit_app.services.mail.opinion import Asked, Clues, Letter, Rules, judge_letter, read_clues
from probes.base import Fact
from probes.mail.imap import FetchedMail
from probes.replies.verdict import Judgement
from tests.unit.entry import planted_work


def read(letter: Letter) -> Clues:
    """Read a mail, unless it is planted."""
    _trip(letter.mail.raw, "read-")
    return read_clues(letter)


def judge(mail: FetchedMail, asked: Asked) -> tuple[Fact, Judgement]:
    """Judge a mail, unless it is planted."""
    _trip(mail.raw, "")
    return judge_letter(mail, asked)


def _trip(raw: bytes, when: str) -> None:
    said = next((line for line in raw.split(b"\n", 60) if line.startswith(b"X-Plant: ")), b"")
    match said.decode().strip().removeprefix(f"X-Plant: {when}"):
        case "hangs":
            planted_work.turn_round_and_round()
        case "eats":
            planted_work.eat_memory()
        case "dies":
            planted_work.end_process()
        case "fails":
            planted_work.refuse("a defect")


PLANTED = Rules(read, judge, Limits(seconds=3, megabytes=200))
