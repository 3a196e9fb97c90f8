"""Works those controls of a form that are no plain fields: dropdowns, calendars, uploads, boxes."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from probes.base import NotSent
from probes.browser.activity import Activity
from probes.browser.browsers import BrowserError, ElementHandle, Page
from probes.channels.contact_form.attachment import blank_page
from probes.channels.contact_form.calendar import day_in_calendar, preferred_day
from probes.channels.contact_form.fields import Entry, Reader
from probes.channels.contact_form.scan import Look
from probes.channels.contact_form.timeouts import FormTimeouts

WAITS_FOR_OPTIONS = 4
"""How often a dropdown is looked at again while it fetches its choices."""


class Controls:
    """Each method does what one entry asks for and returns what was chosen; raises NotSent or BrowserError."""

    def __init__(self, page: Page, activity: Activity, reader: Reader, timeouts: FormTimeouts) -> None:
        self._page, self._activity, self._reader, self._timeouts = page, activity, reader, timeouts

    async def click_box(self, look: Look, entry: Entry) -> str:
        """Click the box itself, or its label where that hides it, as near its beginning as its links allow."""
        clickable = await look.clickable(entry.field)
        box = await clickable.bounding_box()
        near = {"x": min(8.0, box["width"] / 2), "y": min(8.0, box["height"] / 2)} if box else None
        try:
            await clickable.click(timeout=self._timeouts.click * 1000, position=near)  # type: ignore[arg-type]
        except BrowserError:
            await (await look.element(entry.field)).dispatch_event("click")
        return entry.field.name if entry.field.kind == "radio" else f"{entry.action}ed"

    async def choose(self, look: Look, entry: Entry) -> str:
        """Choose in a select of the browser's own, also in one that is hidden behind what stands for it."""
        element = await look.element(entry.field)
        texts = [option.text for option in entry.field.options if option.text == entry.values[0]][:1]
        await element.select_option(label=texts, force=True, timeout=self._timeouts.click * 1000)
        return entry.values[0]

    async def choose_from_dropdown(self, look: Look, entry: Entry) -> str | None:
        """Open a custom dropdown, choose among what shows, and close it again if there is nothing to choose."""
        await (await look.clickable(entry.field)).click(timeout=self._timeouts.click * 1000)
        for _ in range(WAITS_FOR_OPTIONS):
            await self._activity.settle(self._timeouts.settle)
            options = await self._options()
            if options:
                break
        chosen = self._reader.choice([text for text, _ in options], entry.meaning, entry.values)
        if chosen is None:
            with suppress(BrowserError):
                await self._page.keyboard.press("Escape")
            return None
        element = next(element for text, element in options if text == chosen)
        await element.click(timeout=self._timeouts.click * 1000)
        return chosen

    async def _options(self) -> list[tuple[str, ElementHandle]]:
        found = []
        for frame in self._page.frames:
            for option in await frame.query_selector_all("[role=option]"):
                if await option.is_visible() and await option.get_attribute("aria-disabled") != "true":
                    text = " ".join((await option.inner_text()).split())
                    if text and not self._reader.asks_to_choose(text):
                        found.append((text, option))
        return found

    async def pick_day(self, look: Look, entry: Entry) -> str:
        """Open a calendar at a field that cannot be typed into, and choose the wanted day or the nearest there is."""
        element = await look.element(entry.field)
        await element.click(timeout=self._timeouts.click * 1000)
        await self._activity.settle(1.0)
        frame = await element.owner_frame()
        wanted = preferred_day(self._reader.answers.day, datetime.now(UTC).date())
        day = await day_in_calendar(frame, wanted) if frame else None
        if day is not None:
            await day.click(timeout=self._timeouts.click * 1000)
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
