"""The command line, `audit-app`: thin commands over the services."""

from __future__ import annotations

import sys

import click

from audit_app.cli.checklists import checklists
from audit_app.cli.database import db
from audit_app.cli.demo import demo
from audit_app.cli.doctor import browser, doctor
from audit_app.cli.mail import mail
from audit_app.cli.mailboxes import mailboxes
from audit_app.cli.probe import probe
from audit_app.cli.retention import retention
from audit_app.cli.score import score, verify_scores
from audit_app.cli.serve import web, worker
from audit_app.cli.touchpoints import touchpoints
from audit_app.cli.users import users
from audit_app.cli.widgets import widgets
from audit_app.domain.errors import AuditError


@click.group()
@click.version_option(package_name="service-audit", prog_name="audit-app")
def audit_app() -> None:
    """Service audits: store visits, timed customer messages, one score that explains itself."""


for command in (
    demo,
    web,
    worker,
    db,
    users,
    mailboxes,
    touchpoints,
    checklists,
    score,
    verify_scores,
    retention,
    probe,
    widgets,
    mail,
    doctor,
    browser,
):
    audit_app.add_command(command)


def main() -> None:
    """Run the command line; a foreseen error is one line on standard error and exit code 1."""
    try:
        audit_app()
    except AuditError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
