"""A number with a name says what it counts: by the name's unit, or in a sentence below it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = [
    *sorted((ROOT / "audit_app" / "domain").rglob("*.py")),
    *sorted(path for path in (ROOT / "probes").rglob("*.py") if path.parent.name != "chat"),
]
UNIT = re.compile(r"(^|_)(SECONDS|MS|BYTES|MEGABYTE|HOUR|DAY)$")


def unexplained(tree: ast.Module) -> Iterator[str]:
    """The constants of a module that are numbers or durations and say nothing of what they count."""
    for node, below in pairwise([*tree.body, ast.Pass()]):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_number(value):
                if not UNIT.search(name) and not _is_text(below):
                    yield name


def _is_number(value: ast.expr) -> bool:
    parts = {type(node) for node in ast.walk(value)}
    called = {ast.unparse(node.func) for node in ast.walk(value) if isinstance(node, ast.Call)}
    plain = parts <= {
        ast.Constant,
        ast.BinOp,
        ast.Mult,
        ast.UnaryOp,
        ast.USub,
        ast.Call,
        ast.Name,
        ast.Load,
        ast.keyword,
    }
    numbers = [type(node.value) in (int, float) for node in ast.walk(value) if isinstance(node, ast.Constant)]
    return plain and bool(numbers) and all(numbers) and called <= {"timedelta"}


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def test_every_number_says_what_it_counts() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in MODULES
        for name in unexplained(ast.parse(path.read_text()))
    }

    assert found == set()
