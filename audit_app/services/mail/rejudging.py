"""Judging stored mail again by better rules: first what would change, then, on demand, the change itself.

The raw mail is kept, so nothing is lost by having judged it badly. What a person decided stays as decided. Mail that
found no probe is matched again too: a rule may have failed on it, or be better now.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload, undefer

from audit_app.domain.probes.probe import ObservationKind, ProbeState
from audit_app.domain.probes.response_time import Interval, Outcome, judge
from audit_app.models import OWN_COPY, Evidence, IncomingMail, MailState, Observation, Probe
from audit_app.services.entry.text import storable
from audit_app.services.mail.intake import Place, place_again, place_of, proves_sent
from audit_app.services.probes.decisions import decisions_on
from audit_app.services.probes.ledger import lock, summarise
from audit_app.services.probes.schedule import limits_of, measure_of
from audit_app.services.probes.steps import sent_before
from audit_app.services.probes.withdrawals import withdrawal_of
from probes import base
from probes.channels.email import observe_reply
from probes.mail import imap as driver
from probes.replies.classify import RULES_VERSION
from probes.replies.verdict import Judgement

BATCH = 100
"""Mails that are judged in one transaction."""
LONGEST_REASON = 2000
JUDGED_STATES = frozenset({ProbeState.SENT, ProbeState.FAILED})


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


@dataclass(slots=True)
class Rejudging:
    """Goes through all mail that older rules judged, batch by batch; with `apply` it writes what changes.

    To apply it twice changes nothing more. Mail that the rules trip over keeps the judgement that it has.
    """

    now: datetime
    apply: bool
    judged: int = 0
    failed: int = 0
    placed: int = 0
    """Mails that waited and now have their probe."""
    _last_id: int = 0
    _outcomes: dict[int, Outcome] = field(default_factory=dict)
    _kinds: dict[int, dict[int, ObservationKind]] = field(default_factory=dict)
    _added: dict[int, list[base.Fact]] = field(default_factory=dict)

    def next_batch(self, session: Session) -> list[Change] | None:
        """Judge the next mails, in one transaction of the caller's; None when there are no more."""
        rows = session.scalars(_older(self._last_id, self.apply)).all()
        if not rows:
            return None
        self._last_id = rows[-1].id
        self.judged += sum(row.rules_version != RULES_VERSION for row in rows)
        changes = [change for row in rows if (change := self._rejudge(session, row))]
        session.flush()
        return changes

    def _rejudge(self, session: Session, row: IncomingMail) -> Change | None:
        if row.state is MailState.UNMATCHED and (placed := self._match(session, row)):
            self.placed += 1
            return placed
        return self._judge(session, row)

    def _match(self, session: Session, row: IncomingMail) -> Change | None:
        """Place a mail that waits, or find out where it would go and what would come of it."""
        try:
            place = place_of(session, row)
            if place is None:
                return None
            before = self._outcomes.get(place.probe.id, place.probe.outcome)
            after = self._apply_place(session, row, place) if self.apply else self._outcome_of(place)
        except OperationalError:
            raise  # the database is away: the command ends, and goes on where it was the next time
        except Exception:  # a defect of the rules: the mail goes on waiting
            return None
        kind = place.judgement and _in_words(place.judgement.verdict, place.judgement.kind)
        reasons = (*(place.judgement.reasons if place.judgement else ()), place.words)
        return Change(row.id, place.probe.id, "no probe", kind or "our own copy", reasons, before, after)

    def _apply_place(self, session: Session, row: IncomingMail, place: Place) -> Outcome:
        place_again(session, row, self.now)
        session.refresh(place.probe, ["outcome"])
        return place.probe.outcome

    def _outcome_of(self, place: Place) -> Outcome:
        probe = place.probe
        self._added.setdefault(probe.id, []).append(place.fact)
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

    def _judge(self, session: Session, row: IncomingMail) -> Change | None:
        probe = session.get_one(Probe, row.probe_id) if row.probe_id else None
        raw = driver.FetchedMail(row.folder, row.uidvalidity, row.uid, row.received_at, row.evidence.content)
        try:
            fact, judgement = observe_reply(raw, probe.text if probe else "")
        except Exception:  # a defect of the rules: the judgement stays, and so does its version
            self.failed += 1
            return None
        before, after = _in_words(row.verdict, row.kind), _in_words(judgement.verdict, judgement.kind)
        change = Change(row.id, row.probe_id, before, after, judgement.reasons) if before != after else None
        if change and probe:
            change = self._follow(session, row, probe, fact, change)
        if self.apply:
            _write(row, judgement)
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
    if probe.state in JUDGED_STATES:
        if probe.sent_earliest is None or probe.sent_latest is None:
            return None
        return Interval(probe.sent_earliest, probe.sent_latest)
    if not added or not proves_sent(probe, now):
        return None
    first = added[0]
    proof = first if first.kind is base.FactKind.SENT else sent_before(probe, first.latest)
    return Interval(proof.earliest, proof.latest)


def _older(after_id: int, apply: bool) -> Select[IncomingMail]:
    query = (
        select(IncomingMail)
        .where(IncomingMail.id > after_id, IncomingMail.kind != OWN_COPY)
        .where(or_(IncomingMail.rules_version != RULES_VERSION, IncomingMail.state == MailState.UNMATCHED))
        .where(IncomingMail.evidence.has(Evidence.erased_at.is_(None)))
        .order_by(IncomingMail.id)
        .limit(BATCH)
        .options(joinedload(IncomingMail.evidence).options(undefer(Evidence.content)))
    )
    return query.with_for_update(of=IncomingMail) if apply else query


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
    ours = {name: fact.details[name] for name in ("kind", "platform", "rules_version")}
    seen.details = {**seen.details, **ours}


def _write(row: IncomingMail, judgement: Judgement) -> None:
    """Keep today's judgement with the mail. Why a mail matched no probe goes on standing beside it."""
    row.verdict, row.kind, row.platform = judgement.verdict, judgement.kind, judgement.platform
    row.rules_version = RULES_VERSION
    if row.state is MailState.MATCHED:
        row.reasons = [*(storable(reason, LONGEST_REASON) for reason in judgement.reasons), row.matched_by]
