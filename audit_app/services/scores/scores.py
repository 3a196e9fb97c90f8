"""Weekly scores of locations, regions and the whole chain: computing, storing and checking them.

Computing only reads, and takes as long as it takes. Storing writes small batches, so that nobody's save waits for it.
Stored scores hold closed probes only; those that are open are added where somebody reads who may know of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from audit_app.domain.exact import fraction_text, number_json, read_exact, round_half_up
from audit_app.domain.scores.policy import Groups, Policy, policy_hash, read_policy
from audit_app.domain.scores.record import from_snapshot, snapshot, to_json
from audit_app.domain.scores.scoring import ScoreInputs
from audit_app.domain.scores.sufficiency import Level, sufficiency
from audit_app.domain.time.period import Period, complete_weeks, week_of
from audit_app.models import Location, Score, ScorePolicy, Visit
from audit_app.services.company import organisation_zone
from audit_app.services.scores.inputs import gather
from audit_app.services.scores.policies import ensure_policy

Json = dict[str, Any]

WEEKS_KEPT_CURRENT = timedelta(weeks=3)
"""How far back the weekly scores are computed again: answers, reviews and ratings come after the week has ended.
Three weeks back from any moment hold two complete ones."""
MIDDLE = timedelta(days=3, hours=12)
CAUGHT_UP_AT_ONCE = 8
"""After a change of the zone so many weeks are computed again in one round."""
BATCH = 40
"""So many rows are written in one transaction, which takes far less than a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose score it is: one location, one region, or (neither) the whole chain."""

    location_id: int | None = None
    region_id: int | None = None


CHAIN = Subject()


@dataclass(frozen=True, slots=True)
class Computed:
    """A score that may have to be stored, with all that its row holds."""

    subject: Subject
    period: Period
    policy_hash: str
    value: Fraction | None
    band: str
    inputs: Json
    breakdown: Json

    @property
    def inputs_hash(self) -> str:
        """What tells whether it is the same as the newest that is stored."""
        return hash_of(self.inputs)


def store_scores(
    session: Session, scores: Sequence[Computed], version: ScorePolicy, now: datetime
) -> list[Score]:
    """Store these scores, and return those that were new or had changed.

    A score whose inputs or policy changed becomes another row; the one before stays as it was. Where there is nothing
    to score, and there never was, no row is made.
    """
    rows = [_row(each, version, now) for each in changed(session, scores)]
    session.add_all(rows)
    session.flush()
    return rows


def changed(session: Session, scores: Sequence[Computed]) -> list[Computed]:
    """Those of `scores` that differ from the newest stored ones; reads only."""
    newest = _newest_hashes(session, scores)
    found = []
    for each in scores:
        subject, period = each.subject, each.period
        before = newest.get((subject.location_id, subject.region_id, period.start, period.end))
        if each.inputs_hash != before and (each.value is not None or before is not None):
            found.append(each)
    return found


def _newest_hashes(session: Session, scores: Sequence[Computed]) -> dict[tuple[object, ...], str]:
    """The hash of the inputs of the newest score, by location, region, start and end."""
    starts = {each.period.start for each in scores}
    ids = {each.subject.location_id for each in scores} - {None}
    query = (
        select(Score.location_id, Score.region_id, Score.period_start, Score.period_end, Score.inputs_hash)
        .where(Score.period_start.in_(starts), or_(Score.location_id.in_(ids), Score.location_id.is_(None)))
        .order_by(Score.id)
    )
    return {tuple(row[:4]): row[4] for row in session.execute(query)}


def computed(subject: Subject, period: Period, inputs: ScoreInputs) -> Computed:
    """The score of `inputs`, ready to be stored; a letter only where the policy has enough for one."""
    result, policy = inputs.score(), inputs.policy
    enough = (
        sufficiency(policy, len(inputs.visits), len(inputs.responses), len(inputs.qualities)).level
        is Level.ENOUGH
    )
    return Computed(
        subject,
        period,
        policy_hash(policy),
        result.value if result else None,
        result.band if result and enough else "",
        snapshot(policy, inputs.visits, inputs.responses, inputs.qualities, inputs.left_out),
        to_json(result) if result else {},
    )


def _row(each: Computed, version: ScorePolicy, now: datetime) -> Score:
    return Score(
        location_id=each.subject.location_id,
        region_id=each.subject.region_id,
        period_start=each.period.start,
        period_end=each.period.end,
        policy_id=version.id,
        policy_hash=each.policy_hash,
        value=each.value,
        band=each.band,
        inputs=each.inputs,
        inputs_hash=each.inputs_hash,
        breakdown=each.breakdown,
        computed_at=now,
    )


def hash_of(inputs: Json) -> str:
    """The SHA-256 of a snapshot of inputs, in hexadecimal, the same whatever the order of its keys."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def verify_score(row: Score) -> bool:
    """Whether a stored score comes out of its stored inputs again, to the last digit.

    Raises:
        InvalidInput: the stored inputs cannot be read.
        Conflict: the policy among them is not the one that its hash names.
    """
    if hash_of(row.inputs) != row.inputs_hash:
        return False
    subject = Subject(row.location_id, row.region_id)
    period = Period(row.period_start, row.period_end)
    if "members" in row.inputs:
        again = _of_members(subject, period, read_policy(row.inputs["policy"]), row.inputs["members"])
    else:
        again = computed(subject, period, from_snapshot(row.inputs))
    return (row.value, row.breakdown, row.policy_hash) == (
        again.value,
        again.breakdown,
        again.policy_hash,
    ) and (row.band == again.band)


