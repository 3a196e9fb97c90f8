"""When something in a chat happened: by the best clock there is, as an interval, with the source in words.

The chat server's own time is exact. A time that is only shown to people is a minute, or less than that is worth, and
counts only where the one beside our own message, if it shows one, agrees with when we sent it; so a page that shows
another zone's time there is not believed. While we watch, the page's own record of its changes says when a message appeared. Else what is known
is that it came between the last look without it and the first with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from probes.base import OUR_CLOCK
from probes.channels.chat.shown_times import Display, Span, shown_span
from probes.channels.chat.transcript import Line

SERVER_TIME = "chat server's time"
SHOWN_TIME = "time that the chat shows"
PAGE_CLOCK = "seen as it appeared, by the page's clock"
CLOCKS_APART = timedelta(minutes=5)
"""A server's time that is further in our future, or further before our own message, is no time to go by."""


@dataclass(frozen=True)
class Own:
    """Our own message in the chat, and from when to when it was sent by our clock, as far as that is known."""

    line: Line
    sent: Span | None

    def not_before(self) -> datetime | None:
        """Return what no answer can have come before."""
        return self.line.at or (self.sent[0] if self.sent else None)

    def agrees(self, display: Display) -> bool:
        """Tell whether the page's times can be believed: the one beside our message is when we sent it, or it shows none."""
        if not self.line.shown:
            return True
        if self.sent is None:
            return False
        earliest, latest = self.sent[0] - CLOCKS_APART, self.sent[1] + CLOCKS_APART
        read = shown_span(self.line.shown, display, earliest, latest)
        return read is not None


def dated(
    line: Line, own: Own | None, display: Display, between: Span, appeared: Span | None
) -> tuple[datetime, datetime, str]:
    """Return when `line` was said, at the earliest and at the latest, and by whose clock.

    `between` are the last look without it and the first with it; `appeared` is when the page says that it did.
    """
    if line.at and _credible(line.at, own, between[1]):
        return line.at, line.at, SERVER_TIME
    shown = None
    if own and line.shown and own.agrees(display):
        shown = shown_span(line.shown, display, *between)
    found = [(span, source) for span, source in ((appeared, PAGE_CLOCK), (shown, SHOWN_TIME)) if span]
    (earliest, latest), source = min(
        found, key=lambda each: each[0][1] - each[0][0], default=(between, OUR_CLOCK)
    )
    return earliest, latest, source


def _credible(at: datetime, own: Own | None, now: datetime) -> bool:
    begun = own.not_before() if own else None
    return at <= now + CLOCKS_APART and not (begun is not None and at < begun - CLOCKS_APART)
