"""Which hosts and networks that are not public the probes' browsers may reach all the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.errors import InvalidInput, NotFound
from audit_app.models import PrivateHost, User
from audit_app.services.entry.fields import FieldErrors, unless_refused
from probes.browser.reach import Allowed, NotAnAddress, allowed_from, normal_entry

LONGEST_NOTE = 300


def private_hosts(session: Session) -> Sequence[PrivateHost]:
    """All that were ever entered or found, those that wait for an answer first."""
    waiting_first = PrivateHost.answered_at.is_not(None)
    return session.scalars(select(PrivateHost).order_by(waiting_first, PrivateHost.address)).all()


def allowed(session: Session) -> Allowed:
    """What browsers may reach although it is not public: what is allowed, and what still waits for an answer."""
    return allowed_from(session.scalars(select(PrivateHost.address).where(PrivateHost.allowed)))


def private_host(session: Session, host_id: int) -> PrivateHost:
    """The entry with the number; raises NotFound."""
    found = session.get(PrivateHost, host_id)
    if found is None:
        raise NotFound("This host is no longer in the list. Choose one from the list of private hosts.")
    return found


def allow(session: Session, address: str, note: str, user: User | None, now: datetime) -> PrivateHost:
    """Allow a host's name, an address or a network, from the browsers' next connection on. Raises InvalidFields."""
    errors = FieldErrors()
    entry = ""
    with errors.field("address"):
        entry = _entry(address)
    with errors.field("note"):
        if len(note.strip()) > LONGEST_NOTE:
            raise InvalidInput(f"Write at most {LONGEST_NOTE} characters.")
    errors.raise_if_any()
    host = session.scalar(select(PrivateHost).where(PrivateHost.address == entry))
    if host is None:
        host = PrivateHost(address=entry, allowed=True)
        with unless_refused(session, InvalidInput(f"{entry} has just been entered by somebody else.")):
            session.add(host)
            session.flush()
    host.note = note.strip() or host.note
    answer(host, user, now, may_be_reached=True)
    session.flush()
    return host


def answer(host: PrivateHost, user: User | None, now: datetime, *, may_be_reached: bool) -> None:
    """Decide on an entry; browsers are held to it from their next connection on."""
    host.allowed, host.answered_at = may_be_reached, now
    host.answered_by = f"{user.name} <{user.email}>" if user is not None else ""


def _entry(address: str) -> str:
    try:
        return normal_entry(address)
    except NotAnAddress as error:
        raise InvalidInput(str(error)) from error
