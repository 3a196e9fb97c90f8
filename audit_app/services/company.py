"""The company that is audited: a database holds one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.errors import InvalidInput
from audit_app.models import Organisation
from audit_app.services.entries import Sheet

LONGEST_NAME = 200


def company(session: Session) -> Organisation | None:
    """The company that is audited, or None before it was entered."""
    return session.scalar(select(Organisation).order_by(Organisation.id).limit(1))


def name_company(session: Session, name: str) -> Organisation:
    """Enter the company's name, or change it. Raises EntryInvalid."""
    sheet, called = Sheet(), " ".join(name.split())
    with sheet.field("name"):
        if not called or len(called) > LONGEST_NAME or not called.isprintable():
            raise InvalidInput(f"Enter the company's name, with at most {LONGEST_NAME} characters.")
    sheet.done()
    named = company(session) or Organisation()
    named.name = called
    session.add(named)
    session.flush()
    return named
