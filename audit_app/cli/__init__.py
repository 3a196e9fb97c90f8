"""The command line, `audit-app`: thin commands over the services."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from audit_app.domain.errors import AuditError

COMMANDS = {
    "backup": (
        "backup",
        "Write the database, evidence included, to FILE; everything may go on running meanwhile.",
    ),
    "browser": ("doctor", "Find the browser that probes use, or install one; prints its path."),
    "checklists": ("checklists", "Files with checklists."),
    "db": ("database", "The database and its migrations."),
    "demo": ("demo", "Start the web app, the worker and a demo company to audit, with sample data."),
    "doctor": (
        "doctor",
        "Check database, migrations, browser, mailboxes and clock; exit code 1 when something is wrong.",
    ),
    "mail": ("mail", "Who wrote a mail: a person, a machine, or a mail system."),
    "mailboxes": ("mailboxes", "The mailboxes we own, from which probes are sent."),
    "probe": ("probe", "One probe without a database."),
    "restore": (
        "backup",
        "Put the backup FILE in the place of the configured database; nothing is sent again.",
    ),
    "retention": (
        "retention",
        "Show how much of what others wrote is older than AUDIT_KEEP_DAYS; the worker erases it every hour.",
    ),
    "score": (
        "score",
        "Print the score of a location, of a region or of the whole chain over the days of a period.",
    ),
    "touchpoints": ("touchpoints", "The company's own addresses, to which probes may go."),
    "users": ("users", "The people who may sign in."),
    "verify-scores": (
        "score",
        "Compute every stored score again from its stored inputs; exit code 1 when one does not come out.",
    ),
    "web": ("serve", "Serve the web app on AUDIT_HOST and AUDIT_PORT."),
    "widgets": ("widgets", "Descriptions of chat widgets."),
    "worker": (
        "serve",
        "Send the probes that are due, read the mailboxes and watch the chats, until it is stopped.",
    ),
}
"""Command → the module of this package that holds it, and what `audit-app --help` says of it."""


class LazyGroup(click.Group):
    """The commands of COMMANDS; a module is imported when one of its commands is called.

    All modules together take seconds to import, of which one command needs a part.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, its module imported, or None when there is no such command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"{__name__}.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a line about each command, for which none is imported."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(cls=LazyGroup)
@click.version_option(package_name="service-audit", prog_name="audit-app")
def audit_app() -> None:
    """Service audits: store visits, timed customer messages, one score that explains itself."""


def main() -> None:
    """Run the command line; a foreseen error is one line on standard error and exit code 1."""
    try:
        audit_app()
    except AuditError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
