"""Which channels there are drivers for, and where their answers come to."""

from __future__ import annotations

from audit_app.models import ChannelName
from probes.channels.table import CHANNELS


def supported() -> list[ChannelName]:
    """The channels that probes can be sent through."""
    return [name for name in ChannelName if name.value in CHANNELS]


def answered_by_mail() -> list[ChannelName]:
    """Those whose answers are read from the mailbox that all probes share."""
    return [name for name in supported() if CHANNELS[name.value].answers_come_to == "mailbox"]


def answered_on_page() -> list[ChannelName]:
    """Those whose answers show on a page that has to be kept open, or opened again."""
    return [name for name in supported() if CHANNELS[name.value].answers_come_to == "session"]
