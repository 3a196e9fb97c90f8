"""Which languages a purpose knows: those that its folder has a file for. Adding one is adding a file."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

TAG = re.compile(r"([a-z]{2})\.yaml")
"""A file named by a language's two letters (ISO 639-1); files of other names are about something else."""


@cache
def languages_in(package: str) -> tuple[str, ...]:
    """List the languages of a package's files, English first, the others by their letters."""
    named = (TAG.fullmatch(file.name) for file in files(package).iterdir())
    found = (name[1] for name in named if name)
    return tuple(sorted(found, key=lambda tag: (tag != "en", tag)))
