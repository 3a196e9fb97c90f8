"""The company that is audited: a database holds one."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audit_app.domain.errors import InvalidInput
from audit_app.models import Location, Mailbox, Organisation
from audit_app.services.entry.fields import FieldErrors

LONGEST_NAME = 200


def company(session: Session) -> Organisation | None:
    """The company that is audited, or None before it was entered."""
    return session.scalar(select(Organisation).order_by(Organisation.id).limit(1))


def name_company(session: Session, name: str, notices_mailbox: str = "") -> Organisation:
    """Enter the company's name, or change it, and the address of the mailbox for our own mail. Raises InvalidFields."""
    errors, called = FieldErrors(), " ".join(name.split())
    with errors.field("name"):
        if not called or len(called) > LONGEST_NAME or not called.isprintable():
            raise InvalidInput(f"Enter the company's name, with at most {LONGEST_NAME} characters.")
    mailbox_id = None
    with errors.field("notices_mailbox"):
        mailbox_id = _mailbox_id(session, notices_mailbox) if notices_mailbox else None
    errors.raise_if_any()
    named = company(session) or Organisation()
    named.name, named.notices_mailbox_id = called, mailbox_id
    session.add(named)
    session.flush()
    return named


def _mailbox_id(session: Session, address: str) -> int:
    mailbox_id = session.scalar(select(Mailbox.id).where(Mailbox.address == address, Mailbox.active))
    if mailbox_id is None:
        raise InvalidInput(f"There is no mailbox {address} in use. Choose one from the list.")
    return mailbox_id


def organisation_zone(session: Session) -> ZoneInfo:
    """The zone in which most active locations are, the first by name among equals; UTC when there are none.

    All scores are taken over days of this one zone, so that a location's score is the same on every page and
    locations in different zones are compared over the same time.
    """
    count = func.count(Location.id)
    name = session.scalar(
        select(Location.time_zone)
        .where(Location.active)
        .group_by(Location.time_zone)
        .order_by(count.desc(), Location.time_zone)
        .limit(1)
    )
    return ZoneInfo(name or "UTC")
