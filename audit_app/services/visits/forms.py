"""The forms that somebody may have on a device: those of visits and assignments that they may see."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from audit_app.domain.errors import NotFound
from audit_app.models import Assignment, ChecklistVersion, User, Visit
from audit_app.services.visits.visible import visible_visits


def form_for(session: Session, user: User, hash_begins: str) -> ChecklistVersion:
    """The version whose content hash begins so, for who may see a visit or has an assignment of it.

    Raises NotFound alike when there is none and when it is for others.
    """
    visits = visible_visits(user).with_only_columns(Visit.version_id)
    assigned = select(Assignment.checklist_id).where(Assignment.auditor_id == user.id)
    version = session.scalar(
        select(ChecklistVersion)
        # A range, since both databases find one by the index.
        .where(
            ChecklistVersion.content_hash >= hash_begins, ChecklistVersion.content_hash < hash_begins + "g"
        )
        .where(or_(ChecklistVersion.id.in_(visits), ChecklistVersion.checklist_id.in_(assigned)))
        .order_by(ChecklistVersion.number.desc())
        .limit(1)
    )
    if version is None:
        raise NotFound("There is no such form among yours. Open My visits, and choose the visit there.")
    return version
