"""Works those controls of a form that are no plain fields: dropdowns, calendars, uploads, boxes.

What a mouse does not reach, because something lies over it, is tried with the keyboard, and then by the value that the
browser itself keeps, with the events that a person's choice would have caused.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from probes.base import NotSent
from probes.browser.activity import Activity
from probes.browser.browsers import BrowserError, ElementHandle, Page
from probes.browser.scripts import script
from probes.channels.contact_form.attachment import blank_page
from probes.channels.contact_form.calendar import day_in_calendar, preferred_day
from probes.channels.contact_form.fields import Entry, Reader
from probes.channels.contact_form.scan import Look
from probes.channels.contact_form.timeouts import FormTimeouts

WAITS_FOR_OPTIONS = 4
"""How often a dropdown is looked at again while it fetches its choices."""
BOX_SECONDS = 0.6
"""How long a box may take to show that it was ticked."""
MOST_KEYS = 60
"""How many options the keyboard goes through."""
CHECKED = "(el) => el.checked ?? el.getAttribute('aria-checked') === 'true'"
SET_VALUE = script(__package__, "set_value")
ACTIVE_OPTION = script(__package__, "active_option")
Way = Callable[[], Awaitable[object]]


def out_of_reach(name: str, url: str) -> str:
    """Say that a field which the form insists on could not be used."""
    return (
        f"“{name}” on {url} could not be used: neither the mouse nor the keyboard reaches it. "
        "Something else may lie over it."
    )


class Controls:
    """Each method does what one entry asks for and returns what was chosen; raises NotSent or BrowserError."""

    def __init__(self, page: Page, activity: Activity, reader: Reader, timeouts: FormTimeouts) -> None:
        self._page, self._activity, self._reader, self._timeouts = page, activity, reader, timeouts

    async def click_box(self, look: Look, entry: Entry) -> str:
        """Tick or untick a box: by the mouse as near its beginning as its links allow, by a key, by its value."""
        element, wanted = await look.element(entry.field), entry.action == "tick"
        clickable = await look.clickable(entry.field)
        ways: tuple[Way, ...] = (
            partial(self._click, clickable, near=True),
            partial(element.press, "Space", timeout=self._limit),
            partial(element.dispatch_event, "click"),
            partial(element.evaluate, SET_VALUE, wanted),
        )
        for way in ways:
            with suppress(BrowserError):
                await way()
            if await self._becomes(element, wanted):
                return entry.field.name if entry.field.kind == "radio" else f"{entry.action}ed"
        raise self._unusable(entry)

    async def _becomes(self, element: ElementHandle, wanted: bool) -> bool:
        """Wait a moment for a box to be as wanted; one that has left the page, as some do once chosen, is not tried again."""
        end = time.monotonic() + BOX_SECONDS
        while (now := await self._is_checked(element)) is not wanted and now is not None:
            if time.monotonic() > end:
                return False
            await asyncio.sleep(BOX_SECONDS / 10)
        return True

    async def _is_checked(self, element: ElementHandle) -> bool | None:
        try:
            return bool(await element.evaluate(CHECKED))
        except BrowserError:
            return None

    @property
    def _limit(self) -> float:
        return self._timeouts.click * 1000

    async def _click(self, element: ElementHandle, *, near: bool = False) -> None:
        box = await element.bounding_box() if near else None
        at: Any = {"x": min(8.0, box["width"] / 2), "y": min(8.0, box["height"] / 2)} if box else None
        await element.click(timeout=self._limit, position=at)

    def _unusable(self, entry: Entry) -> NotSent:
        return NotSent(out_of_reach(entry.field.title_of_group, self._page.url))

    async def choose(self, look: Look, entry: Entry) -> str:
        """Choose in a select of the browser's own, also in one that is hidden behind what stands for it."""
        element = await look.element(entry.field)
        await self._choose_in_select(element, entry, entry.values[0])
        return entry.values[0]

    async def _choose_in_select(self, element: ElementHandle, entry: Entry, text: str) -> None:
        with suppress(BrowserError):
            await element.select_option(label=[text], force=True, timeout=self._limit)
            return
        if not await element.evaluate(SET_VALUE, text):
            raise self._unusable(entry)

    async def choose_from_dropdown(self, look: Look, entry: Entry) -> str | None:
        """Open a custom dropdown, choose among what shows, and close it again if there is nothing to choose."""
        options = await self._opened(look, entry)
        chosen = self._reader.choice([text for text, _ in options], entry.meaning, entry.values)
        if chosen is not None:
            element = next(element for text, element in options if text == chosen)
            if await self._take_option(element, chosen):
                return chosen
        native = await look.native(entry.field)
        if native is not None and not options:
            return await self._choose_behind(native, entry)
        with suppress(BrowserError):
            await self._page.keyboard.press("Escape")
        if chosen is not None:
            raise self._unusable(entry)
        return None

    async def _opened(self, look: Look, entry: Entry) -> list[tuple[str, ElementHandle]]:
        clickable, element = await look.clickable(entry.field), await look.element(entry.field)
        ways: tuple[Way, ...] = (
            partial(self._click, clickable),
            # Never Enter: in a form it may send.
            partial(element.press, "ArrowDown", timeout=self._limit),
            partial(clickable.dispatch_event, "mousedown"),
            partial(clickable.dispatch_event, "click"),
        )
        for way in ways:
            with suppress(BrowserError):
                await way()
                if options := await self._options_in_time():
                    return options
        return []

    async def _options_in_time(self) -> list[tuple[str, ElementHandle]]:
        options: list[tuple[str, ElementHandle]] = []
        for _ in range(WAITS_FOR_OPTIONS):
            await self._activity.settle(self._timeouts.settle)
            if options := await self._options():
                break
        return options

    async def _options(self) -> list[tuple[str, ElementHandle]]:
        found = []
        for frame in self._page.frames:
            for option in await frame.query_selector_all("[role=option]"):
                if await option.is_visible() and await option.get_attribute("aria-disabled") != "true":
                    text = " ".join((await option.inner_text()).split())
                    if text and not self._reader.asks_to_choose(text):
                        found.append((text, option))
        return found

    async def _take_option(self, option: ElementHandle, text: str) -> bool:
        with suppress(BrowserError):
            await self._click(option)
            return True
        if await self._take_by_key(text):
            return True
        with suppress(BrowserError):
            for event in ("pointerdown", "mousedown", "pointerup", "mouseup", "click"):
                await option.dispatch_event(event)
            return True
        return False

    async def _take_by_key(self, text: str) -> bool:
        """Go down the list until the wanted option is the active one; Enter then takes it, and sends nothing."""
        seen: set[str] = set()
        for _ in range(MOST_KEYS):
            active = str(await self._page.evaluate(ACTIVE_OPTION))
            if active == text:
                await self._page.keyboard.press("Enter")
                return True
            if not active and seen:
                break
            seen.add(active)
            await self._page.keyboard.press("ArrowDown")
        return False

    async def _choose_behind(self, native: ElementHandle, entry: Entry) -> str | None:
        texts: Sequence[str] = await native.evaluate(
            "(el) => [...el.options].map((at) => at.textContent.trim())"
        )
        real = [text for text in texts if not self._reader.asks_to_choose(text)]
        chosen = self._reader.choice(real, entry.meaning, entry.values)
        if chosen is not None:
            await self._choose_in_select(native, entry, chosen)
        return chosen

    async def pick_day(self, look: Look, entry: Entry) -> str:
        """Open a calendar at a field that cannot be typed into, and choose the wanted day or the nearest there is."""
        element = await look.element(entry.field)
        with suppress(
            BrowserError
        ):  # what lies over it leaves the keyboard, and the calendar may be open already
            await self._click(element)
        await self._activity.settle(1.0)
        frame = await element.owner_frame()
        wanted = preferred_day(self._reader.answers.day, datetime.now(UTC).date())
        if (day := await day_in_calendar(frame, wanted) if frame else None) is None:
            with suppress(BrowserError):
                await element.press("ArrowDown", timeout=self._limit)
            await self._activity.settle(1.0)
            day = await day_in_calendar(frame, wanted) if frame else None
        if day is not None:
            try:
                await self._click(day)
            except BrowserError:
                await day.dispatch_event("click")
            await self._activity.settle(1.0)
        value = str(await element.input_value())
        if not value:
            raise NotSent(
                f"“{entry.field.name}” on {self._page.url} wants a day from a calendar that we could not use."
            )
        return value

    async def attach(self, look: Look, entry: Entry) -> str:
        """Attach a blank page of a kind that the field accepts."""
        page = blank_page(entry.field.accepts)
        if page is None:
            raise NotSent(
                f"“{entry.field.name}” on {self._page.url} wants a file of a kind that we cannot make"
                f" ({entry.field.accepts})."
            )
        given: Any = {"name": page.name, "mimeType": page.media_type, "buffer": page.content}
        await (await look.element(entry.field)).set_input_files(given)
        return page.name
