"""Saying something in a chat: putting our words where they are to be said."""

from __future__ import annotations

from functools import partial

from probes.browser.browsers import Frame, Locator
from probes.channels.chat.entrance import Entrance
from probes.channels.chat.filling import Step, fill_fields, ready_to_press
from probes.channels.chat.obstacles import hangs
from probes.channels.chat.parts import find, holds, seen, shows, write


async def ready_to_send(entrance: Entrance, text: str) -> Step:
    """Put `text` where it is to be said, and return the one click that sends it. Raises BrowserError."""
    if form := entrance.form():
        asked = [field for field in form.fields if field.value != "message" or not entrance.wordless]
        await fill_fields(entrance.chat, asked, entrance.visitor, text, entrance.patience.show)
        return await ready_to_press(find(entrance.chat, form.submit, "button").first, entrance.patience.click)
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
    return await ready_to_press(button, entrance.patience.click, enter)


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
