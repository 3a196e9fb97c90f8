"""`audit-app checklists`: files with checklists."""

from __future__ import annotations

from pathlib import Path

import click

from audit_app.cli.file_checks import check_files
from audit_app.domain.checklists.file import check_file


@click.group()
def checklists() -> None:
    """Files with checklists."""


@checklists.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
def check(files: tuple[Path, ...]) -> None:
    """Check checklist files: prints file, line, path and what to do; exit code 1 when one is wrong."""
    check_files(files, check_file)
