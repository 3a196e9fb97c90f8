"""What a file in this folder must hold: how to find one chat widget's parts. README.md explains it for people."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from probes.base import OurFailure


class Part(BaseModel):
    """A part of a widget file: frozen, and strict about names, so that a typing error does not pass unseen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Launcher(Part):
    """What opens the chat: the host element on the page, and the name of the button in it, if it has one."""

    host: str = Field(min_length=1)
    button: str = ""


class PreChatField(Part):
    """A field that is asked for before the chat, found by its label, and what of the persona goes into it."""

    label: str = Field(min_length=1)
    value: Literal["name", "email"]


class PreChat(Part):
    """The form before the chat."""

    fields: tuple[PreChatField, ...] = Field(min_length=1)
    submit: str = Field(min_length=1)


class Composer(Part):
    """Where a visitor types, by its label, and the button that sends it off, by its name."""

    label: str = Field(min_length=1)
    send: str = Field(min_length=1)


class Roles(Part):
    """Which selector a message matches, by who wrote it; looked at in this order, `typing` is no message at all."""

    typing: str = ""
    visitor: str = Field(min_length=1)
    bot: str = ""
    system: str = ""
    person: str = Field(min_length=1)


class Messages(Part):
    """How a message looks in the transcript; selectors are CSS, inside `item`, attributes are plain names."""

    item: str = Field(min_length=1)
    id_attribute: str = ""
    author: str = ""
    text: str = Field(min_length=1)
    time: str = ""
    time_attribute: str = "datetime"
    roles: Roles


class Widget(Part):
    """One chat widget."""

    name: str = Field(min_length=1)
    consent: tuple[str, ...] = ()
    launcher: Launcher
    frame: str = ""
    prechat: PreChat | None = None
    composer: Composer
    messages: Messages


@cache
def load_widget(name: str) -> Widget:
    """Read widgets/<name>.yaml. Raises OurFailure, naming the file and the field, if there is none or it is wrong."""
    file = files("probes.widgets") / f"{name}.yaml"
    if not name.replace("-", "").replace("_", "").isalnum() or not file.is_file():
        raise OurFailure(
            f"There is no chat widget called “{name}”: probes/widgets/ has {', '.join(widget_names())}."
        )
    try:
        return Widget.model_validate(yaml.safe_load(file.read_text("utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise OurFailure(f"The chat widget in probes/widgets/{name}.yaml cannot be used: {error}") from error


def widget_names() -> list[str]:
    """List the widgets that are known."""
    found = (file.name for file in files("probes.widgets").iterdir())
    return sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))
