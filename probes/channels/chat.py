"""Live chat: opens the company's chat as a visitor, says one thing, and watches who answers.

What the page shows is read by the widget's description in probes/widgets/. A message counts as sent when it stands
in the transcript; an answer has the chat server's own time wherever the widget shows one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Literal, cast

from probes.base import (
    JSON,
    Blocked,
    Equipment,
    Evidence,
    Message,
    NotSent,
    Observation,
    ObservationKind,
    OurFailure,
    SendUnknown,
)
from probes.browser import (
    BrowserError,
    Browsers,
    FrameLocator,
    Locator,
    Page,
    State,
    open_page,
    screenshot,
    within,
)
from probes.channels.transcript import READ, Line, as_evidence, only_after, own_line, read_lines
from probes.consent import expect_consent_banners
from probes.widgets.schema import Widget, load_widget

SHOW_SECONDS = 15.0
"""How long a part of the chat may take to appear."""
CLICK_SECONDS = 6.0
"""What one rung of the click ladder may take."""
CONFIRM_SECONDS = 30.0
"""How long our own message may take to stand in the transcript."""
SETTLE_SECONDS = 8.0
"""How long the messages of an earlier conversation may take to load."""
POLL_SECONDS = 3.0
"""The safety net under the page's own signals: how often to look although nothing seemed to change."""
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


@dataclass(frozen=True)
class Persona:
    """Who the visitor says to be."""

    name: str
    email: str
    language: str = "en"
    time_zone: str = "UTC"


