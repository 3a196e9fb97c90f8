"""Saying something in a chat: filling in the form before it, and putting our words where they are to be said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from probes.browser.browsers import BrowserError, ElementHandle, Frame, Locator, within
from probes.channels.chat.obstacles import hangs
from probes.channels.chat.parts import Scope, either, fill_form, find, holds, seen, shows, write
from probes.forms.telephones import phones_for
from probes.widgets.schema import Address, FormField

if TYPE_CHECKING:
    from probes.channels.chat.entrance import Entrance, Persona

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


async def fill_as(
    persona: Persona, scope: Scope, fields: Sequence[FormField], text: str, seconds: float
) -> None:
    """Fill in a form with what the persona is called and what it says, and what else it insists on. Raises BrowserError."""
    values = {"name": persona.name, "email": persona.email, "message": text}
    await fill_form(scope, fields, values, seconds)
    looking = scope.locator(INSISTED).filter(visible=True).element_handles()
    for control in (await within(seconds, looking))[:MOST_INSISTED]:
        await within(seconds, _fill_insisted(control, persona))


async def _fill_insisted(control: ElementHandle, persona: Persona) -> None:
    kind = await control.evaluate("control => control.localName === 'select' ? 'select' : control.type")
    if kind == "select":
        await control.select_option(index=await control.evaluate(FIRST_CHOICE))
    elif kind == "tel":
        await control.fill(phones_for(persona.language, persona.email)[0])
    elif kind == "email":
        await control.fill(persona.email)
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


async def ready_to_send(entrance: Entrance, text: str) -> Step:
    """Put `text` where it is to be said, and return the one click that sends it. Raises BrowserError."""
    if form := entrance.form():
        asked = [field for field in form.fields if field.value != "message" or not entrance.wordless]
        await fill_as(entrance.persona, entrance.chat, asked, text, entrance.patience.show)
        return await _press(entrance, find(entrance.chat, form.submit, "button").first)
    field = entrance.composer()
    await write(field, text, entrance.patience.show)
    press = await _way_to_send(entrance, field)
    if not await holds(field, text):  # a page that draws itself anew may empty what it has just taken
        await write(field, text, entrance.patience.show)
    return press


async def _way_to_send(entrance: Entrance, field: Locator) -> Step:
    send = entrance.widget.composer.send
    enter = partial(field.press, "Enter", no_wait_after=True)
    if send is None:
        return enter
    found = find(entrance.chat, send, "button")
    button = (
        found.last if send.pattern else found.first
    )  # a guess: a form in the transcript may have one, too
    if send.pattern and not await shows(button, 1.0):
        return enter
    return await _press(entrance, button, enter)


async def _press(entrance: Entrance, button: Locator, instead: Step | None = None) -> Step:
    """Make sure that a button can be pressed, without pressing it; one under an overlay is pressed bluntly."""
    limit = entrance.patience.click * 1000
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


async def ready_to_leave_address(entrance: Entrance) -> Step | None:
    """Fill in our address where a chat asks for one, and return what leaves it; None where it does not ask.

    Raises BrowserError.
    """
    asked, scope, persona = entrance.widget.address, entrance.chat, entrance.persona
    if asked is None or not persona.email or not await seen(field := address_field(scope, asked).first):
        return None
    await fill_as(persona, scope, asked.fields, "", entrance.patience.show)
    enter = partial(field.press, "Enter", no_wait_after=True)
    if asked.submit is None or not await seen(button := find(scope, asked.submit, "button").first):
        return enter
    return await _press(entrance, button, enter)


async def form_was_taken(entrance: Entrance) -> bool:
    """Tell whether the offline form was taken: it says so, or it is gone, or has made room for a field to write in.

    A page that hangs or died does not say.
    """
    offline, chat = entrance.widget.offline, entrance.chat
    if offline is None:
        return False
    if offline.done and await seen(chat.locator(offline.done)):
        return True
    if entrance.wordless and await seen(entrance.composer()):
        return True
    if offline.done or entrance.changes.crashed or await seen(find(chat, offline.submit, "button")):
        return False
    return not (entrance.page.is_closed() or await hangs(chat if isinstance(chat, Frame) else entrance.view))
