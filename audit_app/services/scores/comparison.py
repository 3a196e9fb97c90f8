"""The score of a location or group in a period: what is known, how sure that is, and how it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from audit_app.domain.exact import round_half_up
from audit_app.domain.probes.response_time import InTime, Outcome
from audit_app.domain.scores.change import Change, Input, change, group_change
from audit_app.domain.scores.groups import Member, mean_score, mean_value
from audit_app.domain.scores.means import COMPONENTS, Means, curve_for, value_of, weights_of
from audit_app.domain.scores.policy import Groups, Policy
from audit_app.domain.scores.scoring import Component, ScoreInputs, ScoreResult
from audit_app.domain.scores.sufficiency import Level, Sufficiency, sufficiency
from audit_app.domain.statistics.score_interval import (
    Sample,
    Uncertainty,
    mean_uncertainty,
    uncertainty,
    variance_of,
)
from audit_app.domain.statistics.wilson import ShareBounds, wilson_interval
from audit_app.domain.time.period import Period
from audit_app.services.scores.facts import Facts, ProbeFact, View
from audit_app.services.scores.strata import Strata

TITLES: Mapping[str, str] = {"visits": "Visits", "speed": "Speed", "reply_quality": "Reply quality"}
"""The components of a score, as pages name them."""

FEW = 20
"""Below so many probes the interval of a share is wider than about forty points, and the pages say so in words."""


@dataclass(frozen=True, slots=True)
class InTimeShare:
    """How many of `n` probes were answered within their targets, and between which shares the true one lies.

    `n` holds the closed ones and those that are known to have missed or met their target, whatever comes.
    """

    met: int
    n: int
    hours: Fraction | None
    """The target that all of them share; None where they have several."""
    bounds: ShareBounds
    cannot_tell: int = 0
    """Answered ones beside `n`, which were seen too seldom to tell whether in time."""
    not_due: int = 0
    """Open ones beside `n`, within their target so far."""
    undecided: int = 0
    """Those beside `n` whose reply somebody has to judge."""

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
    change: Decimal | None
    """How it changed over what both periods have, as shown."""


@dataclass(frozen=True, slots=True)
class Background:
    """What a comparison needs to know besides the facts: kinds of hours, the chain's spread, and the instant."""

    strata: Strata
    spread: Mapping[str, float]
    now: datetime


