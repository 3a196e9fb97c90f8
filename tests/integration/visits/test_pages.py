"""The pages of visits: starting, filling in with and without a script, checking, submitting, looking at the result."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from audit_app.models import Location, User, Visit, VisitState
from tests import factories, small_checklist
from tests.factories import NOW
from tests.small_checklist import another_id, begun_visit, fill_in, submitted
from tests.visitor import Visitor, sign_in

YES = {"value": "yes"}
NO = {"value": "no"}


@pytest.fixture
def draft(session: Session, anna: User, umea: Location) -> Visit:
    """A visit that Anna has begun today."""
    made = begun_visit(session, anna, umea, datetime.now(UTC))
    session.commit()
    return made


@pytest.fixture
def auditor(client: Visitor, draft: Visit, anna: User) -> Visitor:
    """Anna at her phone, with a visit begun."""
    sign_in(client, anna)
    return client


def value(visit: Visit, question: str) -> object:
    """What stands as the answer to a question."""
    return next(row.value for row in visit.answers if row.path == question)


def send(visitor: Visitor, visit: Visit, *answers: dict[str, object]) -> dict[str, object]:
    """Send answers as the form's script does, and return what the server says to the first."""
    token = visitor.token(f"/visits/{visit.id}/section/1")
    response = visitor.post(
        f"/visits/{visit.id}/answers", json={"answers": list(answers)}, headers={"X-CSRFToken": token}
    )
    assert response.status_code == 200, response.text
    first: dict[str, object] = response.json["results"][0]  # type: ignore[index]
    return first


def test_my_visits_starts_and_resumes_the_same_visit(
    client: Visitor, session: Session, anna: User, umea: Location
) -> None:
    task = small_checklist.assignment(session, anna, umea, datetime.now(UTC))
    session.commit()
    sign_in(client, anna)
    page = client.get("/my-visits").text
    assert "Storgatan 1, Umeå" in page
    assert "(Stockholm)" in page
    for _ in range(2):
        response = client.submit(f"/assignments/{task.id}/visit", page="/my-visits", client_id=another_id())
        assert response.status_code == 302
    assert session.query(Visit).count() == 1
    assert "Resume" in client.get("/my-visits").text


def test_my_visits_says_so_when_there_is_nothing_to_do(client: Visitor, anna: User) -> None:
    sign_in(client, anna)
    assert "No visits to make" in client.get("/my-visits").text


def test_a_section_can_be_sent_without_javascript(auditor: Visitor, session: Session, draft: Visit) -> None:
    path = f"/visits/{draft.id}/section/1"
    fields = {"greeted.value": "yes", "greeted.revision": "0", "greeted.was": "", "go": "next"}
    response = auditor.submit(path, **fields)
    assert response.location == f"/visits/{draft.id}/section/2"
    assert value(session.get_one(Visit, draft.id), "greeted") == "yes"


def test_a_section_left_as_it_was_does_not_undo_what_another_device_saved(
    auditor: Visitor, session: Session, draft: Visit
) -> None:
    page = auditor.get(f"/visits/{draft.id}/section/1").text
    was = page.split('name="greeted.was" value="')[1].split('"')[0].replace("&#34;", '"')
    send(auditor, draft, {"question": "greeted", "revision": 1, "base": 0, "answer": YES})
    stale = {"greeted.revision": "0", "greeted.was": was, "greeted.note": ""}
    auditor.submit(f"/visits/{draft.id}/section/1", **stale)
    assert value(session.get_one(Visit, draft.id), "greeted") == "yes"


def test_what_cannot_be_used_is_shown_again_and_the_rest_is_saved(
    auditor: Visitor, session: Session, draft: Visit
) -> None:
    fields = {
        "queue.value": "ages",
        "queue.revision": "0",
        "tidy.value": "3",
        "tidy.revision": "0",
    }
    response = auditor.submit(f"/visits/{draft.id}/section/2", **fields)
    assert response.status_code == 422
    assert "1 answer was not saved" in response.text
    assert "enter a whole number from 0 to 120 min" in response.text
    assert 'value="ages"' in response.text
    assert value(session.get_one(Visit, draft.id), "tidy") == 3


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"unheard_of.value": "yes"}, "does not ask for"),
        ({"greeted.value": "yes", "greeted.revision": "many"}, "changed on its way"),
    ],
)
def test_a_tampered_section_is_refused_with_a_clear_message(
    auditor: Visitor, draft: Visit, fields: dict[str, str], message: str
) -> None:
    response = auditor.submit(f"/visits/{draft.id}/section/1", **fields)
    assert response.status_code == 400
    assert message in response.text


def test_a_button_of_no_section_leads_to_the_check(auditor: Visitor, draft: Visit) -> None:
    response = auditor.submit(f"/visits/{draft.id}/section/1", go="9" * 5000)
    assert response.location == f"/visits/{draft.id}/check"


def test_a_section_without_the_token_is_refused(auditor: Visitor, session: Session, draft: Visit) -> None:
    response = auditor.post(
        f"/visits/{draft.id}/section/1", data={"greeted.value": "yes", "greeted.revision": "0"}
    )
    assert response.status_code == 400
    assert session.get_one(Visit, draft.id).answers == []


def test_answers_sent_by_the_device_are_saved_and_the_bad_ones_do_not_hold_up_the_others(
    auditor: Visitor, session: Session, draft: Visit
) -> None:
    first = send(
        auditor,
        draft,
        {"question": "queue", "revision": 1, "base": 0, "answer": {"value": "ages"}},
        {"question": "greeted", "revision": 1, "base": 0, "answer": NO},
    )
    assert first["outcome"] == "refused"
    assert "whole number" in str(first["message"])
    assert value(session.get_one(Visit, draft.id), "greeted") == "no"


