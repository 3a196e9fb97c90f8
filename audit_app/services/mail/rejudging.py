"""Judging stored mail again by better rules: first what would change, then, on demand, the change itself.

The raw mail is kept, so nothing is lost by having judged it badly. What a person decided stays as decided. Mail that
found no probe is matched again too: a rule may have failed on it, or be better now.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload, undefer

from audit_app.domain.probes.probe import JUDGED, ObservationKind
from audit_app.domain.probes.response_time import Interval, Outcome, judge
from audit_app.models import OWN_COPY, Evidence, IncomingMail, MailState, MatchKind, Observation, Probe
from audit_app.services.entry.text import storable
from audit_app.services.mail.asked import asked_of
from audit_app.services.mail.filing import (
    LONGEST_REASON,
    Reading,
    dated,
    file_alone,
    file_mail,
    letter_of,
    proves_sent,
)
from audit_app.services.mail.judging import Transactions
from audit_app.services.mail.matching import Match, find_place
from audit_app.services.mail.opinion import OUR_RULES, Asked, Clues, Letter, Reader, Rules
from audit_app.services.probes.decisions import decisions_on
from audit_app.services.probes.ledger import lock, summarise
from audit_app.services.probes.limits import limits_of, measure_of
from audit_app.services.probes.messages import message_of
from audit_app.services.probes.steps import sent_before
from audit_app.services.probes.withdrawals import withdrawal_of
from probes import base
from probes.channels.email import observe_copy
from probes.replies.classify import RULES_VERSION
from probes.replies.verdict import Judgement

BATCH = 20
"""Mails that are read from the database at once."""


@dataclass(frozen=True, slots=True)
class Change:
    """A mail that the rules of today judge or place otherwise than those of its day, and what comes of it."""

    mail_id: int
    probe_id: int | None
    before: str
    after: str
    reasons: tuple[str, ...]
    outcome_before: Outcome | None = None
    outcome_after: Outcome | None = None
    kept: str = ""
    """Why the probe's ledger stays as it is although the rules say otherwise."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A mail as it lay in the database when it was read."""

    mail_id: int
    probe_id: int | None
    waits: bool
    older: bool
    letter: Letter


