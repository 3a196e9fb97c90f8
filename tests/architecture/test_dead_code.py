"""What the product defines, the product uses: a name that only tests call is none of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = [ROOT / "audit_app", ROOT / "probes"]
FOR_OTHERS = {
    "create_app": "a WSGI server calls it",
    "differences": "the tests compare the models with the migrations by it",
}
"""What is there for somebody outside, and for whom."""


def modules() -> dict[Path, ast.Module]:
    """All modules of the product by their files."""
    files = sorted(path for package in PACKAGES for path in package.rglob("*.py"))
    return {path: ast.parse(path.read_text()) for path in files}


def names_used(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def names_defined(tree: ast.Module) -> Iterator[str]:
    """Its classes, constants and functions, but for those that a decorator registers, as routes and commands are."""
    for node in tree.body:
        match node:
            case (
                ast.ClassDef() | ast.FunctionDef(decorator_list=[]) | ast.AsyncFunctionDef(decorator_list=[])
            ):
                yield node.name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def words_outside() -> Iterator[str]:
    """What templates and the project's declaration name."""
    for path in [ROOT / "pyproject.toml", *PACKAGES[0].rglob("*.html")]:
        yield from re.findall(r"\w+", path.read_text())


def test_everything_that_is_defined_is_used() -> None:
    trees = modules()
    used = {name for tree in trees.values() for name in names_used(tree)} | {*words_outside(), *FOR_OTHERS}
    # Every table has a model, also where its pages are still to come.
    unused = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, tree in trees.items()
        for name in names_defined(tree)
        if "models" not in path.parts and name not in used and not name.startswith("__")
    }

    assert unused == set()
