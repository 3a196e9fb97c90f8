"""Telephone numbers that belong to nobody, as the forms of one country write them. README.md explains the file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from pydantic import TypeAdapter, ValidationError

from probes.base import OurFailure
from probes.forms.words import Phrases

Notations = dict[str, Phrases]


def national_notations(time_zone: str) -> Phrases:
    """Return the notations of the country that a time zone lies in; none where no range is kept free.

    A number of another country, written without its code, may be somebody's here. Raises OurFailure if the file is wrong.
    """
    return _notations().get(_countries().get(time_zone, ""), ())


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
