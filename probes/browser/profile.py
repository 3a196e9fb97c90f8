"""A browser profile in a folder of its own, for chats that keep their conversation where no saved storage reaches.

That is what service workers store (Cache Storage), the private file system, and storage that is divided by site. The
folder lives as long as the chat is open; between two visits it is a small archive inside the chat's state.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import io
import tempfile
import zipfile
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from probes.base import OurFailure
from probes.browser.browsers import BrowserContext, BrowserError, Browsers, State, first_line, within
from probes.browser.scripts import script

KEPT = ("File System", "IndexedDB", "Local Storage", "Service Worker", "WebStorage")
"""What sites store themselves, in Chromium's folder `Default`; its caches and its own records stay behind."""
LEFT_OUT = ("LOCK", "LOG", "LOG.old")
LARGEST_PROFILE = 8_000_000
"""Bytes of the archive; more is no chat's."""
LARGEST_UNPACKED = 100_000_000
"""Bytes of the files in it."""
RESTORE_SECONDS = 15.0
SET_LOCAL = script(__package__, "local_storage")


@dataclass(frozen=True)
class Profile:
    """The folder of one open browser."""

    folder: Path

    async def packed(self) -> str:
        """Return what sites have stored, as text. The files are read as they are, and Chromium mends what was
        half written, as it does after a crash. Raises OurFailure when it is too much to keep.
        """
        return await asyncio.to_thread(_pack, self.folder / "Default")


@asynccontextmanager
async def open_profile(
    browsers: Browsers, locale: str, time_zone: str, state: State | None
) -> AsyncGenerator[tuple[BrowserContext, Profile], None]:
    """Lend a browser with a profile of its own, as `state` left it, and delete its folder afterwards.

    Raises OurFailure, before anything is opened, when browsers elsewhere are used: their disks are not ours.
    """
    with tempfile.TemporaryDirectory(prefix="chat-profile-", ignore_cleanup_errors=True) as made:
        profile = Profile(Path(made))
        if state and (kept := _kept(state)):
            await asyncio.to_thread(_unpack, kept, profile.folder / "Default")
        async with browsers.own(profile.folder, locale, time_zone) as context:
            if state:
                await _restore(context, state)
            yield context, profile


def _kept(state: State) -> str:
    chat = state.get("chat")
    return str(chat.get("profile", "")) if isinstance(chat, Mapping) else ""


def _pack(root: Path) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        unpacked = 0
        for file in _files(root):
            with suppress(FileNotFoundError):  # Chromium has just tidied it away
                content = file.read_bytes()
                unpacked += len(content)
                archive.writestr(str(file.relative_to(root)), content)
            if unpacked > LARGEST_UNPACKED or packed.tell() > LARGEST_PROFILE:
                raise OurFailure(
                    f"The page stores more than {LARGEST_PROFILE // 1_000_000} MB, so its browser profile is not kept."
                )
    return base64.b64encode(packed.getvalue()).decode()


def _files(root: Path) -> Iterator[Path]:
    for name in KEPT:
        for file in sorted((root / name).rglob("*")):
            if file.is_file() and not file.is_symlink() and file.name not in LEFT_OUT:
                yield file


def _unpack(kept: str, root: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(kept))) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED:
                raise OurFailure("The saved browser profile is far too large to be one of ours.")
            archive.extractall(root)
    except (zipfile.BadZipFile, binascii.Error) as error:
        raise OurFailure(f"The saved browser profile cannot be read: {error}") from error


async def _restore(context: BrowserContext, state: State) -> None:
    """Bring cookies and local storage to where they were: Chromium writes them to its disk only now and then."""
    given = cast("Mapping[str, Any]", state)
    try:
        await context.add_cookies(given.get("cookies", []))
        await within(RESTORE_SECONDS, _restore_local(context, given.get("origins", [])))
    except BrowserError as error:
        raise OurFailure(f"The saved browser profile could not be restored: {first_line(error)}") from error


async def _restore_local(context: BrowserContext, origins: list[Mapping[str, Any]]) -> None:
    """Set it on empty pages that are answered from here, so that nothing of the site runs and nobody is asked."""
    page = await context.new_page()
    await context.route("**/*", lambda route: route.fulfill(content_type="text/html", body=""))
    for origin in origins:
        await page.goto(origin["origin"])
        await page.evaluate(SET_LOCAL, origin["localStorage"])
    await context.unroute("**/*")
    await page.close()
