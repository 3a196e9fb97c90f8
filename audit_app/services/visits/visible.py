"""Which visits a person may see, and which are their own to make."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session

from audit_app.domain.errors import NotFound
from audit_app.models import Assignment, AssignmentState, Location, RoleName, User, Visit, VisitState
from audit_app.services.locations.visible import locations_visible_to
from audit_app.services.visits.edits import NOT_YOURS


def visible_visits(user: User) -> Select[Visit]:
    """The visits that `user` may see: an admin all, everybody their own, and submitted ones of their locations."""
    return select(Visit).where(_visible(user))


def _visible(user: User) -> ColumnElement[bool]:
    if user.is_a(RoleName.ADMIN):
        return true()
    locations = locations_visible_to(user).with_only_columns(Location.id)
    submitted = and_(Visit.state == VisitState.SUBMITTED, Visit.location_id.in_(locations))
    return or_(Visit.auditor_id == user.id, submitted)


def visible_visit(session: Session, user: User, visit_id: int) -> Visit:
    """The visit with this number; raises NotFound alike when it does not exist and when it is not for `user`."""
    visit = session.scalar(visible_visits(user).where(Visit.id == visit_id))
    if visit is None:
        raise NotFound("There is no such visit among yours. Choose one from the list of visits.")
    return visit


def own_visit(session: Session, user: User, visit_id: int) -> Visit:
    """The visit that `user` makes as its auditor; raises NotFound alike for another person's and for none."""
    visit = session.get(Visit, visit_id)
    if visit is None or visit.auditor_id != user.id:
        raise NotFound("There is no such visit among yours. Choose one from My visits.")
    return visit


def own_visit_on_device(session: Session, user: User, client_id: str) -> Visit:
    """The visit of `user` that a device gave this number; raises NotFound in the words for somebody who had it once."""
    visit = session.scalar(select(Visit).where(Visit.client_id == client_id, Visit.auditor_id == user.id))
    if visit is None:
        raise NotFound(NOT_YOURS)
    return visit


def other_drafts_of(session: Session, user: User) -> list[Visit]:
    """The drafts of `user` that no open assignment leads to, the newest first."""
    open_assignment = Visit.assignment.has(Assignment.state == AssignmentState.OPEN)
    return list(
        session.scalars(
            select(Visit)
            .where(Visit.auditor_id == user.id, Visit.state == VisitState.DRAFT, ~open_assignment)
            .order_by(Visit.started_at.desc())
        )
    )


def done_by(session: Session, user: User, limit: int) -> list[Visit]:
    """The last `limit` visits that `user` submitted, the newest first."""
    return list(
        session.scalars(
            select(Visit)
            .where(Visit.auditor_id == user.id, Visit.state == VisitState.SUBMITTED)
            .order_by(Visit.finished_at.desc())
            .limit(limit)
        )
    )
