"""`audit-app probe chat`: one chat without a database, for trying out and for scripts."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import click

from audit_app.cli.probe_browsers import ask_before, browsers, host_of, keep_evidence
from audit_app.domain.errors import InvalidInput
from audit_app.domain.probes.first_times import FirstTime
from audit_app.services.probes.standalone_chat import (
    ChatFailed,
    KeptChat,
    StandaloneChat,
    read_kept,
    write_kept,
)
from probes.base import Fact

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("url", required=False)
@click.option("--text", default="", help="What to write.")
@click.option("--widget", default="auto", show_default=True, help="Name or file of the widget.")
@click.option("--name", default="Anna Berg", show_default=True, help="Who the visitor says to be.")
@click.option("--email", default="", help="Address that the chat may answer to; it must be yours.")
@click.option("--language", default="en", show_default=True, help="Language of the browser.")
@click.option("--time-zone", default="UTC", show_default=True, help="Time zone of the browser.")
@click.option("--watch", default=60.0, show_default=True, type=click.FloatRange(0, 86400), help="Seconds.")
@click.option("--state", type=FILE, help="File that keeps the chat, to be gone back to.")
@click.option("--resume", type=FILE, help="Go back to the chat that this file keeps; sends nothing.")
@click.option("--out", type=FOLDER, help="Folder for screenshots and transcripts.")
@click.option("--yes", is_flag=True, help="At a terminal: do not ask whether this host may be written to.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for each observation.")
def chat(url: str | None, resume: Path | None, yes: bool, as_json: bool, **given: Any) -> None:
    """Write to the chat on a page, once, and tell who answers; or go back to one with --resume."""
    kept, path = _begun(url, resume, given)
    if resume is None:
        ask_before("Write to the chat", kept.url, yes=yes)

    def tell(observation: Fact, first_times: tuple[FirstTime, ...]) -> None:
        row = _row(observation) | {"first": [first.value for first in first_times]}
        click.echo(json.dumps(row, ensure_ascii=False) if as_json else _line(observation))
        prefix = f"{observation.latest:%Y%m%dT%H%M%S%f}-"
        keep_evidence(given["out"], prefix, observation.evidence)

    def keep(now: KeptChat) -> None:
        if path is not None:
            write_kept(path, now)

    async def run() -> None:
        async with browsers(kept.url) as lent:
            alone = StandaloneChat(lent, kept, tell, keep)
            try:
                await (alone.send if resume is None else alone.resume)(given["watch"])
            except ChatFailed as failed:
                keep_evidence(given["out"], "failed-", failed.evidence)
                raise

    asyncio.run(run())


def _begun(url: str | None, resume: Path | None, given: dict[str, Any]) -> tuple[KeptChat, Path | None]:
    if resume is not None:
        if url or given["text"]:
            raise InvalidInput("--resume sends nothing and knows its page: leave out the URL and --text.")
        kept = read_kept(resume)
        host_of(kept.url)
        return kept, given["state"] or resume
    if not url or not given["text"].strip():
        raise InvalidInput("Name the page and what to write: audit-app probe chat URL --text TEXT")
    if given["state"] is not None and given["state"].exists():
        raise InvalidInput(
            f"{given['state']} keeps a chat already: go back to it with --resume, or name another."
        )
    host_of(url)
    _check_visitor(given["email"], given["language"], given["time_zone"])
    parts = ("widget", "name", "email", "text", "language", "time_zone")
    return KeptChat(url=url, **{part: given[part] for part in parts}), given["state"]


def _check_visitor(email: str, language: str, time_zone: str) -> None:
    """Refuse with InvalidInput what the browser or the chat would refuse later, and less plainly."""
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        raise InvalidInput(f"--email {email} is no e-mail address.")
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
        raise InvalidInput(f"--language {language} is no language: write it like en or de-CH.")
    if time_zone not in available_timezones():
        raise InvalidInput(f"--time-zone {time_zone} is not known: write it like Europe/Stockholm.")


def _row(seen: Fact) -> dict[str, Any]:
    return {
        "kind": seen.kind.value,
        "earliest": seen.earliest.isoformat(),
        "latest": seen.latest.isoformat(),
        "source": seen.source,
        "role": seen.role,
        "text": seen.text,
        "author": seen.author,
        "key": seen.key,
        "reasons": list(seen.reasons),
        "details": dict(seen.details),
    }


def _line(seen: Fact) -> str:
    who = " ".join(part for part in (seen.role, seen.author) if part)
    when = (
        f"{seen.latest:%H:%M:%S}"
        if seen.earliest == seen.latest
        else f"{seen.earliest:%H:%M:%S}–{seen.latest:%H:%M:%S}"
    )
    return f"{when} UTC  {seen.kind.value:<16} {who}: {' '.join(seen.text.split())}"
