"""What a browser context keeps for the pages in it, read from their own frames where that is all there is.

Playwright loads a page of its own for each origin that is not the top page's, and a chat's frame is one; so where all
origins that were visited still stand in some frame, and none has a database, their frames are asked instead.
"""

from __future__ import annotations

import asyncio
from typing import Any, TypeAlias, cast
from urllib.parse import urlsplit

from probes.base import JSON
from probes.browser.browsers import BrowserContext, BrowserError, Frame, Page, State, within

Entries: TypeAlias = list[tuple[str, str]]

ASK_SECONDS = 5.0
TAKE = "async () => [(await indexedDB.databases()).length, Object.entries(localStorage)]"


class Storage:
    """The storage of one context; follows from the beginning which origins were visited in it."""

    def __init__(self, context: BrowserContext, kept: State | None) -> None:
        origins = cast("list[dict[str, Any]]", (kept or {}).get("origins") or [])
        self._context = context
        self._visited = {str(each.get("origin", "")) for each in origins}
        context.on("page", self._follow)
        for page in context.pages:
            self._follow(page)

    def _follow(self, page: Page) -> None:
        page.on("framenavigated", lambda frame: self._visited.add(_origin(frame)))

    async def taken(self) -> State:
        """Return it as Playwright's `storage_state` does, for a later context to begin with. Raises BrowserError."""
        wanted = self._visited - {""}
        frames = {_origin(frame): frame for page in self._context.pages for frame in page.frames}
        if wanted <= frames.keys():
            taken = await asyncio.gather(*(_local(frames[origin]) for origin in wanted))
            if None not in taken:
                found = zip(wanted, cast("list[Entries]", taken), strict=True)
                origins = [_as_state(origin, entries) for origin, entries in found if entries]
                return {"cookies": cast("JSON", await self._context.cookies()), "origins": origins}
        return cast("State", await self._context.storage_state(indexed_db=True))


def _origin(frame: Frame) -> str:
    parts = urlsplit(frame.url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else ""


async def _local(frame: Frame) -> Entries | None:
    """Return a frame's local storage; None where it has a database too, or does not say."""
    try:
        databases, entries = await within(ASK_SECONDS, frame.evaluate(TAKE))
        if databases == 0 and all(isinstance(part, str) for key, value in entries for part in (key, value)):
            return [(key, value) for key, value in entries]
    except (BrowserError, TypeError, ValueError):
        pass
    return None


def _as_state(origin: str, entries: Entries) -> dict[str, JSON]:
    return {"origin": origin, "localStorage": [{"name": name, "value": value} for name, value in entries]}
