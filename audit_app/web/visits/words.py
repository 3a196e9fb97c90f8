"""How the values of visits look on their pages: answers, points, and when something is due."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import cast
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from audit_app.domain.checklists import checklist as domain
from audit_app.domain.checklists.question import Prices, Question
from audit_app.domain.exact import exact_text
from audit_app.web.presentation import LOCALE, zone_name

WEEK = timedelta(days=6)
"""Within it the name of a weekday can only mean one day."""


def answer_words(question: Question, answer: domain.Answer) -> str:
    """The answer as people read it."""
    value = answer.value
    if answer.not_applicable:
        return "N/A"
    if value is None:
        return "–"
    match question.type:
        case "yes_no":
            return str(value).capitalize()
        case "scale":
            return question.labels[cast(int, value) - 1]
        case "choice":
            return next((option.text for option in question.options if option.key == value), str(value))
        case "number":
            return f"{value} {question.unit}".rstrip()
        case "price_pair":
            prices = cast(Prices, value)
            return f"{prices.shelf} on the shelf, {prices.till} at the till"
        case "text":
            return str(value)


def points(value: Fraction) -> str:
    """Write points with at most two decimals: `6.5`, `1.33`."""
    return exact_text(round(value, 2))


def due_time(instant: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Write when something is due: `Friday 18:00 (Stockholm)`, with the date when it is not within a week."""
    pattern = "EEEE HH:mm" if abs(instant - now) < WEEK else "EEE d MMMM HH:mm"
    return f"{format_datetime(instant, pattern, tzinfo=zone, locale=LOCALE)} ({zone_name(zone)})"


def clock_time(instant: datetime, zone: ZoneInfo) -> str:
    """Write the hour and minute in `zone`: `12:04`."""
    return format_datetime(instant, "HH:mm", tzinfo=zone, locale=LOCALE)
