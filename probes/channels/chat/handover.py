"""Through the bot to a person: what a customer does whom a bot answers.

The choice that says so is pressed, else one sentence is written; at most twice. Each is told of before it happens
(`asking_person`), so that whoever receives it can store it first: after a crash what was begun is never done again. What
shows that it happened (`asked_person`) is looked for at each look.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from probes.base import OUR_CLOCK, Fact, FactKind
from probes.browser.browsers import BrowserError, Locator, within
from probes.channels.chat import vocabulary
from probes.channels.chat.conversation import Conversation
from probes.channels.chat.filling import Step
from probes.channels.chat.own_words import core
from probes.channels.chat.parts import LOOK_SECONDS, seen
from probes.channels.chat.shown_times import Span
from probes.channels.chat.transcript import Line
from probes.channels.chat.writing import ready_to_send

MOST_ASKED = 2
QUIET_SECONDS = 2.0
"""So long a bot has to say nothing more before it is asked: many say several things at once."""
MOST_BUTTONS = 60
PRESSED = "button, [role=button], [role=menuitem], [role=option], a[href='#'], a:not([href])"


@dataclass(frozen=True)
class Ask:
    """One way to ask, ready to be taken: the last click is all that is left. `record` is stored before it."""

    record: Fact
    press: Step


class Handover:
    """Asks for a person in one conversation. `asked` says how often an earlier visit has begun to."""

    def __init__(self, talk: Conversation, sentence: str, asked: int = 0) -> None:
        self._talk, self.sentence, self._begun = talk, sentence, asked
        talk.also = (sentence,) if sentence else ()
        self._last: tuple[int, float] = (0, 0.0)
        self._answered: int | None = None
        """How much bots had said when we last asked, or when the chat was opened again after we had."""
        self._chosen: dict[int, str] = {}
        self._refused = False
        self._told: set[int] = set()

    async def due(self, others: Sequence[Line]) -> Ask | None:
        """Return how to ask now, if a bot has answered, is quiet, and neither a person nor a promise has come."""
        machines = [line for line in others if _is_machine(line)]
        if self._begun and self._answered is None:
            self._answered = len(machines)
        if not self.sentence or self._begun >= MOST_ASKED or self._refused or not machines:
            return None
        if any(line.role == "person" for line in others) or len(machines) == self._answered:
            return None
        if self._begun and vocabulary.promises_person(machines[-1].text):
            return None
        if self._last[0] != len(others):
            self._last = len(others), time.monotonic()
        if time.monotonic() - self._last[1] < QUIET_SECONDS:
            return None
        with suppress(BrowserError):
            if ask := await self._ready():
                self._begun, self._answered = self._begun + 1, len(machines)
                return ask
        return None

    async def _ready(self) -> Ask | None:
        """Find the choice that leads to a person, else put our sentence where it is to be said. Raises BrowserError."""
        number = self._begun + 1
        if choice := await self._choice():
            button, name = choice
            self._chosen[number] = name
            limit = self._talk.entrance.patience.click * 1000
            return Ask(
                _asking(number, name, "pressed"), lambda: button.click(timeout=limit, no_wait_after=True)
            )
        if not await seen(self._talk.entrance.composer()):
            return None
        press = await ready_to_send(self._talk.entrance, self.sentence)
        return Ask(_asking(number, self.sentence, "written"), press)

    async def _choice(self) -> tuple[Locator, str] | None:
        """Return the last thing to press in the chat whose whole name leads to a person."""
        found = self._talk.entrance.chat.locator(PRESSED).filter(visible=True)
        count = min(await within(LOOK_SECONDS, found.count()), MOST_BUTTONS)
        for place in reversed(range(count)):
            name = await within(LOOK_SECONDS, found.nth(place).inner_text())
            if vocabulary.leads_to_person(name):
                return found.nth(place), " ".join(name.split())
        return None

    async def seen(self, lines: Sequence[Line], between: Span) -> list[Fact]:
        """Tell what a look shows of our asking: that it was done, and that the bot refuses."""
        done = [found for found in self._done(lines) if found[0] not in self._told]
        self._told.update(number for number, _ in done)
        told = [await self._fact(FactKind.ASKED_PERSON, *found, between, lines) for found in done]
        refusal = self._refusal(lines)
        if refusal and not self._refused:
            self._refused = True
            told.append(await self._fact(FactKind.NO_PERSON, 1, refusal, between, lines))
        return told

    def _done(self, lines: Sequence[Line]) -> list[tuple[int, str]]:
        """Return which of our asks stand in the chat: our sentence, or the words of the choice, said by us."""
        wanted = core(self.sentence)
        ours = [line.text for line in self._talk.earlier.split(lines)[1] if line.role == "visitor"]
        written = [text for text in ours if core(text) == wanted]
        chosen = [(number, name) for number, name in self._chosen.items() if core(name) in map(core, ours)]
        free = [number for number in range(1, self._begun + 1) if number not in self._chosen]
        return [*chosen, *zip(free, written, strict=False)]

    def _refusal(self, lines: Sequence[Line]) -> str:
        if not self._begun:
            return ""
        said = [line.text for line in self._talk.others(lines) if line.role in ("bot", "system", "unknown")]
        return next((text for text in said if vocabulary.refuses_person(text)), "")

    async def _fact(
        self, kind: FactKind, number: int, text: str, between: Span, lines: Sequence[Line]
    ) -> Fact:
        proof = await self._talk.proof(kind.value, lines)
        return Fact(
            kind, *between, source=OUR_CLOCK, key=f"{kind.value}-{number}", text=text,
            role="visitor" if kind is FactKind.ASKED_PERSON else "bot", evidence=proof,
        )  # fmt: skip


def _is_machine(line: Line) -> bool:
    return line.role == "bot" or (line.role == "unknown" and vocabulary.says_machine(line.text))


def _asking(number: int, words: str, how: str) -> Fact:
    now = datetime.now(UTC)
    return Fact(
        FactKind.ASKING_PERSON, now, now, source=OUR_CLOCK, key=f"asking_person-{number}", text=words, role="visitor",
        details={"how": how},
    )  # fmt: skip
