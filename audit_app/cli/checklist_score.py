"""`audit-app checklists score`: what answers to a checklist come to, without a database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from audit_app.cli.answers_file import answers_in
from audit_app.domain.checklists.checklist import (
    Answer,
    Checklist,
    QuestionResult,
    critical_failures,
    missing,
    question_results,
    read_answer,
    tally,
)
from audit_app.domain.checklists.file import load_checklist
from audit_app.domain.exact import exact_text
from audit_app.domain.scores.scoring import SectionPoints, SectionScore, VisitScore, visit_score

EXAMPLE = 'Write it like {"greeted": "yes", "labels": {"not_applicable": true}}.'


@click.command()
@click.argument("checklist", type=click.Path(path_type=Path))
@click.argument("answers", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print the exact numbers and every question as JSON.")
def score(checklist: Path, answers: Path, as_json: bool) -> None:
    """Score answers to a checklist file: prints the score, the sections and what is missing."""
    form = load_checklist(checklist)
    entries = answers_in(answers, EXAMPLE, str)  # exact: 12.90 is no binary number
    given = {key: _answer(form, key, value) for key, value in entries.items()}
    found = scored(form, given)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else _lines(found))


def _answer(form: Checklist, key: str, given: object) -> Answer:
    whole = isinstance(given, dict) and bool({"value", "not_applicable", "note"} & set(given))
    return read_answer(form.question(key), given if whole else {"value": given})


def scored(form: Checklist, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """The score of the answers and all that it is made of, ready for JSON; numbers are exact text."""
    sections, results = tally(form, answers), question_results(form, answers)
    found = visit_score(sections)
    parts = {part.key: part for part in found.sections} if found else {}
    return {
        "checklist": form.key,
        "scoring": form.scoring,
        "score": _score(found),
        "earned": exact_text(sum((s.earned for s in sections), Fraction(0))),
        "possible": exact_text(sum((s.possible for s in sections), Fraction(0))),
        "sections": [_section(section, parts.get(section.key)) for section in sections],
        "questions": [_question(result) for result in results],
        "missing": [question.key for question in missing(form, answers)],
        "critical_failures": [result.key for result in critical_failures(form, answers)],
    }


def _score(found: VisitScore | None) -> dict[str, str] | None:
    return {"exact": exact_text(found.value), "shown": str(found.shown)} if found else None


def _section(section: SectionPoints, part: SectionScore | None) -> dict[str, Any]:
    return {
        "key": section.key,
        "title": section.title,
        "earned": exact_text(section.earned),
        "possible": exact_text(section.possible),
        "points": exact_text(part.points) if part else None,
        "shown_points": str(part.shown_points) if part else None,
        "shown_possible": str(part.shown_possible) if part else None,
    }


def _question(result: QuestionResult) -> dict[str, Any]:
    return {
        "key": result.key,
        "state": result.state,
        "earned": exact_text(result.earned),
        "possible": exact_text(result.possible),
        "failed": result.failed,
    }


def _lines(found: dict[str, Any]) -> str:
    score = found["score"]
    lines = [
        f"Score {score['shown']} of 100" if score else "No score: nothing that earns points is answered."
    ]
    for part in found["sections"]:
        points = f"{part['shown_points']} of {part['shown_possible']}" if part["points"] else "not counted"
        lines.append(f"  {part['title']}: {points} ({part['earned']} of {part['possible']} on the checklist)")
    if found["missing"]:
        lines.append(f"Not answered yet: {', '.join(found['missing'])}")
    if found["critical_failures"]:
        lines.append(f"Critical and failed: {', '.join(found['critical_failures'])}")
    return "\n".join(lines)
