"""How a page tells that it changed, and when: in every frame, in every shadow root, within milliseconds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import cast

from probes.base import JSON
from probes.browser.browsers import Page

SIGNAL = "__noteChange"
TIMES = "__changeTimes"
REST_SECONDS = 0.1
MOST_TIMES = 200
MOST_MESSAGES = 1000
MOST_ROOTS = 200
LONGEST_KEY = 200
NAMES: Mapping[str, JSON] = {
    "signal": SIGNAL,
    "changeTimes": TIMES,
    "longest": LONGEST_KEY,
    "most": {"times": MOST_TIMES, "messages": MOST_MESSAGES, "roots": MOST_ROOTS},
}
TICK = timedelta(milliseconds=1)
"""How finely a page's clock tells the time; it leaves out the rest."""
OBSERVE = (files("probes.channels.chat") / "signals.js").read_text("utf-8")
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class ChangeTimes:
    """When a frame changed lately (aware UTC), as early and as late as its clock can have meant, oldest first.

    `whole` says that nothing before them was forgotten; otherwise the first is not the first. `firsts` says of the
    messages that were asked for when each was there first.
    """

    times: Sequence[Span] = ()
    whole: bool = True
    firsts: Mapping[str, Span] = field(default_factory=dict)

    def appeared(self, message: str, earliest: datetime, latest: datetime) -> Span | None:
        """Return when a message that came between two looks can have come.

        That is when it was there first, or else from the first change between the looks to the last. None where
        neither is known or lies between the looks, so that the page tells lies or the clocks do not agree.
        """
        if found := self.firsts.get(message):
            return _within(*found, earliest, latest)
        if not self.whole and self.times and self.times[0][0] >= earliest:
            return None
        there = [(since, until) for since, until in self.times if until > earliest and since < latest]
        return _within(there[0][0], there[-1][1], earliest, latest) if there else None


def _within(since: datetime, until: datetime, earliest: datetime, latest: datetime) -> Span | None:
    return (max(earliest, since), min(latest, until)) if until > earliest and since < latest else None


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
        await page.context.add_init_script(f"({OBSERVE})({json.dumps(NAMES)})")

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

    def told(self, told: object, messages: Sequence[str], asked: datetime) -> ChangeTimes:
        """Read what a frame said of its changes when it was asked with `ASK`; nothing where it does not say."""
        return read_times(told, messages, None if self._same_clock else (asked, datetime.now(UTC)))


def read_times(told: object, messages: Sequence[str], asked: Span | None) -> ChangeTimes:
    """Read what a frame told: its time now, of each change and each message; `asked` is when, if its clock is another.

    What it calls now lay between the question and the answer; so each time has as much play as that took.
    """
    try:
        instant, times, firsts = cast("tuple[object, list[object], list[object]]", told)
        now, changed, noted = (
            _instant(instant),
            [_instant(each) for each in times],
            [_ms(each) for each in firsts],
        )
        early, late = (timedelta(), TICK) if asked is None else (asked[0] - now, asked[1] - now + TICK)
        if len(changed) > MOST_TIMES or changed != sorted(changed) or len(noted) != len(messages):
            return ChangeTimes()
        spans = tuple((at + early, at + late) for at in changed)
        known = {
            message: (_instant(at) + early, _instant(at) + late)
            for message, at in zip(messages, noted, strict=True)
            if at
        }
    except (TypeError, ValueError, OverflowError, OSError):
        return ChangeTimes()
    return ChangeTimes(spans, len(changed) < MOST_TIMES, known)


def _ms(told: object) -> float:
    return float(cast("float", told))


def _instant(told: object) -> datetime:
    return datetime.fromtimestamp(_ms(told) / 1000, UTC)
