"""The cast of the tests: who owns what, who may see it, and who must not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.models import Location, Organisation, Region, RoleName, User
from audit_app.services.users.users import add_user
from tests.opening_hours import ALWAYS_OPEN

NOW = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
PASSWORD = "a very long password"

_quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Real argon2, but with parameters that only a test may use."""


def quick_hash(password: str) -> str:
    """Hash fast, so that a test of something else does not wait for it."""
    return _quick.hash(password)


def organisation(session: Session, sample_data: bool = False) -> Organisation:
    """The company, made when it is not there yet."""
    found = session.scalar(select(Organisation))
    if found is None:
        found = Organisation(name="Fjord & Field", sample_data=sample_data)
        session.add(found)
        session.flush()
    return found


def region(session: Session, key: str = "north", name: str = "") -> Region:
    """The region with the key, made when it is not there yet."""
    found = session.scalar(select(Region).where(Region.key == key))
    if found is None:
        organisation(session)
        found = Region(key=key, name=name or key.title())
        session.add(found)
        session.flush()
    return found


def location(
    session: Session,
    key: str = "umea",
    name: str = "Umeå",
    of: str = "north",
    time_zone: str = "Europe/Stockholm",
) -> Location:
    """The location with the key, in the region with the key `of`, made when it is not there yet."""
    found = session.scalar(select(Location).where(Location.key == key))
    if found is None:
        found = Location(
            key=key,
            name=name,
            address=f"Storgatan 1, {name}",
            region=region(session, of),
            time_zone=time_zone,
            opening_hours=ALWAYS_OPEN.model_dump(mode="json"),
        )
        session.add(found)
        session.flush()
    return found


def user(
    session: Session,
    name: str,
    *roles: RoleName,
    regions: Sequence[str] = (),
    locations: Sequence[str] = (),
    email: str = "",
) -> User:
    """Somebody who signs in with PASSWORD; the address is the first name at shopper.example."""
    address = email or f"{name.split()[0].lower()}@shopper.example"
    made = add_user(
        session,
        email=address,
        name=name,
        password=PASSWORD,
        roles=roles,
        regions=regions,
        locations=locations,
        now=NOW,
        hash=quick_hash,
    )
    # Committed, because on SQLite an open transaction keeps the application from writing.
    session.commit()
    return made
