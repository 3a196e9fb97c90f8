"""`audit-app widgets try`: a dry run of the way into a chat, printed."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import click

from audit_app.cli.probe_browsers import browsers, host_of, keep_evidence
from audit_app.domain.errors import InvalidInput
from probes.base import OurFailure
from probes.channels.chat.dry_run import Step, Trial, try_chat
from probes.channels.chat.visitor import Visitor


def try_widget(url: str, widget: str, out: Path | None, as_json: bool) -> None:
    """Open the chat on a page as far as nothing is sent and print what was found. Raises InvalidInput."""
    host_of(url)

    async def run() -> Trial:
        async with browsers(url) as lent:
            return await try_chat(lent, url, widget, Visitor("", ""))

    try:
        trial = asyncio.run(run())
    except OurFailure as error:
        raise InvalidInput(str(error)) from error
    keep_evidence(out, "", trial.pictures)
    if as_json:
        click.echo(json.dumps(trial.as_json(), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(trial)))
    if not trial.ready_to_write:
        sys.exit(1)


def _lines(trial: Trial) -> list[str]:
    faults = [f"{part}: {words}" for part, words in trial.faults.items()]
    end = (
        "Ready to write; nothing was typed or sent."
        if trial.ready_to_write
        else f"Not ready to write. {trial.problem}"
    )
    head = f"{trial.adapter or 'no widget'}: {trial.name} ({trial.verified})"
    return [head, *map(_line, trial.steps), *faults, end]


def _line(step: Step) -> str:
    if step.mark is None:
        there = "shows only once a conversation was begun" if step.found == "later" else "not there"
        return f"{step.part}: {there}"
    which = f"“{step.mark.name}”" if step.mark.name else step.mark.css
    return f"{step.part}: {step.does}: {step.mark.kind} {which}, number {step.mark.number} on screen “{step.scene}”"
