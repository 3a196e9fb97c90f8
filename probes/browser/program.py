"""Which program on this machine is the browser."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from probes.base import OurFailure

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_PROGRAMS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
PLAYWRIGHTS_OWN = (
    "chromium_headless_shell-*/*/headless_shell",
    "chromium_headless_shell-*/*/chrome-headless-shell",
    "chromium-*/*/chrome",
)


def find_browser(setting: str | Path | None = None) -> Path | None:
    """Find a browser: the setting, then chromium-headless-shell, chromium, google-chrome, then Playwright's own.

    The headless shell comes first because Debian's full Chromium denies storage to the frames that chats live in.
    Raises OurFailure when the setting names something that cannot be run; None means that there is no browser.
    """
    if setting:
        found = shutil.which(setting)
        if not found:
            raise OurFailure(f"The browser setting names {setting}, which is not a program that can be run.")
        return Path(found)
    on_path = (shutil.which(name) for name in (*NAMES, *MAC_PROGRAMS))
    return next((Path(found) for found in on_path if found), None) or _playwrights_own()


def _playwrights_own() -> Path | None:
    cache = "Library/Caches" if sys.platform == "darwin" else ".cache"
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    folder = Path(named) if named and named != "0" else Path.home() / cache / "ms-playwright"
    programs = (
        program for pattern in PLAYWRIGHTS_OWN for program in sorted(folder.glob(pattern), reverse=True)
    )
    return next((program for program in programs if os.access(program, os.X_OK)), None)
