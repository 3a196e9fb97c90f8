"""What a file in this folder must hold: how to find one chat widget's parts. README.md explains it for people."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

RUN = re.compile(
    r"run against the real widget, \S.* (?:[0-9][\w.]*|commit [0-9a-f]{7,40}), [0-9]{4}-[0-9]{2}-[0-9]{2}"
)
TAUGHT = "taught on a page, not yet answered by a person"
VERIFICATIONS = (
    "from public code, unverified",
    TAUGHT,
    "part of this project, run in its tests",
    "not a widget",
)


class Part(BaseModel):
    """A part of a widget file: frozen, and strict about names, so that a typing error does not pass unseen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _regular(pattern: str) -> str:
    """Refuse a pattern that is none; both Python and the browser read it, so only what both know is of use."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is not a pattern: {error}") from None
    return pattern


Text: TypeAlias = Annotated[str, Field(min_length=1)]
Texts: TypeAlias = Annotated[tuple[Text, ...], BeforeValidator(_as_tuple)]
Pattern: TypeAlias = Annotated[str, AfterValidator(_regular)]


class Control(Part):
    """Something to click or to type in: by what a screen reader calls it, by a pattern of that, or by a selector."""

    names: Texts = ()
    pattern: Pattern = ""
    css: str = ""

    @model_validator(mode="before")
    @classmethod
    def _written_short(cls, value: Any) -> Any:
        return {"names": value} if isinstance(value, str | list | tuple) else value

    @model_validator(mode="after")
    def _can_be_found(self) -> Control:
        if not (self.names or self.pattern or self.css):
            raise ValueError("needs a name, a pattern or a css selector")
        return self


class Detect(Part):
    """By what a page shows that it has this widget; any one of them is enough."""

    css: Texts = ()
    globals: Texts = ()
    sources: Texts = ()


class Opening(Part):
    """What opens the chat without a click: the vendor's own call, and what must be there before it can be made."""

    ready: str = ""
    script: str = ""


class Launcher(Part):
    """What opens the chat: an element on the page or in a frame of its own, and the button in it, if it has one."""

    host: Text
    frame: str = ""
    button: Control | None = None
    window: bool = False
    """Whether the chat may open in a window of its own."""


class Home(Part):
    """The screen before the conversation: what leads back to one, what begins one."""

    conversation: Control | None = None
    begin: Control


class FormField(Part):
    """A field by its label or selector, and what of the persona goes into it; `true` ticks a box."""

    field: Control
    value: Literal["name", "email", "message", "true"]
    optional: bool = False

    @model_validator(mode="before")
    @classmethod
    def _labelled(cls, value: Any) -> Any:
        if isinstance(value, dict) and "label" in value:
            rest = {key: part for key, part in value.items() if key != "label"}
            return {"field": value["label"], **rest}
        return value


class PreChat(Part):
    """The form before the chat."""

    fields: tuple[FormField, ...] = Field(min_length=1)
    submit: Control


class Offline(Part):
    """The form that stands where the chat would be when nobody is there; `done` shows that it was taken."""

    sign: Text
    fields: tuple[FormField, ...] = Field(min_length=1)
    submit: Control
    done: str = ""


class Address(Part):
    """The question for an e-mail address alone, as chats ask it before or after somebody has said something.

    Without a button the Enter key answers it.
    """

    fields: tuple[FormField, ...] = Field(min_length=1)
    submit: Control | None = None

    @model_validator(mode="after")
    def _asks_for_an_address(self) -> Address:
        if all(field.value != "email" for field in self.fields) or any(
            field.value == "message" for field in self.fields
        ):
            raise ValueError("needs a field whose value is email, and none whose value is message")
        return self


class Composer(Part):
    """Where a visitor types, and the button that sends it off; without one, the Enter key does."""

    field: Control
    send: Control | None = None

    @model_validator(mode="before")
    @classmethod
    def _labelled(cls, value: Any) -> Any:
        if isinstance(value, dict) and "label" in value:
            rest = {key: part for key, part in value.items() if key != "label"}
            return {"field": value["label"], **rest}
        return value


class Roles(Part):
    """Which selector a message matches, by who wrote it; looked at in this order, `typing` is no message at all."""

    typing: str = ""
    visitor: str = ""
    bot: str = ""
    system: str = ""
    person: str = ""


class Names(Part):
    """Which names a writer has, where bots and people look the same; patterns of the whole name."""

    bot: Pattern = ""
    system: Pattern = ""
    person: Pattern = ""


class Messages(Part):
    """How a message looks in the transcript; selectors are CSS, inside `item`, attributes are plain names.

    Without `item` the messages are looked for around our own words, and nobody in them is taken for a person.
    """

    item: str = ""
    pending: str = ""
    id_attribute: str = ""
    author: str = ""
    text: str = ""
    time: str = ""
    time_attribute: str = "datetime"
    roles: Roles = Roles()
    names: Names = Names()

    @model_validator(mode="after")
    def _own_message_can_be_told(self) -> Messages:
        if self.item and not self.roles.visitor:
            raise ValueError("needs roles.visitor: without it our own message cannot be told from an answer")
        return self


class Signs(Part):
    """Selectors, on the page or in the chat, of what closes the way to a probe that does not pretend."""

    captcha: str = ""
    login_wall: str = ""
    blocked: str = ""


class Widget(Part):
    """One chat widget."""

    name: Text
    verified: Text
    browser: Literal["storage", "session", "profile"] = "storage"
    """What has to be kept to come back: cookies and storage, the tab's own session storage too, or all that sites
    store, in a browser profile."""
    detect: Detect = Detect()
    consent: Texts = ()
    opening: Opening = Opening()
    launcher: Launcher | None = None
    frame: str = ""
    root: str = ""
    home: Home | None = None
    prechat: PreChat | None = None
    offline: Offline | None = None
    address: Address | None = None
    composer: Composer
    messages: Messages
    signs: Signs = Signs()

    @model_validator(mode="after")
    def _claims_no_more_than_was_done(self) -> Widget:
        if self.verified not in VERIFICATIONS and not RUN.fullmatch(self.verified):
            raise ValueError(
                "verified must say “run against the real widget, NAME VERSION, YYYY-MM-DD”"
                " (or NAME commit HASH in place of the version)"
                f" or one of: {'; '.join(VERIFICATIONS)}"
            )
        return self
