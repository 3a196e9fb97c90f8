"""Assignments: which visits somebody is to make, and how urgent each one is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from audit_app.domain.errors import InvalidInput, NotFound
from audit_app.models import Assignment, AssignmentState, Checklist, Location, RoleName, User
from audit_app.services.checklists.versions import newest_version


class Urgency(StrEnum):
    """How soon a visit is to be made, the most pressing first."""

    OVERDUE = "overdue"
    TODAY = "today"
    OPEN = "open"
    LATER = "later"


ORDER = list(Urgency)


def assign(
    session: Session,
    location: Location,
    checklist: Checklist,
    auditor: User,
    due_from: datetime,
    due_until: datetime,
    now: datetime,
) -> Assignment:
    """Ask `auditor` to visit `location` with `checklist` between two instants.

    Raises InvalidInput when the window is empty or already over, or when the person is no active auditor, and
    NotFound when the checklist has no version yet.
    """
    if due_from >= due_until:
        raise InvalidInput(
            "The visit must be due after it may begin. Choose a later end or an earlier start."
        )
    if due_until <= now:
        raise InvalidInput("The visit would be overdue at once. Choose an end that is still to come.")
    if not auditor.active or not auditor.is_a(RoleName.AUDITOR):
        raise InvalidInput(f"{auditor.name} is not an active auditor. Choose somebody else, or add the role.")
    newest_version(session, checklist.key)
    assignment = Assignment(
        location=location, checklist=checklist, auditor=auditor, due_from=due_from, due_until=due_until
    )
    session.add(assignment)
    session.flush()
    return assignment


def assignments_of(session: Session, user: User, now: datetime) -> list[Assignment]:
    """The open assignments of `user`: overdue first, then today's, then what has begun, then what is to come."""
    found = session.scalars(
        select(Assignment)
        .where(Assignment.auditor_id == user.id, Assignment.state == AssignmentState.OPEN)
        .options(
            joinedload(Assignment.location), joinedload(Assignment.checklist), joinedload(Assignment.visit)
        )
        .order_by(Assignment.due_until, Assignment.id)
    )
    return sorted(found, key=lambda assignment: ORDER.index(urgency(assignment, now)))


def urgency(assignment: Assignment, now: datetime) -> Urgency:
    """How pressing an open assignment is; "today" is the day at the location."""
    if assignment.due_until <= now:
        return Urgency.OVERDUE
    if assignment.due_from > now:
        return Urgency.LATER
    zone = assignment.location.zone
    ends_today = assignment.due_until.astimezone(zone).date() == now.astimezone(zone).date()
    return Urgency.TODAY if ends_today else Urgency.OPEN


def own_assignment(session: Session, user: User, assignment_id: int) -> Assignment:
    """The assignment of `user` with this number; raises NotFound alike for another person's and for none."""
    assignment = session.get(Assignment, assignment_id)
    if assignment is None or assignment.auditor_id != user.id:
        raise NotFound("There is no such assignment among yours. Choose one from My visits.")
    return assignment
