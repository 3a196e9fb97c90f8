"""Contact form: fills in the company's form as a customer would, sends it once, and looks for a sign that it was taken.

The answers come by mail, to the address that is this probe's alone. So does the proof after a crash: a form keeps no
copy, and only a mail to that address shows that the message had left.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

from probes.base import (
    JSON,
    OUR_CLOCK,
    Blocked,
    Fact,
    FactKind,
    Message,
    NotSent,
    OurFailure,
    ProbeError,
    Proof,
    SendUnknown,
)
from probes.browser.activity import Activity
from probes.browser.browsers import BrowserError, Page, State, first_line, open_page, screenshot
from probes.browser.consent import dismiss_consent_banner, expect_consent_banners
from probes.browser.trace import start_trace, stop_trace
from probes.browser.visiting import our_doing, visit
from probes.channel import Begin, Equipment, unrecorded
from probes.channels.contact_form.confirm_dialog import yes_in_a_box
from probes.channels.contact_form.entrance import come_to_the_form
from probes.channels.contact_form.fields import Reader
from probes.channels.contact_form.filling import MOST_STEPS, Filler
from probes.channels.contact_form.obstacles import closed_page, refusal
from probes.channels.contact_form.outcome import (
    PROOFS,
    Network,
    Pressed,
    SendOutcome,
    answering,
    as_pressed,
    insisted_on,
    may_be_corrected,
    outcome_of,
)
from probes.channels.contact_form.parts import confirmation, contact_form, ways_from
from probes.channels.contact_form.persona import answers_for
from probes.channels.contact_form.scan import OPEN_ROOTS, Button, Field, Look, look_at
from probes.channels.contact_form.timeouts import FormTimeouts
from probes.forms.mapping import Mapping as FormMapping
from probes.forms.mapping import load_mapping, parse_mapping
from probes.forms.words import languages_for, words_of

LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class OpenForm:
    """The page, what it does, and who fills it in."""

    page: Page
    activity: Activity
    filler: Filler


class ContactFormAttempt:
    """A probe by contact form, as the runner drives it (see `probes.channel.Attempt`)."""

    def __init__(
        self,
        equipment: Equipment,
        message: Message,
        mapping: FormMapping,
        timeouts: FormTimeouts,
        stack: AsyncExitStack,
    ) -> None:
        self._equipment, self._message, self._mapping = equipment, message, mapping
        self._timeouts, self._stack = timeouts, stack
        self._form: OpenForm | None = None
        self._pressed: Pressed | None = None
        self._pressed_at: datetime | None = None
        self._refused_with: frozenset[str] = frozenset()
        self.pictures: tuple[Proof, ...] = ()
        """What the page looked like, filled in, before it was sent."""

    @property
    def filled(self) -> Mapping[str, str]:
        """Which field got what."""
        return self._form.filler.filled if self._form else {}

    async def prepare(self) -> Sequence[Fact]:
        """Open the page and fill in everything, up to the button that sends. Raises NotSent or Blocked."""
        form = await self._open()
        async with self._proving("not-sent"):
            await self._load(form)
            await form.filler.complete()
        self.pictures = await _picture(form.page, "filled-in")
        return ()

    async def _open(self) -> OpenForm:
        message = self._message
        context = await self._stack.enter_async_context(
            self._equipment.browsers.context(message.language, message.time_zone)
        )
        page = await open_page(context, lambda: self._form is not None and self._form.activity.pressed)
        await page.add_init_script(OPEN_ROOTS)
        await start_trace(page)
        words = [words_of(tag) for tag in languages_for(message.language)]
        today = datetime.now(UTC).astimezone(ZoneInfo(message.time_zone)).date()
        reader = Reader(words, answers_for(message, words[0], today), self._mapping)
        activity = Activity(page)
        self._form = OpenForm(page, activity, Filler(page, activity, reader, self._timeouts))
        return self._form

    async def _load(self, form: OpenForm) -> None:
        await expect_consent_banners(form.page)
        response = await visit(form.page, self._message.url)
        status = response.status if response else 0
        if closed := refusal(self._message.url, status):
            raise closed
        await form.activity.settle(self._timeouts.settle)
        if status >= 400:
            raise await self._out_of_order(form, status)
        await dismiss_consent_banner(form.page)
        await come_to_the_form(form.page, form.activity, form.filler.reader, self._timeouts)

    async def _out_of_order(self, form: OpenForm, status: int) -> ProbeError:
        """Tell a page that turns us away with a server's error, as some guards do, from one that is out of order."""
        look = await look_at(form.page)
        await look.release()
        said = f"The contact form on {self._message.url} answered with status {status}"
        if closed := closed_page(look.snapshot, form.filler.reader.words):
            return Blocked(closed[0], f"{said} and {closed[1]}.")
        return NotSent(f"{said}.")

    @asynccontextmanager
    async def _proving(self, name: str) -> AsyncGenerator[None, None]:
        """Give whatever fails here a picture and a trace; a browser's own error means that nothing was sent."""
        try:
            yield
        except BrowserError as error:
            sentence = f"The contact form on {self._message.url} could not be filled in: {first_line(error)}."
            raise NotSent(f"{sentence} {self._our_doing()}".strip(), await self._evidence(name)) from error
        except (NotSent, SendUnknown) as error:
            sentence = f"{error} {self._our_doing()}".strip()
            raise type(error)(sentence, (*error.evidence, *await self._evidence(name))) from error
        except ProbeError as error:
            error.evidence = (*error.evidence, *await self._evidence(name))
            raise

    def _our_doing(self) -> str:
        return our_doing(self._form.page) if self._form else ""

    async def _evidence(self, name: str) -> tuple[Proof, ...]:
        if self._form is None:
            return self.pictures
        trace = await stop_trace(self._form.page, name)
        after = await _picture(self._form.page, name)
        return (*self.pictures, *after, *((trace,) if trace else ()))

    async def state(self) -> Mapping[str, JSON]:
        """Return what was filled in; nothing is needed to come back, for answers and proof come by mail."""
        return {"url": self._message.url, "filled": dict(self.filled)}

    async def send(self, begin: Begin = unrecorded) -> Fact:
        """Press the button once, after `begin`, and return `sent` when the page shows a sign that the message was taken.

        What sends is pressed a second time only if the first press provably sent nothing (no request left, or the
        site refused it and named the fields that are wrong); what leads to another step, and the yes in
        a box that asks, are not pressed twice. Raises NotSent with the site's words, Blocked, or SendUnknown when
        nothing tells.
        """
        if self._form is None:
            raise NotSent("The contact form was not filled in, so nothing was sent.")
        async with self._proving("not-sent"):
            outcome = await self._lead_to_the_end(self._form, await self._press(self._form, begin))
            if may_be_corrected(outcome, _network(self._form.activity)):
                outcome = await self._correct(self._form, outcome)
            return await self._concluded(self._form, outcome)

    async def _lead_to_the_end(self, form: OpenForm, outcome: SendOutcome) -> SendOutcome:
        """Take the steps that turn out to follow, and say yes once to a box that asks before anything has left."""
        for _ in range(MOST_STEPS):
            if outcome.sign not in ("step", "box"):
                break
            try:
                if outcome.sign == "step":
                    await form.filler.complete()
                outcome = await self._press(form, unrecorded, box=outcome.sign == "box")
            except (NotSent, BrowserError) as error:
                if form.activity.ever_left:
                    why = first_line(error) if isinstance(error, BrowserError) else str(error)
                    raise await self._unknown(f"it asked for more after something had left. {why}") from error
                raise
        return outcome

    async def _correct(self, form: OpenForm, refused: SendOutcome) -> SendOutcome:
        """Fill in what the site turned out to insist on, and press again; without anything to add, let it be."""
        assert self._pressed is not None  # noqa: S101 -- for the type checker: it has just been pressed
        before = dict(form.filler.filled)
        self._refused_with = refused.lines
        form.filler.insisted |= insisted_on(refused, self._pressed.form)
        try:
            await form.filler.complete()
        except ProbeError:
            return refused
        if form.filler.filled == before:
            return refused
        return await self._lead_to_the_end(form, await self._press(form, unrecorded))

    async def _press(self, form: OpenForm, begin: Begin, *, box: bool = False) -> SendOutcome:
        """Press the button and watch what the page makes of it, until there is a sign or the time is up."""
        look = await look_at(form.page)
        try:
            press = await (self._yes(form, look) if box else self._trigger(form, look))
            await begin()
            form.activity.note_from_now((*self._ours(), *form.filler.filled.values()))
            self._pressed_at = datetime.now(UTC)
        finally:
            await look.release()
        try:
            # From here on nothing may be taken for "not sent" but by what the page and the network show.
            with suppress(BrowserError):
                await press()
            return await self._sign(form)
        except BrowserError as error:
            raise await self._unknown(first_line(error)) from error

    def _ours(self) -> tuple[str, ...]:
        return self._message.from_address, self._message.text

    async def _trigger(self, form: OpenForm, look: Look) -> Callable[[], Awaitable[None]]:
        """Find what sends the form, see that it can be pressed, and return what presses it."""
        reader = form.filler.reader
        found = contact_form(look.snapshot, reader, form.filler.place) or confirmation(look.snapshot, reader)
        ways = ways_from(look.snapshot, found, reader) if found else None
        if found is None or ways is None or ways.to_send is None:
            raise NotSent(f"The contact form on {self._message.url} vanished before it was sent.")
        leads_on = ways.to_send is ways.onwards
        self._pressed = as_pressed(
            look.snapshot, found, self._message.text, leads_on=leads_on, repeated=self._refused_with
        )
        return await self._pressing(look, ways.to_send)

    async def _yes(self, form: OpenForm, look: Look) -> Callable[[], Awaitable[None]]:
        """Find the yes of the box that asks; it is left alone if something has left after all."""
        assert self._pressed is not None  # noqa: S101 -- for the type checker: a box follows a press
        before, words = self._pressed, form.filler.reader.words
        button = yes_in_a_box(look.snapshot, before.snapshot, before.form.place, words)
        if button is None:
            raise NotSent(f"The box that asked before sending on {self._message.url} vanished.")
        press = await self._pressing(look, button)
        if form.activity.left:
            raise NotSent("something left before we could say yes to the box that asks whether to send")
        self._pressed = answering(before, look.snapshot)
        return press

    async def _pressing(self, look: Look, pressable: Button | Field) -> Callable[[], Awaitable[None]]:
        limit = self._timeouts.click * 1000
        element = await look.element(pressable)
        if isinstance(pressable, Button):
            # What lies under something that will not go away can still be reached with the keyboard.
            with suppress(BrowserError):
                await element.click(trial=True, timeout=limit)
                return partial(element.click, no_wait_after=True, timeout=limit)
        return partial(element.press, "Enter", no_wait_after=True, timeout=limit)

    async def _sign(self, form: OpenForm) -> SendOutcome:
        deadline, first_seen = time.monotonic() + self._timeouts.confirm, 0.0
        seen = SendOutcome("none")
        while time.monotonic() < deadline:
            now = await self._look(form)
            if now.sign != seen.sign:
                first_seen = time.monotonic()
            seen = now
            steady = time.monotonic() - first_seen >= self._timeouts.steady
            if now.sign in ("message", "captcha") or (now.sign != "none" and steady):
                return now
            if form.activity.refused_with in (401, 403, 407, 429):
                return now
            await asyncio.sleep(LOOK_SECONDS)
        return SendOutcome("none")

    async def _look(self, form: OpenForm) -> SendOutcome:
        assert self._pressed is not None  # noqa: S101 -- for the type checker: looks follow a press
        try:
            look = await look_at(form.page)
        except BrowserError:  # a page that is just being left
            return SendOutcome("none")
        await look.release()
        return outcome_of(look.snapshot, self._pressed, _network(form.activity), form.filler.reader)

    async def _concluded(self, form: OpenForm, outcome: SendOutcome) -> Fact:
        where = f"the contact form on {self._message.url}"
        if outcome.sent:
            return await self._sent(form, outcome)
        if outcome.sign == "captcha":
            raise Blocked(
                "captcha", f"After the button was pressed, {where} wanted a captcha ({outcome.words})."
            )
        if closed := refusal(self._message.url, form.activity.refused_with):
            raise closed
        if outcome.sign == "refused":
            raise NotSent(f"Not sent: {where} says: {outcome.words}")
        if not form.activity.left:
            raise NotSent(f"Not sent: nothing left the browser when the button of {where} was pressed.")
        raise await self._unknown("it showed no sign that the message was taken")

    async def _unknown(self, why: str) -> SendUnknown:
        return SendUnknown(f"Nobody can tell whether the form on {self._message.url} was sent: {why}.")

    async def _sent(self, form: OpenForm, outcome: SendOutcome) -> Fact:
        now = datetime.now(UTC)
        return Fact(
            FactKind.SENT,
            self._pressed_at or now,
            now,
            source=OUR_CLOCK,
            key=f"form:{self._message.token}",
            text=self._message.text,
            role="visitor",
            reasons=(f"{PROOFS[outcome.sign]}: {outcome.words}",),
            details={"url": form.page.url, "sign": outcome.sign, "filled": dict(form.filler.filled)},
            evidence=(*self.pictures, *await _picture(form.page, "sent")),
        )

    async def find_sent(self, since: datetime) -> Fact | None:
        """Look once more at a page that is still open; else only a mail to the probe's own address can tell.

        Raises OurFailure when the page is gone: a form keeps no copy, so its absence proves nothing.
        """
        if self._form is None or self._pressed_at is None:
            raise OurFailure(
                f"A contact form keeps no copy: only a mail to {self._message.from_address} can show that it was sent."
            )
        outcome = await self._look(self._form)
        return await self._sent(self._form, outcome) if outcome.sent else None

    async def watch(self, until: datetime, since: datetime | None = None) -> AsyncGenerator[Fact, None]:
        """End at once: answers come to the mailbox, which is read for all probes together."""
        answers: tuple[Fact, ...] = ()
        for answer in answers:
            yield answer


