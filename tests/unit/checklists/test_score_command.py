"""`audit-app checklists score`: what answers come to, without a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from audit_app.cli.checklists import checklists

FORM = """
key: shop
title: Shop
summary: A visit.
language: en
channel: in_person
scoring: points
sections:
  - key: parking
    title: Parking
    questions:
      - {key: space, type: yes_no, text: "Was there space?", critical: true}
      - {key: ramp, type: yes_no, text: "Was there a ramp?"}
  - key: rest
    title: The rest
    questions:
      - {key: price, type: price_pair, text: "What did it cost?", points: 60}
      - {key: words, type: text, text: "What else?", required: false}
"""
ANSWERS = {"space": "no", "ramp": {"not_applicable": True}, "price": {"shelf": 12.90, "till": "12.90"}}


def run(folder: Path, answers: object, *words: str) -> Result:
    (folder / "form.yaml").write_text(FORM)
    (folder / "answers.json").write_text(answers if isinstance(answers, str) else json.dumps(answers))
    return CliRunner().invoke(
        checklists, ["score", str(folder / "form.yaml"), str(folder / "answers.json"), *words]
    )


def test_the_score_is_printed_exactly_with_sections_and_questions(tmp_path: Path) -> None:
    found: dict[str, Any] = json.loads(run(tmp_path, ANSWERS, "--json").output)

    assert found["score"] == {"exact": "6000/61", "shown": "98.4"}
    assert (found["earned"], found["possible"]) == ("60", "61")
    assert [part["shown_points"] for part in found["sections"]] == ["0.0", "98.4"]
    assert [(q["key"], q["state"]) for q in found["questions"]] == [
        ("space", "answered"),
        ("ramp", "na"),
        ("price", "answered"),
        ("words", "missing"),
    ]
    assert (found["missing"], found["critical_failures"]) == ([], ["space"])


def test_what_is_missing_is_said_in_plain_words(tmp_path: Path) -> None:
    assert run(tmp_path, {"space": "yes"}).output.splitlines() == [
        "Score 100.0 of 100",
        "  Parking: 100.0 of 100.0 (1 of 1 on the checklist)",
        "  The rest: not counted (0 of 0 on the checklist)",
        "Not answered yet: ramp, price",
    ]


def test_nothing_answered_is_no_score(tmp_path: Path) -> None:
    assert run(tmp_path, {}).output.startswith("No score: nothing that earns points is answered.\n")


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ("{", "is no JSON"),
        ("[]", "holds no answers by key"),
        ("[" * 100_000, "is no JSON"),
        ({"spade": "yes"}, "has no question spade"),
        ({"space": "perhaps"}, "choose yes or no."),
        ({"space": {"value": "yes", "notes": ""}}, "send value or not_applicable"),
    ],
)
def test_answers_that_cannot_be_used_are_refused_with_the_reason(
    answers: object, sentence: str, tmp_path: Path
) -> None:
    assert sentence in str(run(tmp_path, answers).exception)
