"""`audit-app probe`: one probe without a database, for trying out and for scripts."""

from __future__ import annotations

import click

from audit_app.cli.probe_chat import chat
from audit_app.cli.probe_form import form


@click.group()
def probe() -> None:
    """One probe without a database."""


for command in (chat, form):
    probe.add_command(command)
