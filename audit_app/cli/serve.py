"""`audit-app web` and `audit-app worker`: the two processes of an installation."""

from __future__ import annotations

import os
import socket
import sys

import click

from audit_app import migrate
from audit_app.config import Settings, load_settings
from audit_app.database import open_engine
from audit_app.domain.errors import InvalidInput
from audit_app.services.mail.rules import check_mail_rules

THREADS = 8


@click.command()
def web() -> None:
    """Serve the web app on AUDIT_HOST and AUDIT_PORT with gunicorn."""
    settings = _ready()
    check_port_free(settings.host, settings.port, "AUDIT_PORT")
    arguments = [
        f"--bind={settings.host}:{settings.port}",
        f"--workers={settings.web_workers}",
        f"--threads={THREADS}",
        "--worker-class=gthread",
        "--graceful-timeout=5",
        "--no-control-socket",
        f"--log-level={settings.log_level.lower()}",
        "audit_app:create_app()",
    ]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *arguments])  # noqa: S606 -- gunicorn takes this process over


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
            raise InvalidInput(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                f"Stop what runs there, or choose another port with {setting}."
            ) from error
