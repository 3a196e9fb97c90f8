"""Which countries' public holidays are known, and the parts of a country that have their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

import holidays

from audit_app.domain.errors import InvalidInput

KEPT = (holidays.PUBLIC, holidays.DE_FACTO)
"""The holidays library's names for days off by law and by custom."""
USUAL_PARTS = {"GB": "ENG"}
"""The part whose days are meant where a country without days of its own is named."""


@lru_cache(maxsize=1)
def countries() -> Mapping[str, tuple[str, ...]]:
    """The ISO 3166 codes of the countries whose holidays are known, each with those of its parts."""
    known = holidays.list_supported_countries(include_aliases=False)
    return {code: tuple(parts) for code, parts in known.items() if len(code) == 2}


def part_code(country: str, text: str) -> str:
    """The code of the country's part that `text` names, as code or as name; empty for none. Raises InvalidInput."""
    wanted = text.strip().casefold().removeprefix(f"{country.casefold()}-")
    if not wanted:
        return ""
    parts = countries().get(country, ())
    aliases: Mapping[str, str] = getattr(holidays.country_holidays(country), "subdivisions_aliases", {})
    named = {name.casefold(): code for name, code in aliases.items()} | {
        code.casefold(): code for code in parts
    }
    if wanted in named:
        return named[wanted]
    if not parts:
        raise InvalidInput(f"No part of {country} has public holidays of its own. Leave it empty.")
    raise InvalidInput(
        f"{country} has no part “{text.strip()}” with public holidays of its own; there are {', '.join(parts)}."
    )


def named_holidays(country: str, part: str, years: Iterable[int]) -> dict[date, str]:
    """The public holidays of the years in their order, with their names, in English where these are known."""
    found = calendar_of(country, part, years, language="en_US")
    return {day: str(found[day]) for day in sorted(found)}


def calendar_of(
    country: str, part: str, years: Iterable[int], language: str | None = None
) -> holidays.HolidayBase:
    """The days off of a country in the years: those of its law, and those that everybody keeps without one.

    So Midsummer Eve, Christmas Eve and New Year's Eve are days off in Sweden. Where no part of the United Kingdom is
    chosen, England's bank holidays are kept. Raises NotImplementedError for what the holidays library does not know.
    """
    named = part or USUAL_PARTS.get(country)
    calendar = holidays.country_holidays(country, subdiv=named)
    kept = [each for each in KEPT if each in calendar.supported_categories]
    return holidays.country_holidays(
        country, subdiv=named, years=list(years), language=language, categories=kept or None
    )
