"""`audit-app checklists condition`: what somebody who writes a condition is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit_app.cli.checklists import checklists


def tried(*words: str) -> Result:
    return CliRunner().invoke(checklists, ["condition", *words])


@pytest.fixture
def answers(tmp_path: Path) -> str:
    """A file with answers."""
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"age": 30, "prices": [3, None, 5], "huge": 10**400, ".": 7}))
    return str(file)


def test_a_condition_is_tried_with_answers(answers: str) -> None:
    assert tried("${age} >= 18", "--answers", answers).output == "true (true)\n"
    assert tried("sum(${prices}) + .", "--answers", answers).output == "15.0 (true)\n"
    assert tried("${huge} + 1", "--answers", answers).output == '"" (not true)\n'


def test_the_time_at_the_location_can_be_given() -> None:
    assert tried("today()", "--now", "2026-12-01T16:30").output == '"2026-12-01" (true)\n'


def test_a_condition_that_nothing_makes_true_is_told() -> None:
    assert "No answer makes it true." in tried("${age} > 1 and 1 = 2").output


def test_a_wrong_condition_ends_with_1_and_says_what_was_expected(answers: str) -> None:
    wrong, unknown = tried("${age} and "), tried("${agee} > 1", "--answers", answers)

    assert (wrong.exit_code, unknown.exit_code) == (1, 1)
    assert wrong.output == "Error: expected a value after “and” at character 12.\n"
    assert unknown.output == "Error: ${agee} is no question. Did you mean ${age}?\n"


@pytest.mark.parametrize("content", [b"\xff", b"{", b"[]", b'{"a": {"b": 1}}', b"[" * 100_000])
def test_a_file_without_answers_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_bytes(content)

    result = tried("1", "--answers", str(tmp_path / "broken.json"))

    assert result.exit_code == 1
    assert "Write it like {" in result.output


def test_the_tree_is_printed_as_json() -> None:
    assert json.loads(tried("${age} >= 18", "--json").output) == {
        "tree": [">=", ["$", "age"], 18.0],
        "value": False,
        "true": False,
        "never": False,
    }
