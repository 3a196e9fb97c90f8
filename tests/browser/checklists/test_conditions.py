"""Conditions in the browser: they come to what Python says, case by case and at random."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

import audit_app
from audit_app.domain.checklists.conditions import parse
from audit_app.domain.checklists.evaluation import evaluate
from tests.condition_table import NOW, cases, context
from tests.random_conditions import conditions

WALKER = Path(audit_app.__file__).parent / "static" / "checklists" / "condition.js"
BATCH = """asked => asked.map(([tree, answers, now]) =>
    globalThis.condition.evaluate(tree, {answers, now, itself: answers["."]}))"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page that has the walker."""
    page = browser.new_page()
    module = WALKER.read_text() + "\nglobalThis.condition = {evaluate, holds};"
    page.add_script_tag(content=module, type="module")
    page.wait_for_function("globalThis.condition")
    yield page
    page.close()


def walked(page: Page, asked: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    """What the browser makes of conditions and answers."""
    return list(page.evaluate(BATCH, [[parse(text), answers, NOW.isoformat()] for text, answers in asked]))


def told(values: list[Any]) -> list[Any]:
    return [(value, isinstance(value, bool)) for value in values]


def test_the_browser_gives_what_the_table_says(page: Page) -> None:
    rows = list(cases())

    found = walked(page, [(text, answers) for text, answers, _ in rows])

    wrong = [(row, value) for row, value in zip(rows, found, strict=True) if told([row[2]]) != told([value])]
    assert wrong == []


ANSWERS = st.fixed_dictionaries(
    {
        "a": st.none() | st.integers(-9, 9) | st.floats(-1e6, 1e6),
        "b": st.sampled_from(["", "a", "b a", "3", "-2.5", "😀"]),
        "d": st.sampled_from(["", "2026-12-01", "2024-02-30", "2020-01-01T08:15"]),
        "r": st.lists(st.none() | st.integers(-9, 9) | st.sampled_from(["", "a", "4"]), max_size=3),
    }
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(conditions(), ANSWERS), min_size=20, max_size=60))
def test_random_conditions_come_to_the_same_in_python_and_in_the_browser(
    page: Page, asked: list[tuple[str, dict[str, Any]]]
) -> None:
    expected = [evaluate(parse(text), context(answers)) for text, answers in asked]

    assert told(walked(page, asked)) == told(expected)
