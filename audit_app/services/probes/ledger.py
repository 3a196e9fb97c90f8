"""The ledger of a probe: facts are added once, and the verdict follows from all of them every time.

A closed probe still takes facts. An answer after the cut-off is recorded and shown with its time, and the probe
stays unanswered: it counts 0, because the customer had given up by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict
from audit_app.domain.probes.probe import AUTOMATIC, JUDGED, REPLIES, ObservationKind, ProbeState
from audit_app.domain.probes.response_time import (
    CLOSED,
    NEVER_ANSWERED,
    WAITING,
    Interval,
    Outcome,
    judge,
    longest,
)
from audit_app.models import Evidence, EvidenceKind, Observation, Probe, User, waits_for_mail
from audit_app.services.entry.text import LONGEST_INDEXED, storable
from audit_app.services.probes.channels import answered_by_mail
from audit_app.services.probes.limits import limits_of, measure_of, opening_time
from audit_app.services.probes.schedule import next_look, reached_at
from probes import base

LONGEST_TEXT = 50_000
GIVE_UP_AFTER = timedelta(days=1)
"""How long after its cut-off a probe waits for us to be able to look again before it is given up as ours."""


def record(
    session: Session, probe: Probe, observations: Iterable[base.Fact], now: datetime
) -> list[Observation]:
    """Add facts to the probe's ledger with their evidence and judge it anew; returns those that were new.

    A fact that is there already (same kind and key) changes nothing; a message that was uncertain and now is
    certain changes its kind. Call it with the probe locked, and within the transaction that saw the facts.
    """
    known = {(seen.kind, seen.key): seen for seen in probe.observations}
    new: list[Observation] = []
    for fact in observations:
        kind, key = ObservationKind(fact.kind.value), storable(fact.key, LONGEST_INDEXED)
        same = _same(known, kind, key)
        if same is None:
            row = _row(fact, kind, key, now)
            probe.observations.append(row)
            known[kind, key] = row
            new.append(row)
        elif same.kind is ObservationKind.UNCERTAIN_REPLY and kind is not same.kind:
            same.kind, same.reasons = kind, [*same.reasons, *fact.reasons]
    session.flush()
    for row in new:
        for each in row.evidence:
            each.probe_id = probe.id
    summarise(probe, now)
    session.flush()
    return new


def lock(session: Session, probe_id: int) -> Probe:
    """The probe with its ledger as it is now, kept from all others until this transaction ends."""
    query = select(Probe).where(Probe.id == probe_id).with_for_update(of=Probe)
    probe = session.scalars(query.execution_options(populate_existing=True)).one()
    session.refresh(probe, ["observations"])
    return probe


def _same(
    known: dict[tuple[ObservationKind, str], Observation], kind: ObservationKind, key: str
) -> Observation | None:
    kinds = {*(REPLIES if kind in REPLIES else {kind}), ObservationKind.TAKEN_BACK}
    return next((known[each, key] for each in kinds if (each, key) in known), None)


def _row(fact: base.Fact, kind: ObservationKind, key: str, now: datetime) -> Observation:
    return Observation(
        kind=kind,
        key=key,
        earliest=fact.earliest,
        latest=fact.latest,
        source=storable(fact.source, 200),
        role=storable(fact.role, 40),
        author=storable(fact.author, 200),
        text=storable(fact.text, LONGEST_TEXT),
        reasons=[storable(reason, LONGEST_TEXT) for reason in fact.reasons],
        details=dict(fact.details),
        recorded_at=now,
        evidence=[stored(each, now) for each in fact.evidence],
    )


def stored(each: base.Proof, now: datetime) -> Evidence:
    """A row for a file that a channel brought home."""
    return Evidence.of(EvidenceKind(each.kind), each.media_type, storable(each.name, 200), each.content, now)


def looked(session: Session, probe: Probe, until: datetime, now: datetime) -> None:
    """Note that the probe's channel has been seen as it was up to `until`, and judge it anew.

    Only looks that succeeded count: while nobody listens, silence proves nothing and closes no probe.
    """
    probe.looked_at = max(until, probe.looked_at or until)
    summarise(probe, now)
    session.flush()


def summarise(probe: Probe, now: datetime) -> None:
    """Set the probe's times, its outcome and its next look from the ledger.

    A probe that has not left is not judged; one that the company's server refused is dated by the attempt.
    """
    acknowledged = [seen for seen in probe.observations if seen.kind in AUTOMATIC]
    human = [seen for seen in probe.observations if seen.kind is ObservationKind.HUMAN_REPLY]
    probe.acknowledged_at = min((seen.latest for seen in acknowledged), default=None)
    probe.answered_earliest = min((seen.earliest for seen in human), default=None)
    probe.answered_latest = min((seen.latest for seen in human), default=None)
    sent = _when_sent(probe)
    if sent is None or probe.state not in JUDGED:
        return
    probe.sent_earliest, probe.sent_latest = sent.earliest, sent.latest
    probe.cutoff_at = reached_at(probe, sent.latest, limits_of(probe).cutoff)
    _measure(probe, sent)
    _judge(probe, sent, now)
    probe.next_look_at = next_look(probe, now) if probe.state is ProbeState.SENT else None


def _when_sent(probe: Probe) -> Interval | None:
    """Where all proofs of sending agree; two clocks that do not are settled by the narrower interval."""
    kind = ObservationKind.SENT if probe.state is not ProbeState.FAILED else ObservationKind.BOUNCED
    proofs = [seen for seen in probe.observations if seen.kind is kind]
    if not proofs:
        return None
    earliest, latest = max(seen.earliest for seen in proofs), min(seen.latest for seen in proofs)
    if earliest > latest:
        best = min(proofs, key=lambda seen: seen.latest - seen.earliest)
        earliest, latest = best.earliest, best.latest
    return Interval(earliest, latest)


def _measure(probe: Probe, sent: Interval) -> None:
    """Take both clocks from the sending to the time by which the answer had provably come, in seconds."""
    probe.elapsed_seconds = probe.opening_seconds = None
    if probe.answered_latest is not None:
        elapsed = longest(sent.earliest, probe.answered_latest)
        opening = longest(sent.earliest, probe.answered_latest, opening_time(probe))
        probe.elapsed_seconds, probe.opening_seconds = elapsed.total_seconds(), opening.total_seconds()


def _judge(probe: Probe, sent: Interval, now: datetime) -> None:
    facts = [(seen.kind, Interval(seen.earliest, seen.latest)) for seen in probe.observations]
    seen_until = probe.looked_at or sent.latest
    verdict = judge(sent, facts, seen_until, limits_of(probe), measure_of(probe))
    if verdict.outcome in NEVER_ANSWERED and waits_for_mail(probe):
        # What is stored may be the answer. Until it is judged nothing was seen since it may have come.
        verdict = judge(sent, facts, sent.latest, limits_of(probe), measure_of(probe))
    probe.outcome = verdict.outcome
    probe.in_time = verdict.target if verdict.outcome is Outcome.ANSWERED else None
    probe.closed_at = (probe.closed_at or now) if verdict.outcome in CLOSED else None
    probe.failure = verdict.reason if verdict.outcome is Outcome.EXCLUDED else ""


def settle_reply(
    session: Session, observation: Observation, is_person: bool, user: User, now: datetime
) -> None:
    """Say of an uncertain reply whether a person wrote it; the clock follows. Raises Conflict if it is not one."""
    lock(session, observation.probe_id)
    session.refresh(observation, ["kind", "reasons", "details"])
    if observation.kind is not ObservationKind.UNCERTAIN_REPLY:
        raise Conflict("This reply is not uncertain; reload the page to see what it was judged to be.")
    observation.kind = ObservationKind.HUMAN_REPLY if is_person else ObservationKind.ACKNOWLEDGED
    words = "a person's answer" if is_person else "an automatic message"
    observation.reasons = [*observation.reasons, f"{user.name} read it and says that it is {words}"]
    observation.details = {**observation.details, "settled_by": user.id, "settled_at": now.isoformat()}
    summarise(observation.probe, now)
    session.flush()


def give_up_unseen(session: Session, now: datetime) -> list[Probe]:
    """Leave out the probes whose channel we have not been able to look at until long after their cut-off.

    That is our failure. An answer that turns up later, dated before the cut-off, still counts.
    """
    query = select(Probe).where(
        Probe.state == ProbeState.SENT,
        Probe.outcome == Outcome.OPEN,
        Probe.cutoff_at <= now - GIVE_UP_AFTER,
        Probe.next_look_at <= now,
    )
    probes = list(session.scalars(query.with_for_update(skip_locked=True, of=Probe)))
    for probe in probes:
        since = probe.looked_at or probe.sent_latest or now
        if (probe.cutoff_at is None or since < probe.cutoff_at) and not waits_for_mail(probe):
            record(session, probe, [_out_of_sight(since, now)], now)
    return [probe for probe in probes if probe.outcome is Outcome.EXCLUDED]


def _out_of_sight(since: datetime, now: datetime) -> base.Fact:
    return base.Fact(
        base.FactKind.LOST,
        min(since, now),
        now,
        source=base.OUR_CLOCK,
        key="out-of-sight",
        reasons=("We could not look for answers from then on",),
    )


def close_mail_probes(session: Session, now: datetime) -> list[Probe]:
    """Judge the probes answered by mail whose cut-off has passed, as far as their mailbox was read; returns them."""
    query = select(Probe).where(
        Probe.state == ProbeState.SENT,
        Probe.outcome.in_(WAITING),
        Probe.channel.in_(answered_by_mail()),
        Probe.next_look_at <= now,
    )
    probes = list(session.scalars(query.with_for_update(skip_locked=True, of=Probe)))
    for probe in probes:
        looked(session, probe, probe.looked_at or probe.sent_latest or now, now)
    return [probe for probe in probes if probe.closed_at is not None]
