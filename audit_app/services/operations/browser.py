"""Finding the browser that probes use, and installing one where there is none."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from audit_app.domain.errors import AuditError
from probes.base import OurFailure
from probes.browser.browsers import Browsers
from probes.browser.program import find_browser

DEBIAN_PACKAGES = ("chromium-headless-shell", "chromium")
REACH_SECONDS = 5.0
Say = Callable[[str], None]


class NoBrowser(AuditError):
    """No browser was found and none could be installed; the message says what to do."""


def usable_browser(setting: Path | None) -> Path | None:
    """The browser that the probes would use, or None; raises NoBrowser when the setting names none that runs."""
    try:
        return find_browser(setting)
    except OurFailure as error:
        raise NoBrowser(f"{error} Correct AUDIT_BROWSER, or unset it to search for one.") from error


def lend_browsers(setting: Path | None, remote: str, most_pages: int, user_agent: str = "") -> Browsers:
    """The browsers that probes look through: those at the address `remote`, or one on this machine.

    They hold at most `most_pages` open at a time, and call themselves `user_agent` where it is given.

    Raises NoBrowser when the setting names none that runs.
    """
    if remote:
        return Browsers(url=remote, most_pages=most_pages, user_agent=user_agent)
    return Browsers(usable_browser(setting), most_pages=most_pages, user_agent=user_agent)


def reach_remote(url: str) -> str:
    """Check that somebody listens at the address of remote browsers; returns host and port, raises NoBrowser."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme in ("https", "wss") else 80)
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=REACH_SECONDS):
            return f"{parts.hostname}:{port}"
    except OSError as error:
        raise NoBrowser(
            f"Nobody answers at {parts.hostname}:{port}, where AUDIT_BROWSER_URL expects browsers ({error})."
        ) from error


def ensure_browser(setting: Path | None, say: Say) -> Path:
    """The browser to use, installed first if there is none; `say` gets a line before each long step.

    Looks for the setting AUDIT_BROWSER, then for chromium-headless-shell, chromium and google-chrome, then
    lets Playwright download its own, then, as root on Debian, asks apt-get.
    """
    found = usable_browser(setting)
    if found is None:
        say("No browser found; asking Playwright for one (about 100 MB) …")
        _run([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"])
        found = find_browser(setting)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        found = _from_debian(setting, say)
    if found is None:
        raise NoBrowser(
            "There is no browser for the chat probes. Install Chromium (on Debian and Ubuntu: "
            "sudo apt install chromium; on macOS: brew install --cask chromium), or name one in AUDIT_BROWSER."
        )
    return found


def _from_debian(setting: Path | None, say: Say) -> Path | None:
    say("Playwright could not download one; installing Debian's …")
    _run(["apt-get", "update", "-q"])
    for package in DEBIAN_PACKAGES:
        _run(["apt-get", "install", "-y", "-q", "--no-install-recommends", package])
        found = find_browser(setting)
        if found is not None:
            return found
    return None


def _run(command: Sequence[str]) -> bool:
    """Run an installer quietly; whether it worked is seen by looking for the browser afterwards."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(list(command), capture_output=True, check=False, timeout=900, env=environment)
    return done.returncode == 0
