"""Seeing who answers in a chat: first anything, then a person, with the chat server's own time where it is shown."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from probes.base import Observation, ObservationKind, OurFailure, ProbeError
from probes.channels.transcript import Line, only_after

if TYPE_CHECKING:
    from probes.channels.chat_session import ChatSession

SERVER_TIME = "chat server's time"
OUR_CLOCK = "our clock"
CLOCKS_APART = timedelta(minutes=5)
"""A server's time that is further in our future, or further before our own message, is no time to go by."""
MOST_RETURNS = 2
MOST_ANSWERS = 200
"""Answers that are told of in one watch; a chat that says more is no longer answering us."""


class Watch:
    """One stretch of watching one chat."""

    def __init__(self, chat: ChatSession) -> None:
        self._chat = chat
        self._documents = chat.changes.documents
        self._returns = 0

    async def answers(
        self, until: datetime, since: datetime | None = None
    ) -> AsyncGenerator[Observation, None]:
        """Yield what is said after our own message, each message once, up to `until`; what is there comes first.

        `since` is when the chat was last looked at: without a server's time, a message that is there already came
        after that. Yields `lost` and ends when the conversation is gone. Raises OurFailure when the page fails.
        """
        chat, seen = self._chat, set[str]()
        if chat.offline:
            return  # the answer comes by mail
        own_at = chat.own.at if chat.own else None
        last_look = since or own_at or _now()
        gone_since: float | None = None
        while True:
            chat.changes.clear()
            began, lines = _now(), await self._look()
            gone_since = (gone_since or time.monotonic()) if self._is_gone(lines) else None
            if gone_since and await self._came_back():
                gone_since = None
                continue
            if gone_since and (chat.history_gone or time.monotonic() - gone_since > chat.patience.settle):
                yield await self._lost(last_look)
                return
            for kind, line in self._said_by_others(lines):
                if line.id not in seen and len(seen) < MOST_ANSWERS:
                    seen.add(line.id)
                    yield await self._reply(kind, line, last_look, lines)
            last_look = last_look if gone_since else began
            if (left := (until - _now()).total_seconds()) <= 0:
                return
            await chat.changes.wait(min(chat.patience.poll, left))

    async def _look(self) -> Sequence[Line]:
        try:
            return await self._chat.look()
        except OurFailure:
            if self._chat.changes.documents == self._documents:
                raise
            return ()  # the page went elsewhere

    def _said_by_others(self, lines: Sequence[Line]) -> list[tuple[ObservationKind, Line]]:
        """List what others said after us; the bot's first words are its acknowledgement."""
        said = [line for line in only_after(self._chat.own, lines) if line.role not in ("visitor", "system")]
        first = next((line for line in said if line.role == "bot"), None)
        return [(_kind(line, line is first), line) for line in said]

    def _is_gone(self, lines: Sequence[Line]) -> bool:
        """Tell whether our own message is missing, for good or while the page is being redrawn."""
        own = self._chat.own
        return self._chat.history_gone or (own is not None and all(line.id != own.id for line in lines))

    async def _came_back(self) -> bool:
        """Go back to a page that went elsewhere by itself; one that does so again and again cannot be observed."""
        chat = self._chat
        if chat.changes.documents == self._documents:
            return False
        if self._returns >= MOST_RETURNS:
            raise OurFailure(f"The page {chat.url} leaves for another one again and again.")
        self._returns += 1
        try:
            await chat.go_back()
        except ProbeError as error:
            raise OurFailure(f"The page {chat.url} went elsewhere: {error}", error.evidence) from error
        self._documents = chat.changes.documents
        return not chat.history_gone

    async def _lost(self, earliest: datetime) -> Observation:
        latest = _now()
        return Observation(
            ObservationKind.LOST,
            min(earliest, latest),
            latest,
            source=OUR_CLOCK,
            key="lost",
            reasons=(f"The chat on {self._chat.url} no longer shows the conversation that we had begun",),
            evidence=(await self._chat.proof("lost", ()))[1:],
        )

    async def _reply(
        self, kind: ObservationKind, line: Line, last_look: datetime, lines: Sequence[Line]
    ) -> Observation:
        now = _now()
        at = line.at if line.at and self._credible(line.at, now) else None
        return Observation(
            kind,
            at or min(last_look, now),
            at or now,
            source=SERVER_TIME if at else OUR_CLOCK,
            key=line.id,
            text=line.text,
            role=line.role,
            author=line.author,
            reasons=(_reason(line),),
            details={"seen": now.isoformat()},
            evidence=await self._chat.proof(kind.value, lines),
        )

    def _credible(self, at: datetime, now: datetime) -> bool:
        own = self._chat.own
        before_us = own is not None and own.at is not None and at < own.at - CLOCKS_APART
        return at <= now + CLOCKS_APART and not before_us


def _kind(line: Line, first: bool) -> ObservationKind:
    if line.role == "person":
        return ObservationKind.HUMAN_REPLY
    if line.role == "bot":
        return ObservationKind.ACKNOWLEDGED if first else ObservationKind.BOT_MESSAGE
    return ObservationKind.UNCERTAIN_REPLY


def _reason(line: Line) -> str:
    said = {
        "person": "The chat shows this as written by a person",
        "bot": "The chat shows this as written by a bot",
    }
    return said.get(line.role, "The chat does not show who wrote this") + (
        f": {line.author}" if line.author else ""
    )


def _now() -> datetime:
    return datetime.now(UTC)
