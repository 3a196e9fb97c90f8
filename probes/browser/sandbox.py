"""Chromium's sandbox: whether it can be had on this machine, and how a browser is started in it, also by root.

Chromium refuses to be root inside its sandbox. So root starts it in a user namespace of its own in which it is nobody
(`unshare`, util-linux 2.36 or newer), and it builds its sandbox there. Where neither works it runs without one.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from functools import cache
from pathlib import Path

TRY_SECONDS = 30
NOBODY = 65534
"""The number of the user and the group that own nothing."""
AS_NOBODY = ("--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")


def is_root() -> bool:
    """Tell whether this process is root, as whom Chromium has no sandbox."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


@cache
def sandbox_works(program: Path) -> bool:
    """Try once whether a browser starts with its sandbox; takes a second or two."""
    tried = (*_command(program), "--headless", "--disable-gpu", "--dump-dom", "about:blank")
    try:
        done = subprocess.run(tried, capture_output=True, check=False, timeout=TRY_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and b"<html" in done.stdout


def _command(program: Path) -> tuple[str, ...]:
    if not is_root():
        return (str(program),)
    return (shutil.which("unshare") or "unshare", *AS_NOBODY, str(program))


def launcher(program: Path, folder: Path) -> Path:
    """Return what starts a browser in its sandbox: the program, or for root a script in `folder` that stops being root."""
    if not is_root():
        return program
    script = folder / "browser"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(_command(program))} "$@"\n')
    script.chmod(0o755)
    return script
