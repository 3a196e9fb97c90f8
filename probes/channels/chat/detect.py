"""Which chat is on a page: the widget that shows itself, or else whatever looks like a chat."""

from __future__ import annotations

import time
from contextlib import suppress

from probes.browser.browsers import BrowserError, Page, within
from probes.channels.chat.parts import seen
from probes.channels.chat.wake import Waking
from probes.widgets.files import GENERIC, load_widget, widget_names
from probes.widgets.schema import Detect, Widget

LOOK_SECONDS = 0.25
PREFER_KNOWN_SECONDS = 3.0
"""So long a chat that nobody has described has to wait for a known one to show itself."""

FOUND = """wanted => {
  const sources = [...document.querySelectorAll('script[src], iframe[src]')].map((e) => e.src);
  const has = (path) => path.split('.').reduce((at, key) => (at == null ? at : at[key]), window) != null;
  return wanted.findIndex(({globals, sources: parts}) =>
    globals.some(has) || parts.some((part) => sources.some((source) => source.includes(part))));
}"""


async def detect(page: Page, seconds: float) -> tuple[str, Widget]:
    """Wait so long for a chat to show itself, and return its widget with the file's name; `generic` if none does."""
    known = [(name, load_widget(name)) for name in widget_names() if name != GENERIC]
    generic = load_widget(GENERIC)
    began, nudge = time.monotonic(), Waking(page)
    while (waited := time.monotonic() - began) < seconds:
        if found := await look(page, known):
            return found
        if waited > PREFER_KNOWN_SECONDS and await _looks_like_a_chat(page, generic):
            break
        await nudge.give(waited)
        await page.wait_for_timeout(LOOK_SECONDS * 1000)
    return GENERIC, generic


async def _looks_like_a_chat(page: Page, generic: Widget) -> bool:
    launcher = generic.launcher
    there = launcher is not None and await seen(page.locator(launcher.host))
    return there or await seen(page.locator(generic.frame))


async def look(page: Page, known: list[tuple[str, Widget]]) -> tuple[str, Widget] | None:
    """Return the first of these widgets that the page has now."""
    with suppress(BrowserError):
        wanted = [widget.detect.model_dump(include={"globals", "sources"}) for _, widget in known]
        place: int = await within(5.0, page.evaluate(FOUND, wanted))
        if place >= 0:
            return known[place]
        for name, widget in known:
            if await _has(page, widget.detect):
                return name, widget
    return None


async def _has(page: Page, signs: Detect) -> bool:
    for css in signs.css:
        if await within(5.0, page.locator(css).count()):
            return True
    return False
