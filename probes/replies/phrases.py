"""The tell-tale phrases of automatic mail, one YAML file per language; all languages are always tried."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict


class Language(BaseModel):
    """One language's phrases, as regular expressions in which a blank stands for any white space."""

    model_config = ConfigDict(extra="forbid")

    subjects: list[str] = []
    automatic: list[str] = []
    acknowledgement: list[str] = []
    out_of_office: list[str] = []
    bounce: list[str] = []
    delay: list[str] = []
    greetings: list[str] = []
    closings: list[str] = []


@cache
def languages() -> dict[str, Language]:
    """Read every language file once. Raises pydantic's ValidationError on a broken one."""
    folder = files("probes.replies") / "languages"
    named = {
        file.name.removesuffix(".yaml"): file for file in folder.iterdir() if file.name.endswith(".yaml")
    }
    return {
        name: Language.model_validate(yaml.safe_load(named[name].read_text("utf-8")))
        for name in sorted(named)
    }


@cache
def pattern(field: str) -> re.Pattern[str]:
    """Return one expression for a field of Language in all languages."""
    phrases = [phrase for language in languages().values() for phrase in getattr(language, field)]
    joined = "|".join(f"(?:{phrase})" for phrase in phrases)
    return re.compile(joined.replace(" ", r"\s+"), re.IGNORECASE)


def find(field: str, text: str) -> str:
    """Return the first phrase of this field found in the text, as it stands there, or an empty string."""
    found = pattern(field).search(text)
    return re.sub(r"\s+", " ", found.group()).strip() if found else ""


def sentences(text: str) -> list[str]:
    """Return what a text has to say, sentence by sentence, without its greeting and what follows its closing."""
    kept: list[str] = []
    for paragraph in re.split(r"\n\s*\n", _before_closing(text)):
        joined = re.sub(r"\s+", " ", paragraph).strip()
        kept += [part.strip() for part in re.split(r"(?<=[.!?])\s+", joined) if re.search(r"\w", part)]
    return [rest for part in kept if (rest := _without_greeting(part))]


def _before_closing(text: str) -> str:
    closing = re.compile(
        rf"^[ \t]*(?:{pattern('closings').pattern})[ \t]*[,.!]?[ \t]*$", re.IGNORECASE | re.MULTILINE
    )
    found = closing.search(text)
    return text[: found.start()] if found else text


def _without_greeting(sentence: str) -> str:
    """Drop "Dear Ms Olsson," at the start, with or without the sentence that follows it."""
    found = re.match(rf"(?:{pattern('greetings').pattern})", sentence, re.IGNORECASE)
    if not found:
        return sentence
    _, comma, rest = sentence.partition(",")
    return rest.strip() if comma else ""
