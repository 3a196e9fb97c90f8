"""What chats write around messages, in all languages that languages/ has a file for; README.md there explains the keys."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from probes.base import OurFailure
from probes.languages import languages_in

Phrases: TypeAlias = tuple[str, ...]
SHORT = 80
"""Characters of a line that may be one of these; what is longer is somebody's message."""
AROUND = " \t\n\r.…!·•,;:–—-()✓✔⚠️❗⏳🕒"
"""What stands around such words without changing them."""


class Words(BaseModel):
    """One language's file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    typing: Phrases
    sending: Phrases
    delivered: Phrases
    failed: Phrases
    retry: Phrases
    no_connection: Phrases
    joined: Phrases
    days: Phrases
    person: Phrases
    no_person: Phrases
    person_comes: Phrases
    machine: Phrases
    ask: str


LANGUAGES = languages_in("probes.channels.chat.languages")


@cache
def words_of(language: str) -> Words:
    """Read languages/<language>.yaml. Raises OurFailure, naming the file, if it is wrong."""
    try:
        text = (files("probes.channels.chat.languages") / f"{language}.yaml").read_text("utf-8")
        return Words.model_validate(yaml.safe_load(text))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise OurFailure(f"The chat's words in {language}.yaml cannot be used: {error}") from error


@cache
def _any_of(key: str) -> str:
    phrases: Iterable[str] = (phrase for tag in LANGUAGES for phrase in getattr(words_of(tag), key))
    plain = sorted({_plain(phrase) for phrase in phrases}, key=len, reverse=True)
    return "|".join(re.escape(phrase) for phrase in plain)


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").split()).casefold().strip(AROUND)


@cache
def _pattern(shape: str, key: str) -> re.Pattern[str]:
    return re.compile(shape.format(_any_of(key)))


def _fits(text: str, shape: str, key: str) -> bool:
    return len(text) <= SHORT and _pattern(shape, key).search(_plain(text)) is not None


def says_typing(text: str) -> bool:
    """Tell whether a line says that somebody types: three dots, or a name and the word; what begins with I does not."""
    plain = text.strip()
    dots = re.fullmatch(r"(…|[.•●·]\s?){1,3}", plain) is not None
    return dots or (_fits(text, r"^(?!(?:jag|jeg|i|we|vi|ich|wir) )(?:[^.,!?…]{{0,40}} )?(?:{0})$", "typing"))


def says_sending(text: str) -> bool:
    """Tell whether a line beside our message says that it is still on its way."""
    return _fits(text, r"^(?:{0})$", "sending")


def says_delivered(text: str) -> bool:
    """Tell whether a line beside our message says that the server has it."""
    return _fits(
        text, r"^(?:{0})(?:$|[\s·,•]+(?:at |um |kl\.? |à |om )?\d.{{0,20}}$)", "delivered"
    ) and not says_failed(text)


def says_failed(text: str) -> bool:
    """Tell whether a short line, or the name of an icon or button, says that a message was not sent."""
    return _fits(text, r"(?:^|\W)(?:{0})(?:$|\W)", "failed") or is_retry(text)


def is_retry(text: str) -> bool:
    """Tell whether a button sends once more what was not sent."""
    return _fits(text, r"^(?:{0})$", "retry")


def says_no_connection(text: str) -> bool:
    """Tell whether a line says that the chat cannot reach its server."""
    return _fits(text, r"^(?:{0})(?:$|\W)", "no_connection")


def is_remark(text: str) -> bool:
    """Tell whether a line is the chat's own: who came or went, that a conversation began."""
    return not text.rstrip().endswith("?") and (
        _fits(text, r"^(?!(?:jag|jeg|i|we|vi|ich|wir|yes|no) )(?:.{{1,40}} )?(?:{0})$", "joined")
        or _fits(
            text,
            r"^(?:you are|you're|du chatt|du spr|sie chat|vous|ahora|ora |je chat|u chat|acum|вы )",
            "joined",
        )
    )


def is_day(text: str) -> bool:
    """Tell whether a line is a day's heading, with a time or without."""
    return _fits(
        text, r"^(?:{0})(?:$|[\s,]+(?:at |um |kl\.? |à |om )?\d{{1,2}}[:.h]\d\d(?: ?[ap]\.?m)?$)", "days"
    )


def leads_to_person(name: str) -> bool:
    """Tell whether a button, by its whole name, leads to a person."""
    return _fits(name, r"^(?:{0})$", "person")


def refuses_person(text: str) -> bool:
    """Tell whether an answer to somebody who asked for a person says that there is none."""
    return _stands_in(text, "no_person")


def promises_person(text: str) -> bool:
    """Tell whether it says that one comes."""
    return _stands_in(text, "person_comes") and not refuses_person(text)


def says_machine(text: str) -> bool:
    """Tell whether the writer says that it is a machine."""
    return _stands_in(text, "machine")


def _stands_in(text: str, key: str) -> bool:
    return _pattern(r"(?:^|\W)(?:{0})(?:$|\W)", key).search(_plain(text[:2000])) is not None


def sentence_for(language: str) -> str:
    """Return the sentence that asks for a person, in that language, else in English."""
    tag = language.lower().replace("_", "-").partition("-")[0]
    return words_of(tag if tag in LANGUAGES else "en").ask
