"""The form as a device keeps it: without answers, for ever, small on the wire, and only for who has a visit of it."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from audit_app.models import Location, User, Visit
from tests import factories
from tests.small_checklist import answer, begun_visit
from tests.visitor import Visitor, sign_in


@pytest.fixture
def visit(session: Session, anna: User, umea: Location) -> Visit:
    made = begun_visit(session, anna, umea, datetime.now(UTC))
    answer(session, made, "greeted", {"value": "yes", "note": "Only in the answers."}, datetime.now(UTC))
    session.commit()
    return made


@pytest.fixture
def address(client: Visitor, visit: Visit, anna: User) -> str:
    """Where the form of Anna's visit is."""
    sign_in(client, anna)
    address: str = client.get(f"/api/visits/{visit.client_id}").json["form_page"]  # type: ignore[index]
    return address


def test_the_form_has_the_questions_and_nobody_s_answers_and_never_changes(
    client: Visitor, address: str
) -> None:
    page = client.get(address)
    assert page.headers["Cache-Control"] == "private, immutable, max-age=31536000"
    for words in ("Were you greeted?", "How tidy was it?", 'data-section-template="2"'):
        assert words in page.text
    for words in ("Only in the answers.", "checked", "csrf", "Anna"):
        assert words not in page.text
    assert client.get(address, headers={"If-None-Match": page.headers["ETag"]}).text == page.text


def test_the_form_and_the_answers_are_sent_as_gzip_to_whoever_takes_it(
    client: Visitor, address: str, visit: Visit
) -> None:
    for path in (address, f"/api/visits/{visit.client_id}"):
        plain, small = client.get(path), client.get(path, headers={"Accept-Encoding": "gzip"})
        assert small.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(small.data) == plain.data
        assert small.headers["Vary"].count("Accept-Encoding") == 1


def test_a_form_is_only_for_who_may_see_a_visit_or_has_an_assignment_of_it(
    client: Visitor, session: Session, address: str, carl: User
) -> None:
    axel = factories.user(session, "Axel Auditor", factories.RoleName.AUDITOR)
    for stranger in (axel, carl):
        sign_in(client, stranger)
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("changed", ["/form/x", "/form/" + "0" * 64])
def test_an_address_of_no_form_is_told_where_to_go_on(client: Visitor, address: str, changed: str) -> None:
    page = client.get(changed)
    assert page.status_code == 404
    assert "Open My visits" in page.text
