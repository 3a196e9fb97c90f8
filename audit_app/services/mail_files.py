"""Mail in files: anybody's mail is judged without a database, by the rules that judge answers to probes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from audit_app.domain.errors import InvalidInput
from probes.replies.classify import judge
from probes.replies.quoted import new_text_of
from probes.replies.verdict import Judgement

LARGEST = 100 * 1024 * 1024
"""Bytes of a file that may be a mail; no mail server takes more."""
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What could steer a terminal or break a line, and halves of characters that cannot be written."""


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """A file with a mail, and what the rules say of it."""

    file: str
    judgement: Judgement

    def row(self) -> dict[str, object]:
        """The file and its judgement as they are written in JSON."""
        judged = self.judgement
        reasons = [printable(reason) for reason in judged.reasons]
        return {
            "file": self.file,
            "verdict": judged.verdict,
            "kind": judged.kind,
            "platform": judged.platform,
            "reasons": reasons,
        }

    def in_words(self) -> str:
        """The same as one line for a person."""
        judged = self.judgement
        by = f" by {judged.platform}" if judged.platform else ""
        reasons = "; ".join(" ".join(printable(reason).split()) for reason in judged.reasons)
        return f"{printable(self.file)}: {judged.verdict} ({judged.kind.replace('_', ' ')}{by}): {reasons}"


def judge_file(path: Path) -> JudgedFile:
    """Judge the mail in a file, whatever its bytes are. Raises InvalidInput when the file cannot be read."""
    raw = _read(path)
    try:
        return JudgedFile(str(path), judge(raw))
    except Exception as error:  # a defect of our rules must not keep the other files from being judged
        reason = f"Our rules failed on this mail ({type(error).__name__}); someone has to read it"
        return JudgedFile(str(path), Judgement("uncertain", "answer", "", (reason,)))


def text_of_file(path: Path) -> str:
    """The new text of the mail in a file, without quotes and signature. Raises InvalidInput when it cannot be read."""
    raw = _read(path)
    try:
        return printable(new_text_of(raw))
    except Exception as error:  # whatever is wrong with the mail, one line has to do
        raise InvalidInput(
            f"{printable(str(path))}: its text cannot be read ({type(error).__name__})."
        ) from error


def printable(text: str) -> str:
    """The text without what could steer a terminal."""
    return CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def _read(path: Path) -> bytes:
    name = printable(str(path))
    try:
        if path.exists() and not path.is_file():
            raise InvalidInput(f"{name} is not a file. Name the files with the mails themselves.")
        if path.stat().st_size > LARGEST:
            raise InvalidInput(f"{name} is larger than {LARGEST // 1024**2} MB, so it is no mail.")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InvalidInput(f"{name} cannot be read: {reason}.") from error
