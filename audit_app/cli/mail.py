"""`audit-app mail`: judging mail, anybody's in files and our own in the database."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from audit_app.cli.opening import current_engine
from audit_app.database import read_only, transaction
from audit_app.domain.errors import AuditError
from audit_app.services.mail.files import (
    JudgedFile,
    MailFile,
    Times,
    judge_together,
    printable,
    read_mail,
    text_of_file,
    when,
)
from audit_app.services.mail.judging import Transactions
from audit_app.services.mail.rejudging import Change, Rejudging
from audit_app.services.mail.rules import check_mail_rules

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
FILE = click.Path(path_type=Path, allow_dash=True)


@click.group()
def mail() -> None:
    """Who wrote a mail: a person, a machine, or a mail system."""
    check_mail_rules()


@mail.command()
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE…")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option(
    "--together", is_flag=True, help="The files answer different messages: the same text twice tells."
)
@click.option("--sent-at", multiple=True, metavar="TIME", help="When our message left; once for each file.")
@click.option(
    "--received-at", multiple=True, metavar="TIME", help="When the answer came; once for each file."
)
def classify(
    files: tuple[Path, ...],
    as_json: bool,
    together: bool,
    sent_at: tuple[str, ...],
    received_at: tuple[str, ...],
) -> None:
    """Judge the mail in each file, one line a file; exit code 1 when one cannot be read. Needs no database.

    A file called - is standard input. Times stand in the order of the files, like 2026-12-01T10:00:02+01:00.
    """
    _write_anything()
    times = _times(len(files), sent_at, received_at)
    read: list[tuple[MailFile, Times]] = []
    for file, at in zip(files, times, strict=True):
        try:
            read.append((_read(file), at))
        except AuditError as error:
            click.echo(f"Error: {error}", err=True)
            continue
        if not together:
            _print_judged(judge_together([read[-1][0]], [at], together=False), as_json)
    if together:
        _print_judged(judge_together([each for each, _ in read], [at for _, at in read], together), as_json)
    if len(read) < len(files):
        sys.exit(1)


def _print_judged(judged: Sequence[JudgedFile], as_json: bool) -> None:
    for each in judged:
        click.echo(json.dumps(each.row()) if as_json else each.in_words())


def _times(files: int, sent_at: Sequence[str], received_at: Sequence[str]) -> list[Times]:
    """The times of each file; one that is given once is that of all."""
    sent, received = (_for_each(files, given) for given in (sent_at, received_at))
    try:
        return [
            Times(*(when(written) if written else None for written in pair))
            for pair in zip(sent, received, strict=True)
        ]
    except AuditError as error:
        raise click.UsageError(str(error)) from error


def _for_each(files: int, given: Sequence[str]) -> Sequence[str]:
    if len(given) not in (0, 1, files):
        raise click.UsageError(f"Give each time once, or once for each of the {files} files.")
    return given if len(given) == files else [given[0] if given else ""] * files


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
    with current_engine() as engine:
        database = Transactions(partial(_read_in, engine), partial(_write_in, engine))
        while (changes := work.next_batch(database)) is not None:
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


def _read_in(
    engine: Engine,
    work: Callable[Concatenate[Session, Parameters], Result],
    /,
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    with transaction(engine) as session:
        read_only(session)
        return work(session, *args, **kwargs)


def _write_in(
    engine: Engine,
    work: Callable[Concatenate[Session, Parameters], Result],
    /,
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    with transaction(engine) as session:
        return work(session, *args, **kwargs)


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
