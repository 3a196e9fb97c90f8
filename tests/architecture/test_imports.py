"""The layers that docs/decisions/0001-layers.md describes, and that the linter sees when they are broken."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
PLANTED = {
    "Imports in audit_app go down only": ("audit_app/domain/errors.py", "audit_app.models.base"),
    "Probes know neither Flask nor SQL nor the application": (
        "probes/languages.py",
        "audit_app.domain.exact",
    ),
    "The domain is plain Python": ("audit_app/domain/exact.py", "sqlalchemy"),
    "Services never import Flask": ("audit_app/services/company.py", "flask"),
    "Only services and the worker use the probes": ("audit_app/web/query_args.py", "probes.base"),
    "One module drives Playwright": ("probes/mail/oauth.py", "playwright.async_api"),
    "Each module can be read without one that imports it": (
        "audit_app/models/mailbox.py",
        "audit_app.models.campaign",
    ),
    "A feature's services use only what its row names": (
        "audit_app/services/entry/text.py",
        "audit_app.services.mail.rules",
    ),
    "The pages of one feature do not know another's": (
        "audit_app/web/visits/words.py",
        "audit_app.web.scores.location",
    ),
    "The channels do not know one another": ("probes/channels/email.py", "probes.channels.chat.channel"),
}
"""For each contract a file and what it may not import."""


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    # In a process of its own: the linter keeps the modules it has analysed, and would see other tests' imports.
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache", "--verbose"]
    return subprocess.run(
        [*command, "--config", str(root / "pyproject.toml")],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_keep_every_contract() -> None:
    done = lint(ROOT)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of a copy of the project into which one forbidden import was planted for each contract."""
    copy = tmp_path_factory.mktemp("planted")
    only_python = shutil.ignore_patterns("static", "templates", "__pycache__", "*.yaml", "*.js")
    for package in ("audit_app", "probes", "tests/architecture"):
        shutil.copytree(ROOT / package, copy / package, ignore=only_python)
    shutil.copy(ROOT / "pyproject.toml", copy)
    for file, module in PLANTED.values():
        with (copy / file).open("a") as planted:
            # Nothing is imported at run time: what stands only in annotations ties modules together as well.
            planted.write(f"\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {module}\n")
    return lint(copy).stdout


@pytest.mark.parametrize("contract", [each["name"] for each in CONTRACTS])
def test_each_contract_is_seen_to_be_broken_by_an_import_that_it_forbids(contract: str, broken: str) -> None:
    summary, _, details = broken.partition("Broken contracts\n")
    assert f"{contract} BROKEN" in summary
    (section,) = re.findall(rf"^{re.escape(contract)}\n-+\n(.*?)(?=^[^\n]+\n---|\Z)", details, re.M | re.S)
    file, module = PLANTED[contract]
    importer = file.removesuffix(".py").replace("/", ".")
    package = importer.rpartition(".")[0]
    circle = f"allowed in {package}.", f"- .{importer.rpartition('.')[2]} -> .{module.rpartition('.')[2]}"
    assert f"{importer} -> {module.partition('.')[0]}" in section or all(words in section for words in circle)


def test_every_feature_of_the_pages_stands_in_the_contract_about_them() -> None:
    (contract,) = (
        each for each in CONTRACTS if each["name"] == "The pages of one feature do not know another's"
    )
    features = {
        f"audit_app.web.{path.parent.name}" for path in (ROOT / "audit_app" / "web").glob("*/__init__.py")
    }

    assert set(contract["modules"]) == features


HEAVY = {
    "alembic",
    "altair",
    "flask",
    "flask_security",
    "numpy",
    "playwright",
    "psycopg",
    "scipy",
    "sqlalchemy",
}
"""What takes longest to import."""


@pytest.mark.parametrize(
    ("statement", "needed"),
    [
        ("from audit_app.cli import audit_app; audit_app(['--help'], standalone_mode=False)", set()),
        ("import audit_app.models", {"sqlalchemy"}),
        ("import audit_app.cli.score", {"sqlalchemy", "alembic"}),
        ("import audit_app.worker", {"sqlalchemy", "alembic", "playwright"}),
        ("import audit_app.web.application", HEAVY - {"altair", "numpy", "psycopg", "scipy"}),
    ],
)
def test_what_starts_imports_only_what_it_needs(statement: str, needed: set[str]) -> None:
    question = f"import sys; {statement}; print(*sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", question], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert HEAVY & set(said.stdout.split()) <= needed
