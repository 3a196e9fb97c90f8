"""What devices say to the server while a visit is made, in JSON; docs/developers/visits-api.md has the contract."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from flask import Blueprint, g, jsonify, request
from flask.typing import ResponseReturnValue

from audit_app.domain.errors import AuditError, Conflict, InvalidInput, NotFound
from audit_app.domain.exact import round_half_up
from audit_app.extensions import db
from audit_app.models import Answer, AnswerEdit, Device, Photo, RoleName, Visit
from audit_app.services.checklists.versions import UnknownForm
from audit_app.services.visits import edits as service
from audit_app.services.visits import recording
from audit_app.services.visits.assignments import own_assignment
from audit_app.services.visits.photos import missing_photos, photos_of
from audit_app.services.visits.visible import own_visit_on_device
from audit_app.web.access import roles, user_now
from audit_app.web.presentation import request_instant
from audit_app.web.visits.form_page import compressed, form_address

blueprint = Blueprint("visits_api", __name__, url_prefix="/api/visits")

MOST_EDITS = 200
MOST_IDS = 20_000
"""So many edits of one visit a device may name as it submits."""
LONGEST_ACTIVE = 30 * 24 * 3600
SHAPE = "The device sent something that cannot be read. Update the page, then send again; nothing is lost."
FIELDS = {"id", "path", "base", "value", "not_applicable", "note", "made_at", "resolves", "device"}


@blueprint.errorhandler(AuditError)
def refuse(error: AuditError) -> ResponseReturnValue:
    """Say what is wrong as JSON, after undoing what the request had begun."""
    db.session.rollback()
    status, code = next((row[1:] for row in ERRORS if isinstance(error, row[0])), (400, "refused"))
    named = _named(error)
    return jsonify(code=code, message=str(error), **named), status


ERRORS: tuple[tuple[type[AuditError], int, str], ...] = (
    (NotFound, 404, "not_yours"),
    (service.VisitWithdrawn, 409, "not_yours"),
    (service.OpenConflicts, 409, "conflicts"),
    (UnknownForm, 409, "unknown_form"),
    (Conflict, 409, "refused"),
    (recording.MissingAnswers, 422, "unanswered"),
)


def _named(error: AuditError) -> dict[str, object]:
    if isinstance(error, service.OpenConflicts):
        return {"paths": error.paths}
    if isinstance(error, recording.MissingAnswers):
        return {"paths": [question.key for question in error.questions]}
    return {}


@blueprint.put("/<client_id>")
@roles(RoleName.AUDITOR)
def begin(client_id: str) -> ResponseReturnValue:
    """Begin a visit of an assignment, or find the one that was begun."""
    body, now = body_of_request(), request_instant()
    number, form = body.get("assignment"), body.get("form", "")
    if isinstance(number, bool) or not isinstance(number, int) or not isinstance(form, str):
        raise InvalidInput(SHAPE)
    assignment = own_assignment(db.session, user_now(), number)
    was_there = assignment.visit is not None
    begun = recording.Begun(instant(body.get("started_at")), form, _device_id())
    visit = recording.start_visit(db.session, user_now(), assignment, client_id, now, begun)
    db.session.commit()
    return jsonify(_shown(visit)), 200 if was_there else 201


@blueprint.get("/<client_id>")
@roles(RoleName.AUDITOR)
def show(client_id: str) -> ResponseReturnValue:
    """The visit as it stands, with all answers."""
    # The person's own answers alone: nothing that somebody else chose stands beside them.
    return compressed(jsonify(_shown(own_by_client_id(client_id))))


@blueprint.post("/<client_id>/edits")
@roles(RoleName.AUDITOR)
def edit(client_id: str) -> ResponseReturnValue:
    """Take edits, and say for each what became of it."""
    visit, now = own_by_client_id(client_id), request_instant()
    sent = body_of_request().get("edits")
    if not isinstance(sent, list) or len(sent) > MOST_EDITS:
        raise InvalidInput(SHAPE)
    edits = [_edit(item, now) for item in sent]
    taken = service.take_edits(db.session, visit, edits, _device_id(), now)
    # Before the commit, after which each row would be read anew.
    results = [_result(each) for each in taken]
    db.session.commit()
    return jsonify(results=results, saved_at=now.isoformat())


@blueprint.post("/<client_id>/submission")
@roles(RoleName.AUDITOR)
def submit(client_id: str) -> ResponseReturnValue:
    """Submit the visit, once everything that the device entered is here."""
    visit, body, now = own_by_client_id(client_id), body_of_request(), request_instant()
    edits, photos = _ids(body.get("edits", [])), _ids(body.get("photos", []))
    missing = {
        "edits": service.missing_edits(db.session, visit, edits),
        "photos": missing_photos(db.session, visit, photos),
    }
    if any(missing.values()):
        db.session.rollback()
        message = "Some of what you entered is not here yet. It is sent first, then the visit is submitted."
        return jsonify(code="incomplete", message=message, missing=missing), 409
    active = body.get("active_seconds")
    if active is not None and (not isinstance(active, int) or not 0 <= active <= LONGEST_ACTIVE):
        raise InvalidInput(SHAPE)
    finished = recording.Finished(instant(body.get("finished_at")), instant(body.get("sent_at")), active)
    recording.submit_visit(db.session, visit, now, finished)
    db.session.commit()
    return jsonify(_shown(visit))


def own_by_client_id(client_id: str) -> Visit:
    """The visit of whoever is signed in that a device gave this number; raises NotFound."""
    return own_visit_on_device(db.session, user_now(), client_id)


def _device_id() -> int:
    return cast(int, g.user_session.device_id)


# ---------- reading ----------


def body_of_request() -> dict[str, Any]:
    """The object that the request carries; raises InvalidInput for another shape."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        body = None
    if not isinstance(body, dict) or "\\u0000" in request.get_data(as_text=True):
        raise InvalidInput(SHAPE)
    return body


