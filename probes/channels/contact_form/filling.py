"""Fills a contact form in, step by step, up to the button that sends it, and presses nothing that sends."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from probes.base import Blocked, NotSent
from probes.browser.activity import Activity
from probes.browser.browsers import BrowserError, ElementHandle, Page
from probes.channels.contact_form.controls import Controls, out_of_reach
from probes.channels.contact_form.fields import Entry, Reader
from probes.channels.contact_form.obstacles import captcha_in, closed_page
from probes.channels.contact_form.parts import (
    ContactForm,
    Ways,
    confirmation,
    contact_form,
    sends_later,
    ways_from,
)
from probes.channels.contact_form.scan import Button, Field, FrameAndForm, Look, Snapshot, look_at
from probes.channels.contact_form.timeouts import FormTimeouts

TYPED = ("text", "email", "textarea")
MOST_STEPS = 25
"""Pages or parts of one form, each with a button that leads on."""
MOST_LOOKS = 40
"""Looks at one page, since what is chosen there may bring more fields."""
WAITS_FOR_MORE = 3
"""How often, in one step, is waited for a button that cannot be pressed yet, as some forms check what was typed first, and for the
message's field, as some add it after a choice."""
LOOK_MS = 300.0
TRIES = 4
"""How often one field is filled in, or as often as there are notations, before it is left as the site wants it."""


