"""`audit-app mailboxes`: the mailboxes we own, from the command line. Secrets are never arguments."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy import select

from audit_app.cli.opening import current_database
from audit_app.domain.errors import InvalidInput
from audit_app.models import AddressStyle, Mailbox, Security
from audit_app.services.mailboxes import mailboxes as service
from audit_app.services.mailboxes.accounts import account_of, keep_renewed_token
from audit_app.services.mailboxes.connection_test import prove_own_address, try_sign_in
from audit_app.services.mailboxes.entry import MailboxEntry, SignIn, copy_of, entry_about

SECRETS = {
    "password": ("Password", "AUDIT_MAILBOX_PASSWORD"),
    "client_secret": ("Client secret (empty if there is none)", "AUDIT_MAILBOX_CLIENT_SECRET"),
    "refresh_token": ("Refresh token", "AUDIT_MAILBOX_REFRESH_TOKEN"),
}
"""What is asked for, and the variable that answers instead."""
CHOICES: dict[str, type[SignIn | Security | AddressStyle]] = {
    "sign_in": SignIn,
    "smtp_security": Security,
    "imap_security": Security,
    "address_style": AddressStyle,
}


@click.group()
def mailboxes() -> None:
    """The mailboxes we own, from which probes are sent."""


def _fields(command: Callable[..., None]) -> Callable[..., None]:
    """The options for what an entry holds; what is not given stays as it is, or as it usually is."""
    port = click.IntRange(1, 65535)
    named: list[tuple[str, Any, str]] = [
        ("--smtp-host", str, "Server that sends."),
        ("--smtp-port", port, "Its port."),
        ("--smtp-security", Security, "How the connection to it is protected."),
        ("--imap-host", str, "Server that receives."),
        ("--imap-port", port, "Its port."),
        ("--imap-security", Security, "How the connection to it is protected."),
        ("--username", str, "To sign in with; the address when not given."),
        ("--sign-in", SignIn, "With a password, or by OAuth with a provider."),
        ("--token-url", str, "Of another provider: the address that hands out access tokens."),
        ("--scope", str, "Of another provider: what to ask for."),
        ("--client-id", str, "For OAuth: the application that you registered with the provider."),
        ("--address-style", AddressStyle, "How a probe gets an address of its own."),
    ]
    for name, kind, words in reversed(named):
        known = kind if kind in (str, port) else click.Choice([each.value for each in kind])
        command = click.option(name, type=known, help=words)(command)
    return command


@mailboxes.command(name="list")
def list_() -> None:
    """Print each mailbox with its state."""
    with current_database() as session:
        for mailbox in session.scalars(select(Mailbox).order_by(Mailbox.address)):
            state = "down" if mailbox.down_since else "on"
            click.echo(f"{mailbox.address}  {state if mailbox.active else 'off'}  {mailbox.imap_host}")


@mailboxes.command()
@click.argument("address")
@_fields
def add(address: str, **given: Any) -> None:
    """Add the mailbox ADDRESS; its secrets are asked for, or read from standard input or the environment."""
    known = _typed(given)
    usual = MailboxEntry(address=address, smtp_host="", imap_host="")
    entry = _with_secrets(replace(usual, **known))
    with current_database() as session:
        mailbox = service.add_mailbox(session, entry)
        _tell(mailbox, "added")


@mailboxes.command(name="set")
@click.argument("address")
@_fields
@click.option("--secret", is_flag=True, help="Enter the password or the OAuth secrets anew.")
@click.option("--on/--off", "switched_on", default=None, help="Switch the mailbox on or off.")
def set_(address: str, secret: bool, switched_on: bool | None, **given: Any) -> None:
    """Change the mailbox ADDRESS; what is not named stays."""
    with current_database() as session:
        known = entry_about(service.mailbox_by_address(session, address))
    entry = replace(known, **_typed(given))
    if secret:
        entry = _with_secrets(entry)
    with current_database() as session:
        mailbox = service.mailbox_by_address(session, address)
        if entry != known:
            service.change_mailbox(session, mailbox, entry, datetime.now(UTC))
        if switched_on is not None:
            service.switch(session, mailbox, on=switched_on)
        _tell(mailbox, "changed")


@mailboxes.command()
@click.argument("address")
@click.option("--send", is_flag=True, help="Also send a mail to a probe's address and wait for it.")
def check(address: str, send: bool) -> None:
    """Sign in to both servers of the mailbox ADDRESS; exit code 1 when one of them cannot be used."""
    with current_database() as session:
        mailbox = copy_of(service.mailbox_by_address(session, address))
    used = account_of(mailbox)
    trials = [try_sign_in(mailbox)]
    if send and trials[0].works:
        trials.append(prove_own_address(mailbox, datetime.now(UTC)))
    with current_database() as session:
        keep_renewed_token(session, service.mailbox_by_address(session, address), used)
    for finding in (finding for trial in trials for finding in trial.findings):
        click.echo(f"{finding.title}: {'works' if finding.works else 'does not work'}. {finding.words}")
    if not all(trial.works for trial in trials):
        sys.exit(1)


def _typed(given: dict[str, Any]) -> dict[str, Any]:
    return {
        name: CHOICES[name](value) if name in CHOICES else value
        for name, value in given.items()
        if value is not None
    }


def _with_secrets(entry: MailboxEntry) -> MailboxEntry:
    wanted = ("password",) if entry.sign_in is SignIn.PASSWORD else ("client_secret", "refresh_token")
    typed: dict[str, Any] = {name: _secret(*SECRETS[name]) for name in wanted}
    return replace(entry, **typed)


def _secret(words: str, variable: str) -> str:
    """From the environment, else typed unseen, else a line of standard input."""
    if variable in os.environ:
        return os.environ[variable]
    if sys.stdin.isatty():
        return str(click.prompt(words, hide_input=True, default="", show_default=False))
    line = sys.stdin.readline()
    if not line:
        raise InvalidInput(f"{words}: nothing was entered. Set {variable}, or write it to standard input.")
    return line.rstrip("\r\n")


def _tell(mailbox: Mailbox, what: str) -> None:
    click.echo(f"{mailbox.address} is {what}. `audit-app mailboxes check {mailbox.address}` tries it out.")
    for warning in service.unusual_settings(mailbox):
        click.echo(f"Note: {warning}", err=True)
