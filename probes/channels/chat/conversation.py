"""What is said in one chat: read look by look, with our own message found anew each time, and kept as evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from probes.base import JSON, OurFailure, Proof
from probes.browser.browsers import BrowserError, first_line, pictures
from probes.browser.trace import traced
from probes.channels.chat.delivery import Delivery, delivery_of
from probes.channels.chat.earlier import Earlier
from probes.channels.chat.entrance import Entrance
from probes.channels.chat.order import by_place, is_newest_first
from probes.channels.chat.own_words import core, own_line
from probes.channels.chat.reading import Reading, read_chat
from probes.channels.chat.shown_times import Span
from probes.channels.chat.transcript import Line, as_evidence

MOST_FAILED_LOOKS = 4
"""After the first."""
MOST_LOOKS = 40
"""Looks of the time until our message counted as sent, which are told of later."""


class Conversation:
    """One conversation, as far as it can be seen."""

    def __init__(self, entrance: Entrance, url: str, kept: Mapping[str, Any]) -> None:
        """`kept` is what `as_json` gave in an earlier visit."""
        self.entrance, self.url = entrance, url
        self.text = str(kept.get("text", ""))
        self.also: tuple[str, ...] = ()
        """What else we may say in it: the sentence that asks for a person."""
        self.own: Line | None = None
        """Our own message as it was last seen."""
        self.earlier = Earlier.from_json(kept.get("earlier"))
        """What stood there before our message."""
        self.newest_first = kept.get("newest_first") is True
        """Whether the newest message stands above all others."""
        self.known: dict[str, None] = {}
        """What others were seen to say."""
        self.reading = Reading([])
        """What the chat showed when it was last read."""
        self.looks: list[tuple[list[Line], Span]] = []
        """What was seen while our message was being sent, with the times of two looks; it is not told of yet."""
        self._pictured: tuple[int, tuple[Proof, ...]] | None = None
        self._written: tuple[Sequence[Line], Proof] | None = None

    def as_json(self) -> Mapping[str, JSON]:
        """Return what it takes to find the conversation again."""
        return {"text": self.text, "earlier": self.earlier.as_json(), "newest_first": self.newest_first}

    async def note_earlier(self) -> None:
        """Note what stands there before our message is sent. Raises BrowserError."""
        lines, ours = await self.read(), core(self.text)
        self.earlier = Earlier.of(lines, (text for text in self.reading.texts if core(text) != ours))

    async def read(self) -> list[Line]:
        """Read all messages that the chat shows, in the order of the screen. Raises BrowserError.

        The page tells at once when it changed (`reading.changed`), and from the first reading on when each message came.
        """
        self.reading = await read_chat(
            self.entrance, [self.text, *self.also] if self.text else [], list(self.known)
        )
        lines = by_place(self.reading.lines, self.newest_first)
        own = self.own_among(lines) if self.text else None
        if own and (turned := is_newest_first(self.earlier.split(lines)[0], own)) is not None:
            lines = by_place(self.reading.lines, turned)
            self.newest_first = turned
        return lines

    async def look(self) -> list[Line]:
        """The same, more than once if the page is just being redrawn. Raises OurFailure."""
        with suppress(BrowserError):
            return await self.read()
        async with traced(self.entrance.view, "looking", snapshots=True):
            return await self._look_again()

    async def _look_again(self) -> list[Line]:
        entrance = self.entrance
        for attempt in range(MOST_FAILED_LOOKS):
            if not (entrance.view.is_closed() or entrance.changes.crashed):
                await entrance.changes.wait(entrance.patience.poll)
            try:
                await entrance.open_now()  # the frame may have been replaced by another
                return await self.read()
            except BrowserError as error:
                ended = entrance.view.is_closed() or entrance.changes.crashed
                if attempt == MOST_FAILED_LOOKS - 1 or ended:
                    sentence = f"The chat on {self.url} can no longer be observed: {first_line(error)}"
                    raise OurFailure(sentence, await pictures(entrance.view, "not-observed")) from error
        raise OurFailure(f"The chat on {self.url} can no longer be observed.")

    def own_among(self, lines: Sequence[Line]) -> Line | None:
        """Find our own message by its words among what was not there before; its id may have come or changed since."""
        return own_line(self.earlier.split(lines)[1], self.text)

    def others(self, lines: Sequence[Line]) -> list[Line]:
        """Return what is new since our click and not ours."""
        ours = self.own_among(lines)
        new = self.earlier.split(lines)[1]
        return [line for line in new if line.role != "visitor" and not (ours and line.id == ours.id)]

    def delivery(self, own: Line, lines: Sequence[Line]) -> tuple[Delivery, str]:
        """Tell by the last reading whether our message reached the company's server; with the words that say so."""
        said = {line.text for line in lines}
        notices = [text for text in self.reading.notices if text not in said]
        return delivery_of(own, self.others(lines), notices)

    def note_look(self, lines: list[Line], began: datetime, ended: datetime) -> None:
        """Keep a look for whoever tells of it later, if it shows something else than the one before."""
        if not self.looks or self.looks[-1][0] != lines:
            since = self.looks[-1][1][1] if self.looks else began
            self.looks = [*self.looks, (lines, (min(since, ended), ended))][-MOST_LOOKS:]

    async def proof(self, name: str, lines: Sequence[Line]) -> tuple[Proof, ...]:
        """Keep the transcript, and picture the page; both serve for all that one look has found.

        A picture serves as long as the page does not change, too.
        """
        heard, known = self.entrance.changes.heard, self._written is not None and self._written[0] is lines
        if self._written is None or not known:
            self._written = lines, as_evidence(lines, name)
        if self._pictured is None or not (known or self._pictured[0] == heard):
            self._pictured = heard, await pictures(self.entrance.view, name)
        shots = (replace(shot, name=f"{name}.jpg") for shot in self._pictured[1])
        return (replace(self._written[1], name=f"{name}.json"), *shots)
