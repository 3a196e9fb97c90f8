"""What a tab keeps beside the browser's storage, for chats that keep their conversation there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress

from probes.base import JSON
from probes.browser.browsers import BrowserError, Page, within

LARGEST = 1_000_000
"""Characters of all frames together; more than any chat keeps there."""

TAKE = "() => [location.origin, Object.entries(sessionStorage)]"
RESTORE = """(() => {
  const kept = %s[location.origin];
  try {
    if (!kept || sessionStorage.length) return;
    for (const [key, value] of kept) sessionStorage.setItem(key, value);
  } catch { /* a frame that has no storage */ }
})()"""


async def tab_storage(pages: Iterable[Page]) -> JSON:
    """Return the session storage of each origin in these pages, as far as their frames let it be read."""
    kept: dict[str, JSON] = {}
    left = LARGEST
    for frame in (frame for page in pages for frame in page.frames):
        with suppress(BrowserError):
            origin, entries = await within(5.0, frame.evaluate(TAKE))
            left -= len(json.dumps(entries))
            if entries and left > 0:
                kept.setdefault(str(origin), entries)
    return kept


async def restore_tab(page: Page, kept: JSON) -> None:
    """Give each frame its session storage back before its scripts run. Raises BrowserError."""
    if isinstance(kept, dict) and kept:
        await page.context.add_init_script(RESTORE % json.dumps(kept).replace("</", "<\\/"))
