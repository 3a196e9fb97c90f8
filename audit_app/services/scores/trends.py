"""How fast a location answers, week by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from audit_app.domain.probes.response_time import InTime
from audit_app.domain.scores.policy import Policy
from audit_app.domain.time.period import Period
from audit_app.models import ClockName
from audit_app.services.scores.facts import Facts, ProbeFact

MEDIAN_OVER = timedelta(weeks=4)
"""The median is taken over so long a time up to the end of each week: a few probes a week say nothing alone."""


@dataclass(frozen=True, slots=True)
class ResponseWeek:
    """The scored probes of one week."""

    week: Period
    probes: Sequence[ProbeFact]
    in_time: int
    cannot_tell: int
    never: int
    median: Fraction | None
    """Hours within which half of the customers of the last four weeks had their answer; None when half or more had
    none, and where the hours are of two clocks. Those who never had an answer count as the longest waits."""
    median_n: int
    """How many probes the median is taken over."""
    clocks: frozenset[ClockName]
    """Whose hours these are; hours of two clocks have no median."""

    @property
    def late(self) -> int:
        """How many were answered surely after their target."""
        return self.n - self.in_time - self.cannot_tell - self.never

    @property
    def n(self) -> int:
        """How many probes there were in the week."""
        return len(self.probes)


def is_unfinished(week: Period, policy: Policy, now: datetime) -> bool:
    """Whether probes of `week` may still be sent or wait for their answers: not all of it is known before the cut-off."""
    return week.end + timedelta(hours=float(policy.cutoff_hours)) > now


def response_weeks(facts: Facts, weeks: Sequence[Period]) -> list[ResponseWeek]:
    """The response times of each of `weeks`; `facts` reach back to four weeks before the end of the first."""
    return [_week(week, facts) for week in weeks]


def _week(week: Period, facts: Facts) -> ResponseWeek:
    probes = [probe for probe in facts.within(week).probes if probe.scored]
    lately = [
        probe for probe in facts.within(Period(week.end - MEDIAN_OVER, week.end)).probes if probe.scored
    ]
    clocks = frozenset(probe.clock for probe in lately)
    return ResponseWeek(
        week,
        probes,
        sum(1 for probe in probes if probe.in_time is InTime.MET),
        sum(1 for probe in probes if probe.in_time is InTime.CANNOT_TELL),
        len(probes) - len(_answered(probes)),
        _median(_answered(lately), len(lately)) if len(clocks) == 1 else None,
        len(lately),
        clocks,
    )


def _answered(probes: Sequence[ProbeFact]) -> list[Fraction]:
    """The hours until the answers that count, shortest first."""
    return sorted(probe.hours for probe in probes if probe.answered and probe.hours is not None)


def _median(answered: Sequence[Fraction], n: int) -> Fraction | None:
    """The middle of `n` waits of which the sorted `answered` are known and all others longer."""
    low, high = (n - 1) // 2, n // 2
    return (answered[low] + answered[high]) / 2 if n and high < len(answered) else None
