"""Locations: where service is judged. Nothing here deletes one: it is switched off, and what was measured stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from audit_app.domain.errors import InvalidInput, NotFound
from audit_app.domain.time.clock import OpeningHours
from audit_app.models import Assignment, AssignmentState, Location, Probe, Region, Touchpoint, User
from audit_app.services.entry.fields import FieldErrors, all_or_nothing
from audit_app.services.entry.keys import free_key
from audit_app.services.entry.text import plain
from audit_app.services.locations.opening_hours import HoursEntry, change_hours, read_hours
from audit_app.services.locations.regions import region_called
from audit_app.services.probes.pending import UnderWay, probes_under_way

LONGEST_NAME, LONGEST_ADDRESS = 200, 500
AREAS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip
"""The parts of the world by which time zones are named; all other names are old ones for the same zones."""


@dataclass(frozen=True, slots=True)
class LocationEntry:
    """What is entered about a location: its region by its key, or the name of a new one."""

    name: str
    region: str = ""
    new_region: str = ""
    address: str = ""
    time_zone: str = ""
    hours: HoursEntry = field(default_factory=HoursEntry)


@dataclass(frozen=True, slots=True)
class LocationFilter:
    """Which locations to list; those that are switched off only when they are asked for."""

    words: str = ""
    region: str = ""
    off: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """What stops when a location is switched off."""

    probes: UnderWay
    touchpoints: int
    visits: int
    contacts: Sequence[str]
    """Whose location it is."""


def zones() -> list[str]:
    """The time zones that can be chosen, by the names of parts of the world and cities."""
    named = [name for name in available_timezones() if name.partition("/")[0] in AREAS and "/" in name]
    return [*sorted(named), "UTC"]


def location_by_id(session: Session, location_id: int) -> Location:
    """The location with the number; raises NotFound."""
    found = session.get(Location, location_id)
    if found is None:
        raise NotFound(f"There is no location {location_id}. Choose one from the list of locations.")
    return found


def newest_location(session: Session) -> Location | None:
    """The location that was entered last; the next one is likely to have much in common with it."""
    return session.scalar(select(Location).where(Location.active).order_by(Location.id.desc()).limit(1))


def locations_matching(session: Session, wanted: LocationFilter) -> list[Location]:
    """The locations that fit, by their names, with their regions and touchpoints."""
    query = (
        select(Location)
        .where(Location.active.is_(not wanted.off))
        .options(joinedload(Location.region), selectinload(Location.touchpoints))
        .order_by(Location.name, Location.id)
    )
    if wanted.region:
        query = query.where(Location.region.has(Region.key == wanted.region))
    # Compared here, because SQLite knows neither that Ö is a capital ö nor that people type o for both.
    words = plain(wanted.words).split()
    return [
        location
        for location in session.scalars(query)
        if all(word in plain(f"{location.name} {location.key} {location.address}") for word in words)
    ]


def add_location(session: Session, entry: LocationEntry) -> Location:
    """Add a location, and its region where that is new. Raises InvalidFields."""
    with all_or_nothing(session, "name"):
        read = _read(session, entry)
        location = Location(
            key=free_key(session, Location.key, read.name, "location"),
            name=read.name,
            address=read.address,
            region=read.region,
            time_zone=entry.time_zone,
            opening_hours=read.hours.model_dump(mode="json"),
        )
        session.add(location)
    return location


def change_location(session: Session, location: Location, entry: LocationEntry, now: datetime) -> None:
    """Change a location; other opening hours, or another zone, count from `now` on. Raises InvalidFields."""
    with all_or_nothing(session, "name"):
        read = _read(session, entry, location)
        location.name, location.address, location.region = read.name, read.address, read.region
        change_hours(session, location, read.hours, entry.time_zone, now)


def switch(session: Session, location: Location, now: datetime, *, on: bool) -> None:
    """Switch a location on or off from `now` on.

    Off, nothing is sent there, answers to what was sent are still timed, and what was measured until then stays in
    the scores of its time.
    """
    location.ended_at = None if on else location.ended_at or now
    session.flush()


def usage_of(session: Session, location: Location) -> Usage:
    """What the location is in use for now."""
    touchpoints = select(func.count(Touchpoint.id)).where(
        Touchpoint.location_id == location.id, Touchpoint.active, Touchpoint.confirmed_at.is_not(None)
    )
    visits = select(func.count(Assignment.id)).where(
        Assignment.location_id == location.id, Assignment.state == AssignmentState.OPEN
    )
    contacts = select(User.name).where(User.active, User.locations.any(Location.id == location.id))
    return Usage(
        probes=probes_under_way(session, Probe.touchpoint.has(Touchpoint.location_id == location.id)),
        touchpoints=session.scalar(touchpoints) or 0,
        visits=session.scalar(visits) or 0,
        contacts=session.scalars(contacts.order_by(User.name)).all(),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    name: str
    address: str
    region: Region
    hours: OpeningHours


def _read(session: Session, entry: LocationEntry, location: Location | None = None) -> _Read:
    errors, name, address = FieldErrors(), " ".join(entry.name.split()), " ".join(entry.address.split())
    with errors.field("name"):
        _check_name(session, location, name)
    with errors.field("address"):
        if len(address) > LONGEST_ADDRESS or not address.isprintable():
            raise InvalidInput(f"Enter the address with at most {LONGEST_ADDRESS} characters.")
    with errors.field("time_zone"):
        if entry.time_zone not in available_timezones():
            raise InvalidInput("Choose the time zone in which the location is.")
    hours = read_hours(errors, entry.hours)
    with errors.field("region" if entry.region else "new_region"):
        region = (
            _known_region(session, entry.region) if entry.region else region_called(session, entry.new_region)
        )
    errors.raise_if_any()
    return _Read(name, address, region, hours)


def _check_name(session: Session, location: Location | None, name: str) -> None:
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"Enter the location's name, with at most {LONGEST_NAME} characters.")
    for other in session.scalars(select(Location)):
        if other is not location and plain(other.name) == plain(name):
            off = "" if other.active else ", but switched off"
            raise InvalidInput(
                f"There is a location “{other.name}” already{off}. Give this one another name."
            )


def _known_region(session: Session, key: str) -> Region:
    found = session.scalar(select(Region).where(Region.key == key))
    if found is None:
        raise InvalidInput("Choose one of the regions, or enter a new one.")
    return found
