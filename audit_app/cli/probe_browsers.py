"""What the commands that drive a browser without a database have in common."""

from __future__ import annotations

import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from urllib.parse import urlsplit

import click

from audit_app.config import load_settings
from audit_app.domain.errors import InvalidInput
from audit_app.services.operations.browser import ensure_browser
from probes.base import Proof
from probes.browser.browsers import Browsers
from probes.browser.reach import allowed_from


def browsers(url: str) -> AbstractAsyncContextManager[Browsers]:
    """The browsers that the settings name, found or installed; to be entered on the event loop.

    Beside what is public they reach the host of `url` alone: whoever sits at this machine has named it.
    """
    settings = load_settings()
    allowed = allowed_from([host] if (host := urlsplit(url).hostname) else [])
    if settings.remote_browser:
        return Browsers(url=settings.remote_browser, user_agent=settings.browser_user_agent, allowed=allowed)
    found = ensure_browser(settings.browser, say=lambda line: click.echo(line, err=True))
    return Browsers(found, user_agent=settings.browser_user_agent, allowed=allowed)


def host_of(url: str) -> str:
    """The host that a page's address names; raises InvalidInput when it is no address of a page."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme not in ("http", "https") or not host:
        raise InvalidInput(f"“{url}” is not the address of a page: it begins with https:// and names a host.")
    return host if port is None else f"{host}:{port}"


def ask_before(act: str, url: str, *, yes: bool) -> None:
    """Ask somebody at a terminal whether the page's host may be written to, and end the command if not.

    A script is not asked: whoever wrote it named the page, and there is nobody to answer.
    """
    if not yes and sys.stdin.isatty():
        click.confirm(f"{act} on {host_of(url)}? Only where you are allowed to", abort=True, err=True)


def keep_evidence(folder: Path | None, prefix: str, evidence: tuple[Proof, ...] | list[Proof]) -> None:
    """Write pictures and transcripts into a folder, if one is given; raises InvalidInput."""
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for proof in evidence:
            (folder / f"{prefix}{proof.name}").write_bytes(proof.content)
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be written: {error.strerror}. Name another folder.") from error
