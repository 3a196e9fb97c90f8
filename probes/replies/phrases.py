"""The tell-tale phrases of mail, one YAML file per language; all languages are always tried."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from probes.base import ProbeError
from probes.replies.patterns import Finder, PhraseError, key, words

SAID = (
    "automatic",
    "unanswerable",
    "acknowledgement",
    "courtesy",
    "notice",
    "survey",
    "out_of_office",
    "returned",
    "bounce",
    "delay",
    "challenge",
    "receipt",
    "repeated",
    "neutral",
    "team",
)
"""The fields looked for in texts."""
SUBJECTS = ("subjects", "bounce_subjects", "delay_subjects")
"""The fields looked for in subjects, besides what is looked for in texts."""


class LanguageFileError(ProbeError):
    """A file of phrases is wrong; the message names the file and what is wrong in it."""


class Language(BaseModel):
    """One language's phrases; see languages/README.md for how they are written."""

    model_config = ConfigDict(extra="forbid")

    auto_prefixes: list[str]
    receipt_prefixes: list[str]
    bounce_prefixes: list[str]
    reply_prefixes: list[str]
    forward_prefixes: list[str]
    subjects: list[str]
    bounce_subjects: list[str]
    delay_subjects: list[str]
    automatic: list[str]
    unanswerable: list[str]
    acknowledgement: list[str]
    courtesy: list[str]
    notice: list[str]
    survey: list[str]
    out_of_office: list[str]
    returned: list[str]
    bounce: list[str]
    delay: list[str]
    challenge: list[str]
    receipt: list[str]
    repeated: list[str]
    neutral: list[str]
    team: list[str]
    greetings: list[str]
    closings: list[str]
    wrote: list[str]
    original: list[str]
    from_: list[str]
    sent: list[str]
    to: list[str]
    subject: list[str]
    sent_from: list[str]
    above_line: list[str]


@cache
def languages() -> dict[str, Language]:
    """Read every language file once. Raises LanguageFileError on a broken one."""
    folder = files("probes.replies") / "languages"
    named = {
        file.name.removesuffix(".yaml"): file for file in folder.iterdir() if file.name.endswith(".yaml")
    }
    return {name: read_language(name, named[name].read_text("utf-8")) for name in sorted(named)}


def read_language(name: str, content: str) -> Language:
    """Read one language's file. Raises LanguageFileError when it is broken."""
    try:
        return Language.model_validate(yaml.safe_load(content))
    except (ValidationError, yaml.YAMLError) as error:
        raise LanguageFileError(f"The phrases in languages/{name}.yaml are wrong: {error}") from error


@cache
def finder(fields: tuple[str, ...]) -> Finder:
    """Return what finds the phrases of these fields in all languages. Raises LanguageFileError on a wrong phrase."""
    try:
        return Finder({field: phrases(field) for field in fields})
    except PhraseError as error:
        raise LanguageFileError(f"In probes/replies/languages: {error}") from error


def phrases(field: str) -> list[str]:
    """Return the phrases of a field in all languages."""
    return [phrase for language in languages().values() for phrase in getattr(language, field)]


@cache
def keys(field: str) -> frozenset[str]:
    """Return the phrases of a field in all languages as keys to compare with."""
    return frozenset(key(phrase) for phrase in phrases(field))


def told(text: str) -> Mapping[str, int]:
    """Return the fields of SAID of which phrases stand in the text, with how many different ones do."""
    return finder(SAID).find(words(text))


def told_in_subject(text: str) -> Mapping[str, int]:
    """Return the fields of SUBJECTS of which phrases stand in a subject, which has lost its `Re:`."""
    return finder(SUBJECTS).find(words(text))
