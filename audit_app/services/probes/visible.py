"""Which probes a person may see, and which they may judge."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import Session

from audit_app.domain.errors import NotAllowed, NotFound
from audit_app.domain.probes.response_time import CLOSED
from audit_app.models import Location, Probe, RoleName, Touchpoint, User


def visible_probes(user: User) -> Select[Probe]:
    """The probes that `user` may see, joined to their touchpoints and locations.

    An administrator sees all, a manager those of their regions, a location contact the closed ones of their own
    location: who sees an open one knows that a message in the shop's inbox is a test.
    """
    return _placed().where(_visible(user), Probe.is_test.is_(False))


def judged_probes(user: User) -> Select[Probe]:
    """The probes of which `user` may know all: who the shopper is, and every file."""
    return _placed().where(may_know_all(user))


def _placed() -> Select[Probe]:
    return select(Probe).join(Probe.touchpoint).join(Touchpoint.location)


def _visible(user: User) -> ColumnElement[bool]:
    own = [location.id for location in user.locations] if user.is_a(RoleName.CONTACT) else []
    closed = and_(Location.id.in_(own), Probe.outcome.in_(CLOSED))
    return or_(may_know_all(user), closed)


def may_know_all(user: User) -> ColumnElement[bool]:
    """The condition, for a query joined to touchpoint and location, that `user` manages where the probe went."""
    if user.is_a(RoleName.ADMIN):
        return true()
    if user.is_a(RoleName.MANAGER):
        return Location.region_id.in_([region.id for region in user.regions])
    return false()


def sees_open_probes(user: User, location: Location) -> bool:
    """Whether `user` may know of the open probes at `location`: administrators, and managers of its region."""
    if user.is_a(RoleName.ADMIN):
        return True
    return user.is_a(RoleName.MANAGER) and location.region_id in {region.id for region in user.regions}


def visible_probe(session: Session, user: User, probe_id: int) -> Probe:
    """The probe with this number, tests among them for those who manage where it went.

    Raises NotFound alike when it does not exist and when it is not for `user`.
    """
    theirs = or_(may_know_all(user), and_(_visible(user), Probe.is_test.is_(False)))
    probe = session.scalar(_placed().where(theirs, Probe.id == probe_id))
    if probe is None:
        raise NotFound("There is no such probe among yours. Choose one from the list of probes.")
    return probe


def may_judge(user: User, probe: Probe) -> bool:
    """Whether `user` may decide on the probe's replies and rate them: whoever sees it while it is open."""
    return sees_open_probes(user, probe.touchpoint.location)


def probe_to_judge(session: Session, user: User, probe_id: int) -> Probe:
    """The probe with this number for a decision or a rating.

    Raises NotFound as `visible_probe` does, and NotAllowed when `user` may only read it.
    """
    probe = visible_probe(session, user, probe_id)
    if not may_judge(user, probe):
        raise NotAllowed("Only the manager of this region and administrators judge its replies.")
    return probe
