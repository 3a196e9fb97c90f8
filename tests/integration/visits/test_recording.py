"""Visits from start to score: no answer is lost, the score adds up, and everybody sees only what is theirs."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict, InvalidInput, NotFound
from audit_app.models import AssignmentState, EditOutcome, Location, User, Visit, VisitState
from audit_app.services.visits.recording import (
    MissingAnswers,
    progress,
    start_visit,
    submit_visit,
)
from audit_app.services.visits.result import visit_result
from audit_app.services.visits.visible import visible_visit, visible_visits
from tests import small_checklist
from tests.factories import NOW
from tests.small_checklist import CLIENT_ID, another_id, answer, begun_visit, fill_in, submitted

HOUR = timedelta(hours=1)
YES = {"value": "yes"}
NO = {"value": "no"}


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
    return next(row.value for row in visit.answers if row.path == question)


def test_an_answer_is_kept_with_its_time_and_note(session: Session, visit: Visit) -> None:
    taken = answer(session, visit, "greeted", {"value": "no", "note": " Nobody looked up. "}, NOW)
    assert taken.outcome is EditOutcome.APPLIED
    (row,) = visit.answers
    assert (row.value, row.note, row.revision, row.saved_at) == ("no", "Nobody looked up.", 1, NOW)


def test_an_answer_can_be_taken_back(session: Session, visit: Visit) -> None:
    answer(session, visit, "greeted", YES, NOW)
    answer(session, visit, "greeted", {"value": None}, NOW)
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
    taken = answer(session, visit, question, raw, NOW)
    assert taken.outcome is None
    assert re.search(message, taken.refused)
    assert visit.answers == []


@pytest.mark.parametrize("revision", [-1, 10**10, True])
def test_an_impossible_revision_is_refused(session: Session, visit: Visit, revision: int) -> None:
    assert "revision" in answer(session, visit, "greeted", YES, NOW, base=revision).refused


# ---------- submitting ----------


def test_a_visit_with_gaps_cannot_be_submitted_and_names_them(session: Session, visit: Visit) -> None:
    answer(session, visit, "greeted", YES, NOW)
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
    assert (visit.finished_at, visit.critical_failures) == (NOW, 0)
    assert visit.assignment is not None
    assert visit.assignment.state is AssignmentState.DONE


def test_critical_failures_are_counted(session: Session, visit: Visit) -> None:
    fill_in(session, visit, NOW, greeted="no")
    assert submit_visit(session, visit, NOW).critical_failures == 1


def test_submitting_twice_gives_the_same_result(session: Session, visit: Visit) -> None:
    fill_in(session, visit, NOW)
    submit_visit(session, visit, NOW)
    assert submit_visit(session, visit, NOW + HOUR).finished_at == NOW


def test_a_submitted_visit_cannot_be_changed(session: Session, visit: Visit) -> None:
    fill_in(session, visit, NOW)
    submit_visit(session, visit, NOW)
    assert answer(session, visit, "greeted", NO, NOW).outcome is EditOutcome.LATE
    assert value(visit, "greeted") == "yes"


def test_a_withdrawn_visit_cannot_be_submitted(session: Session, visit: Visit) -> None:
    visit.state = VisitState.WITHDRAWN
    session.flush()
    with pytest.raises(Conflict, match="withdrawn"):
        submit_visit(session, visit, NOW)


def test_a_visit_where_nothing_applied_has_no_score(session: Session, visit: Visit) -> None:
    for key in small_checklist.ANSWERS:
        answer(session, visit, key, {"not_applicable": True}, NOW)
    assert submit_visit(session, visit, NOW).score is None
    assert visit_result(visit).score is None


# ---------- the result ----------


def test_the_breakdown_adds_up_exactly_and_as_shown(session: Session, visit: Visit) -> None:
    fill_in(session, visit, NOW, tidy=2)
    answer(session, visit, "first_name", YES, NOW)
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
    answer(session, visit, "first_name", YES, NOW)
    submit_visit(session, visit, NOW)
    welcome = visit_result(visit).sections[0]
    assert [line.points for line in welcome.lines] == [12, 18, 0]


def test_critical_failures_stand_before_other_failures(session: Session, visit: Visit) -> None:
    fill_in(session, visit, NOW, greeted="no", till="nobody")
    submit_visit(session, visit, NOW)
    assert [line.question.key for line in visit_result(visit).failed] == ["greeted", "eye_contact", "till"]


@given(data=st.data())
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
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
        answer(session, visit, key, raw, NOW)
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
