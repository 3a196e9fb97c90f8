"""Setting up our mailboxes: adding, changing, switching off; nothing that came or left is ever deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from audit_app.domain.errors import NotFound
from audit_app.models import Campaign, IncomingMail, Mailbox, MailFolder, Persona, Probe, Security, Touchpoint
from audit_app.services.entry.fields import InvalidFields, all_or_nothing
from audit_app.services.mailboxes.entry import COLUMNS, MailboxEntry, drafted
from audit_app.services.probes.pending import UnderWay, probes_under_way, running_campaigns
from probes.mail.oauth import LOOPBACK

SECURITY_WORDS = {
    Security.TLS: "TLS from the start",
    Security.STARTTLS: "STARTTLS",
    Security.NONE: "no protection",
}


@dataclass(frozen=True, slots=True)
class MailboxUsage:
    """What stops when a mailbox is switched off."""

    personas: Sequence[str]
    campaigns: Sequence[str]
    probes: UnderWay


def mailbox_by_id(session: Session, mailbox_id: int) -> Mailbox:
    """The mailbox with the number; raises NotFound."""
    found = session.get(Mailbox, mailbox_id)
    if found is None:
        raise NotFound(f"There is no mailbox {mailbox_id}. Choose one from the list of mailboxes.")
    return found


def mailbox_by_address(session: Session, address: str) -> Mailbox:
    """The mailbox with the address; raises NotFound."""
    found = session.scalar(select(Mailbox).where(Mailbox.address == address.strip().lower()))
    if found is None:
        raise NotFound(
            f"There is no mailbox {address.strip()}. `audit-app mailboxes list` shows those there are."
        )
    return found


def add_mailbox(session: Session, entry: MailboxEntry) -> Mailbox:
    """Add a mailbox; the worker begins to read it at its next round. Raises InvalidFields."""
    mailbox = drafted(entry, None)
    _check_free(session, mailbox.address, 0)
    with all_or_nothing(session, "address"):
        session.add(mailbox)
    return mailbox


def change_mailbox(session: Session, mailbox: Mailbox, entry: MailboxEntry, now: datetime) -> None:
    """Change a mailbox; secrets that are not typed stay. Raises InvalidFields."""
    draft = drafted(entry, mailbox)
    if draft.address != mailbox.address:
        _check_unused(session, mailbox)
    _check_free(session, draft.address, mailbox.id)
    if (draft.imap_host, draft.username) != (mailbox.imap_host, mailbox.username or mailbox.address):
        _read_from_the_start(session, mailbox, now)
    with all_or_nothing(session, "address"):
        for name in COLUMNS:
            setattr(mailbox, name, getattr(draft, name))


def switch(session: Session, mailbox: Mailbox, *, on: bool) -> None:
    """Switch a mailbox on or off; off, it is not read and no probe leaves from it."""
    mailbox.active = on
    session.flush()


def personas_of(session: Session, mailbox: Mailbox) -> Sequence[Persona]:
    """The personas that write from the mailbox."""
    return session.scalars(
        select(Persona).where(Persona.mailbox_id == mailbox.id).order_by(Persona.name)
    ).all()


def usage_of(session: Session, mailbox: Mailbox) -> MailboxUsage:
    """What the mailbox is in use for now."""
    personas = personas_of(session, mailbox)
    ids = [persona.id for persona in personas]
    return MailboxUsage(
        personas=[persona.name for persona in personas],
        campaigns=running_campaigns(session, Campaign.personas.any(Persona.id.in_(ids))),
        probes=probes_under_way(session, Probe.persona_id.in_(ids)),
    )


def unusual_settings(mailbox: Mailbox) -> list[str]:
    """What is unusual about a mailbox's servers, though it may be right; in sentences with what to do."""
    usual = {("SMTP", 465): Security.TLS, ("SMTP", 587): Security.STARTTLS, ("IMAP", 993): Security.TLS}
    usual |= {("IMAP", 143): Security.STARTTLS}
    warnings = []
    for protocol, host, port, security in (
        ("SMTP", mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_security),
        ("IMAP", mailbox.imap_host, mailbox.imap_port, mailbox.imap_security),
    ):
        expected = usual.get((protocol, port))
        if expected is not None and expected is not security:
            warnings.append(
                f"Port {port} of {protocol} usually goes with {SECURITY_WORDS[expected]}, "
                f"not with {SECURITY_WORDS[security]}. If the sign-in fails, change one of them."
            )
        if security is Security.NONE and host not in LOOPBACK:
            warnings.append(f"Without TLS, everybody on the way to {host} can read the password.")
    return warnings


def _check_unused(session: Session, mailbox: Mailbox) -> None:
    used = select(Probe.id).join(Probe.persona).where(Persona.mailbox_id == mailbox.id)
    if session.scalar(used.limit(1)) is not None:
        raise InvalidFields(
            {
                "address": f"Probes were sent from {mailbox.address}, and their answers come there. "
                "Add another mailbox for the new address, and switch this one off when it is no longer needed."
            }
        )


def _check_free(session: Session, address: str, own_id: int) -> None:
    other = select(Mailbox.id).where(Mailbox.address == address, Mailbox.id != own_id)
    theirs = select(Touchpoint).where(func.lower(Touchpoint.address) == address)
    if session.scalar(other) is not None:
        raise InvalidFields({"address": f"There is a mailbox {address} already. Change that one."})
    touchpoint = session.scalar(theirs.limit(1))
    if touchpoint is not None:
        place = touchpoint.location.name
        raise InvalidFields(
            {"address": f"{address} is a touchpoint of {place}; probes need an address of their own."}
        )


def _read_from_the_start(session: Session, mailbox: Mailbox, now: datetime) -> None:
    """Read another account from its first mail on, although it may number its mails as the former one did.

    What is stored gives up its places for that; a mail with the same bytes is not stored twice.
    """
    ours = IncomingMail.mailbox_id == mailbox.id
    former = func.substr(IncomingMail.folder, 1, 200).concat(f" (before {now:%Y-%m-%d %H:%M:%S} UTC)")
    session.execute(update(IncomingMail).where(ours).values(folder=former))
    session.execute(delete(MailFolder).where(MailFolder.mailbox_id == mailbox.id))
    session.expire(mailbox, ["folders"])
