"""One visitor's chat: says one thing, and can be left and gone back to.

A message counts as sent when it stands in the transcript, or when the form for those who find nobody there has
taken it. `watch.Watch` sees who answers.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, cast

from probes.base import (
    JSON,
    OUR_CLOCK,
    Deferred,
    Fact,
    FactKind,
    OurFailure,
    ProbeError,
    Proof,
    SendUnknown,
)
from probes.browser.browsers import (
    BrowserContext,
    BrowserError,
    Browsers,
    Page,
    State,
    first_line,
    open_page,
    pictures,
    screenshot,
    within,
)
from probes.browser.profile import Profile, open_profile
from probes.browser.trace import traced
from probes.channel import Begin, unrecorded
from probes.channels.chat.browser_storage import Storage
from probes.channels.chat.confirming import Confirmation
from probes.channels.chat.conversation import Conversation
from probes.channels.chat.entrance import Entrance, Way
from probes.channels.chat.generic_selectors import teach
from probes.channels.chat.leave_address import AddressQuestion, left_in_form
from probes.channels.chat.shown_times import Span
from probes.channels.chat.signals import Changes
from probes.channels.chat.storage import restore_tab, tab_storage
from probes.channels.chat.timestamps import SERVER_TIME
from probes.channels.chat.transcript import Line
from probes.channels.chat.visitor import Patience, Visitor
from probes.channels.chat.writing import ready_to_send
from probes.widgets.files import AUTO, load_widget, widget_names
from probes.widgets.schema import Widget


class ChatSession:
    """One visitor's chat in one page or window. Get one from `open_chat`; every step raises a ProbeError with a picture."""

    def __init__(
        self,
        page: Page,
        url: str,
        entrance: Entrance,
        patience: Patience,
        changes: Changes,
        kept: State | None,
        profile: Profile | None = None,
    ) -> None:
        self._page, self.url, self.patience, self.changes = page, url, patience, changes
        self.entrance, self._profile = entrance, profile
        self.reopened = kept is not None
        self.opened_at = now()
        self._kept: Mapping[str, Any] = cast("Mapping[str, Any]", (kept or {}).get("chat") or {})
        self.conversation = Conversation(entrance, url, self._kept)
        self.sent = _span(self._kept.get("sent"))
        """From when to when our message was sent, by our clock; None before, and where a crash left it unknown."""
        self.offline = bool(self._kept.get("offline"))
        """The message was left in a form, because nobody was there: answers come by mail."""
        self.address = AddressQuestion(entrance, bool(self._kept.get("address_left")))
        self.remarks: list[Fact] = []
        """What happened besides and was not told of yet."""
        self.history_gone = False
        """An earlier conversation was to be gone back to, and the chat knows nothing of it."""
        self._storage = Storage(page.context, kept)

    @property
    def page(self) -> Page:
        """The page, or the window of its own, that the chat stands in."""
        return self.entrance.view

    async def listen(self) -> None:
        """Have the page tell us of every change, in frames of other origins too. Call before it loads."""
        try:
            await self.changes.listen(self._page)
            await restore_tab(self._page, self._kept.get("tab"))
        except BrowserError as error:
            raise OurFailure(f"The browser could not be made ready: {first_line(error)}") from error

    async def introduce(self) -> None:
        """Open the page and the chat, and say who is there; sends nothing. Raises NotSent or Blocked.

        A reopened chat that asks anew who is there has forgotten the conversation; none is begun then.
        """
        if not self.offline:
            await self._pass_through(self.reopened)

    async def go_back(self) -> None:
        """Load the page again after it went elsewhere by itself. Raises NotSent or Blocked."""
        await self._pass_through(reopened=True)

    async def _pass_through(self, reopened: bool) -> None:
        async with traced(self.page, "opening"):
            forgotten = await self.entrance.pass_through(reopened) is Way.FORGOTTEN
            self.history_gone = forgotten and not await self._shows_our_words()

    async def _shows_our_words(self) -> bool:
        with suppress(BrowserError):
            return self.conversation.own_among(await self.conversation.read()) is not None
        return False

    async def state(self) -> State:
        """Return what the chat can be gone back to with: the browser's storage, and how we said it. Raises OurFailure."""
        try:
            context, profile = self._page.context, self._profile
            # What is in IndexedDB lies in the profile, if there is one.
            taking = context.storage_state() if profile else self._storage.taken()
            stored = await within(self.patience.show, cast("Awaitable[State]", taking))
            tab = await tab_storage(context.pages) if self.entrance.widget.browser != "storage" else None
            packed = await profile.packed() if profile else None
        except BrowserError as error:
            raise OurFailure(f"The state of the chat could not be saved: {first_line(error)}") from error
        chat: dict[str, JSON] = {
            "adapter": self.entrance.adapter,
            "offline": self.offline,
            "address_left": self.address.answered,
            "sent": [at.isoformat() for at in self.sent or ()],
            **self.conversation.as_json(),
        }
        more: dict[str, JSON] = {"tab": tab, "profile": packed}
        return {**stored, "chat": chat | {key: part for key, part in more.items() if part}}

    # --- sending ----------------------------------------------------------------------------------------------

    async def send(self, text: str, begin: Begin = unrecorded) -> Fact:
        """Send `text` once, and return `sent` when it stands in the transcript or a form has taken it.

        `begin` is awaited when the text has been typed and all that is left is the click. Raises NotSent up to the click on the button (Deferred if our browser died), and SendUnknown from there on.
        """
        async with traced(self.page, "sending"):
            return await self._send(text, begin)

    async def _send(self, text: str, begin: Begin) -> Fact:
        self.conversation.text = text
        try:
            await self.conversation.note_earlier()
            press = await ready_to_send(self.entrance, text)
        except BrowserError as error:
            raise await self._not_taken(first_line(error)) from error
        await begin()
        try:
            with suppress(BrowserError):  # what came while we typed was there before our click, too
                await self.conversation.note_earlier()
            earliest = now()
            await press()
            if self.entrance.way is Way.OFFLINE:
                sent = await left_in_form(self.entrance, text, earliest)
                self.offline = not await self.entrance.opens_after_all()
                if self.offline:
                    return sent
                await (await ready_to_send(self.entrance, text))()
            own, lines, latest = await Confirmation(self.conversation, self.answer_for_address).sent()
        except BrowserError as error:
            sentence = f"Nobody can tell whether the message on {self.url} was sent: {first_line(error)}"
            raise SendUnknown(sentence, await pictures(self.page, "send-unknown")) from error
        self.conversation.own, self.sent = own, (earliest, latest)
        return await self._sent(own, lines, *self.sent)

    async def _not_taken(self, why: str) -> ProbeError:
        if self.page.is_closed() or self.changes.crashed:  # ours, and nobody took anything: try again later
            return Deferred(f"The browser died before the message on {self.url} was sent: {why}.")
        return await self.entrance.closed_way(f"did not take our message: {why}")

    async def _sent(self, own: Line, lines: Sequence[Line], earliest: datetime, latest: datetime) -> Fact:
        return Fact(
            FactKind.SENT,
            own.at or earliest,
            own.at or latest,
            source=SERVER_TIME if own.at else OUR_CLOCK,
            key=own.id,
            text=own.text,
            role="visitor",
            author=own.author,
            details={
                OUR_CLOCK: [earliest.isoformat(), latest.isoformat()],
                "widget": self.entrance.adapter,
            },
            evidence=await self.conversation.proof("sent", lines),
        )

    # --- finding our own words again --------------------------------------------------------------------------

    async def find_own_message(self, text: str) -> bool:
        """Tell whether `text` stands in the transcript as ours, giving an earlier conversation time to load.

        Raises OurFailure when the chat cannot be read.
        """
        chat = self.conversation
        chat.text, deadline = text, time.monotonic() + self.patience.settle
        while chat.own is None and not self.history_gone:
            self.changes.clear()
            chat.own = chat.own_among(await chat.look())
            if chat.own is None and time.monotonic() >= deadline:
                break
            await self.changes.wait(0.0 if chat.own else 1.0)
        return chat.own is not None

    async def recall(self, text: str) -> None:
        """Go back to our own message in a reopened chat; without it the conversation counts as gone."""
        if not self.offline:
            self.history_gone = not await self.find_own_message(text)

    async def found(self, since: datetime) -> Fact:
        """Return `sent` for the own message that `find_own_message` has found; it was written after `since`."""
        if self.conversation.own is None:
            raise OurFailure("There is no message of our own in the chat.")
        lines, at = await self.conversation.look(), now()
        return await self._sent(self.conversation.own, lines, min(since, at), at)

    async def answer_for_address(self) -> None:
        """Leave our address where the chat asks for one after our message; that is among the `remarks` then."""
        if left := await self.address.answer():
            self.remarks.append(left)

    async def screenshot(self, name: str) -> Proof | None:
        """Picture what the visitor sees, or None if the page no longer lets itself be pictured."""
        return await screenshot(self.page, name)


