"""What devices send: beginning, answers, submission, and what each refusal says."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from audit_app.models import Assignment, ChecklistVersion, Location, User, Visit, VisitState
from audit_app.services.checklists.versions import store_checklist
from tests import factories, small_checklist
from tests.small_checklist import ANSWERS, another_id
from tests.visitor import Visitor, sign_in


@pytest.fixture
def task(session: Session, anna: User, umea: Location) -> Assignment:
    """A visit that Anna is to make."""
    made = small_checklist.assignment(session, anna, umea, datetime.now(UTC))
    session.commit()
    return made


@pytest.fixture
def phone(client: Visitor, task: Assignment, anna: User) -> Visitor:
    """Anna's phone."""
    sign_in(client, anna)
    return client


def call(phone: Visitor, method: str, path: str, body: Any) -> TestResponse:
    """Send JSON as a device does, with the token of its session."""
    token = phone.get("/api/session").json["csrf_token"]  # type: ignore[index]
    return phone.open(f"/api/visits/{path}", method=method, json=body, headers={"X-CSRFToken": token})


def begun(phone: Visitor, task: Assignment, client_id: str) -> Any:
    """The visit, begun on the device."""
    body = {"assignment": task.id, "started_at": datetime.now(UTC).isoformat()}
    response = call(phone, "PUT", client_id, body)
    assert response.status_code in (200, 201), response.text
    return response.json


def edit(path: str, value: object, base: int = 0) -> dict[str, object]:
    return {"id": str(uuid.uuid4()), "path": path, "base": base, "value": value}


def filled(phone: Visitor, client_id: str) -> list[str]:
    """Answer all that is required, and return the numbers of the edits."""
    edits = [edit(path, value) for path, value in ANSWERS.items()]
    response = call(phone, "POST", f"{client_id}/edits", {"edits": edits})
    assert [result["outcome"] for result in response.json["results"]] == ["applied"] * len(edits)  # type: ignore[index]
    return [str(each["id"]) for each in edits]


def submission(edits: list[str], **changes: object) -> dict[str, object]:
    now = datetime.now(UTC).isoformat()
    return {"edits": edits, "photos": [], "finished_at": now, "sent_at": now} | changes


def test_a_session_says_who_is_there_and_on_which_device(phone: Visitor, anna: User) -> None:
    said = phone.get("/api/session").json
    assert said["user"] == {"id": anna.id, "name": "Anna Auditor"}  # type: ignore[index]
    assert set(said["device"]) == {"id", "name"}  # type: ignore[index]


def test_a_visit_is_begun_filled_in_and_submitted(phone: Visitor, session: Session, task: Assignment) -> None:
    key = another_id()
    assert begun(phone, task, key)["state"] == "draft"
    ids = filled(phone, key)
    done = call(phone, "POST", f"{key}/submission", submission(ids))
    assert done.status_code == 200
    assert (done.json["state"], done.json["score"]) == ("submitted", "73.3")  # type: ignore[index]
    assert call(phone, "POST", f"{key}/submission", submission(ids)).status_code == 200
    late = call(phone, "POST", f"{key}/edits", {"edits": [edit("greeted", "no", 1)]}).json
    assert late["results"][0]["outcome"] == "late"  # type: ignore[index]
    assert "Entered too late to count" in phone.get(f"/visits/{done.json['id']}").text  # type: ignore[index]


def test_a_visit_begun_elsewhere_is_named(phone: Visitor, task: Assignment) -> None:
    first = another_id()
    begun(phone, task, first)
    assert begun(phone, task, another_id())["client_id"] == first


def test_the_version_on_the_device_stands(phone: Visitor, session: Session, task: Assignment) -> None:
    old = small_checklist.small_form()
    from_before = begun_hash(session)
    store_checklist(session, old.model_copy(update={"title": "Changed"}), datetime.now(UTC))
    body = {"assignment": task.id, "form": from_before, "started_at": datetime.now(UTC).isoformat()}
    assert call(phone, "PUT", another_id(), body).json["form"] == from_before  # type: ignore[index]
    unknown = call(phone, "PUT", another_id(), body | {"form": "0" * 64})
    assert unknown.status_code == 200, "it was begun already, so that its form is known"


def begun_hash(session: Session) -> str:
    """The content hash of the only version that is there."""
    return session.query(ChecklistVersion).one().content_hash


def test_a_form_that_nobody_knows_is_refused(phone: Visitor, task: Assignment) -> None:
    body = {"assignment": task.id, "form": "0" * 64, "started_at": datetime.now(UTC).isoformat()}
    refused = call(phone, "PUT", another_id(), body)
    assert (refused.status_code, refused.json["code"]) == (409, "unknown_form")  # type: ignore[index]


