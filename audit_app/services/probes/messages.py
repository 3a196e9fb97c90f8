"""What a probe says: made when it is planned, and given to the channel that sends it."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from audit_app.models import Campaign, ChannelName, Persona, Probe, Touchpoint, Wording
from probes.base import Message

LETTERS = "abcdefghjkmnpqrstuvwxyz"
DIGITS = "23456789"


def new_token() -> str:
    """A token that no two probes share: letters and digits that nobody misreads, at least one of each."""
    middle = "".join(secrets.choice(LETTERS + DIGITS) for _ in range(6))
    return secrets.choice(LETTERS) + middle + secrets.choice(DIGITS)


def compose(
    campaign: Campaign,
    touchpoint: Touchpoint,
    slot: datetime,
    wording: Wording,
    persona: Persona,
    now: datetime,
) -> Probe:
    """A planned probe with all that identifies its message, so that it can be found again after a crash.

    The token stands only in the sender's address, which a mailbox with plus addresses keeps unique to the probe;
    the Message-ID looks like that of any mail program. Neither tells a reader that this is a test.
    """
    token = new_token()
    local, _, domain = persona.mailbox.address.lower().rpartition("@")
    return Probe(
        campaign=campaign,
        touchpoint=touchpoint,
        scenario=wording.scenario,
        persona=persona,
        channel=touchpoint.channel,
        slot=slot,
        token=token,
        message_id=f"<{uuid.uuid4()}@{domain}>" if touchpoint.channel is ChannelName.EMAIL else None,
        from_address=f"{local}+{token}@{domain}",
        to_address=touchpoint.address,
        subject=_filled(wording.subject, persona, touchpoint),
        text=_filled(wording.text, persona, touchpoint),
        language=wording.language,
        planned_at=now,
    )


def _filled(text: str, persona: Persona, touchpoint: Touchpoint) -> str:
    # Plain replacement: a wording may hold other braces, which str.format would trip over.
    return text.replace("{name}", persona.name).replace("{location}", touchpoint.location.name)


def message_of(probe: Probe) -> Message:
    """The message of `probe` in the words of the channels."""
    by_mail = probe.channel is ChannelName.EMAIL
    return Message(
        token=probe.token,
        channel=probe.channel.value,
        persona_name=probe.persona.name,
        from_address=probe.from_address,
        text=probe.text,
        to=probe.to_address if by_mail else "",
        subject=probe.subject,
        language=probe.language,
        message_id=probe.message_id or "",
        url=(probe.touchpoint.contact_page or "") if by_mail else probe.to_address,
        widget=probe.touchpoint.widget,
        time_zone=probe.touchpoint.location.time_zone,
    )
