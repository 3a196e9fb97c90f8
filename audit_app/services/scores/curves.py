"""The score week by week, for sparklines: its exact value alone, without a breakdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from audit_app.domain.scores.groups import Member, mean_value
from audit_app.domain.scores.means import value_of
from audit_app.domain.scores.policy import Groups, Policy
from audit_app.domain.scores.sufficiency import Level
from audit_app.domain.time.period import Period
from audit_app.services.scores.comparison import enough_in
from audit_app.services.scores.facts import Facts

CURVE_OVER = timedelta(weeks=4)
"""Each point of a curve is the score of so long a time."""


def weekly_scores(facts: Facts, weeks: Sequence[Period], policy: Policy) -> list[Fraction | None]:
    """The score of the four weeks up to the end of each week, None where these have too little for one.

    One week holds no visit as often as not, and its score would go up and down for nothing.
    """
    return [_value_in(facts.within(four_weeks_to(week)), policy) for week in weeks]


def weekly_means(
    members: Sequence[tuple[Fraction, Facts]], weeks: Sequence[Period], policy: Policy
) -> list[Fraction | None]:
    """The same of a group, from its locations' facts by their weights."""
    found = []
    for week in weeks:
        cut = [(weight, facts.within(four_weeks_to(week))) for weight, facts in members]
        if policy.groups is Groups.POOLED:
            together = Facts(
                [v for _, each in cut for v in each.visits], [p for _, each in cut for p in each.probes]
            )
            found.append(_value_in(together, policy))
        else:
            alike = policy.groups is Groups.ALIKE
            having = [
                Member("", Fraction(1) if alike else weight, each.means(policy))
                for weight, each in cut
                if enough_in(each, policy).level is not Level.INSUFFICIENT
            ]
            found.append(mean_value(policy, having))
    return found


def four_weeks_to(week: Period) -> Period:
    """The four weeks that end with `week`."""
    return Period(week.end - CURVE_OVER, week.end)


def _value_in(facts: Facts, policy: Policy) -> Fraction | None:
    if enough_in(facts, policy).level is Level.INSUFFICIENT:
        return None
    return value_of(policy, facts.means(policy))
