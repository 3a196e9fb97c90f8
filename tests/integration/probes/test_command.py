"""`audit-app probe form`: one contact form from the command line, without a database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from audit_app.cli import audit_app
from audit_app.demo.company import DemoCompany
from audit_app.domain.errors import InvalidInput

ADDRESS = "anna.berg@shopper.example"


@pytest.fixture
def company(tmp_path: Path) -> Iterator[DemoCompany]:
    with DemoCompany(tmp_path / "company") as running:
        yield running


def run(folder: Path, *words: str) -> tuple[int, list[dict[str, Any]]]:
    """Run the command as a person does, and read its lines."""
    command = [sys.executable, "-m", "audit_app.cli", "probe", "form", *words]
    command += ["--text", "Hello, when do you open?", "--json", "--out", str(folder)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120
    )
    assert "Traceback" not in done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.browser
def test_a_dry_run_fills_in_and_pictures_the_form_and_sends_nothing(
    company: DemoCompany, tmp_path: Path
) -> None:
    code, (line,) = run(tmp_path / "seen", company.contact_url("umea"), "--dry-run")
    assert (code, line["kind"]) == (0, "filled")
    assert line["filled"]["Your name"] == "Anna Berg"
    assert [Path(file).name for file in line["evidence"]] == ["filled-in.jpg"]
    assert Path(line["evidence"][0]).read_bytes().startswith(b"\xff\xd8")
    assert company.received() == 0


@pytest.mark.browser
def test_a_form_is_sent_once_and_every_step_is_a_line_of_json(company: DemoCompany, tmp_path: Path) -> None:
    code, lines = run(tmp_path / "seen", company.contact_url("umea"), "--email", ADDRESS)
    assert (code, [line["kind"] for line in lines]) == (0, ["filled", "sent"])
    assert {"earliest", "latest", "source", "role"} <= lines[1].keys()
    assert lines[1]["text"] == "Hello, when do you open?"
    assert company.received(shop="umea") == 1


@pytest.mark.browser
def test_a_page_without_a_form_is_said_to_have_none(company: DemoCompany, tmp_path: Path) -> None:
    code, (line,) = run(tmp_path / "seen", f"{company.site_url}/nowhere", "--email", ADDRESS)
    assert (code, line["kind"]) == (1, "failed")
    assert "404" in line["reasons"][0]


def test_without_a_yes_nothing_is_opened() -> None:
    words = ["probe", "form", "https://fjordfield.example/contact", "--text", "Hello", "--email", ADDRESS]
    done = CliRunner().invoke(audit_app, words, input="n\n")
    assert done.exit_code == 1
    assert "fjordfield.example" in done.output


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["file:///etc/passwd", "--dry-run", "--yes"], "begins with https"),
        (["https://fjordfield.example/contact", "--yes"], "--email"),
        (
            ["https://fjordfield.example/", "--dry-run", "--yes", "--mapping", "/no/such.yaml"],
            "cannot be read",
        ),
        (["https://fjordfield.example/", "--yes", "--email", "anna at home"], "not an e-mail address"),
        (["https://fjordfield.example/", "--dry-run", "--yes", "--name", " "], "--name is empty"),
        (["https://fjordfield.example/", "--dry-run", "--yes", "--language", "Swedish!"], "not a language"),
        (
            ["https://fjordfield.example/", "--dry-run", "--yes", "--time-zone", "Stockholm"],
            "Europe/Stockholm",
        ),
        (["https://fjordfield.example/", "--dry-run", "--yes", "--out", "/proc/pictures"], "another folder"),
    ],
)
def test_what_cannot_be_used_is_said_with_what_to_do(words: list[str], reason: str) -> None:
    done = CliRunner().invoke(audit_app, ["probe", "form", "--text", "Hello", *words])
    assert isinstance(done.exception, InvalidInput)
    assert reason in str(done.exception)


def test_a_wrong_mapping_is_told_with_its_line_and_no_browser_opens(tmp_path: Path) -> None:
    mapping = tmp_path / "odd.yaml"
    mapping.write_text("name: Odd\nfeilds: []\n")
    words = ["https://fjordfield.example/", "--dry-run", "--yes", "--mapping", str(mapping)]
    done = CliRunner().invoke(audit_app, ["probe", "form", "--text", "Hello", *words])
    assert (
        str(done.exception)
        == f"{mapping}: Line 2: “feilds” is not known here. Check its spelling, or remove it."
    )


@pytest.mark.parametrize("what", ["chat", "form"])
def test_at_a_terminal_nothing_is_written_before_somebody_says_yes(what: str) -> None:
    # Nobody listens there: had it gone on, it would say so.
    words = ["probe", what, "http://127.0.0.1:9/", "--text", "Hello", "--email", ADDRESS]
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "audit_app.cli", *words],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as asking:
        os.write(ours, b"n\n")
        said, asked = asking.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert "on 127.0.0.1:9? Only where you are allowed to" in asked
    assert "Aborted" in asked
    assert (asking.returncode, said) == (1, "")
