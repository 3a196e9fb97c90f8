"""Errors: each says what happened and what to do, and none shows how we are built."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from audit_app import create_app
from audit_app.config import Settings
from audit_app.domain.errors import Conflict, InvalidInput
from audit_app.extensions import db
from audit_app.models import Region, User
from audit_app.web.access import public
from tests.conftest import make_settings
from tests.visitor import Visitor, sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application with four pages that fail."""

    @app.get("/fails")
    @public
    def fails() -> str:
        raise RuntimeError("the inner workings")

    @app.post("/half-done")
    @public
    def half_done() -> str:
        db.session.add(Region(key="atlantis", name="Atlantis"))
        db.session.flush()
        raise Conflict("Somebody else has sunk it. Choose another island.")

    @app.post("/crosses")
    @public
    def crosses() -> str:
        db.session.add_all([Region(key="lemuria", name="Lemuria"), Region(key="lemuria", name="Lemuria")])
        db.session.commit()
        raise AssertionError

    @app.get("/refuses")
    @public
    def refuses() -> str:
        raise InvalidInput("Enter a date such as 2026-11-21.")

    return app


def test_a_missing_page_is_said_to_be_missing_with_a_way_on(client: Visitor, magnus: User) -> None:
    sign_in(client, magnus)

    answer = client.get("/nowhere")

    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert 'href="/home"' in answer.text


def test_our_own_failure_tells_nothing_of_our_inner_workings(client: Visitor) -> None:
    answer = client.get("/fails")

    assert answer.status_code == 500
    assert "on our side" in answer.text
    assert "inner workings" not in answer.text
    assert "Traceback" not in answer.text


def test_what_we_foresaw_is_said_in_its_own_words(client: Visitor) -> None:
    answer = client.get("/refuses")

    assert answer.status_code == 400
    assert "Enter a date such as 2026-11-21." in answer.text


def test_what_a_failed_request_had_begun_is_undone(client: Visitor, session) -> None:
    answer = client.submit("/half-done", page="/sign-in")

    assert answer.status_code == 409
    assert "Choose another island" in answer.text
    assert session.query(Region).filter_by(key="atlantis").count() == 0


def test_two_who_enter_the_same_at_the_same_moment_are_told_and_nothing_is_half_done(
    client: Visitor, session
) -> None:
    answer = client.submit("/crosses", page="/sign-in")

    assert answer.status_code == 409
    assert "Somebody changed or deleted at the same moment" in answer.text
    assert session.query(Region).filter_by(key="lemuria").count() == 0


def test_a_script_gets_its_error_as_json(client: Visitor) -> None:
    answer = client.get("/refuses", headers={"Accept": "application/json"})

    assert answer.status_code == 400
    assert answer.json == {
        "error": {
            "title": "This request cannot be used",
            "message": "Enter a date such as 2026-11-21.",
            "status": 400,
        }
    }


def test_an_upload_of_fifty_megabytes_is_refused_before_it_is_read(client: Visitor) -> None:
    answer = client.post("/sign-in", data={"email": b"x" * 50_000_000})

    assert answer.status_code == 413
    assert "too large" in answer.text


@pytest.mark.parametrize("address", ["/locations/%00", "/probes?q=%00", "/admin/users?role=%00"])
def test_a_zero_character_is_refused_before_the_database_sees_it(
    client: Visitor, ada: User, address: str
) -> None:
    sign_in(client, ada)
    assert client.get(address).status_code == 400
    assert client.submit("/admin/users/new", name="Å\0sa", email="asa@example.com").status_code == 400


def test_a_request_of_the_wrong_kind_names_the_right_ones(client: Visitor, magnus: User) -> None:
    answer = client.get("/sign-out")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_names_on_error_pages_cannot_smuggle_markup(client: Visitor, ada: User) -> None:
    sign_in(client, ada)

    answer = client.get("/locations/<script>alert(1)</script>")

    assert "<script>alert" not in answer.text


def test_when_the_database_is_away_a_page_still_says_so(settings: Settings, tmp_path: Path) -> None:
    away = make_settings(tmp_path, "postgresql://audit:topsecret@127.0.0.1:1/audit")
    client = create_app(away).test_client()

    page, script = client.get("/sign-in"), client.get("/healthz")

    assert page.status_code == 503
    assert "The database does not answer" in page.text
    assert "topsecret" not in page.text
    assert script.status_code == 503
    assert script.json == {"status": "database unreachable"}


def test_a_busy_writer_holds_up_no_reader(client: Visitor, engine: sa.Engine, ada: User) -> None:
    sign_in(client, ada)
    client.get("/account")

    with engine.begin() as writing:
        writing.execute(sa.text("UPDATE organisations SET name = 'Busy Ltd'"))
        answers = {
            path: client.get(path).status_code
            for path in ("/healthz", "/account", "/nowhere", "/static/shared/base.css")
        }

    assert answers == {"/healthz": 200, "/account": 200, "/nowhere": 404, "/static/shared/base.css": 200}


def test_monitors_learn_that_all_is_well(client: Visitor, settings: Settings) -> None:
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json == {"status": "ok"}
