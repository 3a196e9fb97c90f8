"""Judging stored mail again by better rules: first what would change, then, on demand, the change itself.

The raw mail is kept, so nothing is lost by having judged it badly. What a person decided stays as decided.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, undefer

from audit_app.domain.probe import ObservationKind, ProbeState
from audit_app.domain.response_time import Outcome
from audit_app.models import Evidence, IncomingMail, MailState, Observation, Probe
from audit_app.services.decisions import decisions_on
from audit_app.services.mail import OWN_COPY
from audit_app.services.probe_times import verdict_with
from audit_app.services.probes.ledger import lock, summarise
from audit_app.services.texts import storable
from probes import base
from probes import mailbox as driver
from probes.channels.email import observe_reply
from probes.replies.classify import RULES_VERSION
from probes.replies.verdict import Judgement

BATCH = 100
"""Mails that are judged in one transaction."""
LONGEST_REASON = 2000
JUDGED_STATES = frozenset({ProbeState.SENT, ProbeState.FAILED})


@dataclass(frozen=True, slots=True)
class Change:
    """A mail that the rules of today judge otherwise than those by which it was judged, and what comes of it."""

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
    _last_id: int = 0
    _outcomes: dict[int, Outcome] = field(default_factory=dict)
    _kinds: dict[int, dict[int, ObservationKind]] = field(default_factory=dict)

    def next_batch(self, session: Session) -> list[Change] | None:
        """Judge the next mails, in one transaction of the caller's; None when there are no more."""
        rows = session.scalars(_older(self._last_id, self.apply)).all()
        if not rows:
            return None
        self._last_id = rows[-1].id
        self.judged += len(rows)
        changes = [change for row in rows if (change := self._rejudge(session, row))]
        session.flush()
        return changes

    def _rejudge(self, session: Session, row: IncomingMail) -> Change | None:
        probe = session.get_one(Probe, row.probe_id) if row.probe_id else None
        raw = driver.IncomingMail(row.folder, row.uidvalidity, row.uid, row.received_at, row.evidence.content)
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
        self, session: Session, row: IncomingMail, probe: Probe, fact: base.Observation, change: Change
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
        judged = probe.state in JUDGED_STATES
        self._outcomes[probe.id] = verdict_with(probe, self.now, kinds).outcome if judged else outcome
        return _with_effect(change, outcome, self._outcomes[probe.id])


def _older(after_id: int, apply: bool) -> Select[IncomingMail]:
    query = (
        select(IncomingMail)
        .where(IncomingMail.id > after_id, IncomingMail.rules_version != RULES_VERSION)
        .where(IncomingMail.kind != OWN_COPY, IncomingMail.evidence.has(Evidence.erased_at.is_(None)))
        .order_by(IncomingMail.id)
        .limit(BATCH)
        .options(joinedload(IncomingMail.evidence).options(undefer(Evidence.content)))
    )
    return query.with_for_update(of=IncomingMail) if apply else query


def _in_words(verdict: str, kind: str) -> str:
    return f"{verdict} ({kind.replace('_', ' ')})" if verdict else "not judged"


def _why_kept(probe: Probe, seen: Observation | None, fact: base.Observation) -> str:
    if seen is None:
        return ""
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


def _change_kind(seen: Observation, fact: base.Observation, change: Change) -> None:
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
