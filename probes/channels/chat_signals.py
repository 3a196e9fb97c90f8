"""How a page tells that it changed, and when: in every frame, in every shadow root, within milliseconds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from probes.browser import BrowserError, Frame, Page, within

SIGNAL = "__noteChange"
TIMES = "__changeTimes"
REST_SECONDS = 0.1
MOST_TIMES = 200
ASK_SECONDS = 5.0
TICK = timedelta(milliseconds=1)
"""How finely a page's clock tells the time; it leaves out the rest."""
OBSERVE = f"""(() => {{
  const clock = Date.now, later = setTimeout;
  const times = [];
  let busy = false, again = false;
  const rest = () => new Promise((wake) => {{ later(wake, 100); }});
  const tell = async () => {{
    if (busy) {{ again = true; return; }}
    busy = true;
    do {{ again = false; await window.{SIGNAL}?.(); await rest(); }} while (again);
    busy = false;
  }};
  const observer = new MutationObserver(() => {{
    const now = clock();
    if (times.at(-1) !== now) times.push(now);
    if (times.length > {MOST_TIMES}) times.shift();
    tell().catch(() => {{ busy = false; }});
  }});
  Object.defineProperty(window, "{TIMES}", {{value: () => [clock(), ...times]}});
  const watch = (root) => observer.observe(root, {{subtree: true, childList: true, characterData: true}});
  watch(document);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (...given) {{
    const root = attach.apply(this, given);
    watch(root);
    return root;
  }};
  const declared = () => {{
    for (const host of document.querySelectorAll("*")) if (host.shadowRoot) watch(host.shadowRoot);
  }};
  addEventListener("DOMContentLoaded", declared, {{once: true}});
}})()"""
"""Runs in each frame before its own scripts, so that the clock is still the browser's own.

It says nothing more until it was heard, so no page can flood us. When each change came it keeps until it is asked.
"""


@dataclass(frozen=True)
class ChangeTimes:
    """When a frame changed lately (aware UTC), as early and as late as its clock can have meant, oldest first.

    `whole` says that nothing before them was forgotten; otherwise the first is not the first.
    """

    times: Sequence[tuple[datetime, datetime]] = ()
    whole: bool = True

    def between(self, earliest: datetime, latest: datetime) -> tuple[datetime, datetime] | None:
        """Return when something that came between two looks can have come: from the first change to the last.

        None where that is not known: a change was forgotten, or none lies wholly between the looks, so that the page
        tells lies or the clocks do not agree.
        """
        if not self.whole and self.times and self.times[0][0] >= earliest:
            return None
        there = [(since, until) for since, until in self.times if until > earliest and since < latest]
        if not there:
            return None
        return max(earliest, there[0][0]), min(latest, there[-1][1])


class Changes:
    """Wakes whoever waits when the page changed, and counts the documents that were loaded into it."""

    def __init__(self, same_clock: bool = True) -> None:
        """`same_clock` says that the browser runs on this machine, so that its clock is ours."""
        self._changed = asyncio.Event()
        self._same_clock = same_clock
        self.documents = 0
        self.heard = 0
        """How often the page has told of changes."""
        self.crashed = False

    async def listen(self, page: Page) -> None:
        """Begin to listen, in the windows that it opens too; call before the page loads. Raises BrowserError."""
        self.follow(page)
        await page.context.expose_binding(SIGNAL, lambda _: self._hear())
        await page.context.add_init_script(OBSERVE)

    def follow(self, page: Page) -> None:
        """Count the documents of this page or window too, and note when it crashes."""
        page.on("domcontentloaded", lambda _: self._loaded())
        page.on("crash", lambda _: self._crash())

    def _loaded(self) -> None:
        self.documents += 1
        self._hear()

    def _crash(self) -> None:
        self.crashed = True
        self._changed.set()

    def _hear(self) -> None:
        self.heard += 1
        self._changed.set()

    def clear(self) -> None:
        """Forget the changes so far; call before a look, so that none is missed during it."""
        self._changed.clear()

    async def wait(self, seconds: float) -> None:
        """Wait for the next change, at most so long."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._changed.wait()
        except TimeoutError:
            return

    async def pause(self, seconds: float) -> None:
        """Wait for the next change after this moment, at most so long, and give a page that redraws itself a rest."""
        await asyncio.sleep(REST_SECONDS)
        await self.wait(seconds - REST_SECONDS)
        self.clear()

    async def times(self, place: Page | Frame) -> ChangeTimes:
        """Ask a frame when it changed, by its own clock set right by ours; nothing where it does not say."""
        asked = datetime.now(UTC)
        try:
            told = await within(ASK_SECONDS, place.evaluate(f"() => window.{TIMES}?.() ?? []"))
        except BrowserError:
            return ChangeTimes()
        return _set_right(told, None if self._same_clock else (asked, datetime.now(UTC)))


def _set_right(told: object, asked: tuple[datetime, datetime] | None) -> ChangeTimes:
    """Read what a frame told: its time now, and of each change; `asked` is when it was asked, if its clock is another.

    What it calls now lay between the question and the answer; so each change has as much play as that took.
    """
    try:
        now, *changed = [datetime.fromtimestamp(float(each) / 1000, UTC) for each in list(told)]  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError, OSError):
        return ChangeTimes()
    if len(changed) > MOST_TIMES or changed != sorted(changed):
        return ChangeTimes()
    early, late = (timedelta(), TICK) if asked is None else (asked[0] - now, asked[1] - now + TICK)
    return ChangeTimes(tuple((at + early, at + late) for at in changed), len(changed) < MOST_TIMES)
