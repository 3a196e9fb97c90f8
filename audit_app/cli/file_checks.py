"""What every command that checks files prints, and how it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click


def check_files(files: Iterable[Path], problems_of: Callable[[Path], Sequence[object]]) -> None:
    """Print the problems of each file, or that it is fine; ends with exit code 1 when one is wrong."""
    wrong = 0
    for file in files:
        problems = problems_of(file)
        for problem in problems:
            click.echo(str(problem))
        if not problems:
            click.echo(f"{file}: fine")
        wrong += bool(problems)
    if wrong:
        sys.exit(1)
