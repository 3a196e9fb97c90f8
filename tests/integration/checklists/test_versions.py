"""A checklist in use never changes; an edit makes the next version."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict, NotFound
from audit_app.models import Location, User
from audit_app.services.checklists.versions import newest_version, store_checklist
from audit_app.services.visits.recording import submit_visit
from audit_app.services.visits.result import visit_result
from tests.factories import NOW
from tests.small_checklist import begun_visit, fill_in, small_form


def test_the_first_form_becomes_version_1(session: Session) -> None:
    version = store_checklist(session, small_form(), NOW)
    assert (version.number, version.checklist.key, version.created_at) == (1, "small", NOW)


def test_what_is_stored_is_read_back_as_the_same_form(session: Session) -> None:
    version = store_checklist(session, small_form(), NOW)
    session.commit()
    session.expunge_all()
    assert newest_version(session, "small").form == small_form() == version.form


def test_storing_the_same_form_again_makes_no_new_version(session: Session) -> None:
    first = store_checklist(session, small_form(), NOW)
    assert store_checklist(session, small_form(), NOW + timedelta(days=1)) is first


def test_a_changed_form_becomes_the_next_version_and_the_newest(session: Session) -> None:
    store_checklist(session, small_form(), NOW)
    second = store_checklist(session, small_form(title="Short visit"), NOW)
    assert second.number == 2
    assert newest_version(session, "small") is second
    assert second.checklist.title == "Short visit"


def test_going_back_to_an_earlier_form_makes_it_the_newest_again(session: Session) -> None:
    store_checklist(session, small_form(), NOW)
    store_checklist(session, small_form(title="Short visit"), NOW)
    third = store_checklist(session, small_form(), NOW)
    assert third.number == 3
    assert newest_version(session, "small").form.title == "Small visit"


def test_a_stored_version_cannot_be_changed(session: Session) -> None:
    version = store_checklist(session, small_form(), NOW)
    session.commit()
    version.content = version.content | {"title": "Another"}
    with pytest.raises(Conflict, match="Version 1 of a checklist cannot change"):
        session.flush()


def test_an_unknown_checklist_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="no checklist “large”"):
        newest_version(session, "large")


def test_a_visit_keeps_the_version_with_which_it_was_begun(
    session: Session, anna: User, umea: Location
) -> None:
    visit = begun_visit(session, anna, umea, NOW)
    welcome, shop, words = small_form().sections
    store_checklist(session, small_form(sections=[shop.model_dump(), words.model_dump()]), NOW)
    fill_in(session, visit, NOW)
    submit_visit(session, visit, NOW)
    assert visit.version.number == 1
    assert [part.section.title for part in visit_result(visit).sections] == [
        "Welcome",
        "The shop",
        "In your words",
    ]
    assert welcome.key == "welcome"
