"""Checklists in the database: every edit becomes the next version, and no version ever changes."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from audit_app.domain.checklists import checklist as domain
from audit_app.domain.errors import Conflict, NotFound
from audit_app.models import Checklist, ChecklistVersion


class UnknownForm(Conflict):
    """No version of the checklist has the content hash that a device names."""


def store_checklist(session: Session, form: domain.Checklist, now: datetime) -> ChecklistVersion:
    """Store `form` and return its version: the newest one if that is the same form, else the next number.

    Only the newest is compared: to go back to an earlier edition is an edit too, and new visits must get it.
    """
    checklist = _checklist(session, form)
    newest = _newest(session, ChecklistVersion.checklist_id == checklist.id)
    if newest is not None and newest.content_hash == domain.content_hash(form):
        return newest
    version = ChecklistVersion(
        checklist=checklist,
        number=newest.number + 1 if newest else 1,
        content=json.loads(domain.canonical_json(form)),
        content_hash=domain.content_hash(form),
        created_at=now,
    )
    session.add(version)
    session.flush()
    return version


def newest_version(session: Session, key: str) -> ChecklistVersion:
    """The version of the checklist `key` that new visits use; raises NotFound when there is none."""
    version = _newest(session, ChecklistVersion.checklist.has(Checklist.key == key))
    if version is None:
        raise NotFound(f"There is no checklist “{key}”. Load its file first.")
    return version


def _checklist(session: Session, form: domain.Checklist) -> Checklist:
    """The row of the form's key, locked so that two edits at once get two numbers."""
    checklist = session.scalar(select(Checklist).where(Checklist.key == form.key).with_for_update())
    if checklist is None:
        checklist = Checklist(key=form.key, title=form.title)
        session.add(checklist)
        session.flush()
    checklist.title = form.title
    return checklist


def _newest(session: Session, *wanted: ColumnElement[bool]) -> ChecklistVersion | None:
    newest_first = select(ChecklistVersion).where(*wanted).order_by(ChecklistVersion.number.desc())
    return session.scalar(newest_first.limit(1))


def version_with(session: Session, checklist: Checklist, content_hash: str) -> ChecklistVersion:
    """The newest version of `checklist` with this content hash; raises UnknownForm when there is none."""
    its_own = ChecklistVersion.checklist_id == checklist.id
    version = _newest(session, its_own, ChecklistVersion.content_hash == content_hash)
    if version is None:
        raise UnknownForm(
            "The form on this device is not known here. Open My visits online, then start the visit."
        )
    return version
