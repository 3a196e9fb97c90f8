"""Probes that a mail without one may answer, by its sender's domain and its time; a person decides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from audit_app.domain.probes.response_time import WAITING
from audit_app.models import IncomingMail, Probe, Touchpoint
from probes.replies.mail import ReadMail
from probes.replies.match import sender_domains

MOST_SUGGESTIONS = 3
MOST_COMPARED = 40
"""Probes of one mail that are compared, those sent last before it came."""
TELLING_LENGTH = 4
"""Letters that a text of ours must have before finding it in a mail tells anything."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A probe that a mail may answer, and why."""

    probe: Probe
    reasons: tuple[str, ...]


def suggestions_for(session: Session, mails: Sequence[IncomingMail]) -> dict[int, list[Suggestion]]:
    """For each mail by its number the probes it may answer, the likeliest first.

    These are the probes to an address or page under the sender's domain that were sent before the mail came and
    whose time was not over yet. Nothing follows from a suggestion until a person takes it.
    """
    if not mails:
        return {}
    addresses = session.execute(select(Touchpoint.id, Touchpoint.address))
    places = [(number, _domain_of(address)) for number, address in addresses]
    return {mail.id: _suggest(session, mail, places) for mail in mails}


def _domain_of(address: str) -> str:
    """The domain of an e-mail address, or of a page without its `www`."""
    host = (urlsplit(address).hostname or "") if "://" in address else address.rpartition("@")[2]
    return host.casefold().removeprefix("www.")


def _suggest(session: Session, mail: IncomingMail, places: Sequence[tuple[int, str]]) -> list[Suggestion]:
    read = ReadMail.of(mail.evidence.content)
    domains = _readable_domains(read)
    touchpoints = [number for number, domain in places if _related(domain, domains)]
    if not touchpoints:
        return []
    text = _plain(f"{read.header('Subject')} {read.text}")
    found = [
        (probe, _reasons(probe, mail, text)) for probe in session.scalars(_sent_before(mail, touchpoints))
    ]
    found.sort(key=lambda each: _rank(each[0], mail, each[1]))
    return [
        Suggestion(probe, (f"it was written to {_domain_of(probe.touchpoint.address)}", *reasons))
        for probe, reasons in found[:MOST_SUGGESTIONS]
    ]


def _readable_domains(read: ReadMail) -> list[str]:
    try:
        return sender_domains(read)
    except Exception:  # a sender too broken to be read suggests nothing
        return []


def _related(domain: str, sender: Sequence[str]) -> bool:
    """Whether one is the other or above it."""
    return bool(sender and domain) and (domain in sender or domain.endswith(f".{sender[0]}"))


def _sent_before(mail: IncomingMail, touchpoints: Sequence[int]) -> Select[Probe]:
    return (
        select(Probe)
        .where(Probe.touchpoint_id.in_(touchpoints), Probe.sent_earliest <= mail.received_at)
        .where(or_(Probe.cutoff_at.is_(None), Probe.cutoff_at >= mail.received_at))
        .order_by(Probe.sent_latest.desc())
        .limit(MOST_COMPARED)
        .options(
            joinedload(Probe.touchpoint).joinedload(Touchpoint.location),
            joinedload(Probe.persona),
            joinedload(Probe.scenario),
        )
    )


def _reasons(probe: Probe, mail: IncomingMail, text: str) -> tuple[str, ...]:
    """What of the probe stands in the mail, the most telling first."""
    signs = (
        ("it quotes our message", probe.text[:200]),
        ("it names our subject", probe.subject),
        ("it names the persona", probe.persona.name),
        ("it names the location", probe.touchpoint.location.name),
    )
    told = [words for words, ours in signs if _stands_in(_plain(ours), text)]
    if probe.persona.mailbox_id == mail.mailbox_id:
        told.append("it came to the persona's mailbox")
    return tuple(told)


def _stands_in(ours: str, text: str) -> bool:
    return len(ours) >= TELLING_LENGTH and ours in text


def _plain(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _rank(probe: Probe, mail: IncomingMail, reasons: tuple[str, ...]) -> tuple[bool, int, bool, float]:
    """The more of it stands in the mail the better, then those still waiting, then the last one sent."""
    quoted = "it quotes our message" in reasons
    waiting = probe.outcome in WAITING
    sent = probe.sent_latest or probe.slot
    return (not quoted, -len(reasons), not waiting, (mail.received_at - sent).total_seconds())
