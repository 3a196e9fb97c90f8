"""The phrases by which replies are read, one YAML file per language, and telling languages apart by common words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

FILE = re.compile(r"([a-z]{2})\.yaml")
"""A language's file, named by its two letters (ISO 639-1); files of other names are about something else."""
WORD = re.compile(r"[^\W\d_]+")
NEVER = r"(?!)"
"""An expression that matches nowhere."""


class Phrases(BaseModel):
    """One language's phrases: regular expressions in which a blank stands for any white space, matching whole words.

    `common` are the words, in lower case and no expressions, by which the language is known; `flat` the answers that
    stand alone as a whole sentence; `harmless` are phrases in which others of the lists do not mean what they would
    mean elsewhere.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str
    inflects: bool = False
    """Whether a name changes its ending when somebody is addressed."""
    common: list[str]
    greeting: list[str]
    thanks: list[str]
    apology: list[str]
    next_step: list[str]
    time: list[str]
    ownership: list[str]
    closing: list[str]
    introduction: list[str]
    group: list[str]
    risky_promise: list[str]
    flat: list[str]
    negative: list[str]
    compensation: list[str]
    harmless: list[str]


@cache
def phrase_lists() -> dict[str, Phrases]:
    """Every language's phrases by its code. Raises pydantic's ValidationError for a broken file."""
    folder = files("audit_app.domain.replies") / "phrases"
    named = {found[1]: file for file in folder.iterdir() if (found := FILE.fullmatch(file.name))}
    return {
        code: Phrases.model_validate(yaml.safe_load(named[code].read_text("utf-8"))) for code in sorted(named)
    }


@cache
def name_particles() -> frozenset[str]:
    """The small words that may stand inside a person's name, in whatever language the letter is."""
    file = files("audit_app.domain.replies") / "phrases" / "particles.yaml"
    return frozenset(word for words in yaml.safe_load(file.read_text("utf-8")).values() for word in words)


@cache
def pattern(field: str, codes: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for the field of this name of `Phrases`, over the languages with these codes.

    It matches nothing where there are no phrases. Raises KeyError for a code without a file.
    """
    return expression(phrase for code in codes for phrase in getattr(phrase_lists()[code], field))


def expression(phrases: Iterable[str]) -> re.Pattern[str]:
    """One expression for some phrases, in linear time: white space once taken is not given back."""
    joined = "|".join(f"(?:{phrase})" for phrase in phrases) or NEVER
    return re.compile(
        rf"(?<!\w)(?!\s)(?:{joined})(?!\w)".replace(" ?", r"\s*+").replace(" ", r"\s++"), re.IGNORECASE
    )


def base_code(language: str) -> str:
    """The language of a locale, such as `en` for `en-GB`."""
    return re.split("[-_]", language.strip().casefold())[0]


def language_name(language: str) -> str:
    """What a language is called in English; its code where there are no phrases for it."""
    phrases = phrase_lists().get(base_code(language))
    return phrases.language if phrases else language


FEWEST_HITS = 2
"""Common words of a language that a text must have to be taken for it."""
CLEAR_LEAD = 1.25
"""How many times as many common words the likeliest language must have as the next one."""


def language_of(text: str) -> str | None:
    """The code of the language in which most of the text is written, by its common words; None where that cannot be told."""
    words = Counter(word.casefold() for word in WORD.findall(text))
    hits = Counter({code: _hits(words, phrases) for code, phrases in phrase_lists().items()})
    (best, most), (_, next_most) = hits.most_common(2)
    return best if most >= FEWEST_HITS and most >= next_most * CLEAR_LEAD else None


def _hits(words: Counter[str], phrases: Phrases) -> int:
    return sum(words[word] for word in set(phrases.common))
