"""The visits and probes that scores are made of, cut into periods and groups, and what they come to."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from operator import attrgetter
from typing import TypeVar

from audit_app.domain.probes.response_time import CLOSED, SCORED, WAITING, InTime, Outcome
from audit_app.domain.scores.means import MICROSECONDS_PER_HOUR, Mean, curve_for, mean_of, mean_points
from audit_app.domain.scores.policy import Policy, TargetHours
from audit_app.domain.scores.scoring import (
    PendingInput,
    QualityInput,
    ResponseInput,
    ScoreInputs,
    VisitInput,
)
from audit_app.domain.time.period import Period
from audit_app.models import ChannelName, ClockName


class View(StrEnum):
    """How to take the probes that are not decided: as what is known now, or as the least and the most they can be."""

    NOW = "now"
    LEAST = "least"
    MOST = "most"


@dataclass(frozen=True, slots=True)
class VisitFact:
    """A submitted visit that has a score."""

    id: int
    location_id: int
    at: datetime
    value: Fraction
    critical_failures: int
    checklist_id: int

    @property
    def ref(self) -> str:
        """How a score's inputs name it."""
        return f"visit:{self.id}"


@dataclass(frozen=True, slots=True)
class ProbeFact:
    """A probe that was sent, or that we failed to send."""

    id: int
    location_id: int
    at: datetime
    channel: ChannelName
    outcome: Outcome
    micros: int | None
    """Microseconds on its clock until a person's answer, if one came before the cut-off."""
    target: TargetHours
    clock: ClockName
    in_time: InTime | None = None
    """Whether its answer met its target; None for every other outcome."""
    quality: Fraction | None = None
    """Mean of the ratings of its reply, 0 to 100; None where nobody rated it."""
    cutoff_at: datetime | None = None
    pending: PendingInput | None = None
    """What one that is not decided can still become, for those who may know of it."""

    @property
    def ref(self) -> str:
        """How a score's inputs name it."""
        return f"probe:{self.id}"

    @property
    def hours(self) -> Fraction | None:
        """Hours until the answer, exactly."""
        return None if self.micros is None else Fraction(self.micros, MICROSECONDS_PER_HOUR)

    @property
    def answered(self) -> bool:
        """Whether an answer came that counts: in time, or before the cut-off."""
        hours = self.hours
        return hours is not None and (self.in_time is InTime.MET or hours < self.target.cutoff)

    @property
    def scored(self) -> bool:
        """Whether it is closed and counts."""
        return self.outcome in SCORED

    @property
    def counted(self) -> bool:
        """Whether the score counts it now: it is closed, or its target is known to be missed or met."""
        return self.scored or (self.pending is not None and self.pending.counted)


Fact = TypeVar("Fact", VisitFact, ProbeFact)


