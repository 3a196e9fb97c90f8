"""Chooses a day in a calendar that opens at a field which cannot be typed into."""

from __future__ import annotations

from datetime import date

from probes.browser.browsers import BrowserError, ElementHandle, Frame, within
from probes.browser.scripts import script

LOOK_SECONDS = 5.0
FIND_DAY = script(__package__, "calendar")


def preferred_day(wanted: date, today: date) -> int:
    """Say which day to choose in a calendar that shows this month: the wanted one, or the first if that is past."""
    return wanted.day if (wanted.year, wanted.month) == (today.year, today.month) else 1


async def day_in_calendar(frame: Frame, preferred: int) -> ElementHandle | None:
    """Find the day that can be chosen and is nearest to the preferred one, in the calendar that shows, if one does."""
    try:
        return (await within(LOOK_SECONDS, frame.evaluate_handle(FIND_DAY, preferred))).as_element()
    except BrowserError:
        return None