# ---------- the scores of weeks ----------


def store_weekly_scores(session: Session, start: datetime, end: datetime, now: datetime) -> list[Score]:
    """Store the scores of all locations, regions and the chain for the complete weeks from `start` to `end`.

    Weeks run from Monday to Sunday in the company's zone. Returns the scores that were new or had changed.
    """
    return store_weeks(session, complete_weeks(start, end, organisation_zone(session)), now)


def store_weeks(session: Session, weeks: Sequence[Period], now: datetime) -> list[Score]:
    """Store the scores of all locations, regions and the chain for `weeks` in this transaction."""
    version = ensure_policy(session, now)
    stored = store_scores(
        session, location_scores(session, weeks, read_policy(version.content)), version, now
    )
    return stored + store_scores(session, group_scores(session, weeks, version), version, now)


def due_weeks(session: Session, now: datetime) -> list[Period]:
    """The weeks to be computed now: the last two complete ones, those of visits that arrived late, and some that were
    stored for another zone's weeks."""
    zone = organisation_zone(session)
    late = _weeks_of_late_visits(session, now, zone)
    current = complete_weeks(now - WEEKS_KEPT_CURRENT, now, zone)
    chain = select(Score.period_start).where(Score.location_id.is_(None), Score.region_id.is_(None))
    there = set(session.scalars(chain.distinct()))
    # The middle of a week lies in the same week of every zone.
    same = {week_of((start + MIDDLE).astimezone(zone).date(), zone) for start in there}
    missing = sorted(week for week in same if week.start not in there and week.end <= now)
    return sorted({*current, *late, *missing[-CAUGHT_UP_AT_ONCE:]})


def _weeks_of_late_visits(session: Session, now: datetime, zone: ZoneInfo) -> set[Period]:
    """The weeks in which visits were made that arrived of late, when these are no longer computed by themselves."""
    since = now - WEEKS_KEPT_CURRENT
    made = session.scalars(
        select(Visit.finished_at).where(Visit.received_at >= since, Visit.finished_at < since)
    )
    weeks = {week_of(at.astimezone(zone).date(), zone) for at in made if at is not None}
    return {week for week in weeks if week.end <= now}


