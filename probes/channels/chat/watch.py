"""Seeing who answers in a chat: first anything, then a person, each with the best time there is."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from probes.base import OUR_CLOCK, Fact, FactKind, OurFailure, ProbeError
from probes.channels.chat.own_words import same_text
from probes.channels.chat.session import ChatSession
from probes.channels.chat.shown_times import Display, Span
from probes.channels.chat.signals import ChangeTimes
from probes.channels.chat.timestamps import SERVER_TIME, Own, dated
from probes.channels.chat.transcript import MOST_MESSAGES, Line, only_after, only_before

MOST_RETURNS = 2
MOST_BY_MACHINES = 200
"""What bots and the chat itself say that is told of at once, and one more each second: floods must end somewhere."""
MOST_REPLIES = MOST_MESSAGES
"""The same for what people say, or somebody unknown: all that one look can find, for a reply must not be lost."""
SIGNS = frozenset({FactKind.GREETING, FactKind.TYPING, FactKind.SYSTEM_LINE})
"""What is recorded and answers nothing; its picture is not taken."""
REPLIES = frozenset({FactKind.HUMAN_REPLY, FactKind.UNCERTAIN_REPLY})


Found = tuple[FactKind, Line]


class Allowance:
    """How many messages may be told of: so many at once, and one more each second."""

    def __init__(self, most: int) -> None:
        self._most, self._began, self._taken = most, time.monotonic(), 0

    def take(self, found: Sequence[Found]) -> Sequence[Found]:
        """Return the first of these that there is still room for."""
        room = int(self._most + time.monotonic() - self._began) - self._taken
        taken = found[: max(0, room)]
        self._taken += len(taken)
        return taken


class Watch:
    """One stretch of watching one chat."""

    def __init__(self, chat: ChatSession) -> None:
        self._chat = chat
        self._documents = chat.changes.documents
        self._returns = 0
        self._seen: set[str] = set()
        self._words: set[str] = set()
        """What was told of, whatever its id: a chat that draws itself anew may give all of it new ones."""
        self._machines, self._replies = Allowance(MOST_BY_MACHINES), Allowance(MOST_REPLIES)
        self._followers: set[str] = set()
        """What stood after our own message: ours may leave a list that draws only its end."""
        self._first_bot = ""
        self._settled = time.monotonic() + (chat.patience.settle if chat.reopened else 0.0)
        """From when on a look that finds nothing proves that nothing is there: until then, history may be loading."""
        self._witnessed: datetime | None = None if chat.reopened or not chat.sent else chat.sent[0]
        """Since when every message has appeared before our eyes; None while there may be some from before."""

    async def answers(self, until: datetime, since: datetime | None = None) -> AsyncGenerator[Fact, None]:
        """Yield what is said after our own message, each message once, up to `until`; what is there comes first.

        `since` is when a chat that was gone back to was last looked at: without a server's time, a message that is
        there already came after that. Greetings, typing bubbles and lines of the chat itself are told of as what they
        are. Yields `lost` and ends when the conversation is gone. Raises OurFailure when the page fails.
        """
        chat = self._chat
        if chat.offline:
            return  # the answer comes by mail
        last_look = self._witnessed or since or self._begun() or _now()
        gone_since: float | None = None
        while True:
            chat.changes.clear()
            if chat.own and not gone_since:
                await chat.answer_for_address()
            began, settled = _now(), time.monotonic() >= self._settled
            lines = await self._look()
            gone_since = (gone_since or time.monotonic()) if self._is_gone(lines) else None
            if gone_since and await self._came_back():
                gone_since = None
                continue
            if gone_since and (chat.history_gone or time.monotonic() - gone_since > chat.patience.settle):
                yield await self._lost(last_look)
                return
            while chat.remarks:
                yield chat.remarks.pop(0)
            for observation in await self._news(lines, (min(last_look, began), _now())):
                yield observation
            if settled and not gone_since:
                last_look, self._witnessed = began, self._witnessed or began
            if (left := (until - _now()).total_seconds()) <= 0:
                return
            await chat.changes.wait(min(chat.patience.poll, left))

    def _begun(self) -> datetime | None:
        chat = self._chat
        return chat.sent[0] if chat.sent else chat.own.at if chat.own else None

    async def _look(self) -> Sequence[Line]:
        try:
            return await self._chat.look()
        except OurFailure:
            if self._chat.changes.documents == self._documents:
                raise
            return ()  # the page went elsewhere

    # --- the conversation that is gone ------------------------------------------------------------------------

    def _is_gone(self, lines: Sequence[Line]) -> bool:
        """Tell whether our own message is missing, for good or while the page is being redrawn."""
        own = self._chat.own
        known = self._followers | {own.id} if own else frozenset()
        return self._chat.history_gone or (own is not None and all(line.id not in known for line in lines))

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
        self._settled, self._witnessed = time.monotonic() + chat.patience.settle, None
        return not chat.history_gone

    async def _lost(self, earliest: datetime) -> Fact:
        latest = _now()
        return Fact(
            FactKind.LOST,
            min(earliest, latest),
            latest,
            source=OUR_CLOCK,
            key="lost",
            reasons=(f"The chat on {self._chat.url} no longer shows the conversation that we had begun",),
            evidence=(await self._chat.proof("lost", ()))[1:],
        )

    # --- what is new ------------------------------------------------------------------------------------------

    async def _news(self, lines: Sequence[Line], between: Span) -> list[Fact]:
        """Tell what this look found for the first time, in the order of the chat."""
        fresh = [(kind, line) for kind, line in self._said_by_others(lines) if line.id not in self._seen]
        chosen = self._worth_telling(fresh)
        self._seen |= chosen
        times = self._times(between)
        return [
            await self._told(kind, line, lines, between, times) for kind, line in fresh if line.id in chosen
        ]

    def _worth_telling(self, fresh: Sequence[Found]) -> set[str]:
        """Choose what there is room for: of the replies those of people first, then new words, then the newest."""
        machines = [found for found in fresh if found[0] not in REPLIES]
        replies = [found for found in reversed(fresh) if found[0] in REPLIES]
        replies.sort(key=lambda found: (found[1].role != "person", found[1].text in self._words))
        chosen = [*self._machines.take(machines), *self._replies.take(replies)]
        self._words.update(line.text for _, line in chosen)
        return {line.id for _, line in chosen}

    def _said_by_others(self, lines: Sequence[Line]) -> list[Found]:
        """List what others said; the first words of a bot after us are its acknowledgement."""
        own, said = self._chat.own, []
        if not self._chat.reopened:
            before = (
                line for line in only_before(own, lines) if line.role not in ("visitor", "system", "typing")
            )
            said = [(FactKind.GREETING, line) for line in before]
        after = [line for line in only_after(own, lines, self._followers) if not self._is_ours(line)]
        self._followers.update(line.id for line in after if self._is_known_again(line))
        self._first_bot = self._first_bot or next((line.id for line in after if line.role == "bot"), "")
        return said + [(_kind(line, line.id == self._first_bot), line) for line in after]

    def _is_known_again(self, line: Line) -> bool:
        """Tell by the chat's own id; where nobody has described it, the list in the page is still the same one."""
        return line.has_own_id or not (self._chat.entrance.widget.messages.item or line.role == "typing")

    def _is_ours(self, line: Line) -> bool:
        """Tell our own words, and the address that was asked for, where a chat shows it like a message."""
        return line.role == "visitor" or same_text(line.text, self._chat.entrance.visitor.email)

    def _times(self, between: Span) -> ChangeTimes:
        """Return when the page changed; that tells nothing where we did not see all that came since the last look."""
        unseen = self._witnessed is None or between[0] < self._witnessed
        return ChangeTimes() if unseen else self._chat.changed

    async def _told(
        self,
        kind: FactKind,
        line: Line,
        lines: Sequence[Line],
        between: Span,
        times: ChangeTimes,
    ) -> Fact:
        appeared = times.appeared(_noted_as(line), *between)
        earliest, latest, source = self._when(kind, line, between, appeared)
        return Fact(
            kind,
            earliest,
            latest,
            source=source,
            key=line.id,
            text=line.text,
            role=line.role,
            author=line.author,
            reasons=(_reason(kind, line),),
            details={"seen": between[1].isoformat(), "between": [at.isoformat() for at in between]},
            evidence=() if kind in SIGNS else await self._chat.proof(kind.value, lines),
        )

    def _when(
        self, kind: FactKind, line: Line, between: Span, appeared: Span | None
    ) -> tuple[datetime, datetime, str]:
        chat = self._chat
        if kind is FactKind.GREETING:
            return _greeted(line, (chat.opened_at, chat.sent[0] if chat.sent else between[0]))
        visitor = chat.entrance.visitor
        display = Display(ZoneInfo(visitor.time_zone), visitor.language, chat.opened_at, between[1])
        own = Own(chat.own, chat.sent) if chat.own else None
        return dated(line, own, display, between, appeared)


