"""The company that is audited: a database holds one."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.errors import InvalidInput
from audit_app.models import Location, Mailbox, Organisation
from audit_app.services.entry.fields import FieldErrors

LONGEST_NAME = 200
MOST_SECONDS = 3600


def company(session: Session) -> Organisation | None:
    """The company that is audited, or None before it was entered."""
    return session.scalar(select(Organisation).order_by(Organisation.id).limit(1))


def name_company(session: Session, name: str, notices_mailbox: str = "", time_zone: str = "") -> Organisation:
    """Enter the company's name, its reporting zone and the mailbox for our own mail, or change them.

    Without a zone the one that was chosen stays. Raises InvalidFields.
    """
    errors, called = FieldErrors(), " ".join(name.split())
    with errors.field("name"):
        if not called or len(called) > LONGEST_NAME or not called.isprintable():
            raise InvalidInput(f"Enter the company's name, with at most {LONGEST_NAME} characters.")
    mailbox_id = None
    with errors.field("notices_mailbox"):
        mailbox_id = _mailbox_id(session, notices_mailbox) if notices_mailbox else None
    with errors.field("time_zone"):
        if time_zone and time_zone not in available_timezones():
            raise InvalidInput("Choose the time zone in whose days the company counts.")
    errors.raise_if_any()
    named = company(session) or Organisation()
    named.name, named.notices_mailbox_id = called, mailbox_id
    named.time_zone = time_zone or named.time_zone or ""
    session.add(named)
    session.flush()
    return named


def set_quickest(session: Session, named: Organisation, quick: str, at_once: str) -> None:
    """Set how soon after our message, in whole seconds, a mail is doubted, and is a program's. Raises InvalidFields."""
    errors = FieldErrors()
    with errors.field("quick_seconds"):
        doubted = _seconds(quick)
    with errors.field("at_once_seconds"):
        refused = _seconds(at_once)
    errors.raise_if_any()
    with errors.field("at_once_seconds"):
        if refused > doubted:
            raise InvalidInput(f"Enter at most the {doubted} seconds from which on a person is believed.")
    errors.raise_if_any()
    named.quick_seconds, named.at_once_seconds = doubted, refused
    session.flush()


def _seconds(text: str) -> int:
    typed = text.strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) < 5) or int(typed) > MOST_SECONDS:
        raise InvalidInput(f"Enter a whole number of seconds from 0 to {MOST_SECONDS}.")
    return int(typed)


def _mailbox_id(session: Session, address: str) -> int:
    mailbox_id = session.scalar(select(Mailbox.id).where(Mailbox.address == address, Mailbox.active))
    if mailbox_id is None:
        raise InvalidInput(f"There is no mailbox {address} in use. Choose one from the list.")
    return mailbox_id


def organisation_zone(session: Session) -> ZoneInfo:
    """The company's reporting zone; until it is chosen, that of the location entered first, and UTC without any.

    All scores are taken over days of this one zone, so that a location's score is the same on every page and
    locations in different zones are compared over the same time.
    """
    chosen = session.scalar(select(Organisation.time_zone).order_by(Organisation.id).limit(1))
    first = select(Location.time_zone).order_by(Location.id).limit(1)
    return ZoneInfo(chosen or session.scalar(first) or "UTC")
