"""Who comes into a chat, and how long that visitor waits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Visitor:
    """Who we say to be: the name and address that forms get, the language, and the zone in which pages show times."""

    name: str
    email: str
    language: str = "en"
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Patience:
    """How long a visitor waits, in seconds."""

    show: float = 15.0
    """For a part of the chat to appear, and for one look at it."""
    open: float = 12.0
    """From the loaded page until the chat stands open, or nothing that opens it has been found."""
    click: float = 3.0
    """For one rung of the click ladder."""
    confirm: float = 30.0
    """For our own message to stand in the transcript."""
    stand: float = 4.0
    """So long our message has to stand there without a sign of failure, where nothing shows that it arrived."""
    settle: float = 8.0
    """For the messages of an earlier conversation to load."""
    poll: float = 3.0
    """Between two looks although nothing seems to change: the safety net under the page's own signals."""
