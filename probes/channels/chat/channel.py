"""Live chat: opens the company's chat as a visitor, says one thing, and sees who answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Literal

from probes.base import JSON, Fact, Message, OurFailure
from probes.browser.browsers import State
from probes.channel import Begin, Equipment, unrecorded
from probes.channels.chat.session import ChatSession, open_chat
from probes.channels.chat.visitor import Visitor
from probes.channels.chat.watch import Watch
from probes.widgets.files import AUTO, read_widget_text


class ChatAttempt:
    """A probe by chat, as the runner drives it (see `probes.channel.Attempt`)."""

    def __init__(self, session: ChatSession, message: Message) -> None:
        self.session, self._message = session, message

    async def prepare(self) -> Sequence[Fact]:
        """Open the chat and say who is there."""
        await self.session.introduce()
        return ()

    async def state(self) -> Mapping[str, JSON]:
        """Return the browser's storage."""
        return await self.session.state()

    async def send(self, begin: Begin = unrecorded) -> Fact:
        """Send the message and see it in the transcript."""
        return await self.session.send(self._message.text, begin)

    async def find_sent(self, since: datetime) -> Fact | None:
        """Look for the message in the reopened chat."""
        if self.session.history_gone:
            raise OurFailure(
                "The chat no longer knows our conversation, so nobody can tell whether we wrote in it."
            )
        there = await self.session.find_own_message(self._message.text)
        return await self.session.found(since) if there else None

    async def watch(self, until: datetime, since: datetime | None = None) -> AsyncGenerator[Fact, None]:
        """Yield what is answered; in a reopened chat, find our own message first."""
        await self.session.recall(self._message.text)
        async for observation in Watch(self.session, self._message.ask_person, self._message.asked).answers(
            until, since
        ):
            yield observation


class Chat:
    """The channel."""

    answers_come_to: Literal["mailbox", "session"] = "session"

    def open(
        self, equipment: Equipment, message: Message, state: State | None = None
    ) -> AbstractAsyncContextManager[ChatAttempt]:
        """Open a chat for one probe. Raises OurFailure when its widget is not known."""
        return _open(equipment, message, state)


@asynccontextmanager
async def _open(
    equipment: Equipment, message: Message, state: State | None
) -> AsyncGenerator[ChatAttempt, None]:
    visitor = Visitor(message.persona_name, message.from_address, message.language, message.time_zone)
    widget = read_widget_text(message.widget_text, message.widget) if message.widget_text else message.widget
    async with open_chat(equipment.browsers, message.url, widget or AUTO, visitor, state) as session:
        yield ChatAttempt(session, message)