def test_a_second_device_is_told_what_became_of_its_answer(
    auditor: Visitor, session: Session, draft: Visit
) -> None:
    small_checklist.answer(session, draft, "greeted", NO, NOW)
    late = send(auditor, draft, {"question": "greeted", "revision": 4, "base": 0, "answer": YES})
    assert late["outcome"] == "older"
    assert late["answer"] == {"value": "no", "not_applicable": False, "note": ""}
    assert late["wants_note"] is True


@pytest.mark.parametrize(
    "body",
    [
        "null",
        "[]",
        '{"answers": "all"}',
        '{"answers": [1]}',
        f'{{"answers": [{"{}," * 500}{{}}]}}',
        "[" * 99_999,
    ],
)
def test_a_body_of_another_shape_is_refused_in_words(auditor: Visitor, draft: Visit, body: str) -> None:
    headers = {
        "X-CSRFToken": auditor.token(f"/visits/{draft.id}/section/1"),
        "Content-Type": "application/json",
    }
    response = auditor.post(f"/visits/{draft.id}/answers", data=body, headers=headers)
    assert response.status_code == 400
    assert "Reload the form" in response.json["message"]  # type: ignore[index]


def test_another_auditor_can_neither_open_nor_answer_the_visit(
    client: Visitor, session: Session, draft: Visit
) -> None:
    axel = factories.user(session, "Axel Auditor", factories.RoleName.AUDITOR)
    sign_in(client, axel)
    token = client.token("/account")
    assert client.get(f"/visits/{draft.id}/section/1").status_code == 404
    assert client.get(f"/visits/{draft.id}/check").status_code == 404
    assert client.get(f"/visits/{draft.id}").status_code == 404
    response = client.post(
        f"/visits/{draft.id}/answers", json={"answers": []}, headers={"X-CSRFToken": token}
    )
    assert response.status_code == 404
    assert client.submit(f"/visits/{draft.id}/submit", page="/account").status_code == 404


def test_the_check_links_to_every_missing_question(auditor: Visitor, draft: Visit) -> None:
    page = auditor.get(f"/visits/{draft.id}/check").text
    assert "6 questions still need" in page
    assert f'href="/visits/{draft.id}/section/2#q-queue"' in page
    assert "Submit the visit" not in page


def test_submitting_too_early_shows_what_is_missing(auditor: Visitor, session: Session, draft: Visit) -> None:
    response = auditor.submit(f"/visits/{draft.id}/submit", page=f"/visits/{draft.id}/check")
    assert response.status_code == 422
    assert "6 questions still need" in response.text
    assert session.get_one(Visit, draft.id).state is VisitState.DRAFT


def test_after_submitting_the_auditor_sees_the_score_and_the_form_is_closed(
    auditor: Visitor, session: Session, draft: Visit
) -> None:
    fill_in(session, draft, NOW, greeted="no")
    response = auditor.submit(f"/visits/{draft.id}/submit", page=f"/visits/{draft.id}/check")
    page = auditor.get(response.location).text
    assert "1 critical question failed" in page
    assert "61.3" in page
    assert auditor.get(f"/visits/{draft.id}/section/1").location == f"/visits/{draft.id}"
    token = auditor.token("/account")
    late = auditor.post(
        f"/visits/{draft.id}/answers",
        json={"answers": [{"question": "greeted", "revision": 9, "base": 8, "answer": YES}]},
        headers={"X-CSRFToken": token},
    )
    assert late.status_code == 409
    assert "submitted already" in late.json["message"]  # type: ignore[index]


def test_a_manager_finds_the_visit_in_the_list_and_opens_it(
    client: Visitor, session: Session, anna: User, magnus: User, umea: Location
) -> None:
    visit = submitted(session, anna, umea, NOW)
    sign_in(client, magnus)
    listed = client.get("/visits?location=umea&band=C&from=2026-11-21&to=2026-11-21").text
    assert f'href="/visits/{visit.id}"' in listed
    page = client.get(f"/visits/{visit.id}").text
    assert "73.3" in page
    assert "12.90 on the shelf, 12.90 at the till" in page


def test_filters_that_make_no_sense_are_named_and_left_out(
    client: Visitor, session: Session, anna: User, magnus: User, umea: Location
) -> None:
    visit = submitted(session, anna, umea, NOW)
    sign_in(client, magnus)
    page = client.get("/visits?from=yesterday&to=9999-12-31&band=Z&auditor=x&page=99&sort=colour").text
    assert "“yesterday” is no date" in page
    assert "no visits in the year 9999" in page
    assert "“Z” is no band" in page
    assert f'href="/visits/{visit.id}"' in page


def test_a_list_without_hits_offers_all_visits(
    client: Visitor, session: Session, anna: User, magnus: User, umea: Location
) -> None:
    submitted(session, anna, umea, NOW)
    sign_in(client, magnus)
    assert "No visits match" in client.get("/visits?band=A").text


def test_a_contact_without_visits_is_told_when_one_appears(client: Visitor, carl: User) -> None:
    sign_in(client, carl)
    assert "No visits yet" in client.get("/visits").text


def test_an_administrator_sees_that_a_draft_has_no_score_yet(
    client: Visitor, draft: Visit, ada: User
) -> None:
    sign_in(client, ada)
    assert "not submitted yet" in client.get(f"/visits/{draft.id}").text