@dataclass(frozen=True, slots=True)
class Facts:
    """All visits and probes of some locations over some time, in order of time, to be cut into periods and groups."""

    visits: Sequence[VisitFact] = field(default_factory=tuple)
    probes: Sequence[ProbeFact] = field(default_factory=tuple)

    def of(self, locations: Collection[int]) -> Facts:
        """Those of the locations with the ids `locations`."""
        return Facts(
            tuple(visit for visit in self.visits if visit.location_id in locations),
            tuple(probe for probe in self.probes if probe.location_id in locations),
        )

    def within(self, period: Period) -> Facts:
        """Those of the time in `period`."""
        return Facts(_cut(self.visits, period), _cut(self.probes, period))

    def any_within(self, periods: Collection[Period]) -> bool:
        """Whether there is any in one of `periods`."""
        return any(each.visits or each.probes for each in map(self.within, periods))

    def without_open(self, watched: Collection[int]) -> Facts:
        """The same without the open probes at other locations than those with the ids `watched`."""
        return Facts(
            self.visits,
            tuple(
                probe for probe in self.probes if probe.location_id in watched or probe.outcome not in WAITING
            ),
        )

    def settled(self, now: datetime) -> Facts:
        """The visits, and those probes whose time is up and that are decided, whenever they were answered.

        Of the probes sent lately the quick answers are known first. So a comparison takes all that were sent up to
        an instant or none.
        """
        return Facts(
            self.visits,
            tuple(
                probe
                for probe in self.probes
                if probe.outcome in CLOSED and (probe.cutoff_at is None or probe.cutoff_at <= now)
            ),
        )

    def by_location(self) -> dict[int, Facts]:
        """The same, apart for each location that has any."""
        visits: dict[int, list[VisitFact]] = {}
        probes: dict[int, list[ProbeFact]] = {}
        for visit in self.visits:
            visits.setdefault(visit.location_id, []).append(visit)
        for probe in self.probes:
            probes.setdefault(probe.location_id, []).append(probe)
        return {key: Facts(visits.get(key, ()), probes.get(key, ())) for key in visits.keys() | probes.keys()}

    @property
    def closed(self) -> int:
        """How many probes are closed and count."""
        return sum(1 for probe in self.probes if probe.scored)

    @property
    def left_out(self) -> dict[str, int]:
        """How many probes do not count, by the reason: still open, to be decided, or our failure."""
        reasons = Counter(probe.outcome.value for probe in self.probes if not probe.counted)
        return dict(sorted(reasons.items()))

    def inputs(self, policy: Policy) -> ScoreInputs:
        """What the score under `policy` is computed from; over several locations, all that they have together."""
        scored = [probe for probe in self.probes if probe.scored]
        return ScoreInputs(
            policy,
            tuple(VisitInput(visit.ref, visit.value) for visit in self.visits),
            tuple(ResponseInput(probe.ref, probe.hours, probe.target) for probe in scored),
            tuple(QualityInput(probe.ref, probe.quality) for probe in scored if probe.quality is not None),
            self.left_out,
            tuple(probe.pending for probe in self.probes if probe.pending is not None),
        )

    def means(self, policy: Policy, view: View = View.NOW) -> dict[str, Mean]:
        """The mean of each component that has any input; the same as in the score of `inputs`, in a fraction of the time."""
        waits = [wait for probe in self.probes if (wait := _wait(probe, view)) is not None]
        curves = {target: curve_for(policy, target) for target in {target for target, _ in waits}}
        found = {
            "visits": mean_of([visit.value for visit in self.visits]),
            "speed": mean_points(curves, waits),
            "reply_quality": mean_of([p.quality for p in self.probes if p.scored and p.quality is not None]),
        }
        return {key: mean for key, mean in found.items() if mean is not None}


def _wait(probe: ProbeFact, view: View) -> tuple[TargetHours, int | None] | None:
    """The target and the microseconds of a probe that counts in `view`; None for one that does not count."""
    if probe.scored:
        return probe.target, probe.micros
    pending = probe.pending
    if pending is None or (view is View.NOW and not pending.counted):
        return None
    if not pending.counted and not pending.undecided:
        # Not due yet: only counted beside, since counting it as answered would lift anybody.
        return None
    hours = {View.NOW: pending.now, View.LEAST: pending.worst, View.MOST: pending.best}[view]
    return probe.target, None if hours is None else int(hours * MICROSECONDS_PER_HOUR)


def _cut(facts: Sequence[Fact], period: Period) -> Sequence[Fact]:
    """The stretch of `facts`, which are in order of time, that lies in `period`."""
    first = bisect_left(facts, period.start, key=attrgetter("at"))
    return facts[first : bisect_left(facts, period.end, lo=first, key=attrgetter("at"))]


def with_pending(probes: Sequence[ProbeFact], pending: Mapping[int, PendingInput]) -> tuple[ProbeFact, ...]:
    """The same probes; those whose ids `pending` holds with what they can still become."""
    return tuple(
        replace(probe, pending=pending[probe.id]) if probe.id in pending else probe for probe in probes
    )
