"""The tell-tale phrases of mail, one YAML file per language; all languages are always tried."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

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
    "box",
    "closed",
    "list_notice",
    "unsubscribe",
)
"""The fields looked for in texts."""
SUBJECTS = ("subjects", "bounce_subjects", "delay_subjects")
"""The fields looked for in subjects, besides what is looked for in texts."""


FOLDER = Path(__file__).parent / "languages"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one written in C where there is one: ten times as fast, which is most of a second at each start."""
REMEDY = "Correct it in probes/replies, or install the program again."


class LanguageFileError(ProbeError):
    """A file of phrases is wrong; the message names the file, the line, what is wrong and what to do."""


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
    box: list[str] = []
    closed: list[str] = []
    list_notice: list[str] = []
    unsubscribe: list[str] = []
    box_names: list[str] = []
    roles: dict[Literal["letter", "arrives", "answers", "when", "us", "me", "fill"], list[str]]

    def written(self) -> Iterator[str]:
        """Yield every word and phrase of the file, with the marks that it is written with."""
        for field in type(self).model_fields:
            value = getattr(self, field)
            yield from (
                (each for part in value.values() for each in part) if isinstance(value, dict) else value
            )


@cache
def languages() -> dict[str, Language]:
    """Read every language file once. Raises LanguageFileError on one that is broken or cannot be read."""
    return {path.stem: read_language(path.name, _content(path)) for path in _paths()}


def check() -> None:
    """Read all phrases now rather than with the first mail. Raises LanguageFileError on a wrong one."""
    for fields in (SAID, SUBJECTS):
        finder(fields)


def _paths() -> list[Path]:
    found = sorted(FOLDER.glob("*.yaml"))
    if not found:
        raise LanguageFileError(f"There are no phrases of mail in {FOLDER}. {REMEDY}")
    return found


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise LanguageFileError(f"languages/{path.name} cannot be read: {reason}. {REMEDY}") from error


def read_language(name: str, content: str) -> Language:
    """Read the content of a language's file. Raises LanguageFileError, which says in which line it is broken."""
    try:
        return Language.model_validate(yaml.load(content, LOADER))  # noqa: S506 -- the safe one, if written in C
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it is no YAML"
        # What ends too early is noticed behind the last line.
        line = min(mark.line + 1, len(content.splitlines())) if mark else 1
        raise _wrong(name, line, problem) from error
    except ValidationError as error:
        # A field's wrong name says where it is; that the right one is missing does not.
        first = min(error.errors(), key=lambda each: each["type"] == "missing")
        place = ".".join(map(str, first["loc"])) or "the file"
        raise _wrong(name, _line_of(content, first["loc"]), f"{place}: {first['msg']}") from error


def _line_of(content: str, place: tuple[int | str, ...]) -> int:
    """Return the line of a field, or the first where there is none."""
    field = re.compile(rf"^{re.escape(str(place[0] if place else ''))}\b", re.MULTILINE)
    found = field.search(content)
    return content.count("\n", 0, found.start() if found else 0) + 1


def _wrong(name: str, line: int, problem: str) -> LanguageFileError:
    return LanguageFileError(f"languages/{name}, line {line}: {problem.rstrip('.')}. {REMEDY}")


@cache
def finder(fields: tuple[str, ...]) -> Finder:
    """Return what finds the phrases of these fields in all languages. Raises LanguageFileError on a wrong phrase."""
    try:
        return Finder({field: phrases(field) for field in fields})
    except PhraseError as error:
        raise _wrong(*_where(error.phrase), str(error)) from error


def _where(phrase: str) -> tuple[str, int]:
    """Find the file and the line of a phrase that cannot be used."""
    contents = {path.name: _content(path) for path in _paths()}
    name = next((name for name, content in contents.items() if phrase in content), "*.yaml")
    return name, contents.get(name, phrase).partition(phrase)[0].count("\n") + 1


def phrases(field: str) -> list[str]:
    """Return the phrases of a field in all languages."""
    return [phrase for language in languages().values() for phrase in getattr(language, field)]


@cache
def keys(field: str) -> frozenset[str]:
    """Return the phrases of a field in all languages as keys to compare with."""
    return frozenset(key(phrase) for phrase in phrases(field))


def phrases_in(text: str) -> Mapping[str, int]:
    """Return the fields of SAID of which phrases stand in the text, with how many different ones do.

    `closed_box` is among them where one sentence speaks of a mailbox and says that it is closed.
    """
    found = finder(SAID).find(words(text))
    return {**found, "closed_box": 1} if "box" in found and "closed" in found else found


def phrases_in_subject(text: str) -> Mapping[str, int]:
    """Return the fields of SUBJECTS of which phrases stand in a subject, which has lost its `Re:`."""
    return finder(SUBJECTS).find(words(text))
