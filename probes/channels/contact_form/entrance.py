"""Comes to the contact form of a page: waits for one that is loaded late, and opens one behind a link, tab or heading."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from urllib.parse import urldefrag, urlsplit

from probes.base import NotSent
from probes.browser.activity import Activity
from probes.browser.browsers import BrowserError, Page
from probes.browser.visiting import visit
from probes.channels.contact_form.fields import Reader
from probes.channels.contact_form.obstacles import closed_page
from probes.channels.contact_form.parts import contact_form
from probes.channels.contact_form.scan import Button, Link, Look, Snapshot, look_at
from probes.channels.contact_form.timeouts import FormTimeouts
from probes.forms.words import Phrases, Words, has_phrase

MOST_DOORS = 3
"""How many links a customer follows from the page that the touchpoint names."""
LONGEST_NAME = 60
"""Characters of what leads on to a form; longer ones are texts."""
LOOK_MS = 500.0


async def come_to_the_form(page: Page, activity: Activity, reader: Reader, timeouts: FormTimeouts) -> None:
    """Wait until a contact form shows, and after a third of the time for that try what may lead to one.

    Returns also when there is none or the page is closed to us, for whoever fills it in says why. Raises NotSent when
    the only way leads to another company's site, and BrowserError.
    """
    used: set[str] = set()
    begun = time.monotonic()
    while time.monotonic() - begun < timeouts.show:
        look = await look_at(page)
        try:
            there = contact_form(look.snapshot, reader) is not None
            if there or (closed_page(look.snapshot, reader.words) and not activity.busy):
                return
            door = way_in(look.snapshot, reader.words, used)
            waited = time.monotonic() - begun > timeouts.show / 3
            if door is not None and waited and len(used) < MOST_DOORS:
                used.add(door.name)
                await _go_through(page, look, door, timeouts)
                await activity.settle(timeouts.settle)
                begun = time.monotonic()
                continue
        finally:
            await look.release()
        await page.wait_for_timeout(LOOK_MS)


def way_in(snapshot: Snapshot, words: Sequence[Words], used: Collection[str] = ()) -> Button | Link | None:
    """Find what seems to lead to the form: what names a form comes before what names contact in general."""
    # A button beside fields may send them, empty as they are, though we could make nothing of that form.
    asked = {field.place for field in snapshot.fields if field.visible and field.kind != "search"}
    free = (
        each for each in snapshot.buttons if each.visible and not each.submits and each.place not in asked
    )
    shown: list[Button | Link] = [*free, *snapshot.links]
    ways = [
        each
        for each in shown
        if each.name not in used and 0 < len(each.name) <= LONGEST_NAME and _leads_on(each, snapshot.url)
    ]
    phrases: list[Phrases] = [(phrase,) for each in words for phrase in each.buttons.form]
    phrases += [each.buttons.contact for each in words]
    return next((way for wanted in phrases for way in ways if has_phrase(way.name, wanted)), None)


def _leads_on(way: Button | Link, url: str) -> bool:
    if isinstance(way, Button) or not way.href:
        return True
    if not way.href.startswith(("http://", "https://")):
        return way.href.startswith("javascript:")
    return "#" in way.href or urldefrag(way.href).url != urldefrag(url).url


async def _go_through(page: Page, look: Look, door: Button | Link, timeouts: FormTimeouts) -> None:
    if isinstance(door, Link) and door.href.startswith("http"):
        _refuse_to_leave(page.url, door)
        if door.elsewhere:  # in the same window, where we are looking
            await visit(page, door.href, referer=page.url)
            return
    with suppress(BrowserError):  # what cannot be pressed leads nowhere, and the next may
        await (await look.element(door)).click(timeout=timeouts.click * 1000)


def _refuse_to_leave(url: str, door: Link) -> None:
    here, there = (urlsplit(each).hostname or "" for each in (url, door.href))
    here, there = here.removeprefix("www."), there.removeprefix("www.")
    if here != there and not here.endswith(f".{there}") and not there.endswith(f".{here}"):
        raise NotSent(
            f"The way to a form on {url} (“{door.name}”) leads to {there}, which nobody has confirmed as the company's "
            f"own. If it is, make {door.href} the touchpoint."
        )
