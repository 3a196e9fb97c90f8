"""No text that a stranger writes keeps a regular expression busy: each is tried on the texts that are worst for it."""

from __future__ import annotations

import ast
import importlib
import re
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

from audit_app.domain.replies import phrase_files as reply_phrases
from probes.channels import contact_page
from probes.forms import words as form_words
from probes.widgets.files import load_widget, widget_names
from probes.widgets.schema import Names
from tests.worst_texts import worst_texts

ROOT = Path(__file__).parents[2]
METHODS = ("match", "search", "sub", "subn", "split", "findall", "finditer", "fullmatch")
AT_THE_START = frozenset({"match", "fullmatch"})

LENGTH, LONGEST_MS = 50_000, 50
SHORT = 1_000
"""Characters on which all texts are tried, so that only the slowest need be tried at full length."""
SLOWEST = 2
GIVE_UP = 0.3


# --- the patterns that are written in the code -----------------------------------------------------------------


Tried = tuple[re.Pattern[Any], bool]
"""A pattern, and whether it is only looked for at the beginning of a text."""


class Use(NamedTuple):
    """One place at which the code makes a pattern or uses one."""

    where: str
    call: ast.Call
    function: str
    module: Any
    at_the_start: bool


def _uses() -> Iterator[Use]:
    for folder in ("probes", "audit_app"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            content = path.read_text("utf-8")
            if "re." not in content:
                continue
            module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            tree = ast.parse(content)
            for call, function, name in _calls(tree):
                where = f"{path.relative_to(ROOT)}:{call.lineno}"
                at_the_start = _methods(call, name, content) <= AT_THE_START
                yield Use(where, call, function, module, at_the_start)


def _calls(tree: ast.AST, function: str = "", name: str = "") -> Iterator[tuple[ast.Call, str, str]]:
    for node in ast.iter_child_nodes(tree):
        inside, assigned = function, name
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = node.name
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assigned = node.targets[0].id
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "re" and node.func.attr in (*METHODS, "compile"):
                yield node, inside, assigned
        yield from _calls(node, inside, assigned)


def _methods(call: ast.Call, name: str, content: str) -> frozenset[str]:
    """Return by which methods a pattern is used; one that is handed on may be used by any."""
    assert isinstance(call.func, ast.Attribute)
    if call.func.attr != "compile":
        return frozenset({call.func.attr})
    called = frozenset(re.findall(rf"\b{name}\.(\w+)\(", content)) if name else frozenset()
    handed_on = len(re.findall(rf"\b{name}\b(?!\.\w+\()", content)) > 1
    return called if called and not handed_on else frozenset(METHODS)


def _compiled(use: Use) -> re.Pattern[Any] | None:
    """Return the pattern of a call, or None where it is made of what is only known when it runs."""
    compiling = ast.Attribute(ast.Name("re", ast.Load()), "compile", ast.Load())
    code = ast.Expression(ast.Call(compiling, [use.call.args[0], *_flags(use.call)], []))
    given = {**vars(use.module), "re": re}
    try:
        found = eval(compile(ast.fix_missing_locations(code), "pattern", "eval"), given)  # noqa: S307 -- our own code
    except NameError:
        return None
    assert isinstance(found, re.Pattern)
    return found


def _flags(call: ast.Call) -> list[ast.expr]:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "flags"]
    assert isinstance(call.func, ast.Attribute)
    return named or (call.args[1:2] if call.func.attr == "compile" else [])


# --- the patterns that are made of phrases ---------------------------------------------------------------------


def _of_replies() -> Iterator[Tried]:
    """What a reply is read by: each phrase by itself, of each field in each language."""
    for phrases in reply_phrases.phrase_lists().values():
        for field in phrases.model_dump(exclude={"language", "common"}).values():
            for phrase in field if isinstance(field, list) else ():
                yield reply_phrases.expression([phrase]), False


def _of_forms() -> Iterator[Tried]:
    for path in sorted((ROOT / "probes/forms").glob("??.yaml")):
        for phrase in _texts(form_words.words_of(path.stem).model_dump()):
            # A phrase is plain text: all of one shape are as slow as each other.
            yield form_words._pattern((re.sub(r"\w+", "a", phrase),)), False


