"""Probes with a history, for the tests of their pages: sent to a location, and what came back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.probes.probe import ProbeState
from audit_app.models import Campaign, ChannelName, IncomingMail, Location, Probe, Touchpoint
from audit_app.services.probes.ledger import looked, record
from audit_app.services.probes.messages import compose
from probes import base
from probes.mail import imap
from tests.incoming import receive_mail
from tests.integration.probes import probe_factories

HOUR = timedelta(hours=1)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000"
    "05000168f3ad2f0000000049454e44ae426082"
)
"""The smallest picture there is."""


def probe_to(
    session: Session,
    location: Location,
    sent_at: datetime,
    channel: ChannelName = ChannelName.EMAIL,
    campaign: str = "Weekly",
    subject: str = "Opening hours",
) -> Probe:
    """A probe that was sent to a location at this time, to the second."""
    running = _campaign(session, location, channel, campaign)
    wording = next(each for each in running.scenarios[0].wordings if each.channel is channel)
    probe = compose(running, running.touchpoints[0], sent_at, wording, running.personas[0], sent_at)
    probe.state, probe.sending_at = ProbeState.SENT, sent_at
    probe.subject = subject if channel is ChannelName.EMAIL else ""
    session.add(probe)
    session.flush()
    sent = base.Fact(
        base.FactKind.SENT, sent_at, sent_at, source="our mail server", key="sent", role="visitor"
    )
    record(session, probe, [sent], sent_at)
    return probe


def _campaign(session: Session, location: Location, channel: ChannelName, name: str) -> Campaign:
    full = f"{name}, {location.name}, {channel}"
    found = session.scalar(select(Campaign).where(Campaign.name == full))
    if found:
        return found
    address = f"{location.key}-{name.lower()}@fjordfield.example"
    touchpoint: Touchpoint = probe_factories.touchpoint(session, location, channel, address)
    return probe_factories.campaign(session, touchpoint, name=full)


def seen(
    kind: str,
    at: datetime,
    text: str = "",
    *,
    latest: datetime | None = None,
    role: str = "",
    author: str = "",
    reasons: Sequence[str] = (),
    evidence: Sequence[base.Proof] = (),
) -> base.Fact:
    """Something that a channel brought home."""
    return base.Fact(
        base.FactKind(kind),
        at,
        latest or at,
        source="the chat server",
        key=f"{kind}-{at.isoformat()}",
        text=text,
        role=role,
        author=author,
        reasons=tuple(reasons),
        evidence=tuple(evidence),
    )


def happened(session: Session, probe: Probe, *facts: base.Fact, looked_at: datetime | None = None) -> Probe:
    """Add facts to the probe's ledger; `looked_at` is when its channel was last seen with success."""
    last = max([looked_at or fact.latest for fact in facts], default=looked_at or probe.slot)
    record(session, probe, facts, last)
    looked(session, probe, last, last)
    session.commit()
    return probe


def answered_probe(session: Session, location: Location, sent_at: datetime, hours: float = 2) -> Probe:
    """A probe that a person answered after so many hours."""
    reply = seen("human_reply", sent_at + hours * HOUR, "We open at ten.", role="person", author="Kim")
    return happened(session, probe_to(session, location, sent_at), reply)


def uncertain_probe(session: Session, location: Location, sent_at: datetime, hours: float = 2) -> Probe:
    """A probe with a reply of which nobody knows whether a person wrote it."""
    reply = seen(
        "uncertain_reply",
        sent_at + hours * HOUR,
        "Thanks, we will see to it.",
        role="unknown",
        author="Fjord & Field",
        reasons=["It says: “we will see to it”"],
    )
    return happened(session, probe_to(session, location, sent_at), reply)


def silent_probe(session: Session, location: Location, sent_at: datetime) -> Probe:
    """A probe that nobody answered within its cut-off."""
    return happened(session, probe_to(session, location, sent_at), looked_at=sent_at + 21 * HOUR)


def mail(
    session: Session,
    received_at: datetime,
    text: str,
    *,
    uid: int = 1,
    sender: str = "Kim Berg <kim@fjordfield.example>",
    subject: str = "Your question",
    to: str = "anna.berg@shopper.example",
    subtype: str = "plain",
) -> IncomingMail:
    """A mail in our mailbox, taken in as the worker does; it matches a probe only by its address `to`."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, to, subject
    letter["Message-ID"] = f"<{uid}@fjordfield.example>"
    letter.set_content(text, subtype=subtype)
    arrived = imap.FetchedMail("INBOX", 7, uid, received_at, letter.as_bytes())
    account = probe_factories.mailbox_of(session)
    session.flush()
    (stored,) = receive_mail(session, account, [arrived], received_at)
    session.commit()
    return stored
