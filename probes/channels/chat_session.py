"""One visitor's chat: says one thing, and watches who answers.

A message counts as sent when it stands in the transcript; an answer has the chat server's own time wherever the
widget shows one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import cast

from probes.base import Evidence, Observation, ObservationKind, OurFailure, SendUnknown
from probes.browser import BrowserError, Browsers, Page, State, first_line, open_page, screenshot, within
from probes.channels.chat_entrance import Entrance, Patience, Persona, pictures
from probes.channels.transcript import READ, Line, as_evidence, only_after, own_line, read_lines
from probes.consent import expect_consent_banners
from probes.widgets.schema import Widget

MOST_FAILED_LOOKS = 5

SIGNAL = "__noteChange"
OBSERVE = f"""(() => {{
  let waiting = false;
  const tell = () => {{ waiting = false; if (window.{SIGNAL}) window.{SIGNAL}(); }};
  const note = () => {{ if (!waiting) {{ waiting = true; setTimeout(tell, 50); }} }};
  new MutationObserver(note).observe(document, {{subtree: true, childList: true, characterData: true}});
}})()"""
SERVER_TIME = "chat server's time"
OUR_CLOCK = "our clock"


class ChatSession:
    """One visitor's chat in one page. Get one from `open_chat`; every step raises a ProbeError with a picture."""

    def __init__(
        self, page: Page, url: str, widget: Widget, entrance: Entrance, patience: Patience, reopened: bool
    ) -> None:
        self._page, self._url, self._widget = page, url, widget
        self._entrance, self._patience, self._reopened = entrance, patience, reopened
        self._changed = asyncio.Event()
        self._own: Line | None = None
        self.history_gone = False
        """An earlier conversation was to be gone back to, and the chat knows nothing of it."""

    async def listen(self) -> None:
        """Have the page tell us of every change, in frames of other origins too. Call before it loads."""
        try:
            await self._page.expose_binding(SIGNAL, lambda _: self._changed.set())
            await self._page.add_init_script(OBSERVE)
            await expect_consent_banners(self._page, self._widget.consent)
        except BrowserError as error:
            raise OurFailure(f"The browser could not be made ready: {first_line(error)}") from error

    async def introduce(self) -> None:
        """Open the page and the chat, and say who is there; sends nothing. Raises NotSent or Blocked.

        A reopened chat that asks anew who is there has forgotten the conversation; none is begun then.
        """
        self.history_gone = not await self._entrance.pass_through(self._reopened)

    async def state(self) -> State:
        """Return the browser's storage, with which the conversation can be reopened. Raises OurFailure."""
        try:
            return cast(
                "State", await within(self._patience.show, self._page.context.storage_state(indexed_db=True))
            )
        except BrowserError as error:
            raise OurFailure(f"The state of the chat could not be saved: {first_line(error)}") from error

    async def send(self, text: str) -> Observation:
        """Send `text` once, and return `sent` when it stands in the transcript.

        Raises NotSent up to the click on the button, and SendUnknown from there on.
        """
        button = self._entrance.button(self._widget.composer.send)
        try:
            before = {line.id for line in await self.transcript() if line.role == "visitor"}
            await self._entrance.composer().fill(text)
            await button.click(trial=True)
        except BrowserError as error:
            raise await self._entrance.closed_way(f"did not take our message: {first_line(error)}") from error
        earliest = _now()
        try:
            await button.click(no_wait_after=True)
            own, lines = await self._confirm(text, before)
        except BrowserError as error:
            sentence = f"Nobody can tell whether the message on {self._url} was sent: {first_line(error)}"
            raise SendUnknown(sentence, await pictures(self._page, "send-unknown")) from error
        self._own = own
        return await self._sent(own, lines, earliest, _now())

    async def _confirm(self, text: str, before: set[str]) -> tuple[Line, list[Line]]:
        deadline = time.monotonic() + self._patience.confirm
        while time.monotonic() < deadline:
            self._changed.clear()
            with suppress(BrowserError):  # a page that is just being redrawn
                lines = await self.transcript()
                if own := own_line([line for line in lines if line.id not in before], text):
                    return own, lines
            await self._change(min(1.0, deadline - time.monotonic()))
        raise BrowserError("our own message did not appear in the transcript")

    async def _sent(
        self, own: Line, lines: Sequence[Line], earliest: datetime, latest: datetime
    ) -> Observation:
        return Observation(
            ObservationKind.SENT,
            own.at or earliest,
            own.at or latest,
            source=SERVER_TIME if own.at else OUR_CLOCK,
            key=own.id,
            text=own.text,
            role="visitor",
            author=own.author,
            details={"our clock": [earliest.isoformat(), latest.isoformat()]},
            evidence=await self._proof("sent", lines),
        )

    async def find_own_message(self, text: str) -> bool:
        """Tell whether `text` stands in the transcript as ours, giving an earlier conversation time to load.

        Raises OurFailure when the chat cannot be read.
        """
        deadline = time.monotonic() + self._patience.settle
        while self._own is None and not self.history_gone:
            self._changed.clear()
            self._own = own_line(await self._look(), text)
            if self._own is None and time.monotonic() >= deadline:
                break
            await self._change(0.0 if self._own else 1.0)
        return self._own is not None

    async def recall(self, text: str) -> None:
        """Go back to our own message in a reopened chat; without it the conversation counts as gone."""
        self.history_gone = not await self.find_own_message(text)

    async def found(self, since: datetime) -> Observation:
        """Return `sent` for the own message that `find_own_message` has found; it was written after `since`."""
        if self._own is None:
            raise OurFailure("There is no message of our own in the chat.")
        lines, now = await self._look(), _now()
        return await self._sent(self._own, lines, min(since, now), now)

    # --- watching ---------------------------------------------------------------------------------------------

    async def transcript(self) -> list[Line]:
        """Read all messages that the chat shows, in order, without typing bubbles. Raises BrowserError."""
        locator = self._entrance.chat.locator(self._widget.messages.item)
        items = await within(
            self._patience.show, locator.evaluate_all(READ, self._widget.messages.model_dump())
        )
        return read_lines(items)

    async def watch(
        self, until: datetime, since: datetime | None = None
    ) -> AsyncGenerator[Observation, None]:
        """Yield what is said after our own message, each message once, up to `until`; what is there comes first.

        `since` is when the chat was last looked at: without a server's time, a message that is there already came
        after that. Yields `lost` and ends when the conversation is gone. Raises OurFailure when the page fails.
        """
        seen: set[str] = set()
        last_look = since or (self._own.at if self._own and self._own.at else None) or _now()
        gone_since: float | None = None
        while True:
            self._changed.clear()
            began, lines = _now(), await self._look()
            gone_since = (gone_since or time.monotonic()) if self._is_gone(lines) else None
            if gone_since and (self.history_gone or time.monotonic() - gone_since > self._patience.settle):
                yield await self._lost(last_look)
                return
            for kind, line in self._answers(lines):
                if line.id not in seen:
                    seen.add(line.id)
                    yield await self._reply(kind, line, last_look, lines)
            last_look = last_look if gone_since else began
            if (left := (until - _now()).total_seconds()) <= 0:
                return
            await self._change(min(self._patience.poll, left))

    def _answers(self, lines: Sequence[Line]) -> list[tuple[ObservationKind, Line]]:
        """List what others said after us; the bot's first words are its acknowledgement."""
        said = [line for line in only_after(self._own, lines) if line.role not in ("visitor", "system")]
        first = next((line for line in said if line.role == "bot"), None)
        return [(_kind(line, line is first), line) for line in said]

    async def _look(self) -> list[Line]:
        for attempt in range(MOST_FAILED_LOOKS):
            try:
                return await self.transcript()
            except BrowserError as error:
                if attempt == MOST_FAILED_LOOKS - 1 or self._page.is_closed():
                    sentence = f"The chat on {self._url} can no longer be observed: {first_line(error)}"
                    raise OurFailure(sentence, await pictures(self._page, "not-observed")) from error
            await self._change(self._patience.poll)
        raise OurFailure(f"The chat on {self._url} can no longer be observed.")

    def _is_gone(self, lines: Sequence[Line]) -> bool:
        """Tell whether our own message is missing, for good or while the page is being redrawn."""
        return self.history_gone or (self._own is not None and all(line.id != self._own.id for line in lines))

    async def _lost(self, earliest: datetime) -> Observation:
        latest = _now()
        return Observation(
            ObservationKind.LOST,
            min(earliest, latest),
            latest,
            source=OUR_CLOCK,
            key="lost",
            reasons=(f"The chat on {self._url} no longer shows the conversation that we had begun",),
            evidence=await pictures(self._page, "lost"),
        )

    async def _reply(
        self, kind: ObservationKind, line: Line, last_look: datetime, lines: Sequence[Line]
    ) -> Observation:
        now = _now()
        return Observation(
            kind,
            line.at or min(last_look, now),
            line.at or now,
            source=SERVER_TIME if line.at else OUR_CLOCK,
            key=line.id,
            text=line.text,
            role=line.role,
            author=line.author,
            reasons=(_reason(line),),
            details={"seen": now.isoformat()},
            evidence=await self._proof(kind.value, lines),
        )

    async def _change(self, seconds: float) -> None:
        """Wait until the page says that it changed, at most so long."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._changed.wait()
        except TimeoutError:
            return

    async def screenshot(self, name: str) -> Evidence | None:
        """Picture what the visitor sees, or None if the page no longer lets itself be pictured."""
        return await screenshot(self._page, name)

    async def _proof(self, name: str, lines: Sequence[Line]) -> tuple[Evidence, ...]:
        return (as_evidence(lines, name), *await pictures(self._page, name))


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


@asynccontextmanager
async def open_chat(
    browsers: Browsers,
    url: str,
    widget: Widget,
    persona: Persona,
    storage_state: State | None = None,
    patience: Patience | None = None,
) -> AsyncGenerator[ChatSession, None]:
    """Lend a chat on the page `url`, not yet opened: call `introduce` first. It closes with the context.

    With the `storage_state` of an earlier session the chat goes back to that conversation.
    """
    waits = patience or Patience()
    async with browsers.context(persona.language, persona.time_zone, storage_state) as context:
        page = await open_page(context)
        entrance = Entrance(page, url, widget, persona, waits)
        session = ChatSession(page, url, widget, entrance, waits, reopened=storage_state is not None)
        await session.listen()
        yield session
