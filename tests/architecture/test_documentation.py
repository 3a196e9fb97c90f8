"""What a person can type or set is documented, and what is documented exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from audit_app.cli import COMMANDS as SHOWN
from audit_app.cli import audit_app
from audit_app.config import Settings

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ROOT / "docs" / "administrators" / "commands.md"
SETTINGS = ROOT / "docs" / "administrators" / "settings.md"


def commands(
    group: click.Group, words: tuple[str, ...] = ("audit-app",)
) -> Iterator[tuple[str, click.Command]]:
    """Every command below `group`, with the words one types."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


@pytest.mark.parametrize(("words", "command"), list(commands(audit_app)), ids=lambda value: str(value))
def test_every_command_is_documented_with_each_of_its_options(words: str, command: click.Command) -> None:
    sections = re.split(r"^## ", COMMANDS.read_text(), flags=re.MULTILINE)
    section = next((text for text in sections if text.startswith(f"`{words}")), None)

    assert section is not None, f"{COMMANDS.name} has no section “## `{words}`”"
    for parameter in command.params:
        for option in parameter.opts if isinstance(parameter, click.Option) else ():
            assert option in section, f"{words} {option} is not documented"


@pytest.mark.parametrize("name", list(SHOWN))
def test_what_the_help_says_of_a_command_is_how_the_commands_own_help_begins(name: str) -> None:
    command = audit_app.get_command(click.Context(audit_app), name)

    assert command is not None
    assert (command.name, (command.help or "").splitlines()[0]) == (name, SHOWN[name][1])


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert f"`AUDIT_{name.upper()}`" in SETTINGS.read_text()


def test_every_documented_setting_exists() -> None:
    named = set(re.findall(r"^\| `AUDIT_([A-Z_]+)`", SETTINGS.read_text(), flags=re.MULTILINE))

    assert named == {name.upper() for name in Settings.model_fields}


def test_links_between_the_documents_lead_somewhere() -> None:
    documents = [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "checklists").glob("*.md"),
    ]
    broken = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())
        if not (document.parent / target).exists()
    ]

    assert broken == []
