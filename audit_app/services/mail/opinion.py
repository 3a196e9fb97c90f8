"""What foreign text says: a mail is read and judged in a child process with limits, outside any transaction.

First its clues are read, by which the database finds its probe; then it is judged beside the text of that probe.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

from audit_app.services.entry.child_process import ChildFailed, Limits, NotStarted, TimedOut, run
from probes.base import Fact, FactKind
from probes.channels.email import RECEIPT_PRECISION, RECEIPT_TIME, observe_reply
from probes.mail.imap import FetchedMail
from probes.replies.circumstances import UNKNOWN, Circumstances
from probes.replies.mail import ReadMail
from probes.replies.match import Candidate, keys_of, sender_domains
from probes.replies.received import Received, last_received, server_of
from probes.replies.repetition import fingerprint
from probes.replies.tickets import tickets_in_subject, tickets_in_text
from probes.replies.verdict import Judgement

_Result = TypeVar("_Result")
MOST_KEYS = 1_000
"""Keys of one mail that are looked up, the surest first."""
LEAST_SECONDS = 1.0
"""What is left for judging a mail that took long to read."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A stored mail as it arrived, and the names of our servers."""

    mail: FetchedMail
    hosts: tuple[str, ...]
    shown: tuple[str, ...] | None = None
    """The servers that wrote into mail of our own; None before there was any."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a mail may answer: the text of our message, and what is known from outside of the mail."""

    text: str = ""
    around: Circumstances = UNKNOWN


@dataclass(frozen=True, slots=True)
class Clues:
    """What stands in a mail that tells its probe; with `failure`, why it could not be read, and nothing else."""

    from_address: str = ""
    """The sender's, without capitals."""
    domain: str = ""
    message_id: str = ""
    """The whole header."""
    own_id: str = ""
    """The Message-ID in it."""
    said: str = field(default="", repr=False)
    """The text without blanks and capitals: relays wrap lines and append their own."""
    keys: tuple[Candidate, ...] = ()
    subject_tickets: tuple[str, ...] = ()
    text_tickets: tuple[str, ...] = ()
    received: Received | None = None
    server: str = ""
    """The server that wrote the topmost Received line."""
    fingerprint: tuple[str, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a mail is a fact of, if it answers the probe that it was judged for, and the rules' judgement."""

    fact: Fact
    judgement: Judgement
    failed: bool = False
    """Whether the rules did not come to an end with it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How mail is read and judged; both functions run in the child."""

    read: Callable[[Letter], Clues]
    judge: Callable[[FetchedMail, Asked], tuple[Fact, Judgement]]
    limits: Limits = Limits()
    """Of one mail, for both together."""


def read_clues(letter: Letter) -> Clues:
    """Read all that finds the probe of a mail."""
    read = ReadMail.of(letter.mail.raw)
    message_id = read.header("Message-ID")
    own_id = re.search(r"<[^<>\s]+>", message_id)
    return Clues(
        from_address=read.sender[1].casefold(),
        domain=next(iter(sender_domains(read)), ""),
        message_id=message_id.strip(),
        own_id=own_id[0] if own_id else "",
        said=squeezed(read.text),
        keys=tuple(islice(keys_of(read), MOST_KEYS)),
        subject_tickets=tuple(tickets_in_subject(read.header("Subject"))),
        text_tickets=tuple(tickets_in_text(read.text)),
        received=last_received(read, letter.hosts, letter.shown),
        server=server_of(read),
        fingerprint=fingerprint(letter.mail.raw),
    )


def judge_letter(mail: FetchedMail, asked: Asked) -> tuple[Fact, Judgement]:
    """Judge a mail beside what it may answer; its bytes, which are stored, do not come back."""
    fact, judgement = observe_reply(mail, asked.text, asked.around)
    return replace(fact, evidence=()), judgement


OUR_RULES = Rules(read_clues, judge_letter)


def squeezed(text: str) -> str:
    """The text without blanks and capitals."""
    return "".join(text.split()).casefold()


class Reader:
    """Reads and judges one mail within the limits of the rules."""

    def __init__(self, letter: Letter, rules: Rules = OUR_RULES) -> None:
        self._letter, self._rules = letter, rules
        self._seconds = rules.limits.seconds

    def clues(self) -> Clues:
        """What stands in the mail. Raises NotStarted where no child can be had."""
        return self._within(lambda limits: run(limits, self._rules.read, self._letter), _unread)

    def opinion(self, asked: Asked) -> Opinion:
        """Who wrote the mail. Raises NotStarted where no child can be had."""

        def judge(limits: Limits) -> Opinion:
            return Opinion(*run(limits, self._rules.judge, self._letter.mail, asked))

        return self._within(judge, lambda why: unjudged(self._letter.mail, why))

    def _within(self, work: Callable[[Limits], _Result], instead: Callable[[str], _Result]) -> _Result:
        begun = time.monotonic()
        try:
            return work(replace(self._rules.limits, seconds=max(self._seconds, LEAST_SECONDS)))
        except NotStarted:
            raise
        except TimedOut:
            return instead(f"Could not be judged: it took longer than {self._rules.limits.seconds:g} seconds")
        except ChildFailed as failed:
            return instead(f"Could not be judged: it {failed}")
        except (
            Exception
        ) as error:  # a defect of our rules must neither lose a reply nor hold up those behind it
            return instead(f"Could not be judged: our rules failed on it ({type(error).__name__})")
        finally:
            self._seconds -= time.monotonic() - begun


def unjudged(mail: FetchedMail, why: str) -> Opinion:
    """The opinion on a mail that could not be judged: it may be the answer, so a person has to read it."""
    fact = Fact(
        FactKind.UNCERTAIN_REPLY,
        mail.received_at,
        mail.received_at + RECEIPT_PRECISION,
        source=RECEIPT_TIME,
        key=f"{mail.folder}/{mail.uidvalidity}/{mail.uid}",
        role="unknown",
        reasons=(why,),
    )
    return Opinion(fact, Judgement("uncertain", "answer", "", (why,)), failed=True)


def _unread(why: str) -> Clues:
    return Clues(failure=why)
