"""Seeing who answers in a chat: first anything, then a person, each with the best time there is."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from probes.base import OUR_CLOCK, Fact, FactKind, OurFailure, ProbeError
from probes.browser.browsers import BrowserError, pictures
from probes.channels.chat.conversation import Conversation
from probes.channels.chat.delivery import Delivery
from probes.channels.chat.growing import Growing
from probes.channels.chat.handover import Ask, Handover
from probes.channels.chat.order import FirstSight
from probes.channels.chat.own_words import core, same_text
from probes.channels.chat.session import ChatSession
from probes.channels.chat.shown_times import Display, Span
from probes.channels.chat.signals import ChangeTimes
from probes.channels.chat.timestamps import SERVER_TIME, Own, dated
from probes.channels.chat.transcript import MOST_MESSAGES, Line

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

    def __init__(self, chat: ChatSession, ask_person: str = "", asked: int = 0) -> None:
        """With a sentence, `ask_person`, a bot that answers is asked for a person; `asked` is how often it was begun to."""
        self._chat = chat
        self._talk: Conversation = chat.conversation
        self._documents = chat.changes.documents
        self._returns = 0
        self._seen: set[str] = set()
        self._words: set[str] = set()
        """What was told of, whatever its id: a chat that draws itself anew may give all of it new ones."""
        self._machines, self._replies = Allowance(MOST_BY_MACHINES), Allowance(MOST_REPLIES)
        self._followers: set[str] = set()
        """What stood after our own message: ours may leave a list that draws only its end."""
        self._history: set[str] = set()
        """What stood before it in a chat that was gone back to."""
        self._sight = FirstSight()
        self._growing = Growing()
        self._handover = Handover(chat.conversation, ask_person, asked)
        self._held: dict[str, Found] = {}
        """What was seen and is not ready to be told of."""
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
        for observation in await self._from_sending():
            yield observation
        while True:
            chat.changes.clear()
            await self._answer_for_address(gone_since)
            began, settled = _now(), time.monotonic() >= self._settled
            lines = await self._look()
            gone_since = (gone_since or time.monotonic()) if self._is_gone(lines) else None
            if gone_since and await self._came_back():
                gone_since = None
                continue
            if gone_since and (chat.history_gone or time.monotonic() - gone_since > chat.patience.settle):
                yield await self._lost(last_look)
                return
            left = (until - _now()).total_seconds()
            between = (min(last_look, began), _now())
            news = await self._news(lines, between, left <= 0)
            for observation in (*self._remarks(), *news, *await self._handover.seen(lines, between)):
                yield observation
            for ask in await self._asks(lines):
                yield ask.record  # whoever receives it stores it before it wants more: only then it is done
                await self._ask(ask)
            if settled and not gone_since:
                last_look, self._witnessed = began, self._witnessed or began
            if left <= 0:
                await self._make_sure(lines)
                return
            await chat.changes.wait(min(chat.patience.poll, left, *self._growing.due()))

    async def _answer_for_address(self, gone_since: float | None) -> None:
        if self._talk.own and not gone_since:
            await self._chat.answer_for_address()

    async def _asks(self, lines: Sequence[Line]) -> list[Ask]:
        """Return how to ask for a person now, if it is time to and our message stands in the chat."""
        others = self._talk.others(lines) if self._talk.own_among(lines) or self._followers else []
        ask = await self._handover.due(others)
        return [ask] if ask else []

    async def _ask(self, ask: Ask) -> None:
        """Ask for a person, once; whether it was done the next looks tell."""
        with suppress(BrowserError):
            await ask.press()

    def _remarks(self) -> list[Fact]:
        told, self._chat.remarks = self._chat.remarks, []
        return told

    async def _from_sending(self) -> list[Fact]:
        """Tell what was seen while our message was being sent."""
        looks, self._talk.looks = self._talk.looks, []
        return [fact for lines, between in looks for fact in await self._news(lines, between, last=False)]

    async def _make_sure(self, lines: Sequence[Line]) -> None:
        """Raise OurFailure where nobody can say that an answer would have been seen, or that our message arrived."""
        chat, talk = self._chat, self._talk
        if self._followers or talk.own is None:
            return
        delivery, words = talk.delivery(talk.own, lines)
        if delivery in (Delivery.FAILED, Delivery.DOUBTFUL):
            sentence = f"The chat on {chat.url} says since that our message did not arrive: “{words}”"
        elif not talk.reading.list_known:
            sentence = (
                f"Our message stands in the chat on {chat.url}, but nobody can tell where answers would stand"
            )
        else:
            return
        raise OurFailure(f"{sentence}.", await pictures(chat.page, "not-observed"))

    def _begun(self) -> datetime | None:
        chat = self._chat
        return chat.sent[0] if chat.sent else self._talk.own.at if self._talk.own else None

    async def _look(self) -> Sequence[Line]:
        try:
            return await self._talk.look()
        except OurFailure:
            if self._chat.changes.documents == self._documents:
                raise
            return ()  # the page went elsewhere

    # --- the conversation that is gone ------------------------------------------------------------------------

    def _is_gone(self, lines: Sequence[Line]) -> bool:
        """Tell whether our own message is missing, for good or while the page is being redrawn."""
        chat = self._chat
        if self._talk.own is None or chat.history_gone:
            return chat.history_gone
        if own := self._talk.own_among(lines):
            self._talk.own = own
            return False
        return all(line.id not in self._followers for line in lines)

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
            evidence=(await self._talk.proof("lost", ()))[1:],
        )

    # --- what is new ------------------------------------------------------------------------------------------

    async def _news(self, lines: Sequence[Line], between: Span, last: bool) -> list[Fact]:
        """Tell what this look found for the first time, in the order of first sight; at the `last` look all of it."""
        whole = self._talk.own_among(lines) is not None
        said = [found for found in self._said_by_others(lines) if found[1].id not in self._seen]
        said = [*self._passed_by(lines, whole), *said]
        ids = self._chat.entrance.widget.messages.id_attribute != ""
        ready = self._growing.ready([line for _, line in said], between, ids, last)
        fresh = [found for found in said if found[1].id in ready]
        self._held = {line.id: (kind, line) for kind, line in said if line.id not in ready}
        changed = {line.id for _, line in fresh if self._growing.is_changed(line, lines, whole)}
        chosen = self._worth_telling([found for found in fresh if found[1].id not in changed])
        self._seen |= chosen | changed
        told = [(self._first_is_receipt(kind, line), line) for kind, line in fresh if line.id in chosen]
        self._growing.note([line for _, line in fresh], self._talk.earlier.split(lines)[0])
        return [
            await self._told(kind, line, lines, ready[line.id], self._times(ready[line.id]))
            for kind, line in told
        ]

    def _first_is_receipt(self, kind: FactKind, line: Line) -> FactKind:
        """Take the first words of a bot after us for its acknowledgement."""
        if kind is not FactKind.BOT_MESSAGE:
            return kind
        self._first_bot = self._first_bot or line.id
        return FactKind.ACKNOWLEDGED if line.id == self._first_bot else kind

    def _passed_by(self, lines: Sequence[Line], whole: bool) -> list[Found]:
        """Return what was held back and has left a list that draws only its end, and was not made longer."""
        shown, texts = {line.id for line in lines}, [core(line.text) for line in lines]
        gone = [] if whole else [found for id_, found in self._held.items() if id_ not in shown]
        return [
            (kind, line) for kind, line in gone if not any(text.startswith(core(line.text)) for text in texts)
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
        """List what others said, before our message and after it."""
        before, rest = self._talk.earlier.split(lines)
        after = [line for line in self._after_ours(rest) if not self._is_ours(line)]
        self._followers.update(line.id for line in after if self._is_known_again(line))
        self._talk.known.update((line.text, None) for line in after if line.text)
        greetings = [] if self._chat.reopened else before
        said = [
            (FactKind.GREETING, line)
            for line in greetings
            if line.role not in ("visitor", "system", "typing")
        ]
        return said + [(_kind(line), line) for line in self._sight.arranged(after)]

    def _after_ours(self, lines: Sequence[Line]) -> list[Line]:
        """Return what was said after our message: all that came since our click, if we were there all the time.

        In a chat that was gone back to, that is what stands after ours, or after what is known to.
        """
        own = self._talk.own
        if not self._chat.reopened or own is None:
            return [line for line in lines if own and line.id != own.id]
        places = [
            place for place, line in enumerate(lines) if line.id == own.id or line.id in self._followers
        ]
        first = min(places, default=len(lines))
        self._history.update(line.id for line in lines[:first])
        return [line for line in lines[first:] if line.id != own.id and line.id not in self._history]

    def _is_known_again(self, line: Line) -> bool:
        """Tell by the chat's own id; where nobody has described it, the list in the page is still the same one."""
        return line.has_own_id or not (self._chat.entrance.widget.messages.item or line.role == "typing")

    def _is_ours(self, line: Line) -> bool:
        """Tell our own words, and the address that was asked for, where a chat shows it like a message."""
        return line.role == "visitor" or same_text(line.text, self._chat.entrance.visitor.email)

    def _times(self, between: Span) -> ChangeTimes:
        """Return when the page changed; that tells nothing where we did not see all that came since the last look."""
        unseen = self._witnessed is None or between[0] < self._witnessed
        return ChangeTimes() if unseen else self._talk.reading.changed

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
            evidence=() if kind in SIGNS else await self._talk.proof(kind.value, lines),
        )

    def _when(
        self, kind: FactKind, line: Line, between: Span, appeared: Span | None
    ) -> tuple[datetime, datetime, str]:
        chat = self._chat
        if kind is FactKind.GREETING:
            return _greeted(line, (chat.opened_at, chat.sent[0] if chat.sent else between[0]))
        visitor = chat.entrance.visitor
        display = Display(ZoneInfo(visitor.time_zone), visitor.language, chat.opened_at, between[1])
        own = Own(self._talk.own, chat.sent) if self._talk.own else None
        return dated(line, own, display, between, appeared)


def _noted_as(line: Line) -> str:
    """Return what the page knows a message by: its own id, or what it says."""
    return line.id if line.has_own_id else line.text


def _greeted(line: Line, between: Span) -> tuple[datetime, datetime, str]:
    if line.at and between[0] <= line.at <= between[1]:
        return line.at, line.at, SERVER_TIME
    return min(between), max(between), OUR_CLOCK


def _kind(line: Line) -> FactKind:
    return {
        "bot": FactKind.BOT_MESSAGE,
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
