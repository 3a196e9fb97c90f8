"""`audit-app web` and `audit-app worker`: the two processes of an installation."""

from __future__ import annotations

import errno
import socket
import sys
import time

import click

from audit_app.cli.ports import port_held
from audit_app.config import Settings, load_settings

PORT_SECONDS = 3.0
"""How long the port may still be held by the processes of a web app whose parent was killed; they end by themselves."""


@click.command()
def web() -> None:
    """Serve the web app on AUDIT_HOST and AUDIT_PORT."""
    settings = _ready()
    from audit_app import create_app
    from audit_app.web import server

    listener = _listen(settings)
    sys.exit(server.serve(settings, listener, lambda: create_app(settings)))


def _listen(settings: Settings) -> socket.socket:
    from audit_app.web.server import listen

    deadline = time.monotonic() + PORT_SECONDS
    while True:
        try:
            return listen(settings.host, settings.port)
        except OSError as error:
            if time.monotonic() > deadline or error.errno != errno.EADDRINUSE:
                raise port_held(settings.host, settings.port, "AUDIT_PORT", error) from error
            time.sleep(0.1)


@click.command()
def worker() -> None:
    """Send the probes that are due, read the mailboxes and watch the chats, until it is stopped."""
    _ready()
    from audit_app.worker import main

    main()


def _ready() -> Settings:
    """The settings, once the database is reachable and at the right version, and mail can be judged."""
    settings = load_settings()
    from audit_app import migrate
    from audit_app.database import open_engine
    from audit_app.services.mail.rules import check_mail_rules

    check_mail_rules()
    engine = open_engine(settings)
    migrate.check_current(engine)
    engine.dispose()
    return settings
