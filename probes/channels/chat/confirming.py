"""Making sure that our message was sent: it stands in the chat for some seconds, and nothing says that it was not."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

from probes.base import NotSent
from probes.browser.browsers import BrowserError, pictures
from probes.channels.chat.conversation import Conversation
from probes.channels.chat.delivery import Delivery
from probes.channels.chat.transcript import Line

WAIT_SECONDS = 0.5


class Confirmation:
    """Waits for one message of ours. `between` is awaited between two looks: some chats ask for something first."""

    def __init__(self, chat: Conversation, between: Callable[[], Awaitable[object]]) -> None:
        self._chat, self._between = chat, between
        self._own: Line | None = None
        self._lines: list[Line] = []
        self._stood: float | None = None
        self._seen: datetime | None = None
        self._followers: set[str] = set()
        self._words = ""

    async def sent(self) -> tuple[Line, list[Line], datetime]:
        """Return our message and its transcript, and when it was first seen.

        Raises NotSent where the chat itself says that it was not sent, and BrowserError where nobody can tell.
        """
        patience, changes = self._chat.entrance.patience, self._chat.entrance.changes
        deadline = time.monotonic() + patience.confirm
        while time.monotonic() < deadline:
            changes.clear()
            try:
                began = datetime.now(UTC)
                lines = await self._chat.read()
                if found := await self._judged(lines, began):
                    return found
            except BrowserError:  # a page that is just being redrawn, or a frame that was replaced
                with suppress(BrowserError):
                    await self._chat.entrance.open_now()
            await self._between()
            await changes.wait(min(WAIT_SECONDS if self._stood else 1.0, deadline - time.monotonic()))
        what = "stands in the transcript" if self._stood else "did not appear in the transcript"
        raise BrowserError(f"our own message {what}" + (f", beside “{self._words}”" if self._words else ""))

    async def _judged(self, lines: list[Line], began: datetime) -> tuple[Line, list[Line], datetime] | None:
        chat, now = self._chat, datetime.now(UTC)
        own = chat.own_among(lines)
        if own is None:
            return self._left_behind(lines)
        if self._stood is None:
            self._note_above(lines, own)
        self._own, self._lines = own, lines
        self._stood, self._seen = self._stood or time.monotonic(), self._seen or now
        chat.note_look(lines, began, now)
        others = chat.others(lines)
        self._followers.update(line.id for line in others)
        chat.known.update((line.text, None) for line in others if line.text)
        delivery, self._words = chat.delivery(own, lines)
        if delivery is Delivery.FAILED:
            sentence = f"The chat on {chat.url} says that it did not send our message: “{self._words}”"
            raise NotSent(sentence, await pictures(chat.entrance.view, "not-sent"))
        return (own, lines, self._seen) if self._is_sure(delivery) else None

    def _left_behind(self, lines: list[Line]) -> tuple[Line, list[Line], datetime] | None:
        """Count our message as sent that has left a list which draws only its end, where what followed it still stands."""
        if self._own and self._seen and any(line.id in self._followers for line in lines):
            self._chat.note_look(lines, self._seen, datetime.now(UTC))
            return self._own, self._lines, self._seen
        self._stood = self._seen = None
        return None

    def _note_above(self, lines: list[Line], own: Line) -> None:
        """What is first seen together with ours and stands before it is a greeting that the page drew late."""
        place = next(place for place, line in enumerate(lines) if line.id == own.id)
        self._chat.earlier.add(self._chat.earlier.split(lines[:place])[1])

    def _is_sure(self, delivery: Delivery) -> bool:
        chat, stood = self._chat.entrance, time.monotonic() - (self._stood or time.monotonic())
        if delivery is Delivery.DELIVERED:
            return True
        needed = {Delivery.STANDS: chat.patience.stand, Delivery.ANSWERED: chat.patience.stand / 2}
        told = bool(chat.widget.messages.pending)  # then ours is seen only once the server has it
        return delivery in needed and (told or stood >= needed[delivery])
