"""Where people land when they sign in."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from audit_app.models import Location, RoleName, User
from tests import factories
from tests.visitor import Visitor, sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_contact_with_one_location_lands_on_it(
    client: Visitor, session: Session, carl: User, umea: Location, lulea: Location, magnus: User
) -> None:
    both = factories.user(session, "Cleo Contact", RoleName.CONTACT, locations=["umea", "lulea"])
    landed = {}
    for person in (carl, both, magnus):
        sign_in(client, person)
        landed[person.name] = client.get("/home").headers["Location"]
    assert landed == {"Carl Contact": "/locations/umea", "Cleo Contact": "/", "Magnus Manager": "/"}


def test_the_list_of_locations_says_where_there_is_nothing_to_score(
    client: Visitor, magnus: User, umea: Location
) -> None:
    sign_in(client, magnus)
    assert "nothing to score" in client.get("/locations").text
