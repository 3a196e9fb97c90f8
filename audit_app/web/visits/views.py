"""The pages of visits: the auditor's list, the form, its check and submission, the result, the list for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from uuid import NAMESPACE_OID, uuid4, uuid5

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from audit_app.domain.checklists import checklist as domain
from audit_app.domain.errors import AuditError, Conflict, InvalidInput, NotFound
from audit_app.extensions import db
from audit_app.models import Answer, AnswerEdit, EditOutcome, PhotoState, RoleName, Visit, VisitState
from audit_app.services.visits import edits as edits_service
from audit_app.services.visits import recording as service
from audit_app.services.visits.assignments import Urgency, assignments_of, own_assignment, urgency
from audit_app.services.visits.list import visit_choices, visit_page
from audit_app.services.visits.photos import photos_of
from audit_app.services.visits.result import policy_now, visit_result
from audit_app.services.visits.visible import done_by, other_drafts_of, own_visit, visible_visit
from audit_app.web.access import roles, signed_in, user_now
from audit_app.web.presentation import request_instant
from audit_app.web.visits.forms import (
    BANDS,
    NOT_APPLICABLE,
    Posted,
    canonical,
    changed_answers,
    read_filter,
    section_fields,
)
from audit_app.web.visits.words import answer_words, clock_time, due_time, points

blueprint = Blueprint("visits", __name__)
for show_as in (clock_time, due_time, points):
    blueprint.add_app_template_filter(show_as)

DONE_SHOWN = 10
FILTERS = {"location", "region", "checklist", "auditor", "band", "from", "to", "drafts", "sort", "descending"}
MOST_ANSWERS = 500
"""How many answers one request may bring; no checklist that anyone can fill in has as many."""


@blueprint.get("/my-visits")
@roles(RoleName.AUDITOR)
def mine() -> str:
    """What the auditor is to do, is doing and has done."""
    now, user = request_instant(), user_now()
    assignments = [(urgency(one, now), one) for one in assignments_of(db.session, user, now)]
    return render_template(
        "visits/mine.html",
        assignments=assignments,
        pressing=[row for row in assignments if row[0] in (Urgency.OVERDUE, Urgency.TODAY)],
        coming=[row for row in assignments if row[0] not in (Urgency.OVERDUE, Urgency.TODAY)],
        drafts=other_drafts_of(db.session, user),
        done=done_by(db.session, user, DONE_SHOWN),
        progress=service.progress,
        resume_section=resume_section,
        new_id=lambda: str(uuid4()),
        policy=policy_now(db.session),
    )


@blueprint.post("/assignments/<int:assignment_id>/visit")
@roles(RoleName.AUDITOR)
def start(assignment_id: int) -> ResponseReturnValue:
    """Start the visit of an assignment, or go on with it."""
    assignment = own_assignment(db.session, user_now(), assignment_id)
    visit = service.start_visit(
        db.session, user_now(), assignment, request.form.get("client_id", ""), request_instant()
    )
    db.session.commit()
    return redirect(page_of(visit))


def page_of(visit: Visit) -> str:
    """Where the auditor goes on with a visit: its form, or its result once it is submitted."""
    if visit.state is not VisitState.DRAFT:
        return url_for("visits.show", visit_id=visit.id)
    return url_for("visits.form", visit_id=visit.id, number=resume_section(visit))


def resume_section(visit: Visit) -> int:
    """The first section, from 1, in which something required is missing; the last when nothing is."""
    missing = {question.key for question in service.progress(visit).missing}
    sections = visit.version.form.sections
    with_gap = (n for n, s in enumerate(sections, 1) if any(q.key in missing for q in s.questions))
    return next(with_gap, len(sections))


@blueprint.get("/visits/<int:visit_id>/section/<int:number>")
@roles(RoleName.AUDITOR)
def form(visit_id: int, number: int) -> ResponseReturnValue:
    """One section of the form; the others are on the page too, so that the form goes on without a network."""
    visit = own_visit(db.session, user_now(), visit_id)
    if visit.state is not VisitState.DRAFT:
        return redirect(page_of(visit))
    return form_page(visit, number, {})


def form_page(visit: Visit, number: int, refused: Mapping[str, tuple[Posted, str]]) -> str:
    """The form with section `number` open and what was refused as it was entered."""
    section_at(visit, number)
    return render_template(
        "visits/form.html",
        visit=visit,
        sections=section_fields(visit, refused),
        number=number,
        progress=service.progress(visit),
        saved_at=max((row.saved_at for row in visit.answers), default=None),
        na=NOT_APPLICABLE,
        standards=visit.version.form.standards,
    )


def section_at(visit: Visit, number: int) -> domain.Section:
    """Section `number`, from 1; raises NotFound when there is none."""
    sections = visit.version.form.sections
    if not 1 <= number <= len(sections):
        raise NotFound(f"The checklist has {len(sections)} sections, and no section {number}.")
    return sections[number - 1]


@blueprint.post("/visits/<int:visit_id>/section/<int:number>")
@roles(RoleName.AUDITOR)
def save_section(visit_id: int, number: int) -> ResponseReturnValue:
    """Save a form that was sent as a whole, without JavaScript, and go on from section `number`."""
    visit = own_visit(db.session, user_now(), visit_id)
    refused: dict[str, tuple[Posted, str]] = {}
    section_at(visit, number)
    posted = changed_answers(request.form, visit.version.form)
    now = request_instant()
    edits = [edits_service.new_edit(each.question.key, each.raw, each.base, now) for each in posted]
    for each, taken in zip(posted, _taken(visit, edits), strict=True):
        if taken.outcome is None:
            refused[each.question.key] = (each, taken.refused)
        elif taken.outcome is EditOutcome.CONFLICT:
            refused[each.question.key] = (each, TWO_ANSWERS)
    db.session.commit()
    if refused:
        return form_page(visit, number, refused), 422
    return redirect(_onwards(visit, number))


def _onwards(visit: Visit, number: int) -> str:
    """Where the pressed button leads: a section by its number, the check, or out of the form."""
    go = request.form.get("go", "next")
    if go == "leave":
        return url_for("visits.mine")
    named = int(go) if go.isdecimal() and len(go) < 4 else 0
    wanted = {"back": number - 1, "next": number + 1}.get(go, named)
    if not 1 <= wanted <= len(visit.version.form.sections):
        return url_for("visits.review", visit_id=visit.id)
    return url_for("visits.form", visit_id=visit.id, number=wanted)


def _taken(visit: Visit, edits: list[edits_service.Edit]) -> list[edits_service.Taken]:
    """What became of edits to a visit that is not submitted yet; raises Conflict when it is."""
    taken = edits_service.take_edits(db.session, visit, edits, g.user_session.device_id, request_instant())
    if visit.state is not VisitState.DRAFT:
        raise Conflict(
            "This visit was submitted already, so its answers cannot change any more. What you entered since is "
            "still on your device; tell the manager if it matters."
        )
    return taken


TWO_ANSWERS = "Another device answered this too. Both answers are kept: choose one under Check."


@blueprint.post("/visits/<int:visit_id>/answers")
@roles(RoleName.AUDITOR)
def save(visit_id: int) -> ResponseReturnValue:
    """Take answers from the script of the form as JSON and tell for each what became of it."""
    try:
        visit = own_visit(db.session, user_now(), visit_id)
        edits = [_edit(visit, item) for item in _items()]
        results = [_saved(visit, taken) for taken in _taken(visit, edits)]
    except AuditError as error:
        db.session.rollback()
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
        return jsonify(message=str(error)), status
    db.session.commit()
    return jsonify(results=results, saved_at=request_instant().isoformat())


_STATUS: dict[type[AuditError], int] = {NotFound: 404, Conflict: 409}


def _items() -> list[object]:
    """The answers of the request; raises InvalidInput when its body has another shape."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        body = None
    items = body.get("answers") if isinstance(body, dict) else None
    if not isinstance(items, list) or len(items) > MOST_ANSWERS:
        raise InvalidInput("The device sent something that is no list of answers. Reload the form.")
    return items


