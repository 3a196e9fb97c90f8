"""Which countries' public holidays are known, and the parts of a country that have their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

import holidays

from audit_app.domain.errors import InvalidInput


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
    found = holidays.country_holidays(country, subdiv=part or None, years=list(years), language="en_US")
    return {day: str(found[day]) for day in sorted(found)}