def test_a_submission_waits_for_what_the_server_lacks(
    phone: Visitor, session: Session, task: Assignment
) -> None:
    key, lacking, photo = another_id(), str(uuid.uuid4()), str(uuid.uuid4())
    begun(phone, task, key)
    ids = filled(phone, key)
    refused = call(phone, "POST", f"{key}/submission", submission([*ids, lacking], photos=[photo]))
    assert (refused.status_code, refused.json["code"]) == (409, "incomplete")  # type: ignore[index]
    assert refused.json["missing"] == {"edits": [lacking], "photos": [photo]}  # type: ignore[index]
    assert session.query(Visit).one().state is VisitState.DRAFT


def test_a_submission_names_what_is_unanswered(phone: Visitor, task: Assignment) -> None:
    key = another_id()
    begun(phone, task, key)
    refused = call(phone, "POST", f"{key}/submission", submission([]))
    assert (refused.status_code, refused.json["code"]) == (422, "unanswered")  # type: ignore[index]
    assert refused.json["paths"][0] == "greeted"  # type: ignore[index]


def test_two_answers_are_shown_to_both_and_chosen_from_on_the_page(
    phone: Visitor, session: Session, task: Assignment
) -> None:
    key = another_id()
    begun(phone, task, key)
    ids = filled(phone, key)
    visit = session.query(Visit).one()
    small_checklist.answer(session, visit, "greeted", {"value": "no"}, datetime.now(UTC), 0, 99)
    seen = phone.get(f"/api/visits/{key}").json
    assert [kept["value"] for kept in seen["conflicts"]] == ["no"]  # type: ignore[index]
    blocked = call(phone, "POST", f"{key}/submission", submission(ids))
    assert (blocked.status_code, blocked.json["paths"]) == (409, ["greeted"])  # type: ignore[index]
    page = f"/visits/{visit.id}/check"
    assert "1 question has two answers" in phone.get(page).text
    kept = seen["conflicts"][0]["id"]  # type: ignore[index]
    phone.submit(f"/visits/{visit.id}/choice", page=page, kept=kept, revision="1", choose="kept")
    seen = phone.get(f"/api/visits/{key}").json
    assert seen["conflicts"] == []  # type: ignore[index]
    assert {row["path"]: row["value"] for row in seen["answers"]}["greeted"] == "no"  # type: ignore[index]


def test_what_does_not_fit_is_refused_alone(phone: Visitor, task: Assignment) -> None:
    key = another_id()
    begun(phone, task, key)
    results = call(
        phone, "POST", f"{key}/edits", {"edits": [edit("queue", "ages"), edit("greeted", "yes")]}
    ).json["results"]  # type: ignore[index]
    assert [result["outcome"] for result in results] == ["refused", "applied"]
    assert "whole number" in results[0]["message"]


def test_a_visit_that_is_somebody_elses_is_not_shown(
    phone: Visitor, session: Session, task: Assignment
) -> None:
    key = another_id()
    begun(phone, task, key)
    sign_in(phone, factories.user(session, "Axel Auditor", factories.RoleName.AUDITOR))
    for response in (
        phone.get(f"/api/visits/{key}"),
        call(phone, "POST", f"{key}/edits", {"edits": []}),
        call(
            phone, "PUT", another_id(), {"assignment": task.id, "started_at": datetime.now(UTC).isoformat()}
        ),
    ):
        assert (response.status_code, response.json["code"]) == (404, "not_yours")  # type: ignore[index]


GOOD = {"id": str(uuid.uuid4()), "path": "greeted", "base": 0, "value": "yes"}


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"edits": [1]},
        {"edits": [GOOD] * 201},
        {"edits": [GOOD | {"id": "1"}]},
        {"edits": [GOOD | {"base": "0"}]},
        {"edits": [GOOD | {"made_at": "yesterday"}]},
        {"edits": [GOOD | {"made_at": "0001-01-01T00:00:00+14:00"}]},
        {"edits": [GOOD | {"note": "\0"}]},
        {"edits": [GOOD | {"more": 1}]},
    ],
)
def test_another_shape_is_refused_in_words(phone: Visitor, task: Assignment, body: object) -> None:
    key = another_id()
    begun(phone, task, key)
    refused = call(phone, "POST", f"{key}/edits", body)
    assert refused.status_code == 400
    assert "nothing is lost" in refused.json["message"]  # type: ignore[index]


def test_a_visit_made_last_month_counts_in_last_month(
    phone: Visitor, session: Session, task: Assignment
) -> None:
    key, now = another_id(), datetime.now(UTC)
    made = now - timedelta(hours=20)
    body = {"assignment": task.id, "started_at": (made - timedelta(hours=1)).isoformat()}
    assert call(phone, "PUT", key, body).status_code == 201
    edits = [edit(path, value) | {"made_at": made.isoformat()} for path, value in ANSWERS.items()]
    call(phone, "POST", f"{key}/edits", {"edits": edits})
    ids = [str(each["id"]) for each in edits]
    done = call(phone, "POST", f"{key}/submission", submission(ids, finished_at=made.isoformat()))
    assert (done.json["finished_at"], done.json["clock_uncertain"]) == (made.isoformat(), False)  # type: ignore[index]
