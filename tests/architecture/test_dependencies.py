"""What is imported is declared, and what is declared is imported or says who needs it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OURS = {"audit_app", "probes", "tests", "benchmarks"}
NEEDED_BY = {
    "psycopg": "SQLAlchemy, for PostgreSQL",
    "tzdata": "zoneinfo, where the system has no time zones",
}
"""What nothing of ours imports, and what imports it."""
TOOLS = {"djlint", "mypy", "oxlint", "pre-commit", "pytest-cov", "pytest-xdist", "ruff"}
"""What is run, or found by pytest."""


def imported(*folders: str) -> set[str]:
    """The distributions, by their normal names, that the modules in these folders import."""
    packages = {
        name for folder in folders for path in (ROOT / folder).rglob("*.py") for name in _packages(path)
    }
    providers = packages_distributions()
    return {normal(providers[name][0]) for name in packages - OURS - sys.stdlib_module_names}


def _packages(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names = [node.module]
        yield from (name.partition(".")[0] for name in names)


def normal(requirement: str) -> str:
    """The name that a requirement asks for, as packages are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement)[0]).lower()


DECLARED = {normal(each) for each in PROJECT["dependencies"]}
FOR_TESTS = {normal(each) for each in PROJECT["optional-dependencies"]["dev"]}


def test_the_product_imports_what_it_declares_and_nothing_else() -> None:
    assert imported("audit_app", "probes", "migrations") | NEEDED_BY.keys() == DECLARED


def test_tests_and_benchmarks_import_what_is_declared_for_them() -> None:
    types = {each for each in FOR_TESTS if each.startswith("types-") or each.endswith("-stubs")}

    assert imported("tests", "benchmarks") - DECLARED == FOR_TESTS - TOOLS - types
