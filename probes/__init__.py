"""Drives the customer channels of a company: writes as a customer would, and brings home what comes back.

Knows neither Flask nor SQL nor the application; `CHANNELS` is the one table of what it can drive.
"""

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