@dataclass(frozen=True, slots=True)
class Range:
    """Between which scores the one shown can still move, and by how many probes."""

    least: Fraction
    most: Fraction
    overdue: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A score now and in the period before, each None where there is too little for one."""

    policy: Policy
    facts: Facts
    facts_before: Facts
    now: ScoreResult | None
    before: ScoreResult | None
    enough: Sufficiency
    range: Range | None
    """None where nothing can move the score any more."""
    uncertainty: Uncertainty | None
    changed: Change
    means: Mapping[View, Means]
    means_before: Means
    counted: int = 1
    locations: int = 1
    """Of how many locations how many have enough for a score; a location counts for itself."""

    @property
    def band(self) -> str:
        """The letter; empty where there is too little for one."""
        return self.now.band if self.now and self.enough.level is Level.ENOUGH else ""

    @property
    def change(self) -> Decimal | None:
        """The change over what both periods have, as shown.

        Where that is the whole of both, it is the difference of the two shown scores, so that it can be checked by eye.
        """
        value, now, before = self.changed.value, self.now, self.before
        if value is not None and now and before and value == now.value - before.value:
            return now.shown - before.shown
        return None if value is None else round_half_up(value)

    @property
    def interval(self) -> tuple[Fraction, Fraction] | None:
        """Between which scores the true one lies, 95 % sure, as far as it can still move and by chance."""
        if self.now is None or self.uncertainty is None:
            return None
        half = Fraction(self.uncertainty.half_width())
        low, high = self.now.value, self.now.value
        if self.range is not None:
            low, high = min(low, self.range.least), max(high, self.range.most)
        return max(Fraction(0), low - half), min(Fraction(100), high + half)

    @property
    def components(self) -> tuple[ComponentComparison, ...]:
        """All components of the policy in fixed order, also those without any input."""
        return tuple(
            ComponentComparison(
                key, title, component(self.now, key), component(self.before, key), self._change_of(key)
            )
            for key, title in TITLES.items()
            if getattr(self.policy.weights, key)
        )

    def _change_of(self, key: str) -> Decimal | None:
        part = self.changed.parts.get(key)
        return None if part is None else round_half_up(part.value)

    @property
    def deepest_fall(self) -> ComponentComparison | None:
        """The component whose own value went down most, None where none went down."""
        fallen = [part for part in self.components if part.change is not None and part.change < 0]
        return min(fallen, key=lambda part: part.change or 0, default=None)

    @property
    def in_time(self) -> InTimeShare:
        """The share of probes answered within their targets."""
        return in_time_share(self.facts, self.policy)

    @property
    def inputs(self) -> ScoreInputs:
        """What the score of the period is made of."""
        return self.facts.inputs(self.policy)

    @property
    def n(self) -> int:
        """How many visits and probes the score is made of."""
        return _inputs_in(self.facts)

    @property
    def n_before(self) -> int:
        """The same for the period before."""
        return _inputs_in(self.facts_before)

    @property
    def unrated(self) -> int:
        """How many answers have no rating yet; their quality is pending, not absent."""
        return sum(1 for p in self.facts.probes if p.outcome is Outcome.ANSWERED and p.quality is None)


def compare(
    facts: Facts, period: Period, before: Period, policy: Policy, background: Background
) -> Comparison:
    """The score of one location, or of all that `facts` hold together, in `period`, beside that of `before`."""
    now, earlier = facts.within(period), facts.within(before)
    enough, enough_before = enough_in(now, policy), enough_in(earlier, policy)
    means = {view: now.means(policy, view) for view in View}
    shown = _result(policy, means[View.NOW], enough, now)
    changed = Change(None)
    if Level.INSUFFICIENT not in {enough.level, enough_before.level}:
        changed = _changed(earlier, now, policy, background)
    means_before = earlier.means(policy)
    return Comparison(
        policy,
        now,
        earlier,
        shown,
        _result(policy, means_before, enough_before, earlier),
        enough,
        _range_of(policy, means, now) if shown else None,
        _uncertainty(now, policy, means[View.NOW], background) if shown else None,
        changed,
        means,
        means_before,
    )


def compare_group(
    members: Sequence[tuple[Fraction, Comparison]],
    facts: Facts,
    period: Period,
    before: Period,
    policy: Policy,
    background: Background,
) -> Comparison:
    """The score of a group of locations by their weights and own comparisons; `facts` are those of all of them."""
    weighed = [
        (weight if policy.groups is Groups.WEIGHTED else Fraction(1), each) for weight, each in members
    ]
    changed = group_change(policy, [(weight, each.changed) for weight, each in weighed])
    counted = sum(1 for _, each in members if each.now)
    if policy.groups is Groups.POOLED:
        pooled = compare(facts, period, before, policy, background)
        return _for_group(pooled, changed, counted, len(members))
    now, earlier = facts.within(period), facts.within(before)
    with_score = [(weight, each) for weight, each in weighed if each.now]
    enough = enough_in(now, policy)
    views = {view: [Member("", weight, each.means[view]) for weight, each in with_score] for view in View}
    with_score_before = [Member("", weight, each.means_before) for weight, each in weighed if each.before]
    shown = None if enough.level is Level.INSUFFICIENT else mean_score(policy, views[View.NOW])
    least, most = (mean_value(policy, views[view]) for view in (View.LEAST, View.MOST))
    sure = [(float(weight), each.uncertainty) for weight, each in with_score if each.uncertainty]
    return Comparison(
        policy,
        now,
        earlier,
        shown,
        mean_score(policy, with_score_before),
        enough,
        _range(least, most, now) if shown else None,
        mean_uncertainty(sure) if shown and sure else None,
        changed,
        {},
        {},
        counted,
        len(members),
    )


def _for_group(pooled: Comparison, changed: Change, counted: int, locations: int) -> Comparison:
    """The comparison of pooled facts, with the change that its locations have each for itself."""
    return Comparison(
        pooled.policy,
        pooled.facts,
        pooled.facts_before,
        pooled.now,
        pooled.before,
        pooled.enough,
        pooled.range,
        pooled.uncertainty,
        changed,
        pooled.means,
        pooled.means_before,
        counted,
        locations,
    )


def enough_in(facts: Facts, policy: Policy) -> Sufficiency:
    """Whether the policy has enough in these facts for a score, and for a band."""
    rated = sum(1 for probe in facts.probes if probe.scored and probe.quality is not None)
    return sufficiency(policy, len(facts.visits), facts.closed, rated)


def in_time_share(facts: Facts, policy: Policy) -> InTimeShare:
    """The share of the probes that were answered within their targets, of those of which that is known."""
    known = [verdict for probe in facts.probes if (verdict := _verdict(probe)) is not None]
    met, missed = known.count(InTime.MET), known.count(InTime.BREACHED)
    n = met + missed
    left = [probe for probe in facts.probes if not probe.counted]
    return InTimeShare(
        met,
        n,
        shared_target([probe for probe in facts.probes if probe.counted], policy),
        wilson_interval(met, n),
        cannot_tell=known.count(InTime.CANNOT_TELL),
        not_due=sum(1 for probe in left if probe.outcome is Outcome.OPEN and probe.pending),
        undecided=sum(1 for probe in left if probe.outcome is Outcome.UNCERTAIN and probe.pending),
    )


def _verdict(probe: ProbeFact) -> InTime | None:
    """Whether a probe met its target, as far as is known; None for one that does not count."""
    if probe.scored:
        return probe.in_time or InTime.BREACHED
    return probe.pending.in_time if probe.pending is not None and probe.pending.counted else None


def shared_target(probes: Sequence[ProbeFact], policy: Policy) -> Fraction | None:
    """The target hours of all these probes, the policy's where there are none; None where they have several."""
    targets = {probe.target.target for probe in probes} or {policy.target_hours}
    return targets.pop() if len(targets) == 1 else None