def _network(activity: Activity) -> Network:
    return Network(
        activity.left,
        activity.taken,
        activity.refused_with,
        activity.busy,
        tuple(activity.said),
        tuple(activity.answers),
        activity.ever_left,
    )


async def _picture(page: Page, name: str) -> tuple[Proof, ...]:
    picture = await screenshot(page, name)
    return (picture,) if picture else ()


class ContactForm:
    """The channel."""

    answers_come_to: Literal["mailbox", "session"] = "mailbox"

    def open(
        self, equipment: Equipment, message: Message, state: State | None = None
    ) -> AbstractAsyncContextManager[ContactFormAttempt]:
        """Open an attempt; the browser starts with `prepare`. Raises OurFailure for a mapping that cannot be used."""
        written = message.form_mapping
        mapping = parse_mapping(written, "the touchpoint") if written else load_mapping(message.widget)
        return open_form(equipment, message, mapping)


@asynccontextmanager
async def open_form(
    equipment: Equipment,
    message: Message,
    mapping: FormMapping,
    timeouts: FormTimeouts | None = None,
) -> AsyncGenerator[ContactFormAttempt, None]:
    """Open an attempt with a mapping at hand, and close its page afterwards."""
    async with AsyncExitStack() as stack:
        yield ContactFormAttempt(equipment, message, mapping, timeouts or FormTimeouts(), stack)