def _edit(visit: Visit, item: object) -> edits_service.Edit:
    """The edit in what the script sent; the same thing sent again has the same number."""
    if not isinstance(item, dict) or not isinstance(item.get("question"), str):
        raise InvalidInput("The device sent an answer to no question. Reload the form.")
    key, raw, revision = item["question"], item.get("answer"), item.get("revision")
    base = item.get("base", 0)
    if not isinstance(revision, int) or not isinstance(base, int):
        raise InvalidInput("The device sent a change without its place in the order. Reload the form.")
    number = uuid5(NAMESPACE_OID, canonical([visit.client_id, g.user_session.device_id, key, revision, raw]))
    return edits_service.Edit(str(number), key, raw, base, request_instant())


OUTCOMES = {EditOutcome.APPLIED: "saved", EditOutcome.SAME: "same", EditOutcome.CONFLICT: "older"}
"""What the script of the form calls them."""


def _saved(visit: Visit, taken: edits_service.Taken) -> dict[str, object]:
    key, row = taken.edit.path, taken.standing
    if taken.outcome is None or row is None:
        return {"question": key, "outcome": "refused", "message": taken.refused or TWO_ANSWERS}
    form = visit.version.form
    return {
        "question": key,
        "outcome": OUTCOMES[taken.outcome],
        "revision": row.revision,
        "answer": edits_service.stored_answer(row),
        "wants_note": not row.note
        and domain.wants_note(form.question(key), edits_service.answer_of(form, row)),
    }


