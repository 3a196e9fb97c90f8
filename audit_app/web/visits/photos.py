"""Photos of visits: announced and sent in parts by a device, and shown to who may see the visit."""

from __future__ import annotations

import re
from datetime import datetime

from flask import Blueprint, Response, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from audit_app.domain.errors import InvalidInput
from audit_app.extensions import db
from audit_app.models import Photo, PhotoState, RoleName, Visit
from audit_app.services.visits import photos as service
from audit_app.services.visits.edits import own_key
from audit_app.web.access import roles, signed_in, user_now
from audit_app.web.evidence_response import evidence_response
from audit_app.web.presentation import request_instant
from audit_app.web.visits.api import SHAPE, blueprint, body_of_request, instant, own_by_client_id, photo_json

pages = Blueprint("visit_photos", __name__)

SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
LONGEST_CAPTION, LONGEST_NAME = 500, 200
LAST_PLACE = 1000


@blueprint.errorhandler(service.PhotoRefused)
def refuse_photo(error: service.PhotoRefused) -> ResponseReturnValue:
    """Say why it is no photo that can be kept."""
    return jsonify(code="photo_refused", message=str(error)), 422


@blueprint.errorhandler(service.WrongOffset)
def say_offset(error: service.WrongOffset) -> ResponseReturnValue:
    """Say where the photo goes on."""
    response = jsonify(code="offset", message=str(error), offset=error.offset)
    response.headers["Upload-Offset"] = str(error.offset)
    return response, 409


@blueprint.put("/<client_id>/photos/<photo_id>")
@roles(RoleName.AUDITOR)
def announce(client_id: str, photo_id: str) -> ResponseReturnValue:
    """Note a photo that is to come, or its new caption and place."""
    visit = own_by_client_id(client_id)
    photo = service.announce(db.session, visit, _announcement(photo_id), request_instant())
    db.session.commit()
    return _state_of(photo)


@blueprint.get("/<client_id>/photos/<photo_id>")
@roles(RoleName.AUDITOR)
def state(client_id: str, photo_id: str) -> ResponseReturnValue:
    """How much of a photo is here."""
    return _state_of(_photo(own_by_client_id(client_id), photo_id))


@blueprint.patch("/<client_id>/photos/<photo_id>")
@roles(RoleName.AUDITOR)
def append(client_id: str, photo_id: str) -> ResponseReturnValue:
    """Take the next part of a photo; when it was the last, the photo is read and kept."""
    photo = _photo(own_by_client_id(client_id), photo_id)
    service.append(db.session, photo, _offset(), request.get_data())
    db.session.commit()
    if photo.received == photo.size:
        _complete(photo)
    return _state_of(photo)


def _complete(photo: Photo) -> None:
    """Read a photo that has arrived, between two transactions: that takes as long as it takes."""
    content = service.whole(db.session, photo)
    name, sha256 = photo.name, photo.sha256
    db.session.commit()
    try:
        picture = service.read_photo(name, sha256, content)
    except service.PhotoDamaged:
        service.start_again(db.session, photo)
        db.session.commit()
        raise service.WrongOffset(0) from None
    except service.PhotoRefused:
        service.refuse(db.session, photo)
        db.session.commit()
        raise
    service.keep(db.session, photo, picture, request_instant())
    db.session.commit()


@blueprint.delete("/<client_id>/photos/<photo_id>")
@roles(RoleName.AUDITOR)
def remove(client_id: str, photo_id: str) -> ResponseReturnValue:
    """Take a photo out of its answer."""
    visit = own_by_client_id(client_id)
    service.remove(db.session, visit, _photo(visit, photo_id), request_instant())
    db.session.commit()
    return "", 204


@pages.get("/visits/<int:visit_id>/photos/<photo_id>")
@signed_in
def show(visit_id: int, photo_id: str) -> ResponseReturnValue:
    """A photo for who may see its visit, or its thumbnail with `?small=1`."""
    small = "small" in request.args
    return evidence_response(service.visible_photo(db.session, user_now(), visit_id, photo_id, small=small))


def _photo(visit: Visit, photo_id: str) -> Photo:
    return service.photo_of(db.session, visit, own_key(photo_id, SHAPE))


def _state_of(photo: Photo) -> Response:
    response = make_response(jsonify(photo_json(photo)))
    done = photo.state is not PhotoState.UPLOADING
    response.headers["Upload-Offset"] = str(photo.received)
    response.headers["Upload-Length"] = str(photo.size)
    response.headers["Upload-Complete"] = "?1" if done else "?0"
    response.headers["Cache-Control"] = "no-store"
    return response


def _offset() -> int:
    offset = request.headers.get("Upload-Offset", "")
    if not re.fullmatch(r"[0-9]{1,10}", offset, re.ASCII):
        raise InvalidInput(SHAPE)
    return int(offset)


def _announcement(photo_id: str) -> service.Announcement:
    body = body_of_request()
    size, place = body.get("size"), body.get("position", 0)
    if not (_is_whole(size, 1, 2**31 - 1) and _is_whole(place, 0, LAST_PLACE)):
        raise InvalidInput(SHAPE)
    texts = [body.get("path"), body.get("name", "photo"), body.get("sha256"), body.get("caption", "")]
    if not all(isinstance(text, str) for text in texts) or not SHA256.fullmatch(str(texts[2])):
        raise InvalidInput(SHAPE)
    path, name, sha256, caption = (str(text) for text in texts)
    taken_at: datetime | None = instant(body["taken_at"]) if body.get("taken_at") else None
    key = own_key(photo_id, SHAPE)
    return service.Announcement(
        key,
        path,
        name[:LONGEST_NAME],
        int(size or 0),
        sha256,
        int(place),
        caption[:LONGEST_CAPTION],
        taken_at,
    )


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
