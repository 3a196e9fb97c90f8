"""A dry run of the way into a chat: what would be clicked and typed, without saying anything."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from probes.base import JSON, Evidence, OurFailure, ProbeError
from probes.browser import BrowserError, Browsers, Locator, first_line, open_page, screenshot
from probes.channels.chat_entrance import Entrance, Patience, Persona, Way
from probes.channels.chat_launcher import Launch
from probes.channels.chat_looks import teach
from probes.channels.chat_parts import find, seen
from probes.channels.chat_signals import Changes
from probes.widgets.schema import FormField, Widget

DESCRIBE = """element => ({
  tag: element.localName,
  id: element.id.slice(0, 80),
  class: (element.getAttribute('class') || '').slice(0, 120),
  name: (element.getAttribute('aria-label') || element.title || element.placeholder || element.innerText || '')
    .trim().slice(0, 80),
})"""


@dataclass
class Trial:
    """What a dry run found; a part that is None was looked for and is not there."""

    url: str
    adapter: str = ""
    name: str = ""
    verified: str = ""
    parts: dict[str, JSON] = field(default_factory=dict)
    ready_to_write: bool = False
    problem: str = ""
    pictures: list[Evidence] = field(default_factory=list)

    def as_json(self) -> Mapping[str, JSON]:
        """Return what was found, without the pictures."""
        return {
            "url": self.url, "adapter": self.adapter, "name": self.name, "verified": self.verified,
            "parts": self.parts, "ready_to_write": self.ready_to_write, "problem": self.problem,
            "pictures": [picture.name for picture in self.pictures],
        }  # fmt: skip


async def try_chat(
    browsers: Browsers, url: str, widget: str | Widget, persona: Persona, patience: Patience | None = None
) -> Trial:
    """Open the chat on a page as far as nothing is sent or begun. Raises OurFailure when no browser can be used."""
    await teach(browsers)
    trial, changes = Trial(url), Changes()
    async with browsers.context(persona.language, persona.time_zone) as context:
        page = await open_page(context)
        waits = patience or Patience()
        entrance = Entrance(page, url, widget, persona, waits, changes)
        await changes.listen(page)
        try:
            await _go_in(trial, entrance, waits)
        except OurFailure:
            raise
        except ProbeError as error:
            trial.problem = str(error)
        except BrowserError as error:
            trial.problem = f"The chat on {url} could not be opened: {first_line(error)}."
        if picture := await screenshot(page, f"{len(trial.pictures) + 1}-end"):
            trial.pictures.append(picture)
    return trial


async def _go_in(trial: Trial, entrance: Entrance, waits: Patience) -> None:
    await entrance.load()
    widget = entrance.widget
    trial.adapter, trial.name, trial.verified = entrance.adapter, widget.name, widget.verified
    await _picture(trial, entrance, "page")
    launch = Launch(entrance.page, widget, waits.show, waits.click, entrance.changes)
    await entrance.open()
    if widget.launcher:
        trial.parts["launcher"] = await _described(launch.host())
    await _picture(trial, entrance, "open")
    way = await entrance.look_ahead()
    await _describe_parts(trial, entrance, widget)
    trial.ready_to_write = way is not Way.FORGOTTEN
    trial.parts["way"] = way.value


async def _describe_parts(trial: Trial, entrance: Entrance, widget: Widget) -> None:
    chat, parts = entrance.chat, trial.parts
    if widget.prechat:
        parts["prechat"] = await _fields(entrance, widget.prechat.fields)
        parts["prechat submit"] = await _described(find(chat, widget.prechat.submit, "button").first)
    if widget.offline and await seen(chat.locator(widget.offline.sign).filter(visible=True)):
        parts["offline"] = await _fields(entrance, widget.offline.fields)
        parts["offline submit"] = await _described(find(chat, widget.offline.submit, "button").first)
    parts["composer"] = await _described(entrance.composer())
    if widget.composer.send:
        parts["send"] = await _described(find(chat, widget.composer.send, "button").first)


async def _fields(entrance: Entrance, fields: tuple[FormField, ...]) -> list[JSON]:
    return [
        {"value": one.value, "found": await _described(find(entrance.chat, one.field, "field").first)}
        for one in fields
    ]


async def _described(locator: Locator) -> JSON:
    with suppress(BrowserError):
        if await locator.count():
            described: dict[str, JSON] = await locator.evaluate(DESCRIBE, timeout=2000)
            return described
    return None


async def _picture(trial: Trial, entrance: Entrance, name: str) -> None:
    if picture := await screenshot(entrance.page, f"{len(trial.pictures) + 1}-{name}"):
        trial.pictures.append(picture)
