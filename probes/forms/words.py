"""The words by which forms are understood, one file per language. README.md explains the files for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from probes.base import OurFailure
from probes.languages import languages_in

LANGUAGES = languages_in("probes.forms")
FieldMeaning: TypeAlias = Literal[
    "full_name", "first_name", "last_name", "company", "name", "email", "phone", "order_number", "date", "subject", "topic",
    "message", "street", "postcode", "city", "country", "salutation", "contact_by", "shop",
]  # fmt: skip
Phrases: TypeAlias = tuple[str, ...]


class Part(BaseModel):
    """A part of a language's file: frozen, and strict about names, so that a typing error does not pass unseen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Boxes(Part):
    """What boxes and warnings beside fields say."""

    newsletter: Phrases
    consent: Phrases
    leave_empty: Phrases
    captcha: Phrases
    required: Phrases


class Options(Part):
    """What choices say: none made yet, one that commits to nothing, and an answer by e-mail."""

    unchosen: Phrases
    neutral: Phrases
    by_email: Phrases


class Buttons(Part):
    """What buttons and links say: send, go on, yes to a box that asks, show the form, lead to where one can write.

    `enter` is what a page says where the Enter key goes on.
    """

    send: Phrases
    next: Phrases
    confirm: Phrases
    enter: Phrases
    form: Phrases
    contact: Phrases


class OutcomePhrases(Part):
    """What a page says when a message was sent, was not, or when it does not let us in.

    `address` are words in the address of a page that thanks.
    """

    address: Phrases
    success: Phrases
    failure: Phrases
    blocked: Phrases
    login: Phrases


class PersonaData(Part):
    """What an invented customer of this language fills in where a form insists; nothing here belongs to a person."""

    phones: Phrases = Field(min_length=1)
    street: str
    postcode: str
    city: str
    country: Phrases = Field(min_length=1)
    company: str
    date: str


class Words(Part):
    """One language."""

    fields: dict[FieldMeaning, Phrases]
    boxes: Boxes
    options: Options
    topics: tuple[Phrases, ...]
    """Words that belong to one subject: an option with one of them fits a message with another."""
    buttons: Buttons
    outcome: OutcomePhrases
    persona: PersonaData


@cache
def words_of(language: str) -> Words:
    """Read forms/<language>.yaml. Raises OurFailure, naming the file and the field, if it is wrong."""
    try:
        text = (files("probes.forms") / f"{language}.yaml").read_text("utf-8")
        return Words.model_validate(yaml.safe_load(text))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise OurFailure(f"The words in probes/forms/{language}.yaml cannot be used: {error}") from error


def languages_for(*spoken: str) -> tuple[str, ...]:
    """Put all languages in the order in which a page is read: those `spoken`, English, then the others."""
    first = [tag.lower().replace("_", "-").partition("-")[0] for tag in spoken]
    wanted = [tag for tag in dict.fromkeys([*first, "en", *LANGUAGES]) if tag in LANGUAGES]
    return tuple(wanted)


def has_phrase(text: str, phrases: Sequence[str]) -> bool:
    """Tell whether one of the phrases stands in `text`, at the beginning of a word, in any case."""
    return bool(phrases) and _pattern(tuple(phrases)).search(plain(text)) is not None


def plain(text: str) -> str:
    """Return the text as phrases are compared: in one case, with plain spaces and apostrophes."""
    return re.sub(r"\s+", " ", text.replace("’", "'").replace("\xa0", " ")).strip().casefold()


@cache
def _pattern(phrases: Phrases) -> re.Pattern[str]:
    return re.compile("|".join(_one(plain_phrase) for plain_phrase in _prepared(phrases)))


def _prepared(phrases: Iterable[str]) -> Iterable[str]:
    return (phrase.replace("’", "'").casefold() for phrase in phrases)


def _one(phrase: str) -> str:
    """A phrase is plain text but for ^ at its beginning and $ at its end: the beginning and end of the whole text.

    Stars that mark a required field do not count as part of the text.
    """
    begins, ends = phrase.startswith("^"), phrase.endswith("$")
    body = re.escape(phrase.removeprefix("^").removesuffix("$"))
    start = r"^[\s*]*" if begins else r"(?<!\w)" if re.match(r"\w", phrase.removeprefix("^")) else ""
    return start + body + (r"[\s*:]*$" if ends else "")
