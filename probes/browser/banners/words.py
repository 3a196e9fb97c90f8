"""What consent banners say, one file per language, and whose they are. README.md explains the files for people."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from probes.base import OurFailure
from probes.languages import languages_in

LANGUAGES = languages_in("probes.browser.banners")
Texts = tuple[str, ...]


class Part(BaseModel):
    """A part of a file: frozen, and strict about names, so that a typing error does not pass unseen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BannerWords(Part):
    """One language: words that a banner is known by, and what its buttons say."""

    about: Texts = Field(min_length=1)
    necessary: Texts = Field(min_length=1)
    refuse: Texts = Field(min_length=1)
    accept: Texts = Field(min_length=1)
    notice: Texts = Field(min_length=1)
    other: Texts = Field(min_length=1)


class Platform(Part):
    """The buttons of one vendor's banners, as CSS, and the frame that they are in, if they are in one."""

    name: str = Field(min_length=1)
    refuse: Texts = Field(min_length=1)
    accept: Texts = Field(min_length=1)
    frame: str = ""


@cache
def banner_words(language: str) -> BannerWords:
    """Read banners/<language>.yaml. Raises OurFailure, naming the file and the field, if it is wrong."""
    try:
        return BannerWords.model_validate(_read(f"{language}.yaml"))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise OurFailure(
            f"The words in probes/browser/banners/{language}.yaml cannot be used: {error}"
        ) from error


@cache
def platforms() -> tuple[Platform, ...]:
    """Read banners/platforms.yaml. Raises OurFailure, naming what is wrong."""
    try:
        return TypeAdapter(tuple[Platform, ...]).validate_python(_read("platforms.yaml"))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise OurFailure(
            f"The platforms in probes/browser/banners/platforms.yaml cannot be used: {error}"
        ) from error


def _read(name: str) -> Any:
    return yaml.safe_load((files("probes.browser.banners") / name).read_text("utf-8"))


@cache
def in_all_languages(part: str) -> str:
    """Write what all languages have for one part as a regular expression that JavaScript reads with the flags iu."""
    phrases = dict.fromkeys(phrase for each in LANGUAGES for phrase in getattr(banner_words(each), part))
    # What a banner is about may stand within a word: Hebrew puts its prepositions before it.
    begins = "" if part == "about" else r"(?<![\p{L}\p{N}])"
    # Once and not before each phrase: a browser needs long to take in what stands for all letters.
    return f"{begins}(?:{'|'.join(_one(phrase) for phrase in phrases)})"


def _one(phrase: str) -> str:
    body = re.sub(r"[.*+?^${}()|\[\]\\/]", r"\\\g<0>", phrase.removesuffix("$"))
    return body + (r"[\s.!]*$" if phrase.endswith("$") else "")
