"""What a manager sees first: how all locations stand, and what needs attention."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from audit_app.domain.scores.policy import Policy
from audit_app.domain.time.period import Period
from audit_app.models import Location, Mailbox, RoleName, User
from audit_app.services.locations.visible import locations_visible_to
from audit_app.services.probes.pending import Pending, pending_by_location, waiting_probes
from audit_app.services.probes.visible import sees_open_probes
from audit_app.services.scores.comparison import (
    Background,
    Comparison,
    compare,
    compare_group,
)
from audit_app.services.scores.curves import four_weeks_to, weekly_means, weekly_scores
from audit_app.services.scores.facts import Facts
from audit_app.services.scores.inputs import gather
from audit_app.services.scores.spread import spread_of
from audit_app.services.scores.strata import strata_of

FALLING_POINTS = 5
"""A location is falling when its score went down by at least so many points against the period before …"""

FALLING_INPUTS = 8
"""… and both scores are made of at least so many visits and probes; fewer move that far by chance."""


@dataclass(frozen=True, slots=True)
class LocationRow:
    """One line of the overview's table."""

    location: Location
    comparison: Comparison
    weekly: Sequence[Fraction | None]
    """The score of each week, oldest first."""
    pending: Pending

    @property
    def falling(self) -> bool:
        """Whether the score fell clearly, and not only for want of inputs."""
        change = self.comparison.change
        enough = min(self.comparison.n, self.comparison.n_before) >= FALLING_INPUTS
        return change is not None and change <= -FALLING_POINTS and enough


@dataclass(frozen=True, slots=True)
class Overview:
    """How all locations that somebody may see stand in a period."""

    total: Comparison
    weekly: Sequence[Fraction | None]
    rows: Sequence[LocationRow]
    whole_chain: bool
    """Whether these are all locations of the chain."""
    mailboxes_down: Sequence[Mailbox]
    only_closed: bool = False
    """Whether open probes are kept from the reader somewhere, so that the figures hold closed ones."""

    @property
    def falling(self) -> list[LocationRow]:
        """The locations that fell, the deepest fall first."""
        return sorted((row for row in self.rows if row.falling), key=lambda row: row.comparison.change or 0)

    @property
    def overdue(self) -> list[LocationRow]:
        """The locations with probes that wait for an answer longer than the target."""
        return [row for row in self.rows if row.pending.overdue]

    @property
    def undecided(self) -> int:
        """How many probes wait for somebody to decide whether a person answered."""
        return sum(row.pending.uncertain for row in self.rows)

    @property
    def calm(self) -> bool:
        """Whether nothing needs attention."""
        return not (self.falling or self.overdue or self.undecided or self.mailboxes_down)


def overview(
    session: Session,
    user: User,
    period: Period,
    before: Period,
    weeks: Sequence[Period],
    policy: Policy,
    now: datetime,
) -> Overview:
    """How the locations visible to `user` stand in `period`, against `before`, and week by week.

    Reads each kind of input once, whatever the number of locations and weeks. A location's contact learns nothing
    of probes that are still open: for them there are only closed ones.
    """
    among = visible_locations(session, user)
    ids = [location.id for location in among]
    watched = {location.id for location in among if sees_open_probes(user, location)}
    waiting = waiting_probes(session, watched, now)
    inputs = {each.probe_id: each.input for each in waiting}
    facts = gather(
        session, ids, spanning((period, before, *weeks, four_weeks_to(weeks[0]))), inputs
    ).without_open(watched)
    pending, apart = pending_by_location(waiting), facts.by_location()
    locations = members_of(among, apart, (before, period))
    background = Background(strata_of(session, ids), spread_of(list(apart.values()), policy), now)
    rows = [
        LocationRow(
            location,
            compare(apart.get(location.id, Facts()), period, before, policy, background),
            weekly_scores(apart.get(location.id, Facts()).settled(now), weeks, policy),
            pending.get(location.id, Pending()),
        )
        for location in locations
    ]
    members = [(row.location.weight, row.comparison) for row in rows]
    settled = [(row.location.weight, apart.get(row.location.id, Facts()).settled(now)) for row in rows]
    return Overview(
        compare_group(members, facts, period, before, policy, background),
        weekly_means(settled, weeks, policy),
        rows,
        len(among) == session.scalar(select(func.count(Location.id))),
        mailboxes_down(session) if user.is_a(RoleName.ADMIN, RoleName.MANAGER) else [],
        bool({location.id for location in locations} - watched),
    )


def members_of(
    locations: Sequence[Location], apart: Mapping[int, Facts], periods: Collection[Period]
) -> list[Location]:
    """Those that belong to the chain today, and those that were measured in one of `periods` before they left it."""
    return [
        location
        for location in locations
        if location.active or apart.get(location.id, Facts()).any_within(periods)
    ]


def visible_locations(session: Session, user: User) -> Sequence[Location]:
    """The locations whose results `user` may see, by name, with their regions."""
    query = locations_visible_to(user).options(joinedload(Location.region)).order_by(Location.name)
    return session.scalars(query).all()


def mailboxes_down(session: Session) -> Sequence[Mailbox]:
    """The mailboxes in use that cannot be reached at the moment."""
    query = select(Mailbox).where(Mailbox.active, Mailbox.down_since.is_not(None))
    return session.scalars(query.order_by(Mailbox.address)).all()


def spanning(periods: Collection[Period]) -> Period:
    """The shortest period that holds all of `periods`."""
    return Period(min(period.start for period in periods), max(period.end for period in periods))