def instant(text: object) -> datetime:
    """The instant in `text`; raises InvalidInput when it has no offset or cannot be kept in UTC."""
    try:
        found = datetime.fromisoformat(str(text))
        if found.tzinfo is None:
            raise InvalidInput(SHAPE)
        return found.astimezone(request_instant().tzinfo)
    except (ValueError, OverflowError):
        raise InvalidInput(SHAPE) from None


def _ids(sent: object) -> list[str]:
    if not isinstance(sent, list) or len(sent) > MOST_IDS or not all(isinstance(each, str) for each in sent):
        raise InvalidInput(SHAPE)
    return [service.own_key(each, SHAPE) for each in sent]


def _edit(item: object, now: datetime) -> service.Edit:
    if not isinstance(item, dict) or set(item) - FIELDS:
        raise InvalidInput(SHAPE)
    path, base, resolves = item.get("path"), item.get("base"), item.get("resolves")
    if not isinstance(path, str) or not isinstance(base, int):
        raise InvalidInput(SHAPE)
    return service.Edit(
        id=service.own_key(str(item.get("id")), SHAPE),
        path=path,
        raw={name: item[name] for name in ("value", "not_applicable", "note") if name in item},
        base=base,
        made_at=instant(item["made_at"]) if "made_at" in item else now,
        resolves=None if resolves is None else service.own_key(str(resolves), SHAPE),
    )


# ---------- showing ----------


def _shown(visit: Visit) -> dict[str, object]:
    kept = service.conflicts_of(db.session, visit)
    late = service.late_edits(db.session, visit)
    names = _device_names({row.device_id for row in [*kept, *late] if row.device_id is not None})
    return {
        "client_id": visit.client_id,
        "id": visit.id,
        "assignment": visit.assignment_id,
        "form": visit.version.content_hash,
        "form_page": form_address(visit.version),
        "state": visit.state.value,
        "started_at": visit.started_at.isoformat(),
        "finished_at": visit.finished_at.isoformat() if visit.finished_at else None,
        "received_at": visit.received_at.isoformat() if visit.received_at else None,
        "clock_uncertain": visit.clock_uncertain,
        "score": None if visit.score is None else str(round_half_up(visit.score, 1)),
        "answers": [_answer(row) for row in visit.answers],
        "conflicts": [_kept(row, names) for row in kept],
        "late": [_kept(row, names) for row in late],
        "photos": [photo_json(photo) for photo in photos_of(db.session, visit)],
    }


def _device_names(ids: set[int]) -> dict[int, str]:
    rows = db.session.execute(sa.select(Device.id, Device.name).where(Device.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _answer(row: Answer) -> dict[str, object]:
    return {
        "path": row.path,
        **service.stored_answer(row),
        "revision": row.revision,
        "edit": row.edit_id,
        "saved_at": row.saved_at.isoformat(),
    }


def _kept(row: AnswerEdit, names: dict[int, str]) -> dict[str, object]:
    name = names.get(row.device_id) if row.device_id is not None else None
    return {
        "id": row.id,
        "path": row.path,
        **service.stored_answer(row),
        "base": row.base_revision,
        "made_at": row.made_at.isoformat(),
        "received_at": row.received_at.isoformat(),
        "device": None if name is None else {"id": row.device_id, "name": name},
    }


def photo_json(photo: Photo) -> dict[str, object]:
    """A photo as devices know it."""
    return {
        "id": photo.id,
        "path": photo.path,
        "name": photo.name,
        "caption": photo.caption,
        "position": photo.position,
        "taken_at": photo.taken_at.isoformat() if photo.taken_at else None,
        "state": photo.state.value,
        "size": photo.size,
        "received": photo.received,
        "sha256": photo.sha256,
        "width": photo.width,
        "height": photo.height,
    }


def _result(taken: service.Taken) -> dict[str, object]:
    return {
        "id": taken.edit.id,
        "path": taken.edit.path,
        "outcome": taken.outcome.value if taken.outcome else "refused",
        **({"message": taken.refused} if taken.refused else {}),
        "standing": _answer(taken.standing) if taken.standing else None,
    }
