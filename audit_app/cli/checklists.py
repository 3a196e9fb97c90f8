"""`audit-app checklists`: files with checklists."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from audit_app.cli.answers_file import answers_in, no_answers
from audit_app.cli.checklist_score import score
from audit_app.cli.file_checks import check_files
from audit_app.domain.checklists.conditions import parse, refuse_unknown
from audit_app.domain.checklists.evaluation import Context, evaluate, holds, never_holds
from audit_app.domain.checklists.file import check_file
from audit_app.domain.errors import InvalidInput

EXAMPLE = 'Write it like {"age": 30}.'


@click.group()
def checklists() -> None:
    """Files with checklists."""


checklists.add_command(score)


@checklists.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
def check(files: tuple[Path, ...]) -> None:
    """Check checklist files: prints file, line, path and what to do; exit code 1 when one is wrong."""
    check_files(files, check_file)


@checklists.command()
@click.argument("text", metavar="CONDITION")
@click.option(
    "--answers",
    "answers_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A JSON file with the answers by key; “.” is the answer itself.",
)
@click.option(
    "--now",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]),
    help="The time at the location, such as 2026-12-01T16:30; this computer's when left out.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the tree and the value as JSON.")
def condition(text: str, answers_file: Path | None, now: datetime | None, as_json: bool) -> None:
    """Try a condition: prints what it comes to; exit code 1 when it is wrong."""
    try:
        tree = parse(text)
        answers = _answers(answers_file) if answers_file else {}
        if answers_file:
            refuse_unknown(tree, answers)
    except InvalidInput as problem:
        raise click.ClickException(str(problem)) from problem
    asked = Context(answers, now or datetime.now().astimezone().replace(tzinfo=None), answers.get("."))
    value, true, never = evaluate(tree, asked), holds(tree, asked), never_holds(tree)
    if as_json:
        click.echo(json.dumps({"tree": tree, "value": value, "true": true, "never": never}))
        return
    click.echo(f"{json.dumps(value, ensure_ascii=False)} ({'true' if true else 'not true'})")
    if never:
        click.echo("No answer makes it true.", err=True)


def _answers(file: Path) -> dict[str, Any]:
    """Answers by key; a list is what a repeated group was answered."""
    found = answers_in(file, EXAMPLE)
    flat = [each for part in found.values() for each in (part if isinstance(part, list) else [part])]
    if not all(isinstance(each, str | int | float | None) for each in flat):
        raise no_answers(file, EXAMPLE)
    return found
