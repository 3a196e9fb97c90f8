"""The score of a location or group in a period compared with the period before, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from audit_app.domain.probes.response_time import InTime
from audit_app.domain.scores.policy import Policy
from audit_app.domain.scores.scoring import Component, ScoreInputs, ScoreResult
from audit_app.domain.statistics.wilson import ShareBounds, wilson_interval
from audit_app.domain.time.period import Period
from audit_app.services.scores.inputs import Facts, ProbeFact

COMPONENTS: Mapping[str, str] = {"visits": "Visits", "speed": "Speed", "reply_quality": "Reply quality"}
"""The components of a score in their fixed order, as pages name them."""

FEW = 20
"""Below so many probes the interval of a share is wider than about forty points, and the pages say so in words."""


@dataclass(frozen=True, slots=True)
class InTimeShare:
    """How many of `n` scored probes were answered within their targets, and between which shares the true one lies."""

    met: int
    n: int
    hours: Fraction | None
    """The target that all of them share; None where they have several."""
    bounds: ShareBounds
    cannot_tell: int = 0
    """Answered ones beside `n`, which were seen too seldom to tell whether in time."""

    @property
    def value(self) -> Fraction | None:
        """The share from 0 to 1; None without any probe."""
        return Fraction(self.met, self.n) if self.n else None


@dataclass(frozen=True, slots=True)
class ComponentComparison:
    """One component now and before; either is None where the component had no input."""

    key: str
    title: str
    now: Component | None
    before: Component | None

    @property
    def change(self) -> Decimal | None:
        """The difference of the two values as they are shown."""
        return self.now.shown - self.before.shown if self.now and self.before else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A score now and in the period before, each None where there was nothing to score."""

    facts: Facts
    inputs: ScoreInputs
    inputs_before: ScoreInputs
    now: ScoreResult | None
    before: ScoreResult | None

    @property
    def change(self) -> Decimal | None:
        """The difference of the two scores as they are shown, so that it can be checked by eye."""
        return self.now.shown - self.before.shown if self.now and self.before else None

    @property
    def components(self) -> tuple[ComponentComparison, ...]:
        """All components in fixed order, also those without any input."""
        return tuple(
            ComponentComparison(key, title, component(self.now, key), component(self.before, key))
            for key, title in COMPONENTS.items()
        )

    @property
    def deepest_fall(self) -> ComponentComparison | None:
        """The component whose own value went down most, None where none went down."""
        fallen = [part for part in self.components if part.change is not None and part.change < 0]
        return min(fallen, key=lambda part: part.change or 0, default=None)

    @property
    def in_time(self) -> InTimeShare:
        """The share of scored probes answered within their targets."""
        return in_time_share(self.facts, self.inputs.policy)

    @property
    def n(self) -> int:
        """How many visits and probes the score is made of."""
        return len(self.inputs.visits) + len(self.inputs.responses)

    @property
    def n_before(self) -> int:
        """The same for the period before."""
        return len(self.inputs_before.visits) + len(self.inputs_before.responses)


def compare(facts: Facts, period: Period, before: Period, policy: Policy) -> Comparison:
    """The score of those whom `facts` are about in `period`, beside that of `before`."""
    now = facts.within(period)
    inputs, inputs_before = now.inputs(policy), facts.within(before).inputs(policy)
    return Comparison(now, inputs, inputs_before, inputs.score(), inputs_before.score())


def weekly_scores(facts: Facts, weeks: Sequence[Period], policy: Policy) -> list[Fraction | None]:
    """The score of each week, None where there was nothing to score."""
    results = [facts.within(week).inputs(policy).score() for week in weeks]
    return [result.value if result else None for result in results]


def in_time_share(facts: Facts, policy: Policy) -> InTimeShare:
    """The share of the scored probes that were answered within their targets."""
    scored = [probe for probe in facts.probes if probe.scored]
    met = sum(1 for probe in scored if probe.in_time is InTime.MET)
    cannot_tell = sum(1 for probe in scored if probe.in_time is InTime.CANNOT_TELL)
    n = len(scored) - cannot_tell
    return InTimeShare(met, n, shared_target(scored, policy), wilson_interval(met, n), cannot_tell)


def shared_target(probes: Sequence[ProbeFact], policy: Policy) -> Fraction | None:
    """The target hours of all these probes, the policy's where there are none; None where they have several."""
    targets = {probe.target.target for probe in probes} or {policy.target_hours}
    return targets.pop() if len(targets) == 1 else None


def component(result: ScoreResult | None, key: str) -> Component | None:
    """The component `key` of a score, None when it had no input."""
    return next((part for part in result.components if part.key == key), None) if result else None
