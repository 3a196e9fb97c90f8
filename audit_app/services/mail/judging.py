"""Judging stored mail: taken from the database by a worker, read in a child process, and filed in a second step.

Each step can be repeated, by another worker too: what counts is the last one, which files the mail once. Between
the steps no transaction is open, so a mail that is slow to judge keeps nobody waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload

from audit_app.models import Evidence, IncomingMail, MailState, Probe
from audit_app.services.mail.asked import asked_of
from audit_app.services.mail.filing import file_alone, file_mail, letter_of
from audit_app.services.mail.matching import Match, find_place
from audit_app.services.mail.opinion import OUR_RULES, Asked, Clues, Letter, Opinion, Reader, Rules, unjudged

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

AT_ONCE = 20
"""Mails that are claimed at once."""
MOST_TRIES = 10
"""Workers that may die over a mail before it is left to a person; they may also just have been killed often."""
MOST_MOVES = 5
"""How often a mail is judged anew because meanwhile something was learnt that places it elsewhere."""


class Transaction(Protocol):
    """Calls `work(session, …)` in a transaction of its own, which is over when this returns."""

    def __call__(
        self,
        work: Callable[Concatenate[Session, Parameters], Result],
        /,
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result: ...


@dataclass(frozen=True, slots=True)
class Transactions:
    """How to read and how to write; reading keeps no writer waiting."""

    read: Transaction
    write: Transaction

    @classmethod
    def within(cls, session: Session) -> Transactions:
        """All in the caller's transaction: for a database that nobody else uses yet."""

        def read(
            work: Callable[Concatenate[Session, Parameters], Result],
            /,
            *args: Parameters.args,
            **kwargs: Parameters.kwargs,
        ) -> Result:
            return work(session, *args, **kwargs)

        def write(
            work: Callable[Concatenate[Session, Parameters], Result],
            /,
            *args: Parameters.args,
            **kwargs: Parameters.kwargs,
        ) -> Result:
            with session.begin_nested():
                return work(session, *args, **kwargs)

        return cls(read, write)


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a mail."""

    mail_id: int
    probe_id: int | None
    state: MailState
    kind: str


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges for one worker; `lease` is how long its claims last if it dies."""

    database: Transactions
    worker: str
    lease: timedelta
    clock: Callable[[], datetime]
    rules: Rules = OUR_RULES

    def judge_some(self, stop: Callable[[], bool] = lambda: False) -> Iterator[Filed]:
        """Judge some of the mails that wait, the oldest first, and yield what became of each; nothing when none wait."""
        claimed_at = self.clock()
        ids = self.database.write(claim_mail, self.worker, claimed_at, AT_ONCE, self.lease)
        while ids and not stop() and self.clock() - claimed_at < self.lease / 3:
            if filed := self._judge(ids.pop(0)):
                yield filed
        if ids:
            self.database.write(release_mail, self.worker, ids)

    def _judge(self, mail_id: int) -> Filed | None:
        """Judge and file one mail; None when somebody else did."""
        letter, tries = self.database.read(_read_letter, mail_id)
        if tries >= MOST_TRIES:
            return self._file(mail_id, *_given_up(letter, f"Could not be judged: it was begun {tries} times"))
        reader = Reader(letter, self.rules)
        clues = reader.clues()
        if clues.failure:
            return self._file(mail_id, *_given_up(letter, clues.failure))
        for _ in range(MOST_MOVES):
            match, asked = self.database.read(_place, mail_id, clues)
            opinion = reader.opinion(asked)
            try:
                return self._file(mail_id, match, clues, opinion)
            except _Moved:
                continue
            except OperationalError:
                raise  # the database is away or busy: the mail is judged again
            except Exception as error:
                # A defect of ours must neither lose a reply nor hold up those behind it.
                why = f"Could not be judged: filing it failed ({type(error).__name__})"
                return self._file(mail_id, *_given_up(letter, why))
        return None

    def _file(self, mail_id: int, match: Match, clues: Clues, opinion: Opinion) -> Filed | None:
        return self.database.write(_file, mail_id, self.worker, match, clues, opinion, self.clock())


def judge_within(session: Session, now: datetime, rules: Rules = OUR_RULES) -> None:
    """Judge all mail that waits in the caller's transaction: for a database that nobody else uses yet."""
    judge = Judge(Transactions.within(session), "", timedelta(minutes=1), lambda: now, rules)
    while any(list(judge.judge_some())):
        session.flush()


def claim_mail(session: Session, worker_name: str, now: datetime, limit: int, lease: timedelta) -> list[int]:
    """Take up to `limit` mails that wait to be judged, those that wait longest first, for `lease`."""
    free = or_(IncomingMail.claimed_until.is_(None), IncomingMail.claimed_until <= now)
    query = (
        select(IncomingMail)
        .where(IncomingMail.judge_at.is_not(None), free)
        .order_by(IncomingMail.judge_at, IncomingMail.id)
        .limit(limit)
    )
    mails = session.scalars(query.with_for_update(skip_locked=True, of=IncomingMail)).all()
    for mail in mails:
        if mail.claimed_until is not None:
            mail.tries += 1
        mail.claimed_by, mail.claimed_until = worker_name, now + lease
    session.flush()
    return [mail.id for mail in mails]


def release_mail(session: Session, worker_name: str, mail_ids: list[int]) -> None:
    """Give up claims on mails that were not begun."""
    session.execute(
        update(IncomingMail)
        .where(IncomingMail.id.in_(mail_ids), IncomingMail.claimed_by == worker_name)
        .values(claimed_by="", claimed_until=None)
    )


def _read_letter(session: Session, mail_id: int) -> tuple[Letter, int]:
    whole = (joinedload(IncomingMail.mailbox), joinedload(IncomingMail.evidence).undefer(Evidence.content))
    mail = session.get_one(IncomingMail, mail_id, options=whole)
    return letter_of(mail), mail.tries


def _place(session: Session, mail_id: int, clues: Clues) -> tuple[Match, Asked]:
    mail = session.get_one(IncomingMail, mail_id)
    match = find_place(session, mail, clues)
    probe = session.get(Probe, match.probe_id) if match.probe_id else None
    return match, asked_of(session, mail, probe, clues)


class _Moved(Exception):
    """Meanwhile something was learnt that places the mail elsewhere; nothing was written."""


def _file(
    session: Session,
    mail_id: int,
    worker_name: str,
    match: Match,
    clues: Clues,
    opinion: Opinion,
    now: datetime,
) -> Filed | None:
    """File a mail if it is still this worker's; None if not. Raises _Moved when it belongs elsewhere by now."""
    file_alone(session)
    query = select(IncomingMail).where(IncomingMail.id == mail_id).execution_options(populate_existing=True)
    mail = session.scalars(query.with_for_update(of=IncomingMail)).one()
    if mail.judge_at is None or mail.claimed_by != worker_name:
        return None
    if not clues.failure and find_place(session, mail, clues) != match:
        raise _Moved
    file_mail(session, mail, match, clues, opinion, now)
    session.flush()
    return Filed(mail.id, mail.probe_id, mail.state, mail.kind)


def _given_up(letter: Letter, why: str) -> tuple[Match, Clues, Opinion]:
    return Match(), Clues(failure=why), unjudged(letter.mail, why)
