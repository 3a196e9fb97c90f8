"""`audit-app checklists`: files with checklists."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from audit_app.domain.checklist_file import check_file


@click.group()
def checklists() -> None:
    """Files with checklists."""


@checklists.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
def check(files: tuple[Path, ...]) -> None:
    """Check checklist files: prints file, line, path and what to do; exit code 1 when one is wrong."""
    wrong = 0
    for file in files:
        problems = check_file(file)
        for problem in problems:
            click.echo(str(problem))
        if not problems:
            click.echo(f"{file}: fine")
        wrong += bool(problems)
    if wrong:
        sys.exit(1)
