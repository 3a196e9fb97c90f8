"""`audit-app probe form`: one contact form without a database, for trying out and for scripts."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import click

from audit_app.cli.probe_browsers import ask_before, browsers, host_of, keep_evidence
from audit_app.domain.errors import InvalidInput
from audit_app.services.locations.form_mappings import mapping_problems
from probes.base import OUR_CLOCK, Blocked, Fact, FactKind, Message, ProbeError, Proof, SendUnknown
from probes.channel import Equipment
from probes.channels.contact_form.channel import open_form
from probes.forms.mapping import NO_MAPPING, Mapping, parse_mapping

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
NOBODY = "anna.berg@example.com"
"""Stands in a form that is not sent."""


@click.command()
@click.argument("url")
@click.option("--text", required=True, help="What to write.")
@click.option("--subject", default="", help="Its subject, for forms that ask for one.")
@click.option("--name", default="Anna Berg", show_default=True, help="Who the customer says to be.")
@click.option("--email", default="", help="Address that the answer goes to; it must be yours.")
@click.option("--mapping", type=FILE, help="File that explains an odd form.")
@click.option("--language", default="en", show_default=True, help="The customer's language.")
@click.option("--time-zone", default="UTC", show_default=True, help="The customer's time zone.")
@click.option("--dry-run", is_flag=True, help="Fill in and take a screenshot, but send nothing.")
@click.option("--out", type=FOLDER, help="Folder for screenshots and traces.")
@click.option("--yes", is_flag=True, help="At a terminal: do not ask whether this host may be written to.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for each observation.")
def form(url: str, dry_run: bool, yes: bool, as_json: bool, **given: Any) -> None:
    """Fill in the contact form on a page, and send it once."""
    host_of(url)
    _check(given, dry_run=dry_run)
    folder = given["out"] or Path(tempfile.mkdtemp(prefix="audit-probe-"))
    keep_evidence(folder, "", [])  # a folder that cannot be written is told before anything is sent
    act = "Fill in, but not send," if dry_run else "Write by"
    ask_before(f"{act} the contact form", url, yes=yes)
    mapping = _mapping(given["mapping"]) if given["mapping"] else NO_MAPPING
    done = asyncio.run(_take(_message(url, given), mapping, folder, as_json=as_json, dry_run=dry_run))
    sys.exit(0 if done else 1)


def _mapping(file: Path) -> Mapping:
    """Read what explains the form; mistakes are told with their lines, as on the touchpoint's page."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"The mapping {file} cannot be read: {error}.") from error
    problems = mapping_problems(text)
    if problems:
        raise InvalidInput("\n".join(f"{file}: {each}" for each in problems))
    return parse_mapping(text, str(file))


def _check(given: dict[str, Any], *, dry_run: bool) -> None:
    """Refuse, with what to do, what no form could be filled in with."""
    for option in ("text", "name"):
        if not given[option].strip():
            raise InvalidInput(f"--{option} is empty: say what to write there.")
    if not given["email"] and not dry_run:
        raise InvalidInput("Name an address of yours with --email: the answer goes there.")
    if given["email"] and not ADDRESS.fullmatch(given["email"]):
        raise InvalidInput(
            f"“{given['email']}” is not an e-mail address: write it as name@host, nothing else."
        )
    if not LANGUAGE.fullmatch(given["language"]):
        raise InvalidInput(f"“{given['language']}” is not a language: write en, de, sv or another code.")
    if given["time_zone"] not in available_timezones():
        raise InvalidInput(f"“{given['time_zone']}” is not a time zone: write it as Europe/Stockholm or UTC.")


def _message(url: str, given: dict[str, Any]) -> Message:
    return Message(
        token=f"{datetime.now(UTC):%Y%m%d%H%M%S%f}",
        channel="contact_form",
        persona_name=given["name"],
        from_address=given["email"] or NOBODY,
        text=given["text"],
        subject=given["subject"],
        language=given["language"],
        url=url,
        time_zone=given["time_zone"],
    )


async def _take(message: Message, mapping: Mapping, folder: Path, *, as_json: bool, dry_run: bool) -> bool:
    """Take one form to its end, or up to the button, tell what happened, and return whether it went well."""

    def tell(row: dict[str, Any], evidence: Sequence[Proof] = ()) -> None:
        keep_evidence(folder, "", list(evidence))
        row["evidence"] = [str(folder / each.name) for each in evidence]
        click.echo(json.dumps(row, ensure_ascii=False) if as_json else _line(row))

    try:
        async with browsers(message.url) as lent, open_form(Equipment(lent), message, mapping) as attempt:
            try:
                await attempt.prepare()
            except ProbeError as error:
                tell(_failure(error) | {"filled": dict(attempt.filled)}, error.evidence)
                return False
            filled = {"kind": "filled", **_now(), "role": "visitor", "text": ""}
            tell(filled | {"filled": dict(attempt.filled)}, attempt.pictures if dry_run else ())
            if not dry_run:
                sent = await attempt.send()
                tell(_row(sent), sent.evidence)
    except ProbeError as error:
        tell(_failure(error), error.evidence)
        return False
    return True


def _now() -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return {"earliest": now, "latest": now, "source": OUR_CLOCK}


def _row(seen: Fact) -> dict[str, Any]:
    return {
        "kind": seen.kind.value,
        "earliest": seen.earliest.isoformat(),
        "latest": seen.latest.isoformat(),
        "source": seen.source,
        "role": seen.role,
        "text": seen.text,
        "reasons": list(seen.reasons),
        "details": dict(seen.details),
    }


def _failure(error: ProbeError) -> dict[str, Any]:
    """A failure as a line: `blocked`, `send_unknown`, or `failed` when certainly nothing was sent."""
    row = {"kind": FactKind.FAILED.value, **_now(), "role": "", "text": "", "reasons": [str(error)]}
    if isinstance(error, Blocked):
        return row | {"kind": FactKind.BLOCKED.value, "details": {"obstacle": error.kind}}
    return row | {"kind": "send_unknown"} if isinstance(error, SendUnknown) else row


def _line(row: dict[str, Any]) -> str:
    """The same for people: what happened and why, which field got what, and where the pictures are."""
    filled = [f"  {name}: {value}" for name, value in row.get("filled", {}).items()]
    pictures = [f"  {file}" for file in row["evidence"]]
    return "\n".join([": ".join((row["kind"], *row.get("reasons", ()))), *filled, *pictures])
