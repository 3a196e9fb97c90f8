"""Reading what stands in the address of a list: numbers and days, as people and links write them."""

from __future__ import annotations

from datetime import date

from audit_app.domain.time.period import SENSIBLE_YEARS

LARGEST_ID = 2**31 - 1
"""The largest number that a row can have on every database."""


def number_in(text: str) -> int | None:
    """The number of a row that `text` writes, or None; larger ones than the database has are none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def day_in(text: str, what: str, problems: list[str]) -> date | None:
    """The day that `text` writes, or None; why it is none is added to `problems`. `what` names what the list holds."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        problems.append(f"“{text[:20]}” is no date. Write it as 2026-11-21.")
        return None
    if day.year not in SENSIBLE_YEARS:
        problems.append(f"There are no {what} in the year {day.year}. Check the date.")
        return None
    return day
