"""Who is to visit what until when, and which of it presses."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from audit_app.domain.errors import InvalidInput, NotFound
from audit_app.models import Assignment, AssignmentState, Checklist, Location, User
from audit_app.services.checklists.versions import store_checklist
from audit_app.services.visits.assignments import Urgency, assign, assignments_of, own_assignment, urgency
from tests import factories
from tests.factories import NOW
from tests.small_checklist import small_form

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def small(session: Session) -> Checklist:
    return store_checklist(session, small_form(), NOW).checklist


def due(
    session: Session, auditor: User, location: Location, small: Checklist, start: datetime, end: datetime
) -> Assignment:
    """An assignment as it was given ten days ago."""
    return assign(session, location, small, auditor, start, end, NOW - 10 * DAY)


def test_overdue_visits_come_first_then_those_of_today_then_the_others(
    session: Session, anna: User, umea: Location, small: Checklist
) -> None:
    later = due(session, anna, umea, small, NOW + DAY, NOW + 2 * DAY)
    begun = due(session, anna, umea, small, NOW - DAY, NOW + 3 * DAY)
    today = due(session, anna, umea, small, NOW - DAY, NOW + HOUR)
    overdue = due(session, anna, umea, small, NOW - 2 * DAY, NOW - DAY)
    assert assignments_of(session, anna, NOW) == [overdue, today, begun, later]


def test_today_ends_at_midnight_where_the_location_is(session: Session, anna: User, small: Checklist) -> None:
    helsinki = factories.location(session, "helsinki", "Helsinki", time_zone="Europe/Helsinki")
    london = factories.location(session, "london", "London", time_zone="Europe/London")
    end = NOW.replace(hour=22, minute=30)
    late = [due(session, anna, place, small, NOW - DAY, end) for place in (helsinki, london)]
    assert [urgency(one, NOW) for one in late] == [Urgency.OPEN, Urgency.TODAY]


def test_an_auditor_sees_only_open_assignments_of_their_own(
    session: Session, anna: User, umea: Location, small: Checklist
) -> None:
    done = due(session, anna, umea, small, NOW - DAY, NOW + DAY)
    done.state = AssignmentState.DONE
    axel = factories.user(session, "Axel Auditor", *[factories.RoleName.AUDITOR])
    others = due(session, axel, umea, small, NOW - DAY, NOW + DAY)
    assert assignments_of(session, anna, NOW) == []
    with pytest.raises(NotFound):
        own_assignment(session, anna, others.id)


def test_a_window_that_ends_before_it_begins_is_refused(
    session: Session, anna: User, umea: Location, small: Checklist
) -> None:
    with pytest.raises(InvalidInput, match="due after it may begin"):
        assign(session, umea, small, anna, NOW + 2 * DAY, NOW + DAY, NOW)


def test_a_window_that_is_over_is_refused(
    session: Session, anna: User, umea: Location, small: Checklist
) -> None:
    with pytest.raises(InvalidInput, match="overdue at once"):
        assign(session, umea, small, anna, NOW - 2 * DAY, NOW - DAY, NOW)


def test_only_an_active_auditor_can_be_asked(
    session: Session, anna: User, magnus: User, umea: Location, small: Checklist
) -> None:
    with pytest.raises(InvalidInput, match="Magnus Manager is not an active auditor"):
        assign(session, umea, small, magnus, NOW, NOW + DAY, NOW)
    anna.active = False
    with pytest.raises(InvalidInput, match="Anna Auditor is not an active auditor"):
        assign(session, umea, small, anna, NOW, NOW + DAY, NOW)


def test_a_checklist_without_a_version_cannot_be_assigned(
    session: Session, anna: User, umea: Location
) -> None:
    empty = Checklist(key="empty", title="Empty")
    session.add(empty)
    session.flush()
    with pytest.raises(NotFound, match="no checklist “empty”"):
        assign(session, umea, empty, anna, NOW, NOW + DAY, NOW)
