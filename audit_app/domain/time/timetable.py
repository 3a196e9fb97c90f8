"""The opening-hours clock of a location whose hours were changed: each moment is measured by the hours of its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from audit_app.domain.time.clock import NOTHING, OpeningHours, add_opening_time, opening_time_between


@dataclass(frozen=True, slots=True)
class Former:
    """Hours, and the zone they were told in, that were in force until an instant."""

    hours: OpeningHours
    zone: ZoneInfo
    until: datetime


@dataclass(frozen=True, slots=True)
class Timetable:
    """The hours of today, and those before them in the order of their time."""

    hours: OpeningHours
    zone: ZoneInfo
    former: Sequence[Former] = ()

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """How much of the time from start to end the location was open; nothing if the end is not later."""
        total, begin = NOTHING, start
        for each in self.former:
            stop = min(each.until, end)
            if stop > begin:
                total += opening_time_between(each.hours, each.zone, begin, stop)
                begin = stop
        return total + opening_time_between(self.hours, self.zone, begin, end)

    def after(self, start: datetime, duration: timedelta) -> datetime:
        """The first instant, in UTC, by which the location has been open for that long since the start.

        Raises InvalidInput when it never opens that long.
        """
        begin, left = start, duration
        for each in self.former:
            if each.until <= begin:
                continue
            there = opening_time_between(each.hours, each.zone, begin, each.until)
            if there >= left:
                return add_opening_time(each.hours, each.zone, begin, left)
            begin, left = each.until, left - there
        return add_opening_time(self.hours, self.zone, begin, left)
