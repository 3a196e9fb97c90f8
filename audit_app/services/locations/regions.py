"""Regions: the groups of locations that managers answer for. One that ever had a location or a score stays."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from audit_app.domain.errors import Conflict, InvalidInput, NotFound
from audit_app.models import Location, Region, Score, User
from audit_app.services.entry.fields import FieldErrors, unless_refused
from audit_app.services.entry.keys import free_key
from audit_app.services.entry.text import plain

LONGEST_NAME = 200


def all_regions(session: Session) -> Sequence[Region]:
    """All regions by their names, with their locations."""
    query = select(Region).options(selectinload(Region.locations)).order_by(Region.name, Region.id)
    return session.scalars(query).all()


def region_by_id(session: Session, region_id: int) -> Region:
    """The region with the number; raises NotFound."""
    found = session.get(Region, region_id)
    if found is None:
        raise NotFound(f"There is no region {region_id}. Choose one from the list of regions.")
    return found


def managers_of(session: Session, region: Region) -> Sequence[User]:
    """Who answers for the region, by their names."""
    theirs = User.active & User.regions.any(Region.id == region.id)
    return session.scalars(select(User).where(theirs).order_by(User.name)).all()


def region_called(session: Session, name: str) -> Region:
    """The region of this name, made where there is none yet. Raises InvalidInput for what is no name."""
    called = _name(name)
    found = _same_name(session, called)
    if found is None:
        found = Region(key=free_key(session, Region.key, called, "region"), name=called)
        session.add(found)
        session.flush()
    return found


def rename_region(session: Session, region: Region, name: str) -> None:
    """Give the region another name; its address in links stays. Raises InvalidFields."""
    errors = FieldErrors()
    with errors.field("name"):
        called = _name(name)
        other = _same_name(session, called)
        if other is not None and other is not region:
            raise InvalidInput(f"There is a region “{other.name}” already. Move the locations there instead.")
    errors.raise_if_any()
    region.name = called
    session.flush()


def delete_region(session: Session, region: Region) -> None:
    """Delete a region that holds nothing. Raises Conflict while it has locations, and for good once it has scores."""
    reason = deletion_refusal(session, region)
    if reason:
        raise Conflict(reason)
    in_use = Conflict(f"{region.name} is in use: it has just been given a location. It stays.")
    with unless_refused(session, in_use):
        session.delete(region)


def deletion_refusal(session: Session, region: Region) -> str:
    """Why the region cannot be deleted; empty when it can."""
    count = session.scalar(select(func.count(Location.id)).where(Location.region_id == region.id)) or 0
    if count:
        locations = "1 location" if count == 1 else f"{count} locations"
        return (
            f"{region.name} has {locations}, those switched off counted. Move them to another region first."
        )
    if session.scalar(select(Score.id).where(Score.region_id == region.id).limit(1)) is not None:
        return f"Scores were stored for {region.name}; it stays, so that they can still be explained."
    return ""


def _name(name: str) -> str:
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        raise InvalidInput(f"Enter the region's name, with at most {LONGEST_NAME} characters.")
    return called


def _same_name(session: Session, name: str) -> Region | None:
    return next((each for each in session.scalars(select(Region)) if plain(each.name) == plain(name)), None)
