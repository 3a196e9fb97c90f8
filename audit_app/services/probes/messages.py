"""What a probe says: made when it is planned, and given to the channel that sends it."""

from __future__ import annotations

import re
import secrets
import unicodedata
import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import object_session

from audit_app.domain.probes.probe import ObservationKind
from audit_app.models import AddressStyle, Campaign, ChannelName, Persona, Probe, Touchpoint, Wording
from audit_app.models.campaign import WordingPurpose
from audit_app.services.widgets.adapters import description_for
from probes.base import Message
from probes.channels.chat.vocabulary import sentence_for

LETTERS = "abcdefghjkmnpqrstuvwxyz"
DIGITS = "23456789"
UNMARKED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"}
)
"""Letters that are not a plain one with a mark; without them only pieces of a name would be left."""
PLACEHOLDERS = ("{name}", "{location}")
"""What a wording may hold: the persona's name and the location's, filled in when a probe is planned."""


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

    The sender's address is unique to the probe, and the surest way to match an answer; the Message-ID looks like
    that of any mail program. Neither tells a reader that this is a test.
    """
    token = new_token()
    domain = persona.mailbox.address.lower().rpartition("@")[2]
    probe = Probe(
        campaign=campaign,
        touchpoint=touchpoint,
        scenario=wording.scenario,
        persona=persona,
        channel=touchpoint.channel,
        slot=slot,
        token=token,
        message_id=f"<{uuid.uuid4()}@{domain}>" if touchpoint.channel is ChannelName.EMAIL else None,
        from_address=own_address(persona, token),
        to_address=touchpoint.address,
        subject=_filled(wording.subject, persona, touchpoint),
        text=_filled(wording.text, persona, touchpoint),
        language=wording.language,
        planned_at=now,
    )
    probe.judge_by(campaign.target)
    return probe


def own_address(persona: Persona, token: str) -> str:
    """The address that one probe alone writes from, in the style of the persona's mailbox.

    A plus address holds the token. A catch-all alias is the persona's name and six signs, as people make it who
    find their name taken: enough that two planned at once do not meet; it avoids those that the database knows.
    """
    local, _, domain = persona.mailbox.address.lower().rpartition("@")
    if persona.mailbox.address_style is not AddressStyle.CATCH_ALL:
        return f"{local}+{token}@{domain}"
    name = _as_local_part(persona.name) or local
    while True:
        alias = f"{name}.{new_token()[-6:]}@{domain}"
        if not _is_taken(persona, alias):
            return alias


def _as_local_part(name: str) -> str:
    """A name in plain letters, its parts with dots between: Jörg Öberg-Lind is jorg.oberg.lind, Łukasz is lukasz."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(UNMARKED)).encode("ascii", "ignore").decode()
    return ".".join(re.findall(r"[a-z]+", plain))


def _is_taken(persona: Persona, address: str) -> bool:
    session = object_session(persona)
    if session is None:
        return False
    with session.no_autoflush:
        return session.scalar(select(Probe.id).where(Probe.from_address == address).limit(1)) is not None


def _filled(text: str, persona: Persona, touchpoint: Touchpoint) -> str:
    # Plain replacement: a wording may hold other braces, which str.format would trip over.
    own = zip(PLACEHOLDERS, (persona.name, touchpoint.location.name), strict=True)
    for placeholder, value in own:
        text = text.replace(placeholder, value)
    return text


def message_of(probe: Probe) -> Message:
    """The message of `probe` in the words of the channels; raises OurFailure when nobody knows its touchpoint's chat."""
    by_mail = probe.channel is ChannelName.EMAIL
    session, widget = object_session(probe), probe.touchpoint.widget
    stored = description_for(session, widget) if session and probe.channel is ChannelName.CHAT else ""
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
        widget=widget,
        widget_text=stored,
        form_mapping=probe.touchpoint.form_mapping,
        time_zone=probe.touchpoint.location.time_zone,
        ask_person=_ask_person(probe),
        asked=sum(seen.kind is ObservationKind.ASKING_PERSON for seen in probe.observations),
    )


def _ask_person(probe: Probe) -> str:
    """The sentence that asks a chat's bot for a person: the scenario's, or the usual one; empty where it asks for none."""
    scenario = probe.scenario
    if probe.channel is not ChannelName.CHAT or not scenario.asks_for_person:
        return ""
    own = (
        wording.text
        for wording in scenario.wordings
        if wording.purpose is WordingPurpose.ASK_FOR_PERSON and wording.language == probe.language
    )
    return next(own, "") or sentence_for(probe.language)