@dataclass
class Filler:
    """Fills in one page's form; `filled` tells which field got what, `meanings` what was asked for."""

    page: Page
    activity: Activity
    reader: Reader
    timeouts: FormTimeouts
    filled: dict[str, str] = field(default_factory=dict)
    meanings: set[str] = field(default_factory=set)
    insisted: set[str] = field(default_factory=set)
    """Names of fields that the form has turned out to insist on."""
    place: FrameAndForm | None = None
    """Where the form is, once it was found: from then on a lone question there belongs to it."""
    _told: bool = False
    """Whether an earlier step has taken the message."""
    _corrected: set[tuple[str, str, int]] = field(default_factory=set)
    _tries: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    async def complete(self) -> None:
        """Go through all steps, up to what sends the form or may send it. Raises NotSent, Blocked or BrowserError."""
        for _ in range(MOST_STEPS):
            look, form, ways = await self._fill_in()
            try:
                self._expect_whole(form)
                if ways.onwards is None or self._may_send(look.snapshot, form, ways):
                    self._expect_ready(form, ways)
                    return
                await self._go_on(look, ways.onwards)
            finally:
                await look.release()
            await self._expect_progress(form)
            self._told = "message" in self.meanings
            self._tries.clear()
        raise NotSent(f"The contact form on {self.page.url} has no end: {MOST_STEPS} steps were not enough.")

    async def _fill_in(self) -> tuple[Look, ContactForm, Ways]:
        """Fill in what shows of a step, and wait for its button."""
        for wait in range(WAITS_FOR_MORE + 1):
            look, form = await self._fill_step()
            ways = ways_from(look.snapshot, form, self.reader)
            early = "message" not in self.meanings or (ways.send is not None and not ways.send.enabled)
            if not early or isinstance(ways.onwards, Button) or wait == WAITS_FOR_MORE:
                break
            await look.release()
            await self.page.wait_for_timeout(self.timeouts.steady * 1000)
        return look, form, ways

    def _may_send(self, snapshot: Snapshot, form: ContactForm, ways: Ways) -> bool:
        """Tell whether what comes next sends, or may: once the form has all that makes a message, "next" may be the end."""
        if ways.send is not None and ways.send.enabled:
            return "message" in self.meanings
        return self.meanings >= {"message", "email"} and not sends_later(snapshot, form, self.reader.words)

    async def _go_on(self, look: Look, onwards: Button | Field) -> None:
        element, limit = await look.element(onwards), self.timeouts.click * 1000
        await (
            element.click(timeout=limit)
            if isinstance(onwards, Button)
            else element.press("Enter", timeout=limit)
        )
        await self.activity.settle(self.timeouts.settle)

    def _expect_ready(self, form: ContactForm, ways: Ways) -> None:
        where = f"The contact form on {self.page.url}"
        if "message" not in self.meanings:
            raise NotSent(f"{where} has no field for a message that we could find.")
        if "email" not in self.meanings:
            raise NotSent(f"{where} asks for no e-mail address, so no answer could reach us.")
        wrong = [each for each in form.fields if each.visible and each.enabled and not each.valid]
        if wrong:
            raise NotSent(f"{where} objects to “{wrong[0].name}”: {wrong[0].objection}")
        if ways.to_send is None or not ways.to_send.enabled:
            raise NotSent(f"{where} has no button to send it with that we could find and press.")

    def _expect_whole(self, form: ContactForm) -> None:
        reader = self.reader.within(form.fields)
        for each in form.fields:
            self._expect_our_words(each, reader)

    def _expect_our_words(self, each: Field, reader: Reader) -> None:
        """Refuse to send a message or an address that the page has shortened or changed."""
        meaning = reader.meaning_of(each)
        wanted = self.reader.answers.for_meaning(meaning)
        ours = meaning in ("message", "email") and each.kind in TYPED and each.visible and each.enabled
        if not ours or each.read_only or self.reader.mapping.field_for(each.words):
            return
        if not any(each.value.casefold().split() == value.casefold().split() for value in wanted):
            raise NotSent(
                f"“{each.name}” on {self.page.url} does not keep what we write:"
                f" of {len(wanted[0])} characters it has {len(each.value)}."
            )

    async def _expect_progress(self, before: ContactForm) -> None:
        """Refuse to press on when the next step does not come: the site then says why."""
        end = time.monotonic() + self.timeouts.settle
        while True:
            look, now = await self._look()
            await look.release()
            if now is None or _outline(now) != _outline(before):
                return
            if time.monotonic() > end:
                break
            await self.page.wait_for_timeout(LOOK_MS)
        why = look.snapshot.alerts[0] if look.snapshot.alerts else _first_objection(now)
        raise NotSent(f"The contact form on {self.page.url} did not go on to its next step. {why}".strip())

    async def _fill_step(self) -> tuple[Look, ContactForm]:
        """Fill in what shows, looking anew after each choice, until nothing is left to do."""
        for _ in range(MOST_LOOKS):
            look, form = await self._find_form()
            asked = self._entries(form)
            entries = [entry for entry in asked if entry.action != "type" or entry.values]
            if not entries:
                self._expect_answers(form, asked)
                return look, form
            try:
                for entry in entries:
                    self._tries[_key(entry.field)] += 1
                    await self._do(look, entry)
                    if entry.action != "type":
                        break
            finally:
                await look.release()
            await self.activity.settle(self.timeouts.settle if entry.action != "type" else 1.0)
        raise NotSent(f"The contact form on {self.page.url} never came to rest while it was filled in.")

    async def _find_form(self) -> tuple[Look, ContactForm]:
        end = time.monotonic() + self.timeouts.settle
        look, form = await self._look()
        while form is None and self.place is not None and time.monotonic() < end:  # between two steps
            await look.release()
            await self.page.wait_for_timeout(LOOK_MS)
            look, form = await self._look()
        captcha = captcha_in(look.snapshot, form, self.reader)
        if form is not None and not captcha:
            self.place = form.place
            return look, form
        await look.release()
        if captcha and form is not None:
            sentence = f"The contact form on {self.page.url} is guarded by a captcha ({captcha})."
            raise Blocked("captcha", sentence)
        closed = closed_page(look.snapshot, self.reader.words)
        if closed:
            raise Blocked(closed[0], f"The page {self.page.url} {closed[1]}.")
        raise NotSent(f"The page {self.page.url} has no contact form that we could find.")

    async def _look(self) -> tuple[Look, ContactForm | None]:
        look = await look_at(self.page)
        form = contact_form(look.snapshot, self.reader, self.place)
        if form is None and "message" in self.meanings:
            form = confirmation(look.snapshot, self.reader)
        return look, form

    def _entries(self, form: ContactForm) -> list[Entry]:
        reader = self.reader.within(form.fields)
        found = [
            entry
            for each in map(self._as_insisted, form.fields)
            if (entry := reader.entry_for(each, [self._as_insisted(peer) for peer in form.group_of(each)]))
            and self._tries[_key(each)] < max(TRIES, len(entry.values))
            and not (entry.action == "open" and each.name in self.filled)
            and not (entry.meaning == "message" and self._told and not self.reader.is_required(each))
        ]
        # What is typed first: a choice may change the form, and then it is looked at anew.
        return sorted(found, key=lambda entry: entry.action != "type")

    def _expect_answers(self, form: ContactForm, unanswered: Sequence[Entry]) -> None:
        """Refuse to go on, naming them all, where the form insists on fields that we have nothing for."""
        for each in form.fields:
            if self.reader.is_left_open(each) and each.name not in self.filled:
                raise NotSent(out_of_reach(each.title_of_group, self.page.url))
        names = [entry.field.name for entry in unanswered]
        names += [each.name for each in form.fields if self.reader.is_out_of_reach(each)]
        if names:
            names = [f"“{name}”" for name in names]
            raise NotSent(
                f"The contact form on {self.page.url} asks for {' and '.join(names)}, and nothing tells us what to put there. "
                "Say so in a mapping (probes/forms/README.md)."
            )

    def _as_insisted(self, each: Field) -> Field:
        """Take a field for required that the site has turned out to insist on; what it marked before is corrected once."""
        if each.name not in self.insisted and each.legend not in self.insisted:
            return each
        if each.group >= 0:
            must = each.required or each.kind == "radio"
            return replace(each, required=must, group_required=True, marked_wrong=False)
        return replace(each, required=True, marked_wrong=_key(each) not in self._corrected)

    async def _do(self, look: Look, entry: Entry) -> None:
        controls = Controls(self.page, self.activity, self.reader, self.timeouts)
        ways = {
            "type": self._type,
            "choose": controls.choose,
            "open": controls.choose_from_dropdown,
            "pick": controls.pick_day,
            "attach": controls.attach,
        }
        done = await ways.get(entry.action, controls.click_box)(look, entry)
        if done is not None:
            self._note(entry, done)

    def _note(self, entry: Entry, what: str) -> None:
        if entry.field.name in self.insisted:
            self._corrected.add(_key(entry.field))
        self.filled[entry.field.legend if entry.field.kind == "radio" else entry.field.name] = what
        self.meanings.add(entry.meaning)

    async def _type(self, look: Look, entry: Entry) -> str:
        """Write the first notation that the field takes, and leave it, so that the page may check it."""
        longest = entry.field.longest
        values = [value for value in entry.values if not longest or len(value) <= longest]
        if not values:
            raise NotSent(
                f"“{entry.field.name}” on {self.page.url} takes {longest} characters only; ours are more."
            )
        element = await look.element(entry.field)
        again = self._tries[_key(entry.field)] - 1
        # What the page has objected to comes last.
        for value in (*values[again % len(values) :], *values[: again % len(values)]):
            if await self._write(element, value, slowly=again > 0):
                break
        return value

    async def _write(self, element: ElementHandle, value: str, *, slowly: bool) -> bool:
        """Fill a field; what a mask swallowed at once is typed key by key the next time. Returns if it is valid."""
        try:
            await element.fill("" if slowly else value)
            if slowly:
                await element.type(value)
        except BrowserError:  # a number field refuses letters, a read-only one everything
            return False
        await element.dispatch_event("change")
        await element.dispatch_event("blur")
        return bool(await element.evaluate("(el) => !el.willValidate || el.validity.valid"))


def _key(each: Field) -> tuple[str, str, int]:
    return each.kind, each.name, each.where[1] if not each.label else each.group


def _outline(form: ContactForm) -> Sequence[tuple[str, ...]]:
    return [each.looks for each in form.fields if each.visible]


def _first_objection(form: ContactForm) -> str:
    return next(
        (f"“{each.name}”: {each.objection or each.problem}" for each in form.fields if not each.valid), ""
    )