@dataclass(slots=True)
class Rejudging:
    """Goes through all mail that older rules judged, batch by batch; with `apply` it writes what changes.

    To apply it twice changes nothing more. Mail that the rules trip over keeps the judgement that it has. Mail is
    judged between the transactions, and each that changes is written in one of its own.
    """

    now: datetime
    apply: bool
    rules: Rules = OUR_RULES
    judged: int = 0
    failed: int = 0
    placed: int = 0
    """Mails that waited and now have their probe."""
    _last_id: int = 0
    _outcomes: dict[int, Outcome] = field(default_factory=dict)
    _kinds: dict[int, dict[int, ObservationKind]] = field(default_factory=dict)
    _added: dict[int, list[base.Fact]] = field(default_factory=dict)

    def next_batch(self, database: Transactions) -> list[Change] | None:
        """Judge the next mails; None when there are no more."""
        batch = database.read(_next, self._last_id)
        if not batch:
            return None
        self._last_id = batch[-1].mail_id
        self.judged += sum(stored.older for stored in batch)
        changes = (self._rejudge(database, stored) for stored in batch)
        return [change for change in changes if change]

    def _rejudge(self, database: Transactions, stored: _Stored) -> Change | None:
        reader = Reader(stored.letter, self.rules)
        clues = reader.clues()
        if clues.failure:
            self.failed += 1
            return None
        match, asked = database.read(_place, stored, clues)
        reading = Reading(clues, reader.opinion(asked))
        if reading.opinion.failed:  # the judgement stays, and so does its version
            self.failed += 1
            return None
        step = database.write if self.apply else database.read
        return step(self._follow_up, stored, match, reading)

    def _follow_up(self, session: Session, stored: _Stored, match: Match, reading: Reading) -> Change | None:
        """Let everything follow from the judgement, or find out what would; nothing where the mail has moved."""
        row = self._as_it_was(session, stored)
        if row is None or (stored.waits and find_place(session, row, reading.clues) != match):
            return None
        if match.probe_id is not None and stored.waits:
            return self._match(session, row, match, reading)
        return self._judge(session, row, reading)

    def _as_it_was(self, session: Session, stored: _Stored) -> IncomingMail | None:
        query = select(IncomingMail).where(IncomingMail.id == stored.mail_id)
        if self.apply:
            file_alone(session)
            query = query.with_for_update(of=IncomingMail).execution_options(populate_existing=True)
        row = session.scalars(query).one()
        same = row.probe_id == stored.probe_id and (row.state is MailState.UNMATCHED) == stored.waits
        return row if same and row.judge_at is None else None

    def _match(self, session: Session, row: IncomingMail, match: Match, reading: Reading) -> Change | None:
        """Place a mail that waits, or find out what would come of it."""
        probe = session.get_one(Probe, match.probe_id)
        before = self._outcomes.get(probe.id, probe.outcome)
        judgement = None if match.kind is MatchKind.OWN_COPY else reading.opinion.judgement
        if self.apply:
            try:
                with session.begin_nested():
                    file_mail(session, row, match, reading.clues, reading.opinion, self.now)
            except OperationalError:
                raise  # the database is away: the command ends, and goes on where it was the next time
            except Exception:  # a defect of ours: the mail goes on waiting
                return None
            after = probe.outcome
        else:
            after = self._outcome_of(probe, _fact(row, probe, match, reading))
        self.placed += 1
        kind = _in_words(judgement.verdict, judgement.kind) if judgement else "our own copy"
        reasons = (*(judgement.reasons if judgement else ()), match.words)
        return Change(row.id, probe.id, "no probe", kind, reasons, before, after)

    def _outcome_of(self, probe: Probe, fact: base.Fact) -> Outcome:
        self._added.setdefault(probe.id, []).append(fact)
        self._outcomes[probe.id] = self._verdict(probe)
        return self._outcomes[probe.id]

    def _verdict(self, probe: Probe) -> Outcome:
        """What would come of a probe with all changes so far."""
        added = self._added.get(probe.id, [])
        sent = _when_sent(probe, added, self.now)
        if sent is None:
            return self._outcomes.get(probe.id, probe.outcome)
        kinds = self._kinds.get(probe.id, {})
        facts = [
            (kinds.get(seen.id, seen.kind), Interval(seen.earliest, seen.latest))
            for seen in probe.observations
        ]
        facts += [(ObservationKind(fact.kind.value), Interval(fact.earliest, fact.latest)) for fact in added]
        seen_until = probe.looked_at or sent.latest
        return judge(sent, facts, seen_until, limits_of(probe), measure_of(probe)).outcome

    def _judge(self, session: Session, row: IncomingMail, reading: Reading) -> Change | None:
        fact, judgement = reading.opinion.fact, reading.opinion.judgement
        before, after = _in_words(row.verdict, row.kind), _in_words(judgement.verdict, judgement.kind)
        change = Change(row.id, row.probe_id, before, after, judgement.reasons) if before != after else None
        if change and row.probe_id:
            change = self._follow(session, row, session.get_one(Probe, row.probe_id), fact, change)
        if self.apply:
            _write(row, judgement)
            session.flush()
        return change

    def _follow(
        self, session: Session, row: IncomingMail, probe: Probe, fact: base.Fact, change: Change
    ) -> Change:
        """Let the probe's ledger follow, or find out what would come of it."""
        if self.apply:
            probe = lock(session, probe.id)
        seen = next((each for each in probe.observations if each.id == row.evidence.observation_id), None)
        outcome = self._outcomes.get(probe.id, probe.outcome)
        kept = _why_kept(probe, seen, fact)
        if seen is None or kept:
            return _with_effect(change, outcome, outcome, kept)
        if self.apply:
            _change_kind(seen, fact, change)
            summarise(probe, self.now)
            return _with_effect(change, outcome, probe.outcome)
        kinds = self._kinds.setdefault(probe.id, {})
        kinds[seen.id] = ObservationKind(fact.kind.value)
        self._outcomes[probe.id] = self._verdict(probe)
        return _with_effect(change, outcome, self._outcomes[probe.id])