def component(result: ScoreResult | None, key: str) -> Component | None:
    """The component `key` of a score, None when it had no input."""
    return next((part for part in result.components if part.key == key), None) if result else None


def _inputs_in(facts: Facts) -> int:
    return len(facts.visits) + sum(1 for probe in facts.probes if probe.counted)


def _result(policy: Policy, means: Means, enough: Sufficiency, facts: Facts) -> ScoreResult | None:
    if enough.level is Level.INSUFFICIENT:
        return None
    result = mean_score(policy, [Member("", Fraction(1), means)])
    return None if result is None else _with_left_out(result, facts)


def _with_left_out(result: ScoreResult, facts: Facts) -> ScoreResult:
    return ScoreResult(
        result.policy_hash, result.value, result.shown, result.band, result.components, facts.left_out
    )


def _range_of(policy: Policy, means: Mapping[View, Means], facts: Facts) -> Range | None:
    return _range(value_of(policy, means[View.LEAST]), value_of(policy, means[View.MOST]), facts)


def _range(least: Fraction | None, most: Fraction | None, facts: Facts) -> Range | None:
    pending = [probe.pending for probe in facts.probes if probe.pending is not None]
    undecided = sum(1 for each in pending if each.undecided)
    overdue = sum(1 for each in pending if each.counted and not each.undecided)
    if least is None or most is None or not (undecided or overdue):
        return None
    return Range(least, most, overdue, undecided)


def _changed(before: Facts, now: Facts, policy: Policy, background: Background) -> Change:
    cohorts = [facts.settled(background.now) for facts in (before, now)]
    return change(policy, *(_parts(facts, policy, background.strata) for facts in cohorts))


def _parts(facts: Facts, policy: Policy, strata: Strata) -> dict[str, list[Input]]:
    """The inputs of each component: visits by their checklist, probes by channel and kind of hour."""
    scored = [(probe, (probe.channel, strata.of(probe))) for probe in facts.probes if probe.scored]
    return {
        "visits": [Input((visit.checklist_id,), visit.value) for visit in facts.visits],
        "speed": [Input(cell, _points(probe, policy)) for probe, cell in scored],
        "reply_quality": [Input(cell, probe.quality) for probe, cell in scored if probe.quality is not None],
    }


def _points(probe: ProbeFact, policy: Policy) -> Fraction:
    curve = curve_for(policy, probe.target)
    return Fraction(0) if probe.micros is None else Fraction(curve.units(probe.micros), curve.denominator)


def _uncertainty(facts: Facts, policy: Policy, means: Means, background: Background) -> Uncertainty:
    weights = weights_of(policy, means)
    values = float_values(facts, policy)
    samples = {
        key: Sample(float(weights[key]) / 100, len(values[key]), variance_of(values[key]))
        for key in COMPONENTS
        if key in weights
    }
    return uncertainty(samples, background.spread)


def float_values(facts: Facts, policy: Policy) -> dict[str, list[float]]:
    """The values of each component's closed inputs, for statistics that need no exact ones."""
    scored = [probe for probe in facts.probes if probe.scored]
    return {
        "visits": [float(visit.value) for visit in facts.visits],
        "speed": [float(_points(probe, policy)) for probe in scored],
        "reply_quality": [float(probe.quality) for probe in scored if probe.quality is not None],
    }
