"""The kind of hour at which a probe was sent: a working day or the weekend, while the location is open or closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.time.clock import OpeningHours, Weekday
from audit_app.models import Location
from audit_app.services.scores.facts import ProbeFact

Stratum = tuple[bool, bool]
"""Whether it was a working day, and whether the location is open at that hour in an ordinary week."""

WEEKEND = frozenset({Weekday.SATURDAY, Weekday.SUNDAY})
NOWHERE: Stratum = (False, False)


@dataclass(frozen=True, slots=True)
class Strata:
    """The kinds of hours of some locations, by their time zones and their ordinary week."""

    places: Mapping[int, tuple[ZoneInfo, OpeningHours]] = field(default_factory=dict)

    def of(self, probe: ProbeFact) -> Stratum:
        """The kind of hour at which the probe was sent; one for all where the location is not known."""
        if probe.location_id not in self.places:
            return NOWHERE
        zone, hours = self.places[probe.location_id]
        local = probe.at.astimezone(zone)
        day = tuple(Weekday)[local.weekday()]
        yesterday = tuple(Weekday)[(local - timedelta(days=1)).weekday()]
        at = local.time()
        today = any(
            period.opens <= at and (period.over_midnight or at < period.closes)
            for period in hours.weekly.get(day, ())
        )
        night = any(period.over_midnight and at < period.closes for period in hours.weekly.get(yesterday, ()))
        return day not in WEEKEND, today or night


def strata_of(session: Session, locations: Iterable[int]) -> Strata:
    """The kinds of hours of the locations with these ids."""
    columns = (Location.id, Location.time_zone, Location.opening_hours)
    places = {}
    for location_id, zone, stored in session.execute(
        select(*columns).where(Location.id.in_(list(locations)))
    ):
        try:
            places[location_id] = (ZoneInfo(zone), OpeningHours.model_validate(stored))
        except ValidationError:
            continue
    return Strata(places)