def _noted_as(line: Line) -> str:
    """Return what the page knows a message by: its own id, or what it says."""
    return line.id if line.has_own_id else line.text


def _greeted(line: Line, between: Span) -> tuple[datetime, datetime, str]:
    if line.at and between[0] <= line.at <= between[1]:
        return line.at, line.at, SERVER_TIME
    return min(between), max(between), OUR_CLOCK


def _kind(line: Line, first: bool) -> FactKind:
    if line.role == "bot":
        return FactKind.ACKNOWLEDGED if first else FactKind.BOT_MESSAGE
    return {
        "person": FactKind.HUMAN_REPLY,
        "system": FactKind.SYSTEM_LINE,
        "typing": FactKind.TYPING,
    }.get(line.role, FactKind.UNCERTAIN_REPLY)


def _reason(kind: FactKind, line: Line) -> str:
    said = {
        "person": "The chat shows this as written by a person",
        "bot": "The chat shows this as written by a bot",
        "system": "The chat shows this as its own remark",
        "typing": "The chat shows that somebody is typing",
    }.get(line.role, "The chat does not show who wrote this")
    before = ", before our message" if kind is FactKind.GREETING else ""
    return f"{said}{before}" + (f": {line.author}" if line.author else "")


def _now() -> datetime:
    return datetime.now(UTC)
