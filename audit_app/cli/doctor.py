"""`audit-app doctor` and `audit-app browser`: is everything there that the program needs?"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from audit_app.config import load_settings
from audit_app.doctor import examine
from audit_app.services.operations.browser import ensure_browser


@click.command()
def doctor() -> None:
    """Check database, migrations, browser, mailboxes and clock; exit code 1 when something is wrong."""
    settings = load_settings()
    findings = examine(settings, datetime.now(UTC))
    for finding in findings:
        mark = click.style("ok  ", fg="green") if finding.ok else click.style("FAIL", fg="red", bold=True)
        click.echo(f"{mark} {finding.name}: {finding.words}")
    if not all(finding.ok for finding in findings):
        sys.exit(1)


@click.command()
def browser() -> None:
    """Find the browser that probes use, or install one; prints its path."""
    click.echo(ensure_browser(load_settings().browser, say=lambda line: click.echo(line, err=True)))
