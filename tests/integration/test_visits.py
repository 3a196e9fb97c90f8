"""Visits from start to score: no answer is lost, the score adds up, and everybody sees only what is theirs."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict, InvalidInput, NotFound
from audit_app.domain.policy import DEFAULT_POLICY
from audit_app.models import Answer, AssignmentState, Location, User, Visit, VisitState
from audit_app.services.visit_list import VisitFilter, visit_choices, visit_page
from audit_app.services.visit_results import visit_result
from audit_app.services.visits import (
    MissingAnswers,
    SaveOutcome,
    progress,
    save_answer,
    start_visit,
    submit_visit,
    visible_visit,
    visible_visits,
)
from tests import factories, small_checklist
from tests.factories import NOW
from tests.small_checklist import CLIENT_ID, begun_visit, fill_in
from tests.visitor import Visitor, sign_in

HOUR = timedelta(hours=1)
YES = {"value": "yes"}
NO = {"value": "no"}


def another_id() -> str:
    return str(uuid.uuid4())


def submitted(
    session: Session, auditor: User, location: Location, when: datetime, **changes: object
) -> Visit:
    """A visit that was made in the hour before `when`."""
    task = small_checklist.assignment(session, auditor, location, when)
    visit = start_visit(session, auditor, task, another_id(), when - HOUR)
    fill_in(session, visit, when, **changes)
    return submit_visit(session, visit, when)


# ---------- starting ----------


def test_starting_twice_makes_one_visit(session: Session, anna: User, umea: Location) -> None:
    task = small_checklist.assignment(session, anna, umea, NOW)
    first = start_visit(session, anna, task, CLIENT_ID, NOW)
    assert start_visit(session, anna, task, CLIENT_ID, NOW + HOUR) is first
    assert start_visit(session, anna, task, another_id(), NOW + HOUR) is first
    assert (first.started_at, first.state) == (NOW, VisitState.DRAFT)


def test_a_device_cannot_use_one_number_for_two_visits(session: Session, anna: User, umea: Location) -> None:
    begun_visit(session, anna, umea, NOW)
    second = small_checklist.assignment(session, anna, umea, NOW)
    with pytest.raises(Conflict, match="another visit"):
        start_visit(session, anna, second, CLIENT_ID, NOW)


def test_nobody_starts_the_visit_of_somebody_else(
    session: Session, anna: User, magnus: User, umea: Location
) -> None:
    task = small_checklist.assignment(session, anna, umea, NOW)
    with pytest.raises(NotFound):
        start_visit(session, magnus, task, CLIENT_ID, NOW)


def test_a_visit_cannot_start_before_its_window(session: Session, anna: User, umea: Location) -> None:
    task = small_checklist.assignment(session, anna, umea, NOW)
    with pytest.raises(InvalidInput, match="can be made from Friday 20 November 14:00"):
        start_visit(session, anna, task, CLIENT_ID, task.due_from - HOUR)


def test_an_overdue_visit_can_still_be_made(session: Session, anna: User, umea: Location) -> None:
    task = small_checklist.assignment(session, anna, umea, NOW)
    assert start_visit(session, anna, task, CLIENT_ID, task.due_until + HOUR).state is VisitState.DRAFT


def test_a_cancelled_assignment_takes_no_visit(session: Session, anna: User, umea: Location) -> None:
    task = small_checklist.assignment(session, anna, umea, NOW)
    task.state = AssignmentState.CANCELLED
    with pytest.raises(Conflict, match="cancelled"):
        start_visit(session, anna, task, CLIENT_ID, NOW)


# ---------- answers ----------


@pytest.fixture
def visit(session: Session, anna: User, umea: Location) -> Visit:
    return begun_visit(session, anna, umea, NOW)


def value(visit: Visit, question: str) -> object:
    """What stands as the answer to a question."""
    return next(row.value for row in visit.answers if row.question_key == question)


def test_an_answer_is_kept_with_its_time_and_note(session: Session, visit: Visit) -> None:
    saved = save_answer(session, visit, "greeted", {"value": "no", "note": " Nobody looked up. "}, 1, NOW)
    assert saved.outcome is SaveOutcome.SAVED
    row = saved.answer
    assert (row.value, row.note, row.revision, row.saved_at) == ("no", "Nobody looked up.", 1, NOW)


def test_sending_an_answer_again_changes_nothing(session: Session, visit: Visit) -> None:
    save_answer(session, visit, "greeted", YES, 1, NOW)
    again = save_answer(session, visit, "greeted", YES, 1, NOW + HOUR)
    assert (again.outcome, again.answer.saved_at) == (SaveOutcome.SAME, NOW)


def test_an_older_answer_never_replaces_a_newer_one(session: Session, visit: Visit) -> None:
    save_answer(session, visit, "greeted", NO, 2, NOW)
    late = save_answer(session, visit, "greeted", YES, 1, NOW + HOUR)
    assert late.outcome is SaveOutcome.OLDER
    assert (late.answer.value, late.answer.revision) == ("no", 2)


def test_of_two_answers_made_at_once_the_later_to_arrive_stands_and_the_other_is_reported(
    session: Session, visit: Visit
) -> None:
    save_answer(session, visit, "greeted", YES, 1, NOW)
    second = save_answer(session, visit, "greeted", NO, 1, NOW)
    assert second.outcome is SaveOutcome.REPLACED
    assert second.replaced == {"value": "yes", "not_applicable": False, "note": ""}
    assert second.answer.value == "no"


def test_a_repeated_send_does_not_bring_a_replaced_answer_back(session: Session, visit: Visit) -> None:
    save_answer(session, visit, "greeted", YES, 1, NOW)
    save_answer(session, visit, "greeted", NO, 1, NOW)
    repeated = save_answer(session, visit, "greeted", YES, 1, NOW)
    assert repeated.outcome is SaveOutcome.OLDER
    assert value(visit, "greeted") == "no"


@given(order=st.permutations(range(1, 7)), repeats=st.lists(st.integers(1, 6), max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_in_whatever_order_answers_arrive_the_highest_revision_stands(
    session: Session, visit: Visit, order: list[int], repeats: list[int]
) -> None:
    nested = session.begin_nested()
    for revision in [*order, *repeats]:
        save_answer(session, visit, "queue", {"value": str(revision * 10)}, revision, NOW)
    row = session.query(Answer).filter_by(question_key="queue").one()
    assert (row.value, row.revision) == ("60", 6)
    nested.rollback()


def test_an_answer_can_be_taken_back(session: Session, visit: Visit) -> None:
    save_answer(session, visit, "greeted", YES, 1, NOW)
    save_answer(session, visit, "greeted", {"value": None}, 2, NOW)
    assert "greeted" in {question.key for question in progress(visit).missing}


@pytest.mark.parametrize(
    ("question", "raw", "message"),
    [
        ("unheard_of", YES, "no question unheard_of"),
        ("greeted", {"value": "perhaps"}, "choose yes or no"),
        ("tidy", {"value": 9}, "step from 1 to 4"),
        ("till", {"value": "a robot"}, "choose one of nobody, somebody"),
        ("queue", {"value": "long"}, "enter a whole number"),
        ("queue", {"value": "121"}, "from 0 to 120"),
        ("price", {"value": {"shelf": "12.90", "till": ""}}, "enter both prices"),
        ("greeted", {"value": "yes", "note": "x" * 2001}, "at most 2000 characters"),
        ("greeted", {"value": "yes", "not_applicable": True}, "either answer it or mark it"),
        ("greeted", ["yes"], "and nothing else"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_word_on_what_to_do(
    session: Session, visit: Visit, question: str, raw: object, message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        save_answer(session, visit, question, raw, 1, NOW)


@pytest.mark.parametrize("revision", [0, -1, 10**10, True])
def test_an_impossible_revision_is_refused(session: Session, visit: Visit, revision: int) -> None:
    with pytest.raises(InvalidInput, match="revision"):
        save_answer(session, visit, "greeted", YES, revision, NOW)


# ---------- submitting ----------


def test_a_visit_with_gaps_cannot_be_submitted_and_names_them(session: Session, visit: Visit) -> None:
    save_answer(session, visit, "greeted", YES, 1, NOW)
    with pytest.raises(MissingAnswers, match="5 questions still need an answer: “Was there eye") as refused:
        submit_visit(session, visit, NOW)
    keys = [question.key for question in refused.value.questions]
    assert keys == ["eye_contact", "tidy", "till", "queue", "price"]
    assert visit.state is VisitState.DRAFT


def test_a_submitted_visit_has_its_exact_score_and_ends_the_assignment(
    session: Session, visit: Visit
) -> None:
    fill_in(session, visit, NOW)
    submit_visit(session, visit, NOW)
    session.commit()
    assert visit.score == Fraction("73.25")
    assert (visit.submitted_at, visit.critical_failures) == (NOW, 0)
    assert visit.assignment is not None
    assert visit.assignment.state is AssignmentState.DONE


def test_critical_failures_are_counted(session: Session, visit: Visit) -> None:
    fill_in(session, visit, NOW, greeted="no")
    assert submit_visit(session, visit, NOW).critical_failures == 1


def test_submitting_twice_gives_the_same_result(session: Session, visit: Visit) -> None:
    fill_in(session, visit, NOW)
    submit_visit(session, visit, NOW)
    assert submit_visit(session, visit, NOW + HOUR).submitted_at == NOW


def test_a_submitted_visit_cannot_be_changed(session: Session, visit: Visit) -> None:
    fill_in(session, visit, NOW)
    submit_visit(session, visit, NOW)
    with pytest.raises(Conflict, match="submitted already"):
        save_answer(session, visit, "greeted", NO, 5, NOW)


def test_a_withdrawn_visit_cannot_be_submitted(session: Session, visit: Visit) -> None:
    visit.state = VisitState.WITHDRAWN
    session.flush()
    with pytest.raises(Conflict, match="withdrawn"):
        submit_visit(session, visit, NOW)


def test_a_visit_where_nothing_applied_has_no_score(session: Session, visit: Visit) -> None:
    for key in small_checklist.ANSWERS:
        save_answer(session, visit, key, {"not_applicable": True}, 1, NOW)
    assert submit_visit(session, visit, NOW).score is None
    assert visit_result(visit).score is None


# ---------- the result ----------


def test_the_breakdown_adds_up_exactly_and_as_shown(session: Session, visit: Visit) -> None:
    fill_in(session, visit, NOW, tidy=2)
    save_answer(session, visit, "first_name", YES, 1, NOW)
    submit_visit(session, visit, NOW)
    result = visit_result(visit)
    assert result.score is not None
    counted = [part for part in result.sections if part.score]
    assert sum((line.points for part in counted for line in part.lines), Fraction(0)) == visit.score
    for part in counted:
        assert part.score is not None
        assert sum((line.shown_points for line in part.lines), Decimal(0)) == part.score.shown_points
    assert sum((part.score.shown_points for part in counted if part.score), Decimal(0)) == result.score.shown
    assert result.band == "C"


def test_a_bonus_fills_only_what_is_missing_to_full_points(session: Session, visit: Visit) -> None:
    fill_in(session, visit, NOW, eye_contact="yes")
    save_answer(session, visit, "first_name", YES, 1, NOW)
    submit_visit(session, visit, NOW)
    welcome = visit_result(visit).sections[0]
    assert [line.points for line in welcome.lines] == [12, 18, 0]


def test_critical_failures_stand_before_other_failures(session: Session, visit: Visit) -> None:
    fill_in(session, visit, NOW, greeted="no", till="nobody")
    submit_visit(session, visit, NOW)
    assert [line.question.key for line in visit_result(visit).failed] == ["greeted", "eye_contact", "till"]


@given(data=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_way_to_fill_in_the_form_adds_up(session: Session, visit: Visit, data: st.DataObject) -> None:
    nested = session.begin_nested()
    choices: dict[str, list[object]] = {
        "greeted": ["yes", "no"],
        "eye_contact": ["yes", "no"],
        "first_name": ["yes", "no"],
        "tidy": [1, 2, 3, 4],
        "till": ["nobody", "somebody"],
        "queue": ["3", "50"],
        "price": [{"shelf": "1", "till": "2"}, {"shelf": "2", "till": "1"}],
    }
    for key, values in choices.items():
        raw = data.draw(st.sampled_from([{"not_applicable": True}, *({"value": value} for value in values)]))
        save_answer(session, visit, key, raw, 1, NOW)
    submit_visit(session, visit, NOW)
    result = visit_result(visit)
    lines = [line for part in result.sections for line in part.lines]
    assert sum((line.points for line in lines), Fraction(0)) == (visit.score or 0)
    shown = result.score.shown if result.score else Decimal(0)
    assert sum((line.shown_points for line in lines), Decimal(0)) == shown
    nested.rollback()


# ---------- who sees what ----------


def test_everybody_sees_only_the_visits_that_are_theirs(
    session: Session,
    anna: User,
    ada: User,
    magnus: User,
    sigrid: User,
    carl: User,
    umea: Location,
    lulea: Location,
) -> None:
    done_umea = submitted(session, anna, umea, NOW)
    done_lulea = submitted(session, anna, lulea, NOW)
    draft = begun_visit(session, anna, umea, NOW)
    seen = {
        user.name: set(session.scalars(visible_visits(user))) for user in (anna, ada, magnus, sigrid, carl)
    }
    assert seen == {
        "Anna Auditor": {done_umea, done_lulea, draft},
        "Ada Admin": {done_umea, done_lulea, draft},
        "Magnus Manager": {done_umea, done_lulea},
        "Sigrid Manager": set(),
        "Carl Contact": {done_umea},
    }
    with pytest.raises(NotFound, match="no such visit among yours"):
        visible_visit(session, sigrid, done_umea.id)


# ---------- the list ----------


def found(session: Session, user: User, **wanted: object) -> list[Visit]:
    return visit_page(session, user, VisitFilter(**wanted), DEFAULT_POLICY, 1).visits  # type: ignore[arg-type]


def test_the_list_is_narrowed_by_band_at_the_exact_borders(
    session: Session, anna: User, umea: Location
) -> None:
    full = submitted(session, anna, umea, NOW, eye_contact="yes", tidy=4)
    fair = submitted(session, anna, umea, NOW)
    border = submitted(session, anna, umea, NOW)
    border.score = Fraction(80) - Fraction(1, 10**9)
    exact = submitted(session, anna, umea, NOW)
    exact.score = Fraction(80)
    session.flush()
    assert (full.score, fair.score) == (100, Fraction("73.25"))
    assert found(session, anna, band="A") == [full]
    assert found(session, anna, band="B") == [exact]
    assert found(session, anna, band="C") == [border, fair]


def test_the_list_is_narrowed_by_days_as_the_location_counts_them(session: Session, anna: User) -> None:
    helsinki = factories.location(session, "helsinki", "Helsinki", time_zone="Europe/Helsinki")
    london = factories.location(session, "london", "London", time_zone="Europe/London")
    just_before_ten = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    friday = submitted(session, anna, london, just_before_ten)
    saturday = submitted(session, anna, helsinki, just_before_ten)
    assert found(session, anna, last_day=date(2026, 11, 20)) == [friday]
    assert found(session, anna, first_day=date(2026, 11, 21)) == [saturday]


def test_the_list_is_sorted_by_score_and_by_location(
    session: Session, anna: User, umea: Location, lulea: Location
) -> None:
    low = submitted(session, anna, umea, NOW, tidy=1)
    high = submitted(session, anna, lulea, NOW, tidy=4)
    assert found(session, anna, order="score", descending=False) == [low, high]
    assert found(session, anna, order="score") == [high, low]
    assert found(session, anna, order="location", descending=False) == [high, low]


def test_the_list_filters_by_place_checklist_and_auditor_and_shows_drafts_only_when_asked(
    session: Session, anna: User, ada: User, umea: Location, lund: Location
) -> None:
    axel = factories.user(session, "Axel Auditor", factories.RoleName.AUDITOR)
    north = submitted(session, anna, umea, NOW)
    south = submitted(session, axel, lund, NOW)
    draft = begun_visit(session, anna, umea, NOW - HOUR)
    assert found(session, ada, location="lund") == [south]
    assert found(session, ada, region="north") == [north]
    assert found(session, ada, auditor=axel.id) == [south]
    assert found(session, ada, checklist="other") == []
    assert set(found(session, ada, drafts=True)) == {north, south, draft}
    assert visit_choices(session, ada).regions == [("north", "North"), ("south", "South")]


# ---------- pages ----------


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
    send(auditor, draft, {"question": "greeted", "revision": 1, "answer": YES})
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
        {"question": "queue", "revision": 1, "answer": {"value": "ages"}},
        {"question": "greeted", "revision": 1, "answer": NO},
    )
    assert first["outcome"] == "refused"
    assert "whole number" in str(first["message"])
    assert value(session.get_one(Visit, draft.id), "greeted") == "no"


def test_a_second_device_is_told_what_became_of_its_answer(auditor: Visitor, draft: Visit) -> None:
    send(auditor, draft, {"question": "greeted", "revision": 2, "answer": NO})
    late = send(auditor, draft, {"question": "greeted", "revision": 1, "answer": YES})
    assert late["outcome"] == "older"
    assert late["answer"] == {"value": "no", "not_applicable": False, "note": ""}
    assert late["wants_note"] is True


@pytest.mark.parametrize("body", [None, [], {"answers": "all"}, {"answers": [1]}, {"answers": [{}] * 501}])
def test_a_body_of_another_shape_is_refused_in_words(auditor: Visitor, draft: Visit, body: object) -> None:
    token = auditor.token(f"/visits/{draft.id}/section/1")
    response = auditor.post(f"/visits/{draft.id}/answers", json=body, headers={"X-CSRFToken": token})
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
        json={"answers": [{"question": "greeted", "revision": 9, "answer": YES}]},
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
    page = client.get("/visits?from=yesterday&band=Z&auditor=x&page=99&sort=colour").text
    assert "“yesterday” is no date" in page
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
