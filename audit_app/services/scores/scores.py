"""Scores of locations, regions and the whole chain: computing, storing, checking and explaining them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.scores.policy import Policy, policy_hash, read_policy
from audit_app.domain.scores.record import from_snapshot, snapshot, to_json
from audit_app.domain.scores.scoring import ScoreInputs
from audit_app.domain.time.period import Period, complete_weeks
from audit_app.models import Location, Score, ScorePolicy
from audit_app.services.company import organisation_zone
from audit_app.services.scores.inputs import gather
from audit_app.services.scores.policies import ensure_policy

Json = dict[str, Any]

WEEKS_KEPT_CURRENT = timedelta(weeks=3)
"""How far back the weekly scores are computed again: answers, reviews and ratings come after the week has ended.
Three weeks back from any moment hold two complete ones."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose score it is: one location, one region, or (neither) the whole chain."""

    location_id: int | None = None
    region_id: int | None = None


CHAIN = Subject()


def store_scores(
    session: Session,
    computed: Sequence[tuple[Subject, Period, ScoreInputs]],
    version: ScorePolicy,
    now: datetime,
) -> list[Score]:
    """Store these scores, and return those that were new or had changed.

    A score whose inputs or policy changed becomes another row; the one before stays as it was. Where there is nothing
    to score, and there never was, no row is made.
    """
    newest = _newest_hashes(session, [period for _, period, _ in computed])
    rows = []
    for subject, period, inputs in computed:
        row = _row(subject, period, inputs, version, now)
        before = newest.get((subject.location_id, subject.region_id, period.start, period.end))
        if row.inputs_hash != before and (row.value is not None or before is not None):
            rows.append(row)
    session.add_all(rows)
    session.flush()
    return rows


def _newest_hashes(session: Session, periods: Iterable[Period]) -> dict[tuple[object, ...], str]:
    """The hash of the inputs of the newest score, by location, region, start and end."""
    starts = {period.start for period in periods}
    query = (
        select(Score.location_id, Score.region_id, Score.period_start, Score.period_end, Score.inputs_hash)
        .where(Score.period_start.in_(starts))
        .order_by(Score.id)
    )
    return {tuple(row[:4]): row[4] for row in session.execute(query)}


def _row(subject: Subject, period: Period, inputs: ScoreInputs, version: ScorePolicy, now: datetime) -> Score:
    result = inputs.score()
    taken = snapshot(inputs.policy, inputs.visits, inputs.responses, inputs.qualities, inputs.left_out)
    return Score(
        location_id=subject.location_id,
        region_id=subject.region_id,
        period_start=period.start,
        period_end=period.end,
        policy=version,
        policy_hash=policy_hash(inputs.policy),
        value=result.value if result else None,
        band=result.band if result else "",
        inputs=taken,
        inputs_hash=hash_of(taken),
        breakdown=to_json(result) if result else {},
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
    result = from_snapshot(row.inputs).score()
    if hash_of(row.inputs) != row.inputs_hash:
        return False
    if result is None:
        return (row.value, row.band, row.breakdown) == (None, "", {})
    return (row.value, row.band, row.breakdown, row.policy_hash) == (
        result.value,
        result.band,
        to_json(result),
        result.policy_hash,
    )


def store_due_scores(session: Session, now: datetime) -> list[Score]:
    """Store the scores of the last two complete weeks that are new or have changed, and return them."""
    return store_weekly_scores(session, now - WEEKS_KEPT_CURRENT, now, now)


def store_weekly_scores(session: Session, start: datetime, end: datetime, now: datetime) -> list[Score]:
    """Store the scores of all locations, regions and the chain for the complete weeks from `start` to `end`.

    Weeks run from Monday to Sunday in the organisation's zone. Returns the scores that were new or had changed.
    """
    weeks = complete_weeks(start, end, organisation_zone(session))
    if not weeks:
        return []
    version = ensure_policy(session, now)
    policy = read_policy(version.content)
    members = _members(session)
    facts = gather(session, members[CHAIN], Period(weeks[0].start, weeks[-1].end))
    computed = [
        (subject, week, of_week.of(locations).inputs(policy))
        for week in weeks
        for of_week in [facts.within(week)]
        for subject, locations in members.items()
    ]
    return store_scores(session, computed, version, now)


def _members(session: Session) -> dict[Subject, set[int]]:
    """The ids of the active locations of everything that gets a score."""
    members: dict[Subject, set[int]] = {CHAIN: set()}
    query = select(Location.id, Location.region_id).where(Location.active).order_by(Location.id)
    for location_id, region_id in session.execute(query):
        members[Subject(location_id=location_id)] = {location_id}
        members.setdefault(Subject(region_id=region_id), set()).add(location_id)
        members[CHAIN].add(location_id)
    return members


def explain(session: Session, location: Location, period: Period, zone: ZoneInfo, policy: Policy) -> Json:
    """The score of `location` in `period` with all that it is made of, for JSON.

    Exact numbers are objects with the decimal and the fraction. The days of the period are those of `zone`. Where
    there is nothing to score, `value`, `shown` and `band` are null and there are no components.
    """
    inputs = gather(session, [location.id], period).inputs(policy)
    result = inputs.score()
    nothing: Json = {
        "value": None,
        "shown": None,
        "shown_lost": None,
        "band": None,
        "policy_hash": policy_hash(policy),
        "components": [],
        "left_out": dict(inputs.left_out),
    }
    return {
        "location": {"key": location.key, "name": location.name, "region": location.region.name},
        "period": {
            "from": period.first_day(zone).isoformat(),
            "to": period.last_day(zone).isoformat(),
            "time_zone": zone.key,
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
        },
        **(to_json(result) if result else nothing),
    }
