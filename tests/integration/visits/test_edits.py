"""Edits from several devices: each is taken once, nothing is overwritten unseen, and two answers wait for a choice."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict
from audit_app.models import EditOutcome, Location, User, Visit, VisitState
from audit_app.services.visits.edits import (
    Edit,
    OpenConflicts,
    Taken,
    conflicts_of,
    late_edits,
    new_edit,
    stored_answer,
    take_edits,
)
from audit_app.services.visits.recording import Finished, submit_visit
from tests.factories import NOW
from tests.small_checklist import answer, begun_visit, fill_in

HOUR = timedelta(hours=1)
YES: dict[str, object] = {"value": "yes"}
NO: dict[str, object] = {"value": "no"}
PHONE, TABLET = 1, 2
APPLIED, SAME, CONFLICT = EditOutcome.APPLIED, EditOutcome.SAME, EditOutcome.CONFLICT


@pytest.fixture
def visit(session: Session, anna: User, umea: Location) -> Visit:
    return begun_visit(session, anna, umea, NOW)


def standing(visit: Visit) -> dict[str, object]:
    """The answers of a visit by their questions."""
    return {row.path: stored_answer(row) for row in visit.answers}


def test_an_edit_sent_again_changes_nothing_even_after_others(session: Session, visit: Visit) -> None:
    first = new_edit("greeted", YES, 0, NOW)
    take_edits(session, visit, [first], PHONE, NOW)
    answer(session, visit, "greeted", NO, NOW, device=PHONE)
    (again,) = take_edits(session, visit, [first], PHONE, NOW + HOUR)
    assert again.outcome is APPLIED
    assert standing(visit)["greeted"] == {"value": "no", "not_applicable": False, "note": ""}
    assert visit.answers[0].revision == 2


def test_two_devices_that_say_the_same_do_not_disagree(session: Session, visit: Visit) -> None:
    answer(session, visit, "greeted", YES, NOW, 0, PHONE)
    assert answer(session, visit, "greeted", YES, NOW, 0, TABLET).outcome is SAME
    assert conflicts_of(session, visit) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (YES, NO),
        (YES, {"not_applicable": True}),
        ({"not_applicable": True}, YES),
        (YES, {"value": "yes", "note": "At the door."}),
    ],
)
def test_of_two_answers_the_standing_one_stays_and_the_other_is_kept(
    session: Session, visit: Visit, one: dict[str, object], other: dict[str, object]
) -> None:
    answer(session, visit, "eye_contact", one, NOW, 0, PHONE)
    taken = answer(session, visit, "eye_contact", other, NOW - 2 * HOUR, 0, TABLET)
    assert taken.outcome is CONFLICT
    assert standing(visit)["eye_contact"] == {"value": None, "not_applicable": False, "note": ""} | one
    (kept,) = conflicts_of(session, visit)
    assert stored_answer(kept) == {"value": None, "not_applicable": False, "note": ""} | other


def test_the_number_of_taps_decides_nothing(session: Session, visit: Visit) -> None:
    answer(session, visit, "greeted", YES, NOW, 0, PHONE)
    taps = [
        new_edit("greeted", raw, 0, NOW) for raw in (NO, YES, NO, {"not_applicable": False, "value": "no"})
    ]
    take_edits(session, visit, taps, TABLET, NOW)
    answer(session, visit, "greeted", {"value": "no", "note": "Nobody."}, NOW, 0, TABLET)
    assert standing(visit)["greeted"]["value"] == "yes"  # type: ignore[index]
    assert [kept.note for kept in conflicts_of(session, visit)] == ["Nobody."]


def test_a_device_may_change_its_own_answer_before_it_hears_of_the_server(
    session: Session, visit: Visit
) -> None:
    taps = [new_edit("greeted", raw, 0, NOW) for raw in (YES, NO, YES)]
    assert [taken.outcome for taken in take_edits(session, visit, taps, PHONE, NOW)] == [APPLIED] * 3


def test_different_questions_never_conflict(session: Session, visit: Visit) -> None:
    answer(session, visit, "greeted", YES, NOW, 0, PHONE)
    assert answer(session, visit, "eye_contact", NO, NOW, 0, TABLET).outcome is APPLIED


@pytest.mark.parametrize("chosen", [YES, NO])
def test_a_choice_is_recorded_and_ends_the_conflict(
    session: Session, visit: Visit, chosen: dict[str, object]
) -> None:
    answer(session, visit, "greeted", YES, NOW, 0, PHONE)
    kept = answer(session, visit, "greeted", NO, NOW, 0, TABLET).edit
    choice = replace(new_edit("greeted", chosen, 1, NOW), resolves=kept.id)
    (taken,) = take_edits(session, visit, [choice], PHONE, NOW)
    assert taken.outcome in (APPLIED, SAME)
    assert conflicts_of(session, visit) == []
    assert standing(visit)["greeted"]["value"] == chosen["value"]  # type: ignore[index]


def test_a_choice_made_on_an_older_answer_decides_nothing(session: Session, visit: Visit) -> None:
    answer(session, visit, "greeted", YES, NOW, 0, PHONE)
    kept = answer(session, visit, "greeted", NO, NOW, 0, TABLET).edit
    answer(session, visit, "greeted", {"not_applicable": True}, NOW, 1, PHONE)
    choice = replace(new_edit("greeted", NO, 1, NOW), resolves=kept.id)
    (taken,) = take_edits(session, visit, [choice], 3, NOW)
    assert taken.outcome is CONFLICT
    assert len(conflicts_of(session, visit)) == 2


def test_a_choice_for_another_question_is_refused(session: Session, visit: Visit) -> None:
    answer(session, visit, "greeted", YES, NOW, 0, PHONE)
    kept = answer(session, visit, "greeted", NO, NOW, 0, TABLET).edit
    (taken,) = take_edits(
        session, visit, [replace(new_edit("eye_contact", NO, 0, NOW), resolves=kept.id)], PHONE, NOW
    )
    assert "another question" in taken.refused


def test_a_visit_with_two_answers_cannot_be_submitted(session: Session, visit: Visit) -> None:
    fill_in(session, visit, NOW)
    answer(session, visit, "greeted", NO, NOW, 0, TABLET)
    with pytest.raises(OpenConflicts, match="1 question has two answers") as refused:
        submit_visit(session, visit, NOW)
    assert refused.value.paths == ["greeted"]


def test_what_comes_after_submission_is_kept_and_does_not_count(session: Session, visit: Visit) -> None:
    fill_in(session, visit, NOW)
    score = submit_visit(session, visit, NOW).score
    assert answer(session, visit, "greeted", NO, NOW).outcome is EditOutcome.LATE
    assert [edit.value for edit in late_edits(session, visit)] == ["no"]
    assert visit.score == score


def test_a_withdrawn_visit_takes_no_edit(session: Session, visit: Visit) -> None:
    visit.state = VisitState.WITHDRAWN
    session.flush()
    with pytest.raises(Conflict, match="not yours any more"):
        answer(session, visit, "greeted", YES, NOW)


# ---------- when it counts ----------


def submitted(session: Session, visit: Visit, finished: Finished) -> Visit:
    """The visit, submitted two days after NOW."""
    fill_in(session, visit, NOW)
    return submit_visit(session, visit, NOW + timedelta(days=2), finished)


def test_a_visit_counts_when_it_was_finished_and_not_when_it_arrived(session: Session, visit: Visit) -> None:
    done = submitted(session, visit, Finished(NOW + HOUR, NOW + timedelta(days=2), 900))
    assert (done.finished_at, done.received_at) == (NOW + HOUR, NOW + timedelta(days=2))
    assert (done.clock_uncertain, done.active_seconds) == (False, 900)


@pytest.mark.parametrize(
    ("finished", "clock"),
    [
        (timedelta(days=3), timedelta(days=2)),  # to come
        (-HOUR, timedelta(days=2)),  # before the start
        (HOUR, timedelta(days=1)),  # by a clock that is a day behind
    ],
)
def test_a_clock_that_cannot_be_right_is_not_believed(
    session: Session, visit: Visit, finished: timedelta, clock: timedelta
) -> None:
    done = submitted(session, visit, Finished(NOW + finished, NOW + clock))
    assert (done.finished_at, done.clock_uncertain) == (done.received_at, True)


# ---------- two devices, whatever happens on the way ----------


@dataclass
class ModelDevice:
    """A device as it should work: an outbox that is sent in order, and what it knows of the server."""

    number: int
    send: Callable[[list[Edit], int], list[Taken]]
    revision: int = 0
    outbox: list[Edit] = field(default_factory=list)
    told: dict[str, EditOutcome | None] = field(default_factory=dict)
    made: list[Edit] = field(default_factory=list)

    def tap(self, raw: dict[str, object]) -> None:
        """Answer the question, and keep that until the server has it."""
        edit = Edit(str(uuid.uuid4()), "eye_contact", raw, self.revision, NOW)
        self.outbox.append(edit)
        self.made.append(edit)

    def deliver(self, *, lost: bool) -> None:
        """Send the outbox; when the answer is lost on the way back, nothing was learnt and all is sent again."""
        taken = self.send(list(self.outbox), self.number)
        if lost:
            return
        self.told |= {each.edit.id: each.outcome for each in taken}
        self.outbox.clear()
        if taken and taken[-1].standing:
            self.revision = taken[-1].standing.revision


VALUES: list[dict[str, object]] = [
    {"value": "yes"},
    {"value": "no"},
    {"not_applicable": True},
    {"value": "yes", "note": "At the door."},
]
STEPS = st.tuples(
    st.sampled_from(["tap", "send", "send, answer lost", "old one again"]),
    st.integers(0, 1),
    st.sampled_from(VALUES),
)


@given(steps=st.lists(STEPS, min_size=1, max_size=14))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_devices_end_with_the_same_answers_whatever_is_lost_repeated_or_late(
    session: Session, visit: Visit, steps: list[tuple[str, int, dict[str, object]]]
) -> None:
    nested = session.begin_nested()
    session.expire(visit)
    try:
        run_two_devices(session, visit, steps)
    finally:
        nested.rollback()


def run_two_devices(session: Session, visit: Visit, steps: list[tuple[str, int, dict[str, object]]]) -> None:
    """Do the steps, let both devices send what is left, and look whether they agree and nothing is lost."""

    def send(edits: list[Edit], number: int) -> list[Taken]:
        return take_edits(session, visit, edits, number, NOW)

    devices = [ModelDevice(PHONE, send), ModelDevice(TABLET, send)]
    for step, which, raw in steps:
        device = devices[which]
        if step == "tap":
            device.tap(raw)
        elif step == "old one again":
            before = standing(visit)
            known = [edit for edit in device.made if edit not in device.outbox]
            send(known, device.number)
            assert standing(visit) == before
        else:
            device.deliver(lost=step != "send")
    for device in devices:
        device.deliver(lost=False)

    # Nothing is lost: each device's last word stands, is the same as what stands, or is kept and both are told.
    kept = conflicts_of(session, visit)
    for device in devices:
        assert set(device.told) == {edit.id for edit in device.made}
        if device.made and device.told[device.made[-1].id] is CONFLICT:
            assert device.made[-1].id in {edit.id for edit in kept}
    for edit in kept:
        revision = visit.answers[0].revision
        choice = replace(new_edit("eye_contact", stored_answer(edit), revision, NOW), resolves=edit.id)
        send([choice], PHONE)
    assert conflicts_of(session, visit) == []
    seen = [send([], device.number) or standing(visit) for device in devices]
    assert seen[0] == seen[1]
