"""Opening hours as people write them on a door."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from pydantic import ValidationError

from audit_app.domain.time.clock import OpeningHours, Period, Weekday
from audit_app.domain.time.opening_text import periods_text
from audit_app.models.types import JsonObject


def opening_words(stored: JsonObject) -> list[tuple[str, str]]:
    """Days and hours, days with the same hours together: `[("Mon to Fri", "09:00–18:00"), ("Sun", "closed")]`.

    Empty where no opening hours are stored.
    """
    try:
        hours = OpeningHours.model_validate(stored)
    except ValidationError:
        return []
    days = [(day, tuple(hours.weekly.get(day, ()))) for day in Weekday]
    groups = [
        (tuple(day for day, _ in group), periods) for periods, group in groupby(days, lambda pair: pair[1])
    ]
    return [(_days(group), _hours(periods)) for group, periods in groups]


def _days(days: Sequence[Weekday]) -> str:
    names = [day.value[:3].capitalize() for day in days]
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def _hours(periods: Sequence[Period]) -> str:
    return periods_text(periods) or "closed"
