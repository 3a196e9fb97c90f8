"""How long a probe's answer took, on both clocks and against its service target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit_app.domain.probes.first_times import FIRST_TIMES, FirstTime
from audit_app.domain.probes.probe import ObservationKind
from audit_app.domain.probes.response_time import (
    NEVER_ANSWERED,
    UNTIMED,
    Interval,
    InTime,
    Outcome,
    ResponseTime,
    Verdict,
    judge,
    longest,
)
from audit_app.domain.time import clock
from audit_app.models import ClockName, Probe
from audit_app.services.probes.limits import limits_of, measure_of, opening_time


@dataclass(frozen=True, slots=True)
class Reading:
    """A response time on one clock; `judges` marks the clock of the probe's service target."""

    clock: ClockName
    response: ResponseTime
    judges: bool


def reading(probe: Probe, name: ClockName, now: datetime) -> Reading | None:
    """What the clock `name` shows for the probe; None while nothing is to be timed.

    With an answer: from sending to the answer, at least and at most, also when it came too late. With a reply that
    nobody has judged yet: at least until that. With none: the wait until `now`, or until the cut-off.
    """
    if probe.sent_earliest is None or probe.sent_latest is None or probe.outcome in UNTIMED:
        return None
    measure = opening_time(probe) if name is ClockName.OPENING_HOURS else clock.elapsed
    most = None
    if probe.answered_latest is not None:
        most = longest(probe.sent_earliest, probe.answered_latest, measure)
    least = max(clock.NOTHING, measure(probe.sent_latest, _not_before(probe, now)))
    return Reading(name, ResponseTime(least, most), name is probe.clock)


def readings(probe: Probe, now: datetime) -> tuple[Reading, ...]:
    """What both clocks show, the judging one first; empty while nothing is to be timed."""
    judging = probe.clock
    names = sorted(ClockName, key=lambda name: name is not judging)
    return tuple(found for name in names if (found := reading(probe, name, now)))


def first_times(probe: Probe) -> dict[FirstTime, ResponseTime]:
    """How long after sending anything came, anything automatic and a person, on the elapsed clock.

    What has not come is left out. The first may be any of those whose intervals overlap.
    """
    if probe.sent_earliest is None or probe.sent_latest is None:
        return {}
    found = {}
    for first, kinds in FIRST_TIMES.items():
        seen = [
            each for each in probe.observations if each.kind in kinds and each.latest >= probe.sent_earliest
        ]
        if seen:
            earliest, latest = min(each.earliest for each in seen), min(each.latest for each in seen)
            least = max(clock.NOTHING, clock.elapsed(probe.sent_latest, earliest))
            found[first] = ResponseTime(least, clock.elapsed(probe.sent_earliest, latest))
    return found


def in_time(probe: Probe, response: ResponseTime | None) -> InTime | None:
    """Whether an answered probe met its target, as it was judged; None for every other outcome."""
    if probe.in_time is not None or probe.outcome is not Outcome.ANSWERED or response is None:
        return probe.in_time
    return response.within(limits_of(probe).target)


def most_or_least(response: ResponseTime) -> timedelta:
    """The end of a response time that the score counts: the later one, where there is one."""
    return response.at_least if response.at_most is None else response.at_most


def verdict_with(probe: Probe, now: datetime, kinds: Mapping[int, ObservationKind] | None = None) -> Verdict:
    """What comes of the probe by its ledger, with its reason in words; changes nothing.

    `kinds` says for the ids of observations what they are to be taken for instead of what is recorded.
    """
    taken = kinds or {}
    facts = [
        (taken.get(seen.id, seen.kind), Interval(seen.earliest, seen.latest)) for seen in probe.observations
    ]
    sent = None
    if probe.sent_earliest is not None and probe.sent_latest is not None:
        sent = Interval(probe.sent_earliest, probe.sent_latest)
    seen_until = probe.looked_at or probe.sent_latest or now
    return judge(sent, facts, seen_until, limits_of(probe), measure_of(probe))


def _not_before(probe: Probe, now: datetime) -> datetime:
    """The moment before which surely no person's answer had come."""
    if probe.outcome is Outcome.UNCERTAIN:
        kinds = {ObservationKind.UNCERTAIN_REPLY, ObservationKind.HUMAN_REPLY}
        return min((seen.earliest for seen in probe.observations if seen.kind in kinds), default=now)
    if probe.answered_earliest is not None:
        return probe.answered_earliest
    closed = probe.cutoff_at if probe.outcome in NEVER_ANSWERED else None
    return min(now, closed or now)
