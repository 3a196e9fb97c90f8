"""`audit-app web` and `audit-app worker`: the two processes of an installation."""

from __future__ import annotations

import errno
import socket
import sys
import time

import click
import psutil

from audit_app import migrate
from audit_app.config import Settings, load_settings
from audit_app.database import open_engine
from audit_app.domain.errors import InvalidInput
from audit_app.services.mail.rules import check_mail_rules

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
                raise _port_held(settings.host, settings.port, "AUDIT_PORT", error) from error
            time.sleep(0.1)


@click.command()
def worker() -> None:
    """Send the probes that are due, read the mailboxes and watch the chats, until it is stopped."""
    from audit_app.worker import main

    _ready()
    main()


def _ready() -> Settings:
    """The settings, once the database is reachable and at the right version, and mail can be judged."""
    settings = load_settings()
    check_mail_rules()
    engine = open_engine(settings)
    migrate.check_current(engine)
    engine.dispose()
    return settings


def check_port_free(host: str, port: int, setting: str) -> None:
    """Raise InvalidInput when something else already listens on `port` of `host`."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _port_held(host, port, setting, error) from error


def _port_held(host: str, port: int, setting: str, error: OSError) -> InvalidInput:
    return InvalidInput(
        f"Port {port} on {host} cannot be used ({error.strerror}{_holder(port)}). "
        f"Stop what runs there, or choose another port with {setting}."
    )


def _holder(port: int) -> str:
    """Which process listens on `port`, as far as the system tells us."""
    try:
        listening = (one for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN)
        pid = next((one.pid for one in listening if one.laddr and one.laddr[1] == port), None)
        command = " ".join(" ".join(psutil.Process(pid).cmdline()).split())
        return f"; process {pid} holds it: {command[:200]}" if pid else ""
    except psutil.Error:
        return ""
