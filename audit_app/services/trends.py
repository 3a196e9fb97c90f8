"""How fast a location answers, week by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from audit_app.domain.policy import Policy
from audit_app.services.periods import Period
from audit_app.services.score_inputs import Facts, ProbeFact


@dataclass(frozen=True, slots=True)
class ResponseWeek:
    """The scored probes of one week."""

    week: Period
    probes: Sequence[ProbeFact]
    in_time: int
    never: int
    median: Fraction | None
    """Hours within which half of the customers had their answer; None when half or more never had one, or without
    any probe. Those who never had an answer count as the longest waits, and are not dropped."""

    @property
    def n(self) -> int:
        """How many probes there were."""
        return len(self.probes)


def response_weeks(facts: Facts, weeks: Sequence[Period], policy: Policy) -> list[ResponseWeek]:
    """The response times of each of `weeks`."""
    return [_week(week, [p for p in facts.within(week).probes if p.scored], policy) for week in weeks]


def _week(week: Period, probes: Sequence[ProbeFact], policy: Policy) -> ResponseWeek:
    answered = [probe.hours for probe in probes if counts_as_answered(probe, policy)]
    hours = sorted(hours for hours in answered if hours is not None)
    return ResponseWeek(
        week,
        probes,
        sum(1 for each in hours if each <= policy.target_hours),
        len(probes) - len(hours),
        _median(hours, len(probes)),
    )


def counts_as_answered(probe: ProbeFact, policy: Policy) -> bool:
    """Whether a person answered before the cut-off, from which on an answer counts as none."""
    return probe.hours is not None and probe.hours < policy.cutoff_hours


def _median(answered: Sequence[Fraction], n: int) -> Fraction | None:
    """The middle of `n` waits of which the sorted `answered` are known and all others longer."""
    low, high = (n - 1) // 2, n // 2
    return (answered[low] + answered[high]) / 2 if n and high < len(answered) else None
