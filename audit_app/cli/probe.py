"""`audit-app probe`: one probe without a database, for trying out and for scripts."""

from __future__ import annotations

import click

from audit_app.cli.probe_chat import chat


@click.group()
def probe() -> None:
    """One probe without a database."""


for command in (chat,):
    probe.add_command(command)
