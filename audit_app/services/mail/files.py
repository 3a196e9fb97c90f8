"""Mail in files: anybody's mail is judged without a database, by the rules that judge answers to probes."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

from audit_app.domain.errors import InvalidInput
from probes.replies.circumstances import UNKNOWN, Circumstances, Twin
from probes.replies.classify import judge
from probes.replies.quoted import new_text_of
from probes.replies.repetition import fingerprint, say_the_same
from probes.replies.signature import what_was_said
from probes.replies.verdict import Judgement

LARGEST = 100 * 1024 * 1024
"""Bytes of a file that may be a mail; no mail server takes more."""
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What could steer a terminal or break a line, and halves of characters that cannot be written."""
STANDARD_INPUT = (Path("-"), Path("/dev/stdin"))
FOLDER_LINE = re.compile(
    rb"^\r?\n(?=From [^\s]+[^\r\n]{0,40} \d{1,2}:\d\d(?::\d\d)?[^\r\n]{0,20} \d{4}[^\r\n]{0,20}\r?\n[!-9;-~]{1,76}:)",
    re.MULTILINE,
)
"""The line that a mail folder in one file (mbox, RFC 4155) puts before each mail, behind a blank one."""


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
            "rule": judged.rule,
        }

    def in_words(self) -> str:
        """The same as one line for a person."""
        judged = self.judgement
        by = f" by {judged.platform}" if judged.platform else ""
        reasons = "; ".join(" ".join(printable(reason).split()) for reason in judged.reasons)
        return f"{printable(self.file)}: {judged.verdict} ({judged.kind.replace('_', ' ')}{by}): {reasons}"


@dataclass(frozen=True, slots=True)
class Times:
    """When our message left and when the answer came; None where nobody said."""

    sent_at: datetime | None = None
    received_at: datetime | None = None

    @property
    def after(self) -> timedelta | None:
        """How long the answer took."""
        return Circumstances(self.sent_at, self.received_at).after


@dataclass(frozen=True, slots=True)
class MailFile:
    """What was read: the name of the file, the bytes of the first mail in it, and how many mails it holds."""

    name: str
    raw: bytes
    mails: int = 1

    @property
    def note(self) -> str:
        """What has to be said about the file before what is said about the mail; mostly nothing."""
        if self.mails == 1:
            return ""
        return (
            f"{printable(self.name)} is a folder of {self.mails} mails in one file (mbox), of which the first is read."
            " Split it into a file for each, for example with “git mailsplit -b -oFOLDER FILE”."
        )


def read_mail(path: Path, standard_input: BinaryIO) -> MailFile:
    """Read the mail in a file, or from `standard_input` when the file is called "-".

    Raises InvalidInput when it cannot be read: the message names the file and says what to do.
    """
    name = printable(str(path))
    try:
        if path in STANDARD_INPUT:
            raw = standard_input.read(LARGEST + 1)
        else:
            _check_kind(path, name)
            with path.open("rb") as file:
                raw = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InvalidInput(f"{name} cannot be read: {reason}.") from error
    if len(raw) > LARGEST:
        raise InvalidInput(f"{name} is larger than {LARGEST // 1024**2} MB, so it is no mail.")
    return _first_mail(str(path), raw)


def _check_kind(path: Path, name: str) -> None:
    """Refuse what may never end or never begin, before it is opened."""
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        raise InvalidInput(f"{name} is a directory. Name the files in it, for example {name.rstrip('/')}/*.")
    if not stat.S_ISREG(mode):
        raise InvalidInput(
            f"{name} is not a file. To have what a program prints read, give - and pipe it in."
        )


def _first_mail(name: str, raw: bytes) -> MailFile:
    further = list(FOLDER_LINE.finditer(raw)) if raw.startswith(b"From ") else []
    return MailFile(name, raw[: further[0].start()] if further else raw, 1 + len(further))


def when(written: str) -> datetime:
    """Read an instant as people and mails write it: "2026-12-01T10:00:02+01:00", "1 Dec 2026 10:00:02 +0100".

    Raises InvalidInput for what is none, or has no zone.
    """
    spaced = re.sub(r"(?<!\s)\s++(?=[+-]\d\d:?\d\d$)", "", written.strip())
    for reading in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = reading(spaced if reading is datetime.fromisoformat else written)
        except (ValueError, TypeError, OverflowError):
            continue
        if found.tzinfo is not None:
            return found
    raise InvalidInput(
        f"{printable(written)} is no time with a zone. Write it like 2026-12-01T10:00:02+01:00."
    )


def judge_together(files: Sequence[MailFile], times: Sequence[Times], together: bool) -> list[JudgedFile]:
    """Judge the mails of several files; `together` they answer different messages, so that none may repeat another."""
    marks = [_fingerprint(file) if together else () for file in files]
    return [
        judge_file(
            file,
            Circumstances(
                sent_at=times[number].sent_at,
                received_at=times[number].received_at,
                twins=tuple(
                    Twin(printable(other.name), times[place].after)
                    for place, other in enumerate(files)
                    if place != number and say_the_same(marks[number], marks[place])
                ),
            ),
        )
        for number, file in enumerate(files)
    ]


def _fingerprint(file: MailFile) -> tuple[str, ...]:
    try:
        return fingerprint(file.raw)
    except Exception:  # a defect of our rules: the mail is judged by itself
        return ()


def judge_file(file: MailFile, circumstances: Circumstances = UNKNOWN) -> JudgedFile:
    """Judge the mail in a file, whatever its bytes are."""
    try:
        return JudgedFile(file.name, judge(file.raw, circumstances=circumstances))
    except Exception as error:  # a defect of our rules must not keep the other files from being judged
        reason = f"Our rules failed on this mail ({type(error).__name__}); someone has to read it"
        return JudgedFile(file.name, Judgement("uncertain", "answer", "", (reason,)))


def text_of_file(file: MailFile) -> str:
    """The new text of the mail in a file, without quotes, signature and a help desk's frame. Raises InvalidInput when our rules fail."""
    try:
        return printable(what_was_said(new_text_of(file.raw)))
    except Exception as error:  # whatever is wrong with the mail, one line has to do
        raise InvalidInput(
            f"{printable(file.name)}: its text cannot be read ({type(error).__name__})."
        ) from error


def printable(text: str) -> str:
    """The text without what could steer a terminal."""
    return CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)