class ChatSession:
    """One visitor's chat in one page. Get one from `open_chat`; every step raises a ProbeError with a picture."""

    def __init__(self, page: Page, url: str, widget: Widget, persona: Persona, reopened: bool) -> None:
        self._page, self._url, self._widget, self._persona = page, url, widget, persona
        self._chat: Page | FrameLocator = page.frame_locator(widget.frame).first if widget.frame else page
        self._changed = asyncio.Event()
        self._own: Line | None = None
        self._reopened = reopened
        self.history_gone = False
        """An earlier conversation was to be gone back to, and the chat knows nothing of it."""

    async def listen(self) -> None:
        """Have the page tell us of every change, in frames of other origins too. Call before it loads."""
        await self._page.expose_binding(SIGNAL, lambda _: self._changed.set())
        await self._page.add_init_script(OBSERVE)
        await expect_consent_banners(self._page, self._widget.consent)

    # --- the way in -------------------------------------------------------------------------------------------

    async def introduce(self) -> None:
        """Open the page and the chat, and say who is there; sends nothing. Raises NotSent or Blocked."""
        try:
            await self._load()
            await self._open_launcher()
            await self._pass_prechat()
        except BrowserError as error:
            raise await self._closed_way(f"could not be opened: {_first_line(error)}") from error

    async def _load(self) -> None:
        response = await self._page.goto(self._url, wait_until="domcontentloaded")
        if response and response.status >= 400:
            raise await self._closed_way(f"answered with status {response.status}", response.status)

    async def _open_launcher(self) -> None:
        """Click as a person would, then ever more bluntly, until the chat shows."""
        host = self._page.locator(self._widget.launcher.host).first
        await host.wait_for(state="attached")
        for click in self._rungs(host):
            if await self._opens(0.0):
                return
            try:
                await click(timeout=CLICK_SECONDS * 1000)
            except BrowserError:
                continue
            if await self._opens(CLICK_SECONDS):
                return
        raise BrowserError("the chat did not open, whatever was clicked")

    def _rungs(self, host: Locator) -> list[Callable[..., Awaitable[None]]]:
        bluntly = partial(host.dispatch_event, "click")
        if not self._widget.launcher.button:
            return [host.click, bluntly]
        button = host.get_by_role("button", name=self._widget.launcher.button).first
        return [button.click, host.click, partial(button.dispatch_event, "click"), bluntly]

    def _entrance(self) -> Locator:
        """What shows that the chat is open: the form before it, or the field to write in."""
        prechat = self._widget.prechat
        return self._composer().or_(self._button(prechat.submit)) if prechat else self._composer()

    async def _opens(self, seconds: float) -> bool:
        """Wait so long for the chat to open; once its frame is there, wait for what is in it, lest we close it."""
        frame = self._page.locator(self._widget.frame or "body").first
        if self._widget.frame and not await _shows(frame, seconds):
            return False
        return await _shows(self._entrance().first, SHOW_SECONDS if self._widget.frame else seconds)

    async def _pass_prechat(self) -> None:
        prechat = self._widget.prechat
        if prechat and await self._button(prechat.submit).is_visible():
            if self._reopened:
                self.history_gone = True
                return
            for field in prechat.fields:
                value = self._persona.name if field.value == "name" else self._persona.email
                await self._chat.get_by_label(field.label, exact=True).first.fill(value)
            await self._button(prechat.submit).click()
        await self._composer().wait_for(state="visible", timeout=SHOW_SECONDS * 1000)
        await self._settle()

    async def _settle(self) -> None:
        """Give the first messages time to load; a chat may also have none."""
        await _shows(self._chat.locator(self._widget.messages.item).first, SETTLE_SECONDS)

    def _composer(self) -> Locator:
        return self._chat.get_by_role("textbox", name=self._widget.composer.label, exact=True).first

    def _button(self, name: str) -> Locator:
        return self._chat.get_by_role("button", name=name, exact=True).first

    async def _closed_way(self, what: str, status: int = 0) -> NotSent | Blocked:
        """Tell a way that is closed to us from one that failed; nothing was sent either way."""
        sentence, evidence = f"The chat on {self._url} {what}.", await self._pictures("not-sent")
        kind = await self._obstacle(status)
        return Blocked(kind, sentence, evidence) if kind else NotSent(sentence, evidence)

    async def _obstacle(self, status: int) -> Literal["captcha", "login_wall", "blocked"] | None:
        if status in (401, 407):
            return "login_wall"
        try:
            if await self._page.locator(
                "iframe[src*='captcha' i], iframe[src*='challenges.' i]"
            ).first.is_visible():
                return "captcha"
            if await self._page.locator("input[type=password]").first.is_visible():
                return "login_wall"
        except BrowserError:
            return None
        return "blocked" if status in (403, 429) else None

    # --- saying something -------------------------------------------------------------------------------------

    async def state(self) -> State:
        """Return the browser's storage, with which the conversation can be reopened. Raises OurFailure."""
        try:
            return cast(
                "State", await within(SHOW_SECONDS, self._page.context.storage_state(indexed_db=True))
            )
        except BrowserError as error:
            raise OurFailure(f"The state of the chat could not be saved: {_first_line(error)}") from error

    async def send(self, text: str) -> Observation:
        """Send `text` once, and return `sent` when it stands in the transcript.

        Raises NotSent up to the click on the button, and SendUnknown from there on.
        """
        button = self._button(self._widget.composer.send)
        try:
            before = {line.id for line in await self.transcript() if line.role == "visitor"}
            await self._composer().fill(text)
            await button.click(trial=True)
        except BrowserError as error:
            raise await self._closed_way(f"did not take our message: {_first_line(error)}") from error
        earliest = _now()
        try:
            await button.click(no_wait_after=True)
            line = await self._confirm(text, before)
        except BrowserError as error:
            sentence = f"Nobody can tell whether the message on {self._url} was sent: {_first_line(error)}"
            raise SendUnknown(sentence, await self._pictures("send-unknown")) from error
        return await self._sent(line, earliest, _now())

    async def _confirm(self, text: str, before: set[str]) -> Line:
        deadline = time.monotonic() + CONFIRM_SECONDS
        while time.monotonic() < deadline:
            self._changed.clear()
            with suppress(BrowserError):  # a page that is just being redrawn
                fresh = [line for line in await self.transcript() if line.id not in before]
                if own := own_line(fresh, text):
                    return own
            await self._change(min(1.0, deadline - time.monotonic()))
        raise BrowserError("our own message did not appear in the transcript")

    async def _sent(self, own: Line, earliest: datetime, latest: datetime) -> Observation:
        self._own = own
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
            evidence=await self._proof("sent", await self.transcript()),
        )

    async def find_own_message(self, text: str) -> bool:
        """Tell whether `text` stands in the transcript as ours, after a crash for instance."""
        self._own = own_line(await self.transcript(), text)
        return self._own is not None

    async def recall(self, text: str) -> None:
        """Find our own message in a reopened chat; if it does not load within some seconds, the history is gone."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while self._own is None and not self.history_gone:
            self._changed.clear()
            self._own = own_line(await self._look(), text)
            self.history_gone = self._own is None and time.monotonic() >= deadline
            if self._own is None:
                await self._change(1.0)

    async def found(self, since: datetime) -> Observation:
        """Return `sent` for the own message that `find_own_message` has found; it was written after `since`."""
        if self._own is None:
            raise OurFailure("There is no message of our own in the chat.")
        return await self._sent(self._own, since, _now())

    # --- watching ---------------------------------------------------------------------------------------------

    async def transcript(self) -> list[Line]:
        """Read all messages that the chat shows, in order, without typing bubbles. Raises BrowserError."""
        locator = self._chat.locator(self._widget.messages.item)
        items = await within(SHOW_SECONDS, locator.evaluate_all(READ, self._widget.messages.model_dump()))
        return read_lines(items)

    async def watch(
        self, until: datetime, since: datetime | None = None
    ) -> AsyncGenerator[Observation, None]:
        """Yield what is said after our own message, each message once, up to `until`; what is there comes first.

        `since` is when the chat was last looked at: without a server's time, a message that is there already came
        after that. Yields `lost` and ends when the conversation is gone. Raises OurFailure when the page fails.
        """
        seen: set[str] = set()
        acknowledged = False
        last_look = since or (self._own.at if self._own and self._own.at else None) or _now()
        while True:
            self._changed.clear()
            began = _now()
            lines = await self._look()
            if self._is_lost(lines):
                yield await self._lost(last_look)
                return
            for line in only_after(self._own, lines):
                if line.id in seen or line.role in ("visitor", "system"):
                    continue
                seen.add(line.id)
                kind = _kind(line, acknowledged)
                acknowledged = acknowledged or kind is ObservationKind.ACKNOWLEDGED
                yield await self._reply(kind, line, last_look, lines)
            last_look = began
            if (left := (until - _now()).total_seconds()) <= 0:
                return
            await self._change(min(POLL_SECONDS, left))

    async def _look(self) -> list[Line]:
        for attempt in range(MOST_FAILED_LOOKS):
            try:
                return await self.transcript()
            except BrowserError as error:
                if attempt == MOST_FAILED_LOOKS - 1 or self._page.is_closed():
                    sentence = f"The chat on {self._url} can no longer be observed: {_first_line(error)}"
                    raise OurFailure(sentence, await self._pictures("not-observed")) from error
            await self._change(POLL_SECONDS)
        raise OurFailure(f"The chat on {self._url} can no longer be observed.")

    def _is_lost(self, lines: Sequence[Line]) -> bool:
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
            evidence=await self._pictures("lost"),
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

    # --- evidence ---------------------------------------------------------------------------------------------

    async def screenshot(self, name: str) -> Evidence | None:
        """Picture what the visitor sees, or None if the page no longer lets itself be pictured."""
        return await screenshot(self._page, name)

    async def _pictures(self, name: str) -> tuple[Evidence, ...]:
        picture = await self.screenshot(name)
        return (picture,) if picture else ()

    async def _proof(self, name: str, lines: Sequence[Line]) -> tuple[Evidence, ...]:
        return (as_evidence(lines, name), *await self._pictures(name))


async def _shows(locator: Locator, seconds: float) -> bool:
    if seconds <= 0:
        return await locator.is_visible()
    try:
        await locator.wait_for(state="visible", timeout=seconds * 1000)
    except BrowserError:
        return False
    return True


def _kind(line: Line, acknowledged: bool) -> ObservationKind:
    if line.role == "person":
        return ObservationKind.HUMAN_REPLY
    if line.role == "bot":
        return ObservationKind.BOT_MESSAGE if acknowledged else ObservationKind.ACKNOWLEDGED
    return ObservationKind.UNCERTAIN_REPLY


def _reason(line: Line) -> str:
    said = {
        "person": "The chat shows this as written by a person",
        "bot": "The chat shows this as written by a bot",
    }
    return said.get(line.role, "The chat does not show who wrote this") + (
        f": {line.author}" if line.author else ""
    )


def _first_line(error: BrowserError) -> str:
    return error.message.strip().splitlines()[0] if error.message.strip() else "no reason given"


def _now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_chat(
    browsers: Browsers, url: str, widget: Widget, persona: Persona, storage_state: State | None = None
) -> AsyncGenerator[ChatSession, None]:
    """Lend a chat on the page `url`, not yet opened: call `introduce` first. It closes with the context.

    With the `storage_state` of an earlier session the chat goes back to that conversation.
    """
    async with browsers.context(persona.language, persona.time_zone, storage_state) as context:
        page = await open_page(context)
        session = ChatSession(page, url, widget, persona, reopened=storage_state is not None)
        await session.listen()
        yield session


class ChatAttempt:
    """A probe by chat, as the runner drives it (see `probes.base.Attempt`)."""

    def __init__(self, session: ChatSession, message: Message) -> None:
        self.session, self._message = session, message

    async def prepare(self) -> Sequence[Observation]:
        """Open the chat and say who is there."""
        await self.session.introduce()
        return ()

    async def state(self) -> Mapping[str, JSON]:
        """Return the browser's storage."""
        return await self.session.state()

    async def send(self) -> Observation:
        """Send the message and see it in the transcript."""
        return await self.session.send(self._message.text)

    async def find_sent(self, since: datetime) -> Observation | None:
        """Look for the message in the reopened chat."""
        if self.session.history_gone:
            raise OurFailure(
                "The chat no longer knows our conversation, so nobody can tell whether we wrote in it."
            )
        try:
            there = await self.session.find_own_message(self._message.text)
        except BrowserError as error:
            raise OurFailure(f"The chat could not be read: {_first_line(error)}") from error
        return await self.session.found(since) if there else None

    async def watch(
        self, until: datetime, since: datetime | None = None
    ) -> AsyncGenerator[Observation, None]:
        """Yield what is answered; in a reopened chat, find our own message first."""
        await self.session.recall(self._message.text)
        async for observation in self.session.watch(until, since):
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
    persona = Persona(message.persona_name, message.from_address, message.language, message.time_zone)
    async with open_chat(
        equipment.browsers, message.url, load_widget(message.widget), persona, state
    ) as session:
        yield ChatAttempt(session, message)
