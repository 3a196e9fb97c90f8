"""The filters of the list of probes."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from audit_app.domain.time.period import SENSIBLE_YEARS
from audit_app.models import ChannelName
from audit_app.services.probes.list import Kind, ProbeFilter
from audit_app.web.query_args import day_in, number_in

Word = TypeVar("Word", bound=StrEnum)


def read_filter(arguments: MultiDict[str, str]) -> tuple[ProbeFilter, list[str]]:
    """The filters of the list of probes, and a sentence for each that cannot be used and is left out."""
    problems: list[str] = []
    monday, sunday = _week(arguments.get("week", ""), problems)
    first, last = (
        day_in(arguments.get("from", ""), "probes", problems),
        day_in(arguments.get("to", ""), "probes", problems),
    )
    wanted = ProbeFilter(
        words=arguments.get("q", "").strip()[:100],
        location=arguments.get("location", "").strip(),
        region=arguments.get("region", "").strip(),
        channel=_word(ChannelName, arguments.get("channel", ""), "channel", problems),
        campaign=number_in(arguments.get("campaign", "")),
        kind=_word(Kind, arguments.get("outcome", ""), "outcome", problems),
        first_day=max(filter(None, (first, monday)), default=None),
        last_day=min(filter(None, (last, sunday)), default=None),
        order="response" if arguments.get("sort") == "response" else "sent",
        descending="sort" not in arguments or arguments.get("descending") == "yes",
    )
    if wanted.first_day and wanted.last_day and wanted.first_day > wanted.last_day:
        problems.append("The first day is after the last one, so nothing can be found. Exchange the two.")
    return wanted, problems


def _word(kind: type[Word], text: str, called: str, problems: list[str]) -> Word | None:
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        problems.append(f"“{text[:30]}” is no {called}. Choose one from the list.")
        return None


def _week(text: str, problems: list[str]) -> tuple[date | None, date | None]:
    """Monday and Sunday of a week written as 2026-W47 (ISO 8601)."""
    if not text:
        return None, None
    try:
        year, number = text.split("-W")
        monday = date.fromisocalendar(int(year), int(number), 1)
        sunday = monday + timedelta(days=6)
    except (ValueError, OverflowError):
        problems.append(f"“{text[:20]}” is no week. Choose one from the list, or write it as 2026-W47.")
        return None, None
    if monday.year not in SENSIBLE_YEARS:
        problems.append(f"There are no probes in the year {monday.year}. Check the week.")
        return None, None
    return monday, sunday
