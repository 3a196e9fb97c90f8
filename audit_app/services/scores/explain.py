"""A score with all that it is made of, for programs: every figure that a page shows, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.exact import exact_text, number_json, round_half_up
from audit_app.domain.scores.policy import Policy, policy_hash
from audit_app.domain.scores.record import to_json
from audit_app.domain.time.period import Period
from audit_app.models import Location, Region
from audit_app.services.probes.pending import waiting_probes
from audit_app.services.scores.comparison import Background, Comparison, InTimeShare, compare, compare_group
from audit_app.services.scores.facts import Facts
from audit_app.services.scores.inputs import gather
from audit_app.services.scores.overview import members_of
from audit_app.services.scores.spread import chain_spread
from audit_app.services.scores.strata import strata_of

Json = dict[str, Any]


def explain(
    session: Session, location: Location, period: Period, zone: ZoneInfo, policy: Policy, now: datetime
) -> Json:
    """The score of `location` in `period` with all that it is made of, for JSON.

    Exact numbers are objects with the decimal and the fraction. The days of the period are those of `zone`. Where
    there is too little for a score, `value`, `shown` and `band` are null and there are no components.
    """
    facts, background = _gathered(session, [location], period, zone, policy, now)
    comparison = compare(facts, period, period.before(zone), policy, background)
    result = comparison.inputs.score() if comparison.now else None
    whole = to_json(result) if result else None
    about = {"location": {"key": location.key, "name": location.name, "region": location.region.name}}
    return {**about, **_told(comparison, whole, period, zone)}


def explain_group(
    session: Session, region: Region | None, period: Period, zone: ZoneInfo, policy: Policy, now: datetime
) -> Json:
    """The score of `region`, or of the whole chain, in `period`, with each of its locations' scores."""
    query = select(Location).order_by(Location.key)
    if region is not None:
        query = query.where(Location.region_id == region.id)
    locations = session.scalars(query).all()
    facts, background = _gathered(session, locations, period, zone, policy, now)
    apart, before = facts.by_location(), period.before(zone)
    each = [
        (location, compare(apart.get(location.id, Facts()), period, before, policy, background))
        for location in members_of(locations, apart, (before, period))
    ]
    group = compare_group(
        [(location.weight, comparison) for location, comparison in each],
        facts,
        period,
        before,
        policy,
        background,
    )
    name = {"key": region.key, "name": region.name} if region else None
    return {
        "region": name,
        **_told(group, to_json(group.now) if group.now else None, period, zone),
        "locations": [_member(location, comparison) for location, comparison in each],
    }


def _gathered(
    session: Session,
    locations: Sequence[Location],
    period: Period,
    zone: ZoneInfo,
    policy: Policy,
    now: datetime,
) -> tuple[Facts, Background]:
    ids = [location.id for location in locations]
    pending = {each.probe_id: each.input for each in waiting_probes(session, ids, now)}
    facts = gather(session, ids, Period(period.before(zone).start, period.end), pending)
    return facts, Background(strata_of(session, ids), chain_spread(session, policy, now), now)


def _told(comparison: Comparison, whole: Json | None, period: Period, zone: ZoneInfo) -> Json:
    nothing: Json = {
        "value": None,
        "shown": None,
        "shown_lost": None,
        "band": None,
        "policy_hash": policy_hash(comparison.policy),
        "components": [],
        "left_out": comparison.facts.left_out,
    }
    told = whole or nothing
    return {
        "period": {
            "from": period.first_day(zone).isoformat(),
            "to": period.last_day(zone).isoformat(),
            "time_zone": zone.key,
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
        },
        **told,
        "band": comparison.band or None,
        "n": comparison.n,
        "data": {"level": comparison.enough.level.value, "missing": dict(comparison.enough.missing)},
        "range": _range(comparison),
        "interval": _interval(comparison),
        "in_time": _in_time(comparison.in_time),
        "change": _change(comparison),
        "counted_locations": {"counted": comparison.counted, "of": comparison.locations},
        "unrated": comparison.unrated,
        "targets": _targets(comparison.facts),
    }


def _range(comparison: Comparison) -> Json | None:
    found = comparison.range
    if found is None:
        return None
    return {
        "least": number_json(found.least),
        "most": number_json(found.most),
        "overdue": found.overdue,
        "undecided": found.undecided,
    }


def _interval(comparison: Comparison) -> Json | None:
    if comparison.interval is None:
        return None
    low, high = comparison.interval
    return {"low": str(round_half_up(low)), "high": str(round_half_up(high)), "confidence": "0.95"}


def _in_time(share: InTimeShare) -> Json:
    return {
        "met": share.met,
        "n": share.n,
        "target_hours": None if share.hours is None else exact_text(share.hours),
        "low": round(share.bounds.low, 4),
        "high": round(share.bounds.high, 4),
        "cannot_tell": share.cannot_tell,
        "not_due": share.not_due,
        "undecided": share.undecided,
    }


def _change(comparison: Comparison) -> Json:
    changed, before = comparison.changed, comparison.before
    return {
        "value": None if changed.value is None else number_json(changed.value),
        "before": None if before is None else number_json(before.value),
        "components": {
            key: {"value": number_json(part.value), "n_before": part.n_before, "n_now": part.n_now}
            for key, part in changed.parts.items()
        },
        "missing_now": list(changed.missing_now),
        "missing_before": list(changed.missing_before),
        "not_alike": list(changed.not_alike),
    }


def _targets(facts: Facts) -> list[Json]:
    """The service targets by which the probes of the period are judged, each with its clock and how many."""
    counts: dict[tuple[str, Fraction, Fraction, Fraction], int] = {}
    for probe in facts.probes:
        target = probe.target
        key = (probe.clock.value, target.stretch, target.target, target.cutoff)
        counts[key] = counts.get(key, 0) + 1
    return [
        {
            "clock": clock,
            "stretch_hours": exact_text(stretch),
            "target_hours": exact_text(target),
            "cutoff_hours": exact_text(cutoff),
            "probes": n,
        }
        for (clock, stretch, target, cutoff), n in sorted(counts.items())
    ]


def _member(location: Location, comparison: Comparison) -> Json:
    return {
        "key": location.key,
        "name": location.name,
        "weight": number_json(location.weight),
        "value": number_json(comparison.now.value) if comparison.now else None,
        "band": comparison.band or None,
        "change": None if comparison.changed.value is None else number_json(comparison.changed.value),
        "data": comparison.enough.level.value,
        "n": comparison.n,
    }