@blueprint.get("/visits/<int:visit_id>/check")
@roles(RoleName.AUDITOR)
def review(visit_id: int) -> ResponseReturnValue:
    """What is missing, as links, and the button that submits."""
    visit = own_visit(db.session, user_now(), visit_id)
    if visit.state is not VisitState.DRAFT:
        return redirect(page_of(visit))
    return review_page(visit)


def review_page(visit: Visit) -> str:
    """What is missing in each section."""
    progress = service.progress(visit)
    keys = {question.key for question in progress.missing}
    sections = [
        (number, section, [question for question in section.questions if question.key in keys])
        for number, section in enumerate(visit.version.form.sections, 1)
    ]
    conflicts = [_choice(visit, kept) for kept in edits_service.conflicts_of(db.session, visit)]
    return render_template(
        "visits/check.html", visit=visit, progress=progress, sections=sections, conflicts=conflicts
    )


def _choice(visit: Visit, kept: AnswerEdit) -> dict[str, object]:
    """A question with two answers: both as people read them, and the number of the one that was kept."""
    standing = _standing(visit, kept.path)
    words = [_words_of(visit, row) if row else "–" for row in (standing, kept)]
    notes = [standing.note if standing else "", kept.note]
    revision = standing.revision if standing else 0
    return {
        "id": kept.id,
        "question": visit.version.form.question(kept.path),
        "words": words,
        "notes": notes,
        "revision": revision,
    }


def _standing(visit: Visit, path: str) -> Answer | None:
    return next((row for row in visit.answers if row.path == path), None)


def _words_of(visit: Visit, row: Answer | AnswerEdit) -> str:
    """The answer of a row as people read it."""
    form = visit.version.form
    return answer_words(form.question(row.path), edits_service.answer_of(form, row))


@blueprint.post("/visits/<int:visit_id>/choice")
@roles(RoleName.AUDITOR)
def choose(visit_id: int) -> ResponseReturnValue:
    """Choose one of two answers to a question."""
    visit = own_visit(db.session, user_now(), visit_id)
    kept = next(
        (e for e in edits_service.conflicts_of(db.session, visit) if e.id == request.form.get("kept")), None
    )
    if kept is None:
        return redirect(url_for("visits.review", visit_id=visit.id))
    standing = _standing(visit, kept.path)
    chosen = kept if request.form.get("choose") == "kept" or standing is None else standing
    base = request.form.get("revision", -1, type=int)
    edit = edits_service.new_edit(kept.path, edits_service.stored_answer(chosen), base, request_instant())
    _taken(visit, [replace(edit, resolves=kept.id)])
    db.session.commit()
    return redirect(url_for("visits.review", visit_id=visit.id))


@blueprint.post("/visits/<int:visit_id>/submit")
@roles(RoleName.AUDITOR)
def submit(visit_id: int) -> ResponseReturnValue:
    """Submit a visit; with something missing, show what instead."""
    visit = own_visit(db.session, user_now(), visit_id)
    try:
        service.submit_visit(db.session, visit, request_instant())
    except (service.MissingAnswers, edits_service.OpenConflicts):
        db.session.rollback()
        return review_page(visit), 422
    db.session.commit()
    flash("Submitted. Thank you.", "success")
    return redirect(url_for("visits.show", visit_id=visit.id))


@blueprint.get("/visits/<int:visit_id>")
@signed_in
def show(visit_id: int) -> ResponseReturnValue:
    """The result of a visit: its score and how it came about."""
    visit = visible_visit(db.session, user_now(), visit_id)
    own = visit.auditor_id == user_now().id
    if visit.state is VisitState.DRAFT and own and user_now().is_a(RoleName.AUDITOR):
        return redirect(page_of(visit))
    return render_template(
        "visits/show.html",
        visit=visit,
        own=own,
        may_list_own=user_now().is_a(RoleName.AUDITOR),
        result=visit_result(visit, policy_now(db.session)),
        progress=service.progress(visit),
        answer_words=answer_words,
        late=edits_service.late_edits(db.session, visit),
        photos=[photo for photo in photos_of(db.session, visit) if photo.state is PhotoState.READY],
        read_late=partial(_words_of, visit),
    )


@blueprint.get("/visits")
@signed_in
def index() -> str:
    """The visits that somebody may see, by filters."""
    wanted, problems = read_filter(request.args)
    number = request.args.get("page", 1, type=int)
    policy = policy_now(db.session)
    kept = {name: value for name, value in request.args.items() if value and name in FILTERS}
    return render_template(
        "visits/index.html",
        found=visit_page(db.session, user_now(), wanted, policy, number),
        choices=visit_choices(db.session, user_now()),
        wanted=wanted,
        problems=problems,
        policy=policy,
        bands=[(letter, letter) for letter in BANDS],
        kept=kept,
        unsorted={name: value for name, value in kept.items() if name not in {"sort", "descending"}},
        may_see_drafts=user_now().is_a(RoleName.ADMIN, RoleName.AUDITOR),
    )
