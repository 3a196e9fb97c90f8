"""The one table of the channels that can be driven, by their names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from probes.channel import Channel
from probes.channels.chat.channel import Chat
from probes.channels.contact_form.channel import ContactForm
from probes.channels.email import Email

CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {
        "email": Email(),
        "contact_form": ContactForm(),
        "chat": Chat(),
    }
)