def _of_widgets() -> Iterator[Tried]:
    """What a description knows writers by. What it knows controls by is looked for by the browser, in the page."""
    for name in widget_names():
        yield from ((re.compile(text, re.IGNORECASE), True) for text in _names(load_widget(name)) if text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _names(part: Any) -> Iterator[str]:
    if isinstance(part, Names):
        yield from (part.bot, part.system, part.person)
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _names(getattr(part, name))
    elif isinstance(part, list | tuple):
        for each in part:
            yield from _names(each)


def _of_contact_pages() -> Iterator[Tried]:
    yield contact_page._contact_link(), False


MADE: Mapping[str, Callable[[], Iterator[Tried]]] = {
    "pattern": _of_replies,
    "expression": _of_replies,
    "_pattern": _of_forms,
    "_our_country": _of_forms,
    "_contact_link": _of_contact_pages,
    "_role": _of_widgets,
    "_regular": _of_widgets,
    "_fault": _of_widgets,
}
"""The functions that make patterns of phrases and descriptions, and all that they make of ours."""
OF_PLAIN_TEXT = frozenset(
    {"device_name", "_bounded", "_line_of", "_name_pattern", "_topic", "_spoken", "hiding"}
)
"""The functions that make patterns of texts which they escape, or which only the demo's own company or a browser reads."""


# --- how long they take ----------------------------------------------------------------------------------------


def _milliseconds(pattern: re.Pattern[Any], text: str, at_the_start: bool) -> float:
    """Return how long it takes to find all of it in the text; no longer than `GIVE_UP` seconds are spent."""
    given = text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text
    begun = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, GIVE_UP)
    try:
        if at_the_start:
            pattern.match(given)
            pattern.fullmatch(given)
        else:
            deque(pattern.finditer(given), 0)
    except TimeoutError:
        return GIVE_UP * 1000
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return (time.process_time() - begun) * 1000


def _too_long(signum: int, frame: object) -> None:
    raise TimeoutError


@pytest.fixture(scope="module", autouse=True)
def interrupted() -> Iterator[None]:
    """Python looks for signals while it matches, so that a pattern that would never end does not end the tests."""
    before = signal.signal(signal.SIGVTALRM, _too_long)
    yield
    signal.signal(signal.SIGVTALRM, before)


def _slowest(pattern: re.Pattern[Any], at_the_start: bool = False) -> tuple[float, str]:
    """Return the milliseconds that the worst text of full length takes, and how that text begins."""
    tried = []
    for number, text in enumerate(worst_texts(pattern, SHORT)):
        tried.append((_milliseconds(pattern, text, at_the_start), number))
        if tried[-1][0] > LONGEST_MS:
            return tried[-1][0], text[:40]
    worst = {number for _, number in sorted(tried, reverse=True)[:SLOWEST]}
    texts = [text for number, text in enumerate(worst_texts(pattern, LENGTH)) if number in worst]
    return max(((_again(pattern, text, at_the_start), text[:40]) for text in texts), default=(0.0, ""))


def _again(pattern: re.Pattern[Any], text: str, at_the_start: bool) -> float:
    """Measure once more what was too slow: the machine may have been busy."""
    took = _milliseconds(pattern, text, at_the_start)
    return (
        took
        if not LONGEST_MS <= took < GIVE_UP * 1000
        else min(took, *(_milliseconds(pattern, text, at_the_start) for _ in range(2)))
    )


USES = list(_uses())
WRITTEN = {use.where: (pattern, use.at_the_start) for use in USES if (pattern := _compiled(use)) is not None}


def test_every_pattern_of_the_code_is_tried_here() -> None:
    known = MADE.keys() | OF_PLAIN_TEXT
    unknown = [use.where for use in USES if use.where not in WRITTEN and use.function not in known]
    assert not unknown, "Say in MADE what makes these patterns"
    assert len(WRITTEN) > 150


@pytest.mark.parametrize("where", WRITTEN)
def test_no_text_keeps_a_pattern_of_the_code_busy(where: str) -> None:
    took, text = _slowest(*WRITTEN[where])
    assert took < LONGEST_MS, text


@pytest.mark.parametrize("made", dict.fromkeys(MADE.values()), ids=lambda made: made.__name__.strip("_"))
def test_no_text_keeps_a_pattern_of_the_phrase_files_busy(made: Callable[[], Iterator[Tried]]) -> None:
    for pattern, at_the_start in dict.fromkeys(made()):
        took, text = _slowest(pattern, at_the_start)
        assert took < LONGEST_MS, (pattern.pattern, text)


def test_a_pattern_that_is_slow_is_found() -> None:
    for slow in (r"\W*[\[(*]+([^\])*]{3,40})[\])*]", r"=\s*\??\s*[*]?\s*$"):
        assert _slowest(re.compile(slow))[0] >= LONGEST_MS, slow