def _when_sent(probe: Probe, added: list[base.Fact], now: datetime) -> Interval | None:
    """When the probe left, as far as that is known or would be; None where nothing is judged."""
    if probe.state in JUDGED:
        if probe.sent_earliest is None or probe.sent_latest is None:
            return None
        return Interval(probe.sent_earliest, probe.sent_latest)
    if not added or not proves_sent(probe, now):
        return None
    first = added[0]
    proof = first if first.kind is base.FactKind.SENT else sent_before(probe, first.latest)
    return Interval(proof.earliest, proof.latest)


def _next(session: Session, after_id: int) -> list[_Stored]:
    query = (
        select(IncomingMail)
        .where(IncomingMail.id > after_id, IncomingMail.kind != OWN_COPY, IncomingMail.judge_at.is_(None))
        .where(or_(IncomingMail.rules_version != RULES_VERSION, IncomingMail.state == MailState.UNMATCHED))
        .where(IncomingMail.evidence.has(Evidence.erased_at.is_(None)))
        .order_by(IncomingMail.id)
        .limit(BATCH)
        .options(joinedload(IncomingMail.evidence).options(undefer(Evidence.content)))
    )
    return [_stored(row) for row in session.scalars(query)]


def _stored(row: IncomingMail) -> _Stored:
    waits, older = row.state is MailState.UNMATCHED, row.rules_version != RULES_VERSION
    return _Stored(row.id, row.probe_id, waits, older, letter_of(row))


def _place(session: Session, stored: _Stored, clues: Clues) -> tuple[Match, Asked]:
    """Where a mail that waits belongs by today's rules and keys, and beside what a mail is judged."""
    mail = session.get_one(IncomingMail, stored.mail_id)
    match = find_place(session, mail, clues) if stored.waits else Match()
    probe_id = match.probe_id if stored.waits else stored.probe_id
    return match, asked_of(session, mail, session.get(Probe, probe_id) if probe_id else None, clues)


def _fact(row: IncomingMail, probe: Probe, match: Match, reading: Reading) -> base.Fact:
    if match.kind is MatchKind.OWN_COPY:
        return observe_copy(letter_of(row).mail, message_of(probe))
    return dated(reading.opinion.fact, row, reading.clues, probe)


def _in_words(verdict: str, kind: str) -> str:
    return f"{verdict} ({kind.replace('_', ' ')})" if verdict else "not judged"


def _why_kept(probe: Probe, seen: Observation | None, fact: base.Fact) -> str:
    if seen is None:
        return ""
    if withdrawn := withdrawal_of(seen):
        return f"{withdrawn.by} took it back from this probe"
    if decisions := decisions_on(seen):
        return f"{decisions[-1].by} decided on it"
    if "settled_by" in seen.details:
        return "a person decided on it"
    kind = ObservationKind(fact.kind.value)
    if any(each.kind is kind and each.key == seen.key and each is not seen for each in probe.observations):
        return "the same message is in the ledger as that already"
    return ""


def _with_effect(change: Change, before: Outcome, after: Outcome, kept: str = "") -> Change:
    return Change(
        change.mail_id, change.probe_id, change.before, change.after, change.reasons, before, after, kept
    )


def _change_kind(seen: Observation, fact: base.Fact, change: Change) -> None:
    again = f"Judged again by the rules of {RULES_VERSION}; it was {change.before} before"
    seen.kind = ObservationKind(fact.kind.value)
    seen.role = fact.role
    seen.reasons = [*seen.reasons, again, *(storable(reason, LONGEST_REASON) for reason in fact.reasons)]
    ours = {name: fact.details[name] for name in ("kind", "platform", "rules_version", "rule")}
    seen.details = {**seen.details, **ours}


def _write(row: IncomingMail, judgement: Judgement) -> None:
    """Keep today's judgement with the mail. Why a mail matched no probe goes on standing beside it."""
    row.verdict, row.kind, row.platform = judgement.verdict, judgement.kind, judgement.platform
    row.rules_version = RULES_VERSION
    if row.state is MailState.MATCHED:
        row.reasons = [*(storable(reason, LONGEST_REASON) for reason in judgement.reasons), row.matched_by]
