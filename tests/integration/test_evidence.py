"""Evidence as files: who may have them, and that none of them is ever rendered."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.models import Evidence, EvidenceKind, Location, User
from probes import base
from tests.factories import NOW
from tests.integration.probes.probe_scene import PNG, happened, mail, probe_to, seen
from tests.visitor import Visitor, sign_in

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DAY = timedelta(days=1)
PAGE = b"<!doctype html><script>alert(1)</script>"


def kept(
    session: Session,
    location: Location,
    kind: base.ProofKind = "screenshot",
    media_type: str = "image/png",
    name: str = "seen.png",
    content: bytes = PNG,
) -> Evidence:
    """Evidence of a closed probe to the location."""
    piece = base.Proof(kind, media_type, name, content)
    reply = seen("human_reply", NOW - DAY + timedelta(hours=1), "Ten.", evidence=[piece])
    happened(session, probe_to(session, location, NOW - DAY), reply)
    return session.scalars(select(Evidence)).one()


def test_evidence_is_for_those_who_may_see_its_probe(
    client: Visitor,
    session: Session,
    umea: Location,
    magnus: User,
    sigrid: User,
    carl: User,
    anna: User,
    ada: User,
) -> None:
    path = f"/evidence/{kept(session, umea).id}/seen.png"
    assert client.get(path).status_code == 302
    for person, status in ((magnus, 200), (carl, 404), (ada, 200), (sigrid, 404), (anna, 404)):
        sign_in(client, person)
        assert client.get(path).status_code == status, person.name


@on_sqlite
def test_a_contact_gets_no_evidence_of_a_probe_that_is_still_open(
    client: Visitor, session: Session, umea: Location, carl: User
) -> None:
    picture = base.Proof("screenshot", "image/png", "seen.png", PNG)
    happened(session, probe_to(session, umea, NOW), seen("acknowledged", NOW, evidence=[picture]))
    sign_in(client, carl)
    assert client.get(f"/evidence/{session.scalars(select(Evidence)).one().id}").status_code == 404


@on_sqlite
def test_mail_without_a_probe_is_for_administrators(
    client: Visitor, session: Session, umea: Location, magnus: User, ada: User
) -> None:
    stray = mail(session, NOW, "Hello")
    path = f"/evidence/{stray.evidence_id}/mail.eml"
    sign_in(client, magnus)
    assert client.get(path).status_code == 404
    sign_in(client, ada)
    response = client.get(path)
    assert response.status_code == 200
    assert response.content_type == "message/rfc822"
    assert response.headers["Content-Disposition"] == "attachment; filename=mail.eml"
    assert b"Hello" in response.data


@on_sqlite
def test_a_picture_is_shown_with_its_own_type(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    evidence = kept(session, umea)
    sign_in(client, magnus)
    response = client.get(f"/evidence/{evidence.id}")
    assert response.data == PNG
    assert response.content_type == "image/png"
    assert response.headers["Content-Disposition"].startswith("inline")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("html", "text/html"),
        ("html", "text/html; charset=utf-8"),
        ("html", "application/xhtml+xml"),
        ("html", "image/svg+xml"),
        ("transcript", "text/plain"),
        ("screenshot", "image/png"),
        ("screenshot", "IMAGE/PNG"),
    ],
)
def test_html_is_never_rendered_whatever_it_calls_itself(
    client: Visitor, session: Session, umea: Location, magnus: User, kind: base.ProofKind, media_type: str
) -> None:
    evidence = kept(session, umea, kind, media_type, "page.html", PAGE)
    sign_in(client, magnus)
    response = client.get(f"/evidence/{evidence.id}/page.html")
    assert response.data == PAGE
    assert response.mimetype in {"application/octet-stream", "text/plain"}
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@on_sqlite
def test_a_name_cannot_break_out_of_its_header(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    evidence = kept(session, umea, "html", "text/html", '../../"; filename=x.exe\r\nSet-Cookie: a=b', PAGE)
    sign_in(client, magnus)
    response = client.get(f"/evidence/{evidence.id}")
    assert "a=b" not in str(response.headers.getlist("Set-Cookie"))
    assert response.headers["Content-Disposition"] == "attachment; filename=filename-x.exe-Set-Cookie-a-b"


@on_sqlite
def test_evidence_that_a_browser_has_already_is_not_sent_again(
    client: Visitor, session: Session, umea: Location, magnus: User, sigrid: User
) -> None:
    evidence = kept(session, umea)
    sign_in(client, magnus)
    tag = client.get(f"/evidence/{evidence.id}").headers["ETag"]
    assert tag == f'"{hashlib.sha256(PNG).hexdigest()}"'
    again = client.get(f"/evidence/{evidence.id}", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.data == b""
    sign_in(client, sigrid)
    assert client.get(f"/evidence/{evidence.id}", headers={"If-None-Match": tag}).status_code == 404


@on_sqlite
def test_there_is_nothing_at_a_number_that_does_not_exist(client: Visitor, ada: User) -> None:
    sign_in(client, ada)
    for path in ("/evidence/999", "/evidence/99999999999999999999999", "/evidence/x"):
        assert client.get(path).status_code == 404


@on_sqlite
def test_evidence_of_no_probe_and_no_visit_is_for_administrators(
    client: Visitor, session: Session, magnus: User
) -> None:
    lone = Evidence.of(EvidenceKind.PHOTO, "image/png", "photo.png", PNG, NOW)
    session.add(lone)
    session.commit()
    sign_in(client, magnus)
    assert client.get(f"/evidence/{lone.id}").status_code == 404
