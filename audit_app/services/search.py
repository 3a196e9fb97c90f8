"""Finding locations and probes by their words, visits and probes by their numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy.orm import Session, joinedload

from audit_app.models import Location, Probe, User, Visit
from audit_app.services.entry.text import plain
from audit_app.services.locations.visible import locations_visible_to
from audit_app.services.probes.list import probes_saying
from audit_app.services.probes.visible import visible_probes
from audit_app.services.visits.visible import visible_visits

MOST = 50
MOST_PROBES = 10
"""More results than this help nobody to find something."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought, all of it visible to the one who searched."""

    locations: list[Location] = field(default_factory=list)
    visit: Visit | None = None
    probe: Probe | None = None
    probes: list[Probe] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """Whether nothing matched."""
        return not (self.locations or self.visit or self.probe or self.probes)


def find(session: Session, user: User, words: str) -> Found:
    """What matches `words` of what `user` may see: locations by name, key or address, probes by what they say, numbers."""
    words = words.strip()
    if not words:
        return Found()
    number = words.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 10:
        return Found(visit=_visit(session, user, int(number)), probe=_probe(session, user, int(number)))
    return Found(
        locations=_locations(session, user, words),
        probes=probes_saying(session, user, words, MOST_PROBES),
    )


def _locations(session: Session, user: User, words: str) -> list[Location]:
    # Compared here, because SQLite knows neither that Ö is a capital ö nor that people type o for both.
    query = locations_visible_to(user).where(Location.active).options(joinedload(Location.region))
    wanted = plain(words).split()
    matching = (
        location
        for location in session.scalars(query.order_by(Location.name))
        if all(word in plain(f"{location.name} {location.key} {location.address}") for word in wanted)
    )
    return list(islice(matching, MOST))


def _visit(session: Session, user: User, number: int) -> Visit | None:
    return session.scalar(visible_visits(user).where(Visit.id == number))


def _probe(session: Session, user: User, number: int) -> Probe | None:
    return session.scalar(visible_probes(user).where(Probe.id == number))
