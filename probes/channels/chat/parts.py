"""Finding the parts of a chat in a page or frame, and typing into them as a visitor would."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Literal, TypeAlias

from probes.browser.browsers import BrowserError, Frame, Locator, Page, within
from probes.channels.chat.own_words import alike, same_text
from probes.widgets.schema import Control, FormField

Scope: TypeAlias = Page | Frame | Locator
Kind: TypeAlias = Literal["button", "field"]

LOOK_SECONDS = 5.0
"""For one look at one thing; a page that hangs shows nothing."""
TYPED_IN = "input, textarea, select, [contenteditable], [role=textbox]"


def find(scope: Scope, control: Control, kind: Kind) -> Locator:
    """Return what matches `control` and can be seen, best first; it may be several things, or none yet."""
    found = [scope.locator(control.css)] if control.css else []
    if control.names or control.pattern:
        name = _spoken(control)
        if kind == "button":
            found += [scope.get_by_role("button", name=name), scope.get_by_role("link", name=name)]
        else:
            labelled = scope.get_by_label(name).or_(scope.get_by_placeholder(name))
            found += [scope.get_by_role("textbox", name=name), labelled.and_(scope.locator(TYPED_IN))]
    return either(found)


def either(found: Sequence[Locator]) -> Locator:
    """Return whatever of these can be seen."""
    union = found[0]
    for other in found[1:]:
        union = union.or_(other)
    return union.filter(visible=True)


def _spoken(control: Control) -> re.Pattern[str]:
    words = [re.escape(name) for name in control.names] + (
        [f"(?:{control.pattern})"] if control.pattern else []
    )
    return re.compile(rf"^\s*(?:{'|'.join(words)})\s*$", re.IGNORECASE)


async def seen(locator: Locator) -> bool:
    """Tell whether it can be seen now; a page that is being redrawn shows nothing."""
    with suppress(BrowserError):
        return await within(LOOK_SECONDS, locator.first.is_visible())  # it has no limit of its own
    return False


async def shows(locator: Locator, seconds: float) -> bool:
    """Wait so long for it to be seen."""
    if seconds <= 0:
        return await seen(locator)
    try:
        await locator.first.wait_for(state="visible", timeout=seconds * 1000)
    except BrowserError:
        return False
    return True


async def gone(locator: Locator, seconds: float) -> bool:
    """Wait so long until it can no longer be seen."""
    try:
        await locator.first.wait_for(state="hidden", timeout=seconds * 1000)
    except BrowserError:
        return False
    return True


async def write(field: Locator, text: str, seconds: float) -> None:
    """Put `text` into a field, by the keyboard where the field takes nothing else. Raises BrowserError."""
    if "\n" in text and await field.evaluate("field => field.localName === 'input'"):
        text = " ".join(text.split())
    with suppress(BrowserError):
        await field.fill(text, timeout=seconds * 1000)
        if same_text(await _held(field), text):
            return
    await field.press("ControlOrMeta+a", timeout=seconds * 1000)
    await field.page.keyboard.insert_text(text)
    if not await holds(field, text):
        raise BrowserError("the field did not take what was typed")


async def holds(field: Locator, text: str) -> bool:
    """Tell whether a field holds what was typed, corrected at most. Raises BrowserError."""
    held = await _held(field)
    return same_text(held, text) or alike(held, text)


async def _held(field: Locator) -> str:
    try:
        return await field.input_value()
    except BrowserError:
        return await field.inner_text()


async def click(button: Locator, seconds: float) -> None:
    """Click; what lies under an overlay is clicked bluntly. Only for what may be clicked twice. Raises BrowserError.

    What is gone after a click that did not end well, on a busy machine, was clicked all the same.
    """
    try:
        await button.click(timeout=seconds * 1000)
    except BrowserError:
        if await seen(button):
            await button.dispatch_event("click", timeout=seconds * 1000)


async def fill_form(
    scope: Scope, fields: Sequence[FormField], values: dict[str, str], seconds: float
) -> None:
    """Fill in a form; a field that is optional may be missing. Raises BrowserError."""
    for field in fields:
        place = find(scope, field.field, "field").first
        if field.optional and not await seen(place):
            continue
        if field.value == "true":
            await place.check(timeout=seconds * 1000)
        elif field.value == "message":
            await write(place, values[field.value], seconds)
        else:
            await place.fill(values[field.value], timeout=seconds * 1000)
