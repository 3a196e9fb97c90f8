"""Filling in the fields of a chat's forms, and pressing its buttons, as a visitor would."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeAlias

from probes.browser.browsers import BrowserError, ElementHandle, Locator, within
from probes.channels.chat.parts import Scope, either, fill_form, find, seen
from probes.channels.chat.visitor import Patience, Visitor
from probes.forms.telephones import phones_for
from probes.widgets.schema import Address, FormField

Step: TypeAlias = Callable[[], Awaitable[None]]
FILLED_ANYHOW = ("checkbox", "radio", "tel", "email")
INSISTED = ", ".join(["select:invalid", *(f"input[type={kind}]:invalid" for kind in FILLED_ANYHOW)])
UNANSWERED = ", ".join(
    [
        "textarea:required:invalid",
        f"input:required:invalid:not({', '.join(f'[type={kind}]' for kind in FILLED_ANYHOW)})",
    ]
)
"""What a form insists on and a probe has nothing for, unless a description says what goes there."""
SAME_FORM = "(field, button) => field.closest('form') === button.closest('form')"
MOST_INSISTED = 12
FIRST_CHOICE = "list => [...list.options].findIndex((option) => option.value && !option.disabled)"


async def fill_fields(
    scope: Scope, fields: Sequence[FormField], visitor: Visitor, text: str, seconds: float
) -> None:
    """Fill in a form with what the visitor is called and says, and what else it insists on. Raises BrowserError."""
    values = {"name": visitor.name, "email": visitor.email, "message": text}
    await fill_form(scope, fields, values, seconds)
    looking = scope.locator(INSISTED).filter(visible=True).element_handles()
    for control in (await within(seconds, looking))[:MOST_INSISTED]:
        await within(seconds, _fill_insisted(control, visitor))


async def _fill_insisted(control: ElementHandle, visitor: Visitor) -> None:
    kind = await control.evaluate("control => control.localName === 'select' ? 'select' : control.type")
    if kind == "select":
        await control.select_option(index=await control.evaluate(FIRST_CHOICE))
    elif kind == "tel":
        await control.fill(phones_for(visitor.language, visitor.email)[0])
    elif kind == "email":
        await control.fill(visitor.email)
    elif await control.evaluate("control => control.matches(':invalid')"):  # none of its group is chosen
        await control.check()


async def unanswered(scope: Scope, submit: Locator, seconds: float) -> list[ElementHandle]:
    """Find what the form of a button insists on and no probe fills in without being told. Raises BrowserError."""
    button = await within(seconds, submit.first.element_handle(timeout=seconds * 1000))
    fields = await within(seconds, scope.locator(UNANSWERED).filter(visible=True).element_handles())
    return [each for each in fields if await within(seconds, each.evaluate(SAME_FORM, button))]


async def comes_before(field: Locator, button: Locator, seconds: float) -> bool:
    """Tell whether a field stands above a button: what stands below does not belong to its form."""
    try:
        above = await field.bounding_box(timeout=seconds * 1000)
        below = await button.bounding_box(timeout=seconds * 1000)
    except BrowserError:
        return False
    return bool(above and below and above["y"] <= below["y"])


async def ready_to_press(button: Locator, seconds: float, instead: Step | None = None) -> Step:
    """Make sure that a button can be pressed, without pressing it; one under an overlay is pressed bluntly.

    Where it cannot be seen, `instead` is returned. Raises BrowserError.
    """
    limit = seconds * 1000
    try:
        await button.click(trial=True, timeout=limit)
    except BrowserError:
        if instead and not await seen(button):
            return instead
        if not await button.is_enabled(timeout=limit):
            raise
        return partial(button.dispatch_event, "click")
    return partial(button.click, no_wait_after=True)


def address_field(scope: Scope, address: Address) -> Locator:
    """Return the field in which a chat asks for an e-mail address."""
    return either([find(scope, field.field, "field") for field in address.fields if field.value == "email"])


async def ready_to_leave_address(
    scope: Scope, asked: Address | None, visitor: Visitor, patience: Patience
) -> Step | None:
    """Fill in our address where a chat asks for one, and return what leaves it; None where it does not ask.

    Raises BrowserError.
    """
    if asked is None or not visitor.email or not await seen(field := address_field(scope, asked).first):
        return None
    await fill_fields(scope, asked.fields, visitor, "", patience.show)
    enter = partial(field.press, "Enter", no_wait_after=True)
    if asked.submit is None or not await seen(button := find(scope, asked.submit, "button").first):
        return enter
    return await ready_to_press(button, patience.click, enter)