def location_scores(session: Session, weeks: Sequence[Period], policy: Policy) -> list[Computed]:
    """The scores of all locations in `weeks`; reads only."""
    if not weeks:
        return []
    ids = session.scalars(select(Location.id).order_by(Location.id)).all()
    facts = gather(session, ids, Period(weeks[0].start, weeks[-1].end)).without_open(())
    apart = facts.by_location()
    return [
        computed(Subject(location_id=key), week, apart[key].within(week).inputs(policy))
        for week in weeks
        for key in sorted(apart)
    ]


def group_scores(session: Session, weeks: Sequence[Period], version: ScorePolicy) -> list[Computed]:
    """The scores of the regions and the chain in `weeks`, from the stored ones of their locations; reads only."""
    policy = read_policy(version.content)
    if policy.groups is Groups.POOLED:
        return _pooled_scores(session, weeks, policy)
    groups = _groups(session)
    weights = {row.id: row.weight for row in session.execute(select(Location.id, Location.weight))}
    found = []
    for week in weeks:
        rows = _newest_of(session, week, policy)
        for subject, ids in groups.items():
            members = [_member(rows[key], weights[key], policy) for key in sorted(ids) if key in rows]
            found.append(_of_members(subject, week, policy, members))
    return found


def _newest_of(session: Session, week: Period, policy: Policy) -> dict[int, tuple[int, int, Fraction | None]]:
    """The newest stored score of each location in `week` by this policy: its row, location and value."""
    query = (
        select(Score.id, Score.location_id, Score.value)
        .where(Score.period_start == week.start, Score.period_end == week.end)
        .where(Score.location_id.is_not(None), Score.policy_hash == policy_hash(policy))
        .order_by(Score.id)
    )
    return {row.location_id: (row.id, row.location_id, row.value) for row in session.execute(query)}


def _member(row: tuple[int, int, Fraction | None], weight: Fraction, policy: Policy) -> Json:
    score_id, location_id, value = row
    counts = weight if policy.groups is Groups.WEIGHTED else Fraction(1)
    return {
        "score": score_id,
        "location": location_id,
        "value": None if value is None else fraction_text(value),
        "weight": fraction_text(counts),
    }


def _of_members(
    subject: Subject, week: Period, policy: Policy, members: Sequence[Mapping[str, Any]]
) -> Computed:
    """The mean of its locations' scores, by their weights; None without any."""
    having = [(read_exact(each["weight"]), read_exact(each["value"])) for each in members if each["value"]]
    whole = sum((weight for weight, _ in having), Fraction(0))
    total = sum((weight * value for weight, value in having), Fraction(0))
    value = total / whole if whole else None
    shown = {"value": number_json(value), "shown": str(round_half_up(value))} if value is not None else {}
    return Computed(
        subject,
        week,
        policy_hash(policy),
        value,
        policy.band(value) if value is not None else "",
        {
            "policy": policy.content,
            "policy_hash": policy_hash(policy),
            "members": [dict(each) for each in members],
        },
        {**shown, "counted": len(having)} if shown else {},
    )


def _pooled_scores(session: Session, weeks: Sequence[Period], policy: Policy) -> list[Computed]:
    """The scores of groups by a policy that pools all inputs of their locations."""
    if not weeks:
        return []
    groups = _groups(session)
    facts = gather(session, groups[CHAIN], Period(weeks[0].start, weeks[-1].end)).without_open(())
    return [
        computed(subject, week, of_week.of(ids).inputs(policy))
        for week in weeks
        for of_week in [facts.within(week)]
        for subject, ids in groups.items()
    ]


def _groups(session: Session) -> dict[Subject, set[int]]:
    """The ids of the locations of the chain and of each region."""
    groups: dict[Subject, set[int]] = {CHAIN: set()}
    for location_id, region_id in session.execute(select(Location.id, Location.region_id)):
        groups.setdefault(Subject(region_id=region_id), set()).add(location_id)
        groups[CHAIN].add(location_id)
    return groups
