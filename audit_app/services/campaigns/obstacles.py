"""What keeps a campaign, or a part of it, from being sent: in words, with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from audit_app.models import Campaign, ChannelName, Touchpoint
from audit_app.services.campaigns.personas import languages
from audit_app.services.probes.planning import pairs, reachable


def obstacles(session: Session, campaign: Campaign, now: datetime) -> list[str]:
    """What is in the way of its probes now, a sentence each; empty when all of them can go out."""
    if campaign.ends_at is not None and campaign.ends_at <= now:
        return ["It is over. Enter a later end, or none, to go on."]
    return [*_touchpoints(session, campaign), *_words(campaign), *_mailboxes(campaign)]


def _touchpoints(session: Session, campaign: Campaign) -> Iterator[str]:
    if not campaign.touchpoints:
        yield "No touchpoint is chosen, so it writes to nobody."
    open_to_us = {touchpoint.id for touchpoint in reachable(session, campaign)}
    for touchpoint in campaign.touchpoints:
        if touchpoint.id not in open_to_us:
            yield f"{touchpoint.location.name}: {touchpoint.address} {_why_not(touchpoint)}."


def _why_not(touchpoint: Touchpoint) -> str:
    if not touchpoint.active:
        return "is switched off"
    if not touchpoint.location.active:
        return "belongs to a location that is switched off"
    if touchpoint.confirmed_at is None:
        return "is not confirmed as the company's own"
    return "is of a channel by which no probe goes"


def _words(campaign: Campaign) -> Iterator[str]:
    for channel in sorted({touchpoint.channel for touchpoint in campaign.touchpoints}):
        if not pairs(campaign, channel):
            yield _nobody_writes(campaign, channel)


def _nobody_writes(campaign: Campaign, channel: ChannelName) -> str:
    spoken = {languages().get(persona.language, persona.language) for persona in campaign.personas}
    what = {
        ChannelName.EMAIL: "e-mail",
        ChannelName.CONTACT_FORM: "a contact form",
        ChannelName.CHAT: "a chat",
    }
    by = what.get(channel, channel.value)
    if not spoken:
        return f"No persona is chosen, so nobody writes by {by}."
    return (
        f"No scenario has a wording for {by} in {' or '.join(sorted(spoken))}, the language of its personas, "
        "so nothing is sent there."
    )


def _mailboxes(campaign: Campaign) -> Iterator[str]:
    for persona in campaign.personas:
        mailbox = persona.mailbox
        if not mailbox.active:
            yield f"{persona.name} cannot write: the mailbox {mailbox.address} is switched off."
        elif mailbox.down_since is not None:
            yield f"{persona.name} cannot write: the mailbox {mailbox.address} is down."