def _span(kept: object) -> Span | None:
    """Read the two ends of an interval as the state keeps them."""
    ends = [datetime.fromisoformat(str(end)) for end in kept] if isinstance(kept, list) else []
    return (ends[0], ends[1]) if len(ends) == 2 else None


def now() -> datetime:
    """The time on this machine's clock."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_chat(
    browsers: Browsers,
    url: str,
    widget: str | Widget,
    visitor: Visitor,
    state: State | None = None,
    patience: Patience | None = None,
) -> AsyncGenerator[ChatSession, None]:
    """Lend a chat on the page `url`, not yet opened: call `introduce` first. It closes with the context.

    `widget` is a file's name, `auto` or a description. With the `state` of an earlier session the chat goes back to
    that conversation, by the widget that was found then. Raises OurFailure.
    """
    waits, changes = patience or Patience(), Changes(same_clock=not browsers.elsewhere)
    named = _adapter_of(state) if widget == AUTO else widget
    chosen = load_widget(named) if isinstance(named, str) and named != AUTO else named
    await teach(browsers)
    async with _lent(browsers, chosen, visitor, state) as (context, profile):
        page = await open_page(context)
        adapter = named if isinstance(named, str) else named.name
        entrance = Entrance(page, url, chosen, visitor, waits, changes, adapter)
        session = ChatSession(page, url, entrance, waits, changes, state, profile)
        await session.listen()
        yield session


@asynccontextmanager
async def _lent(
    browsers: Browsers, widget: str | Widget, visitor: Visitor, state: State | None
) -> AsyncGenerator[tuple[BrowserContext, Profile | None], None]:
    if isinstance(widget, Widget) and widget.browser == "profile":
        async with open_profile(browsers, visitor.language, visitor.time_zone, state) as lent:
            yield lent
        return
    storage = {key: part for key, part in state.items() if key != "chat"} if state is not None else None
    async with browsers.context(visitor.language, visitor.time_zone, storage) as context:
        yield context, None


def _adapter_of(state: State | None) -> str:
    """Return the file's name of the widget that was found earlier, or `auto`: then it is found out again."""
    chat = (state or {}).get("chat")
    found = str(chat.get("adapter", "")) if isinstance(chat, Mapping) else ""
    return found if found in widget_names() else AUTO
