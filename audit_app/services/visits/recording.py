"""Visits: starting one, taking its answers so that none is lost, and submitting it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audit_app.domain.checklists import checklist as domain
from audit_app.domain.checklists.question import Question
from audit_app.domain.errors import Conflict, InvalidInput, NotFound
from audit_app.domain.scores.scoring import visit_score
from audit_app.models import AnswerEdit, Assignment, AssignmentState, User, Visit, VisitState
from audit_app.services.checklists.versions import newest_version, version_with
from audit_app.services.visits.edits import OpenConflicts, answer_of, conflicts_of, own_key

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a device's clock may be off before its times are not believed."""


class MissingAnswers(InvalidInput):
    """A visit cannot be submitted yet; `questions` are those that still need an answer."""

    def __init__(self, questions: Sequence[Question]) -> None:
        named = "; ".join(f"“{question.text}”" for question in questions)
        count = "1 question still needs" if len(questions) == 1 else f"{len(questions)} questions still need"
        super().__init__(f"{count} an answer: {named}. Answer them, then submit again. Nothing was lost.")
        self.questions = list(questions)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a visit is: how many of its questions are answered, and which required ones are not."""

    answered: int
    total: int
    missing: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Begun:
    """What a device says of a visit that was begun on it: when, with which form (a content hash), and on which device."""

    started_at: datetime
    form: str = ""
    device_id: int | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """What a device says of a visit that was submitted on it, all by its own clock; `sent_at` is when it says so."""

    finished_at: datetime
    sent_at: datetime
    active_seconds: int | None = None


def start_visit(
    session: Session,
    user: User,
    assignment: Assignment,
    client_id: str,
    now: datetime,
    begun: Begun | None = None,
) -> Visit:
    """Start the visit of `assignment`, or return it when it was started before with either of the two keys.

    `client_id` is a UUID made on the device. Raises NotFound when the assignment is not the user's, Conflict when it
    was cancelled or `client_id` belongs to another visit, UnknownForm when the checklist has no such version,
    InvalidInput when it is too early or `client_id` is none.
    """
    begun = begun or Begun(now)
    if assignment.auditor_id != user.id:
        raise NotFound("There is no such assignment among yours. Choose one from My visits.")
    key = own_key(
        client_id, "The number that the device gave the visit is no UUID. Reload My visits and start again."
    )
    if (started := _started(session, assignment, key)) is not None:
        return started
    started_at = min(begun.started_at, now)
    _check_may_start(assignment, started_at)
    checklist = assignment.checklist
    version = (
        version_with(session, checklist, begun.form) if begun.form else newest_version(session, checklist.key)
    )
    visit = Visit(
        client_id=key,
        assignment_id=assignment.id,
        location_id=assignment.location_id,
        version_id=version.id,
        auditor_id=user.id,
        started_at=started_at,
        opened_at=now,
        device_id=begun.device_id,
    )
    return _insert(session, visit, assignment)


def _insert(session: Session, visit: Visit, assignment: Assignment) -> Visit:
    """Insert the visit; when another device was faster by a moment, return that one's."""
    client_id = visit.client_id
    session.expire(assignment, ["visit"])
    try:
        with session.begin_nested():
            session.add(visit)
            session.flush()
    except IntegrityError:
        started = _started(session, assignment, client_id)
        if started is None:
            raise
        return started
    return visit


def _started(session: Session, assignment: Assignment, client_id: str) -> Visit | None:
    visits = session.scalars(
        select(Visit).where(or_(Visit.assignment_id == assignment.id, Visit.client_id == client_id))
    ).all()
    if any(visit.assignment_id != assignment.id for visit in visits):
        raise Conflict("This number belongs to another visit already. Reload My visits and start again.")
    return visits[0] if visits else None


def _check_may_start(assignment: Assignment, now: datetime) -> None:
    if assignment.state is not AssignmentState.OPEN:
        raise Conflict(f"This assignment is {assignment.state.value}; it takes no new visit.")
    if now < assignment.due_from:
        begins = assignment.due_from.astimezone(assignment.location.zone)
        raise InvalidInput(
            f"It is too early for this visit. It can be made from {begins:%A %-d %B %H:%M} "
            f"({assignment.location.time_zone})."
        )


def answers_of(visit: Visit) -> dict[str, domain.Answer]:
    """The answers of a visit by the keys of their questions."""
    form = visit.version.form
    return {row.path: answer_of(form, row) for row in visit.answers}


def progress(visit: Visit) -> Progress:
    """How far the visit is, as the server knows it."""
    form, answers = visit.version.form, answers_of(visit)
    results = domain.question_results(form, answers)
    answered = sum(result.state != "missing" for result in results)
    return Progress(answered, len(results), tuple(domain.missing(form, answers)))


def submit_visit(session: Session, visit: Visit, now: datetime, finished: Finished | None = None) -> Visit:
    """Close the visit and give it its exact score; submitting it again changes nothing.

    It counts when the device says that it was finished, unless that cannot be true.

    The score stays None when nothing at all applied. Raises MissingAnswers (an InvalidInput that lists them) while
    required questions are open, OpenConflicts while there are two answers to one, and Conflict when the visit was
    withdrawn.
    """
    session.refresh(visit, with_for_update=True)
    if visit.state is VisitState.SUBMITTED:
        return visit
    if visit.state is VisitState.WITHDRAWN:
        raise Conflict("This visit was withdrawn and cannot be submitted.")
    # Another device may have answered since this session last looked.
    session.expire(visit, ["answers"])
    if kept := conflicts_of(session, visit):
        raise OpenConflicts(sorted({edit.path for edit in kept}))
    form, answers = visit.version.form, answers_of(visit)
    open_questions = domain.missing(form, answers)
    if open_questions:
        raise MissingAnswers(open_questions)
    score = visit_score(domain.tally(form, answers))
    visit.score = None if score is None else score.value
    visit.critical_failures = len(domain.critical_failures(form, answers))
    visit.received_at = now
    visit.finished_at, visit.clock_uncertain = _counts_at(session, visit, finished, now)
    visit.active_seconds = finished.active_seconds if finished else None
    visit.state = VisitState.SUBMITTED
    if visit.assignment is not None:
        visit.assignment.state = AssignmentState.DONE
    session.flush()
    return visit


def _counts_at(
    session: Session, visit: Visit, finished: Finished | None, now: datetime
) -> tuple[datetime, bool]:
    """When the visit counts, and whether the device's clock could not be believed."""
    if finished is None:
        return now, False
    entered = session.scalar(select(func.max(AnswerEdit.made_at)).where(AnswerEdit.visit_id == visit.id))
    earliest = max(filter(None, (visit.started_at, entered)))
    off = abs(finished.sent_at - now) > CLOCK_TOLERANCE
    if off or not earliest <= finished.finished_at <= now + CLOCK_TOLERANCE:
        return now, True
    return min(finished.finished_at, now), False
