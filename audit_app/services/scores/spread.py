"""How much visits, response points and ratings differ within a location, over the whole chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.scores.means import COMPONENTS
from audit_app.domain.scores.policy import Policy
from audit_app.domain.statistics.score_interval import within_variance
from audit_app.domain.time.period import Period
from audit_app.models import Location
from audit_app.services.scores.comparison import float_values
from audit_app.services.scores.facts import Facts
from audit_app.services.scores.inputs import gather

LOOKS_BACK = timedelta(weeks=26)
MOST_LOCATIONS = 40
"""So many locations tell the spread well enough, and no page waits for it."""
USUAL: Mapping[str, float] = {"visits": 100.0, "speed": 1200.0, "reply_quality": 225.0}
"""The variances of shops as they usually are, where there is nothing yet to take them from."""


def chain_spread(session: Session, policy: Policy, now: datetime) -> Mapping[str, float]:
    """The variance of each component's inputs within locations, over the last half year before `now`."""
    some = session.scalars(select(Location.id).order_by(Location.id).limit(MOST_LOCATIONS))
    facts = gather(session, some, Period(now - LOOKS_BACK, now))
    return spread_of(list(facts.by_location().values()), policy)


def spread_of(locations: Sequence[Facts], policy: Policy) -> Mapping[str, float]:
    """The variance of each component's inputs within these locations, pooled."""
    values = [float_values(facts, policy) for facts in locations]
    return {key: within_variance([each[key] for each in values], USUAL[key]) for key in COMPONENTS}
