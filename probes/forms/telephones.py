"""Telephone numbers that belong to nobody, as the forms of one country write them. README.md explains the file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import yaml
from pydantic import TypeAdapter, ValidationError

from probes.base import OurFailure
from probes.forms.words import Phrases, languages_for, words_of

Notations = dict[str, Phrases]


def national_notations(time_zone: str) -> Phrases:
    """Return the notations of the country that a time zone lies in; none where no range is kept free.

    A number of another country, written without its code, may be somebody's here. Raises OurFailure if the file is wrong.
    """
    return _notations().get(_countries().get(time_zone, ""), ())


def phones_for(language: str, token: str) -> tuple[str, ...]:
    """Return telephone numbers that nobody has, in the notations of a language, the usual one first."""
    return phones(words_of(languages_for(language)[0]).persona.phones, number_of(token))


def number_of(token: str) -> int:
    """Return a number below a million that a token always gives."""
    return int.from_bytes(hashlib.sha256(token.encode()).digest()[:4]) % 1_000_000


def phones(patterns: Iterable[str], number: int) -> tuple[str, ...]:
    """Fill the digits of a number into patterns, each once."""
    return tuple(_phone(pattern, number) for pattern in dict.fromkeys(patterns))


@cache
def _notations() -> Notations:
    try:
        text = (files("probes.forms") / "telephones.yaml").read_text("utf-8")
        return TypeAdapter(Notations).validate_python(yaml.safe_load(text))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise OurFailure(f"The numbers in probes/forms/telephones.yaml cannot be used: {error}") from error


@cache
def _countries() -> dict[str, str]:
    """Read which country each time zone lies in, as the tz database lists them."""
    text = (files("tzdata.zoneinfo") / "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {zone: country for country, _, zone, *_ in rows}


def _phone(pattern: str, number: int) -> str:
    """Fill digits in: n, nn and nnn of any value, ss from 05 to 99 (the Swedish range begins there)."""
    return (
        pattern.replace("{nnn}", f"{number % 1000:03d}")
        .replace("{nn}", f"{number % 100:02d}")
        .replace("{n}", str(number // 100 % 10))
        .replace("{ss}", f"{5 + number % 95:02d}")
    )
