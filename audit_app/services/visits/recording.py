"""Visits: starting one, taking its answers so that none is lost, and submitting it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audit_app.domain.checklists import checklist as domain
from audit_app.domain.checklists.question import Question
from audit_app.domain.errors import Conflict, InvalidInput, NotFound
from audit_app.domain.scores.scoring import visit_score
from audit_app.models import (
    Answer,
    Assignment,
    AssignmentState,
    User,
    Visit,
    VisitState,
)
from audit_app.services.checklists.versions import newest_version

HIGHEST_REVISION = 1_000_000_000
"""More changes than anyone makes to one answer, and still a small integer on every database."""


class MissingAnswers(InvalidInput):
    """A visit cannot be submitted yet; `questions` are those that still need an answer."""

    def __init__(self, questions: Sequence[Question]) -> None:
        named = "; ".join(f"“{question.text}”" for question in questions)
        count = "1 question still needs" if len(questions) == 1 else f"{len(questions)} questions still need"
        super().__init__(f"{count} an answer: {named}. Answer them, then submit again. Nothing was lost.")
        self.questions = list(questions)


class SaveOutcome(StrEnum):
    """What became of an answer that arrived."""

    SAVED = "saved"
    SAME = "same"
    """It was there already: a repeated send."""
    OLDER = "older"
    """A newer one is there, and stays."""
    REPLACED = "replaced"
    """It was made at the same time as another one elsewhere, and took its place."""


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """The answer that stands after a save, and what became of the one that arrived."""

    outcome: SaveOutcome
    answer: Answer
    replaced: dict[str, object] | None = None
    """With REPLACED: the answer that was there before."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a visit is: how many of its questions are answered, and which required ones are not."""

    answered: int
    total: int
    missing: tuple[Question, ...]


def start_visit(session: Session, user: User, assignment: Assignment, client_id: str, now: datetime) -> Visit:
    """Start the visit of `assignment`, or return it when it was started before with either of the two keys.

    `client_id` is a UUID made on the device. Raises NotFound when the assignment is not the user's, Conflict when it
    was cancelled or `client_id` belongs to another visit, InvalidInput when it is too early or `client_id` is none.
    """
    if assignment.auditor_id != user.id:
        raise NotFound("There is no such assignment among yours. Choose one from My visits.")
    started = _started(session, assignment, _client_id(client_id))
    if started is not None:
        return started
    _check_may_start(assignment, now)
    visit = Visit(
        client_id=_client_id(client_id),
        assignment_id=assignment.id,
        location_id=assignment.location_id,
        version_id=newest_version(session, assignment.checklist.key).id,
        auditor_id=user.id,
        started_at=now,
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


def _client_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise InvalidInput(
            "The number that the device gave the visit is no UUID. Reload My visits and start again."
        ) from None


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


def save_answer(
    session: Session, visit: Visit, question_key: str, raw: object, revision: int, now: datetime
) -> SavedAnswer:
    """Take one answer in the form that `domain.checklist.read_answer` reads; repeating it changes nothing.

    The highest revision wins in whatever order they arrive. When two devices made different answers with one
    revision, the later to arrive stands and the other is returned with it, so that the person can be told; it then
    counts as one revision higher, so that a repeated send of the first cannot bring that back.

    Raises InvalidInput when the question or the revision does not exist or the answer does not fit the question, and
    Conflict when the visit is not a draft any more.
    """
    answer = domain.read_answer(visit.version.form.question(question_key), raw)
    if isinstance(revision, bool) or not isinstance(revision, int) or not 1 <= revision <= HIGHEST_REVISION:
        raise InvalidInput("The revision must be a whole number above 0. Reload the form and answer again.")
    _lock_draft(session, visit)
    row = session.scalar(
        select(Answer).where(Answer.visit_id == visit.id, Answer.question_key == question_key)
    )
    if row is None:
        row = Answer(visit=visit, question_key=question_key)
        session.add(row)
        return _write(session, row, SavedAnswer(SaveOutcome.SAVED, row), answer, revision, now)
    stored = stored_answer(row)
    if revision < row.revision:
        return SavedAnswer(SaveOutcome.OLDER, row)
    if stored == domain.stored_answer(answer):
        row.revision = revision
        return SavedAnswer(SaveOutcome.SAME, row)
    if revision > row.revision:
        return _write(session, row, SavedAnswer(SaveOutcome.SAVED, row), answer, revision, now)
    replaced = SavedAnswer(SaveOutcome.REPLACED, row, stored)
    return _write(session, row, replaced, answer, revision + 1, now)


def _write(
    session: Session, row: Answer, saved: SavedAnswer, answer: domain.Answer, revision: int, now: datetime
) -> SavedAnswer:
    row.value = domain.stored_answer(answer)["value"]
    row.not_applicable = answer.not_applicable
    row.note = answer.note
    row.revision = revision
    row.saved_at = now
    session.flush()
    return saved


def _lock_draft(session: Session, visit: Visit) -> None:
    """Hold the visit's row, so that no answer slips in while it is being submitted."""
    session.refresh(visit, with_for_update=True)
    if visit.state is not VisitState.DRAFT:
        raise Conflict(
            "This visit was submitted already, so its answers cannot change any more. What you entered since is "
            "still on your device; tell the manager if it matters."
        )


def stored_answer(row: Answer) -> dict[str, object]:
    """The answer of a row in the form that `domain.checklist.read_answer` reads."""
    return {"value": row.value, "not_applicable": row.not_applicable, "note": row.note}


def answers_of(visit: Visit) -> dict[str, domain.Answer]:
    """The answers of a visit by the keys of their questions."""
    form = visit.version.form
    return {
        row.question_key: domain.read_answer(form.question(row.question_key), stored_answer(row))
        for row in visit.answers
    }


def progress(visit: Visit) -> Progress:
    """How far the visit is, as the server knows it."""
    form, answers = visit.version.form, answers_of(visit)
    results = domain.question_results(form, answers)
    answered = sum(result.state != "missing" for result in results)
    return Progress(answered, len(results), tuple(domain.missing(form, answers)))


def submit_visit(session: Session, visit: Visit, now: datetime) -> Visit:
    """Close the visit and give it its exact score; submitting it again changes nothing.

    The score stays None when nothing at all applied. Raises MissingAnswers (an InvalidInput that lists them) while
    required questions are open, and Conflict when the visit was withdrawn.
    """
    session.refresh(visit, with_for_update=True)
    if visit.state is VisitState.SUBMITTED:
        return visit
    if visit.state is VisitState.WITHDRAWN:
        raise Conflict("This visit was withdrawn and cannot be submitted.")
    # Another device may have answered since this session last looked.
    session.expire(visit, ["answers"])
    form, answers = visit.version.form, answers_of(visit)
    open_questions = domain.missing(form, answers)
    if open_questions:
        raise MissingAnswers(open_questions)
    score = visit_score(domain.tally(form, answers))
    visit.score = None if score is None else score.value
    visit.critical_failures = len(domain.critical_failures(form, answers))
    visit.submitted_at = now
    visit.state = VisitState.SUBMITTED
    if visit.assignment is not None:
        visit.assignment.state = AssignmentState.DONE
    session.flush()
    return visit
