"""What of a chat can be seen at one moment, by the names that its way in goes by."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from probes.browser.browsers import Locator
from probes.channels.chat.filling import address_field, comes_before
from probes.channels.chat.parts import Scope, either, find, seen
from probes.widgets.schema import FormField, Widget

OF_FORMS = (("question", "form"), ("words", "leave"))
"""What takes a message in a form, and the button that ends it."""


async def what_shows(scope: Scope, widget: Widget, seconds: float) -> set[str]:
    """Say what of the chat can be seen now, all at once.

    A field below a form that stands in the transcript is the chat's own. "mail" is there, too, where a chat does not
    ask for it.
    """
    parts = dict(_parts(scope, widget))
    there = await asyncio.gather(*(seen(part) for part in parts.values()))
    found = {name for name, visible in zip(parts, there, strict=True) if visible}
    for field, button in OF_FORMS:
        if {field, button} <= found and not await comes_before(
            parts[field].first, parts[button].first, seconds
        ):
            found.discard(field)
    return found if "mail" in parts else found | {"mail"}


def _parts(scope: Scope, widget: Widget) -> Iterator[tuple[str, Locator]]:
    yield "composer", find(scope, widget.composer.field, "field")
    if widget.prechat:
        yield "form", find(scope, widget.prechat.submit, "button")
        yield "fields", either([find(scope, field.field, "field") for field in widget.prechat.fields])
        yield from _asked(scope, widget.prechat.fields, "message", "question")
    if widget.offline:
        yield "offline", either([scope.locator(widget.offline.sign)])
        yield "leave", find(scope, widget.offline.submit, "button")
        yield from _asked(scope, widget.offline.fields, "email", "mail")
        yield from _asked(scope, widget.offline.fields, "message", "words")
    if widget.address:
        yield "address", address_field(scope, widget.address)
    if widget.home:
        yield "begin", find(scope, widget.home.begin, "button")
        if widget.home.conversation:
            yield "back", find(scope, widget.home.conversation, "button")


def _asked(
    scope: Scope, fields: tuple[FormField, ...], value: str, name: str
) -> Iterator[tuple[str, Locator]]:
    if found := [find(scope, field.field, "field") for field in fields if field.value == value]:
        yield name, either(found)
