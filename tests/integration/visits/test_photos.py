"""Photos on their way: in parts, resumed after whatever broke off, kept once, and seen only with their visit."""

from __future__ import annotations

import hashlib
import io
import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from audit_app.models import Evidence, Location, Photo, PhotoPart, PhotoState, User, Visit
from audit_app.services.visits.photos import LARGEST_PART, forget_half_uploads
from tests import factories
from tests.small_checklist import begun_visit, fill_in
from tests.visitor import Visitor, sign_in


def noise(edge: int = 420) -> bytes:
    """A picture that takes more than one part to send."""
    pixels = random.Random(4).randbytes(edge * edge * 3)  # noqa: S311 -- any bytes will do
    file = io.BytesIO()
    Image.frombytes("RGB", (edge, edge), pixels).save(file, "PNG")
    return file.getvalue()


PICTURE = noise()
PARTS = [(at, PICTURE[at : at + LARGEST_PART]) for at in range(0, len(PICTURE), LARGEST_PART)]


@pytest.fixture
def visit(session: Session, anna: User, umea: Location) -> Visit:
    made = begun_visit(session, anna, umea, datetime.now(UTC))
    session.commit()
    return made


class Phone:
    """Anna's phone, which knows its token."""

    def __init__(self, client: Visitor, visit: Visit) -> None:
        self.client, self.visit = client, f"/api/visits/{visit.client_id}"
        self.token: str = client.get("/api/session").json["csrf_token"]  # type: ignore[index]

    def open(self, method: str, path: str, **named: Any) -> TestResponse:
        headers = {"X-CSRFToken": self.token, **named.pop("headers", {})}
        return self.client.open(f"{self.visit}/{path}", method=method, headers=headers, **named)

    def announce(self, key: str, content: bytes, **changes: object) -> TestResponse:
        said = {
            "path": "greeted",
            "name": "receipt.jpg",
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        return self.open("PUT", f"photos/{key}", json=said | changes)

    def send(self, key: str, offset: int, part: bytes) -> TestResponse:
        return self.open("PATCH", f"photos/{key}", data=part, headers={"Upload-Offset": str(offset)})

    def upload(self, key: str, content: bytes, **changes: object) -> TestResponse:
        """Send a whole photo, and return the last answer."""
        response = self.announce(key, content, **changes)
        for at in range(0, len(content), LARGEST_PART):
            response = self.send(key, at, content[at : at + LARGEST_PART])
        return response


@pytest.fixture
def phone(client: Visitor, anna: User, visit: Visit) -> Phone:
    sign_in(client, anna)
    return Phone(client, visit)


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


def test_a_photo_arrives_in_parts_and_is_shown(
    phone: Phone, session: Session, visit: Visit, key: str
) -> None:
    assert len(PARTS) > 2
    done = phone.upload(key, PICTURE, caption="The till", taken_at="2026-11-30T16:05:09+01:00")
    assert (done.status_code, done.json["state"], done.headers["Upload-Complete"]) == (200, "ready", "?1")  # type: ignore[index]
    assert done.json["sha256"] == hashlib.sha256(PICTURE).hexdigest()  # type: ignore[index]
    assert session.query(PhotoPart).count() == 0
    shown = phone.client.get(f"/visits/{visit.id}/photos/{key}")
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    small = phone.client.get(f"/visits/{visit.id}/photos/{key}?small=1")
    assert len(small.data) < len(shown.data)
    (listed,) = phone.client.get(phone.visit).json["photos"]  # type: ignore[index]
    assert (listed["caption"], listed["taken_at"]) == ("The till", "2026-11-30T15:05:09+00:00")


def test_wherever_the_network_breaks_off_the_photo_is_stored_once(
    phone: Phone, session: Session, key: str
) -> None:
    phone.announce(key, PICTURE)
    for at, part in PARTS:
        half = len(part) // 2
        phone.send(key, at, part[:half])  # its answer is lost
        again = phone.send(key, at, part)
        assert (again.status_code, again.headers["Upload-Offset"]) == (409, str(at + half))
        told = int(phone.open("HEAD", f"photos/{key}").headers["Upload-Offset"])
        phone.send(key, told, part[told - at :])
    assert phone.open("HEAD", f"photos/{key}").headers["Upload-Complete"] == "?1"
    assert phone.send(key, *PARTS[-1]).status_code == 409
    assert session.query(Photo).one().state is PhotoState.READY
    assert session.query(Evidence).count() == 2


def test_bytes_that_changed_on_the_way_are_sent_again(phone: Phone, session: Session, key: str) -> None:
    phone.announce(key, PICTURE)
    for at, part in PARTS:
        damaged = phone.send(key, at, bytes(reversed(part)))
    assert (damaged.status_code, damaged.headers["Upload-Offset"]) == (409, "0")
    for at, part in PARTS:
        done = phone.send(key, at, part)
    assert done.json["state"] == "ready"  # type: ignore[index]


def test_what_is_no_photo_or_too_large_is_refused_with_what_to_do(phone: Phone, key: str) -> None:
    script = phone.upload(key, b"#!/bin/sh", name="receipt.pdf")
    assert script.status_code == 422
    assert script.json["message"] == (  # type: ignore[index]
        "receipt.pdf is no photo. Take a photo, or choose a JPEG, PNG, WebP or HEIC."
    )
    large = phone.announce(str(uuid.uuid4()), PICTURE, size=31 * 1024**2)
    assert large.status_code == 422
    assert large.json["message"] == (  # type: ignore[index]
        "This photo has 31 MB; 15 MB is the most. Take it again with the camera of this page."
    )
    broken = phone.upload(str(uuid.uuid4()), PICTURE[:-5000])
    assert broken.json["message"] == (  # type: ignore[index]
        "This photo cannot be read. Take it again; the old one stays on this phone until you remove it."
    )


def test_a_question_takes_ten_photos_and_another_once_one_is_removed(phone: Phone) -> None:
    keys = [str(uuid.uuid4()) for _ in range(11)]
    answers = [phone.announce(each, PICTURE).status_code for each in keys]
    assert answers == [200] * 10 + [400]
    assert phone.open("DELETE", f"photos/{keys[0]}").status_code == 204
    assert phone.announce(keys[10], PICTURE).status_code == 200


def test_a_removed_photo_comes_back_when_that_is_undone(phone: Phone, visit: Visit, key: str) -> None:
    phone.upload(key, PICTURE)
    phone.open("DELETE", f"photos/{key}")
    assert phone.client.get(f"/visits/{visit.id}/photos/{key}").status_code == 404
    phone.announce(key, PICTURE)
    assert phone.client.get(f"/visits/{visit.id}/photos/{key}").status_code == 200


def test_the_visit_counts_as_submitted_only_when_every_photo_is_there(
    phone: Phone, session: Session, visit: Visit, key: str
) -> None:
    fill_in(session, visit, datetime.now(UTC))
    phone.announce(key, PICTURE)
    now = datetime.now(UTC).isoformat()
    body = {"edits": [], "photos": [key], "finished_at": now, "sent_at": now}
    refused = phone.open("POST", "submission", json=body)
    assert (refused.status_code, refused.json["missing"]["photos"]) == (409, [key])  # type: ignore[index]
    phone.upload(key, PICTURE)
    assert phone.open("POST", "submission", json=body).status_code == 200


def test_half_an_upload_is_removed_after_two_weeks_and_can_begin_anew(
    phone: Phone, session: Session, key: str
) -> None:
    phone.announce(key, PICTURE)
    phone.send(key, *PARTS[0])
    forget_half_uploads(session, datetime.now(UTC) + timedelta(days=13))
    assert session.query(PhotoPart).count() == 1
    forget_half_uploads(session, datetime.now(UTC) + timedelta(days=15))
    assert session.query(PhotoPart).count() == 0
    session.commit()
    assert phone.upload(key, PICTURE).json["state"] == "ready"  # type: ignore[index]


def test_nobody_else_sees_or_sends_a_photo(phone: Phone, session: Session, visit: Visit, key: str) -> None:
    phone.upload(key, PICTURE)
    sign_in(phone.client, factories.user(session, "Axel Auditor", factories.RoleName.AUDITOR))
    stranger = Phone(phone.client, visit)
    there = phone.client.get(f"/visits/{visit.id}/photos/{key}")
    nowhere = phone.client.get(f"/visits/{visit.id}/photos/{uuid.uuid4()}")
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert there.text == nowhere.text
    for answer in (
        stranger.announce(key, PICTURE),
        stranger.send(key, 0, b"x"),
        stranger.open("DELETE", f"photos/{key}"),
    ):
        assert answer.status_code == 404
