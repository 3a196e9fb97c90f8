"""Edits of answers as devices send them: each is taken once, and none overwrites what its device had not seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from audit_app.domain.checklists import checklist as domain
from audit_app.domain.errors import Conflict, InvalidInput
from audit_app.models import Answer, AnswerEdit, EditOutcome, Visit, VisitState

HIGHEST_REVISION = 1_000_000_000
"""More changes than anyone makes to one answer, and still a small integer on every database."""
STANDS = frozenset({EditOutcome.APPLIED, EditOutcome.SAME})
"""The outcomes of an edit that says what the answer is, and so can decide between two."""
NOT_YOURS = (
    "This visit is not yours any more. What you entered stays on this phone; save a copy or ask the manager."
)


class OpenConflicts(Conflict):
    """A visit cannot be submitted while questions have two answers; `paths` names them."""

    def __init__(self, paths: Sequence[str]) -> None:
        count = "1 question has" if len(paths) == 1 else f"{len(paths)} questions have"
        super().__init__(f"{count} two answers. Choose one of each, then submit again. Nothing was lost.")
        self.paths = list(paths)


class VisitWithdrawn(Conflict):
    """The visit takes nothing more."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of an answer; `raw` is what `domain.checklist.read_answer` reads, `base` the revision it was made on."""

    id: str
    path: str
    raw: object
    base: int
    made_at: datetime
    resolves: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an edit, and the answer that stands since; `refused` is the reason when it does not fit."""

    edit: Edit
    outcome: EditOutcome | None
    standing: Answer | None
    refused: str = ""


@dataclass(slots=True)
class _Ledger:
    """What is known of the questions that some edits are about."""

    visit: Visit
    answers: dict[str, Answer]
    known: dict[str, AnswerEdit]
    last_number: int
    by_path: dict[str, list[AnswerEdit]] = field(default_factory=lambda: defaultdict(list))

    def add(self, row: AnswerEdit) -> None:
        """Note an edit that belongs to this visit."""
        self.known[row.id] = row
        self.by_path[row.path].append(row)

    def has_seen(self, path: str, base: int, device_id: int | None) -> bool:
        """Whether a device that had seen `base` knows the answer, since all that followed came from itself."""
        answer = self.answers.get(path)
        revision = answer.revision if answer else 0
        own = sum(
            row.outcome is EditOutcome.APPLIED and (row.revision or 0) > base and row.device_id == device_id
            for row in self.by_path[path]
        )
        return base == revision or (base < revision and device_id is not None and own == revision - base)


def new_edit(path: str, raw: object, base: int, now: datetime) -> Edit:
    """An edit that was made here and now."""
    return Edit(str(uuid4()), path, raw, base, now)


def own_key(text: str, refusal: str) -> str:
    """The UUID in `text` as it is stored; raises InvalidInput with the sentence `refusal` when it is none."""
    try:
        return str(UUID(text))
    except ValueError:
        raise InvalidInput(refusal) from None


def take_edits(
    session: Session, visit: Visit, edits: Sequence[Edit], device_id: int | None, now: datetime
) -> list[Taken]:
    """Take edits of one device in the order in which it made them; repeating any changes nothing.

    An edit is applied when its device had seen the answer that stands. Otherwise that one stays and the edit is kept
    beside it, until a later edit decides or the same device answers anew. Raises VisitWithdrawn.
    """
    # Nothing may slip in while the visit is being submitted.
    session.refresh(visit, with_for_update=True)
    if visit.state is VisitState.WITHDRAWN:
        raise VisitWithdrawn(NOT_YOURS)
    ledger = _read_ledger(session, visit, edits)
    taken = [_take(session, ledger, edit, device_id, now) for edit in edits]
    session.flush()
    session.expire(visit, ["answers"])
    return taken


def _read_ledger(session: Session, visit: Visit, edits: Sequence[Edit]) -> _Ledger:
    paths = {edit.path for edit in edits}
    ids = {edit.id for edit in edits}
    answers = session.scalars(select(Answer).where(Answer.visit_id == visit.id, Answer.path.in_(paths)))
    last = session.scalar(select(func.max(AnswerEdit.number)).where(AnswerEdit.visit_id == visit.id))
    ledger = _Ledger(visit, {row.path: row for row in answers}, {}, last or 0)
    here = (AnswerEdit.visit_id == visit.id) & AnswerEdit.path.in_(paths)
    for row in session.scalars(select(AnswerEdit).where(or_(here, AnswerEdit.id.in_(ids)))):
        if row.visit_id == visit.id:
            ledger.add(row)
        else:
            ledger.known[row.id] = row
    return ledger


def _take(session: Session, ledger: _Ledger, edit: Edit, device_id: int | None, now: datetime) -> Taken:
    try:
        if known := ledger.known.get(edit.id):
            _check_same(ledger.visit, known, edit)
            return Taken(edit, known.outcome, ledger.answers.get(edit.path))
        answer = _checked(ledger, edit)
    except InvalidInput as error:
        return Taken(edit, None, ledger.answers.get(edit.path), str(error))
    stored = domain.stored_answer(answer)
    outcome = _outcome(ledger, edit, stored, device_id)
    if outcome is EditOutcome.APPLIED:
        _write(session, ledger, edit, stored, now)
    row = ledger.answers.get(edit.path)
    ledger.last_number += 1
    kept = AnswerEdit(
        id=edit.id,
        visit_id=ledger.visit.id,
        number=ledger.last_number,
        path=edit.path,
        **stored,
        base_revision=edit.base,
        revision=row.revision if row and outcome is EditOutcome.APPLIED else None,
        device_id=device_id,
        author_id=ledger.visit.auditor_id,
        made_at=edit.made_at,
        received_at=now,
        outcome=outcome,
        resolves_id=edit.resolves if outcome in STANDS else None,
    )
    session.add(kept)
    ledger.add(kept)
    return Taken(edit, outcome, row)


def _check_same(visit: Visit, known: AnswerEdit, edit: Edit) -> None:
    if known.visit_id != visit.id or known.path != edit.path:
        raise InvalidInput("The number of this change belongs to another answer. Enter it again.")


def _checked(ledger: _Ledger, edit: Edit) -> domain.Answer:
    """The answer of an edit; raises InvalidInput where it does not fit."""
    answer = domain.read_answer(ledger.visit.version.form.question(edit.path), edit.raw)
    if isinstance(edit.base, bool) or not 0 <= edit.base <= HIGHEST_REVISION:
        raise InvalidInput("The revision must be a whole number from 0. Reload the form and answer again.")
    if edit.resolves is not None:
        chosen = ledger.known.get(edit.resolves)
        if chosen is None or chosen.path != edit.path or chosen.visit_id != ledger.visit.id:
            raise InvalidInput("This choice belongs to another question. Reload the form and choose again.")
    return answer


def _outcome(ledger: _Ledger, edit: Edit, stored: dict[str, object], device_id: int | None) -> EditOutcome:
    if ledger.visit.state is VisitState.SUBMITTED:
        return EditOutcome.LATE
    row = ledger.answers.get(edit.path)
    if row is not None and stored_answer(row) == stored:
        return EditOutcome.SAME
    return EditOutcome.APPLIED if ledger.has_seen(edit.path, edit.base, device_id) else EditOutcome.CONFLICT


def _write(session: Session, ledger: _Ledger, edit: Edit, stored: dict[str, object], now: datetime) -> None:
    row = ledger.answers.get(edit.path)
    if row is None:
        row = Answer(visit_id=ledger.visit.id, path=edit.path, revision=0)
        session.add(row)
        ledger.answers[edit.path] = row
    for name, value in stored.items():
        setattr(row, name, value)
    row.revision += 1
    row.edit_id, row.saved_at = edit.id, now


def stored_answer(row: Answer | AnswerEdit) -> dict[str, object]:
    """The answer of a row in the form that `domain.checklist.read_answer` reads."""
    return {"value": row.value, "not_applicable": row.not_applicable, "note": row.note}


def answer_of(form: domain.Checklist, row: Answer | AnswerEdit) -> domain.Answer:
    """The answer of a row as the domain knows it."""
    return domain.read_answer(form.question(row.path), stored_answer(row))


def conflicts_of(session: Session, visit: Visit) -> list[AnswerEdit]:
    """The answers kept beside a standing one that nobody has decided on, in the order in which they arrived.

    One that its own device has followed by another answer to the question is none any more.
    """
    edits = session.scalars(
        select(AnswerEdit).where(AnswerEdit.visit_id == visit.id).order_by(AnswerEdit.number)
    ).all()
    decided = {edit.resolves_id for edit in edits}
    newest: dict[tuple[str, int | None], int] = {
        (edit.path, edit.device_id): edit.number for edit in edits if edit.device_id is not None
    }
    return [
        edit
        for edit in edits
        if edit.outcome is EditOutcome.CONFLICT
        and edit.id not in decided
        and newest.get((edit.path, edit.device_id), edit.number) == edit.number
    ]


def late_edits(session: Session, visit: Visit) -> list[AnswerEdit]:
    """What arrived after the visit was submitted and does not count."""
    late = AnswerEdit.outcome == EditOutcome.LATE
    return list(
        session.scalars(
            select(AnswerEdit).where(AnswerEdit.visit_id == visit.id, late).order_by(AnswerEdit.number)
        )
    )


def missing_edits(session: Session, visit: Visit, ids: Sequence[str]) -> list[str]:
    """Those of `ids` that are no edits of the visit that the server has, in their order."""
    known = set(session.scalars(select(AnswerEdit.id).where(AnswerEdit.visit_id == visit.id)))
    return [each for each in ids if each not in known]
