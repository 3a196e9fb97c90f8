"""Which locations a person may see the results of."""

from __future__ import annotations

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import Session

from audit_app.domain.errors import NotFound
from audit_app.models import Location, RoleName, User


def locations_visible_to(user: User) -> Select[Location]:
    """The locations whose results `user` may see: all, those of their regions, or their own.

    Those that are switched off are among them: what was measured there stays.
    """
    query = select(Location)
    if user.is_a(RoleName.ADMIN):
        return query
    conditions = []
    if user.is_a(RoleName.MANAGER):
        conditions.append(Location.region_id.in_([region.id for region in user.regions]))
    if user.is_a(RoleName.CONTACT):
        conditions.append(Location.id.in_([location.id for location in user.locations]))
    return query.where(or_(false(), *conditions))


def visible_location(session: Session, user: User, key: str) -> Location:
    """The location with `key`; raises NotFound alike when it does not exist and when it is not theirs."""
    location = session.scalar(locations_visible_to(user).where(Location.key == key))
    if location is None:
        raise NotFound(f"There is no location “{key}” among yours. Choose one from the overview.")
    return location
