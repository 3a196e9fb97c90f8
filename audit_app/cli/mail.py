"""`audit-app mail`: judging mail, anybody's in files and our own in the database."""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from audit_app.cli.opening import current_database
from audit_app.database import read_only
from audit_app.domain.errors import AuditError
from audit_app.services.mail.files import MailFile, judge_file, printable, read_mail, text_of_file
from audit_app.services.mail.rejudging import Change, Rejudging
from audit_app.services.mail.rules import check_mail_rules

FILE = click.Path(path_type=Path, allow_dash=True)


@click.group()
def mail() -> None:
    """Who wrote a mail: a person, a machine, or a mail system."""
    check_mail_rules()


@mail.command()
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE…")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def classify(files: tuple[Path, ...], as_json: bool) -> None:
    """Judge the mail in each file, one line a file; exit code 1 when one cannot be read. Needs no database.

    A file called - is standard input.
    """
    _write_anything()
    unread = 0
    for file in files:
        try:
            judged = judge_file(_read(file))
        except AuditError as error:
            click.echo(f"Error: {error}", err=True)
            unread += 1
            continue
        click.echo(json.dumps(judged.row()) if as_json else judged.in_words())
    if unread:
        sys.exit(1)


@mail.command()
@click.argument("file", type=FILE)
def text(file: Path) -> None:
    """Print what is new in the mail in a file, without quoted mail and signature. Needs no database.

    A file called - is standard input.
    """
    _write_anything()
    click.echo(text_of_file(_read(file)))


@mail.command()
@click.option("--apply", is_flag=True, help="Write the changes; without it they are only shown.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object for each change and one for the sums."
)
def rejudge(apply: bool, as_json: bool) -> None:
    """Judge the stored mail again that older rules judged, match what found no probe, and show what comes of it."""
    _write_anything()
    work = Rejudging(datetime.now(UTC), apply)
    changed = kept = 0
    while True:
        with current_database() as session:
            if not apply:
                read_only(session)
            changes = work.next_batch(session)
        if changes is None:
            break
        for change in changes:
            click.echo(json.dumps(_row(change)) if as_json else _line(change))
        changed += len(changes)
        kept += sum(bool(change.kept) for change in changes)
    sums = {
        "judged": work.judged,
        "changed": changed,
        "kept": kept,
        "placed": work.placed,
        "failed": work.failed,
        "applied": apply,
    }
    click.echo(json.dumps(sums) if as_json else _sums(work, changed, kept))


def _read(file: Path) -> MailFile:
    found = read_mail(file, sys.stdin.buffer)
    if found.note:
        click.echo(f"Note: {found.note}", err=True)
    return found


def _write_anything() -> None:
    """Let no character of a foreign mail end the command where the terminal cannot show it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="replace")


def _row(change: Change) -> dict[str, object]:
    return {
        "mail": change.mail_id,
        "probe": change.probe_id,
        "from": change.before,
        "to": change.after,
        "reasons": [printable(reason) for reason in change.reasons],
        "outcome_from": change.outcome_before,
        "outcome_to": change.outcome_after,
        "kept": change.kept,
    }


def _line(change: Change) -> str:
    where = f"probe {change.probe_id}, mail {change.mail_id}" if change.probe_id else f"mail {change.mail_id}"
    effect = ""
    if change.kept:
        effect = f"; the probe stays {change.outcome_after}, because {change.kept}"
    elif change.outcome_after is not None:
        same = change.outcome_before is change.outcome_after
        effect = (
            "; outcome unchanged" if same else f"; outcome {change.outcome_before} → {change.outcome_after}"
        )
    reasons = " ".join(printable("; ".join(change.reasons)).split())
    return f"{where}: {change.before} → {change.after}{effect}. {reasons}"


def _sums(work: Rejudging, changed: int, kept: int) -> str:
    if not work.judged and not changed:
        return "All stored mail was judged by today's rules."
    done = "Written." if work.apply else "Nothing was written; add --apply to write it."
    broken = f", {work.failed} that the rules trip over" if work.failed else ""
    return (
        f"{work.judged} mails were judged by older rules: {changed - work.placed} otherwise by today's ({kept} kept as"
        f" a person or the ledger has them){broken}. {work.placed} mails that waited belong to a probe. {done}"
    )
