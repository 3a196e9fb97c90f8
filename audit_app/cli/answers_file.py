"""Reading a JSON file with answers by the keys of their questions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from audit_app.domain.errors import InvalidInput

LARGEST_FILE = 2 * 1024 * 1024
"""Bytes of a file with answers."""


def answers_in(file: Path, example: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The object in `file`; raises InvalidInput, with the `example`, where it is too large or holds none."""
    if file.stat().st_size > LARGEST_FILE:
        raise InvalidInput(f"{file} is larger than 2 MiB. Check that it holds answers.")
    try:
        found = json.loads(file.read_bytes(), parse_float=parse_float)
    except (ValueError, RecursionError) as problem:
        raise InvalidInput(f"{file} is no JSON. {example}") from problem
    if not isinstance(found, dict):
        raise no_answers(file, example)
    return found


def no_answers(file: Path, example: str) -> InvalidInput:
    """What is said of a file that holds something else."""
    return InvalidInput(f"{file} holds no answers by key. {example}")
