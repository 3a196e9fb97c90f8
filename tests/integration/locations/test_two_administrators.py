"""Two people at the same set-up page: nobody overwrites unseen what somebody else changed, or deletes what is used."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict
from audit_app.models import Base, Campaign, Location, Region, User
from audit_app.services.campaigns import scenarios
from audit_app.services.locations import regions
from tests import factories
from tests.integration.probes import probe_factories as make
from tests.visitor import Visitor, sign_in

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
# On SQLite a request that may write waits for the one before it, from its first look on.
where_writers_meet = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


class Fields(HTMLParser):
    """What a browser sends of a page's fields when nobody touches them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and (
            given.get("type") not in {"checkbox", "radio", "submit"} or "checked" in given
        ):
            self.sent[given.get("name", "")] = given.get("value", "")
        elif tag in {"select", "textarea"}:
            self.inside = given.get("name", "")
        elif tag == "option" and "selected" in given:
            self.sent[self.inside] = given["value"]

    def handle_data(self, data: str) -> None:
        if self.lasttag == "textarea" and self.inside:
            self.sent[self.inside] = self.sent.get(self.inside, "") + data.lstrip("\r\n")

    def handle_endtag(self, tag: str) -> None:
        self.inside = "" if tag in {"select", "textarea"} else self.inside


PAGES: dict[str, tuple[Callable[[Campaign], Base], str, str]] = {
    "/admin/company": (lambda each: each.touchpoints[0].location.region, "name", ""),
    "/admin/locations/{}": (lambda each: each.touchpoints[0].location, "name", ""),
    "/admin/locations/regions/{}": (lambda each: each.touchpoints[0].location.region, "name", ""),
    "/admin/touchpoints/{}": (lambda each: each.touchpoints[0], "address", "@company.example"),
    "/admin/mailboxes/{}": (lambda each: each.personas[0].mailbox, "username", "@shopper.example"),
    "/admin/personas/{}": (lambda each: each.personas[0], "name", ""),
    "/admin/scenarios/{}": (lambda each: each.scenarios[0], "title", ""),
    "/admin/service-targets/{}": (lambda each: each.target, "name", ""),
    "/admin/campaigns/{}/change": (lambda each: each, "name", ""),
}


@one_database
@pytest.mark.parametrize("address", PAGES)
def test_who_saves_what_somebody_else_has_changed_meanwhile_is_told_and_loses_nothing(
    address: str, client: Visitor, session: Session, ada: User, umea: Location
) -> None:
    company = factories.organisation(session)
    campaign = make.campaign(session, make.touchpoint(session, umea))
    session.commit()
    row_of, field, rest = PAGES[address]
    row = company if address == "/admin/company" else row_of(campaign)
    path = address.format(row.id)  # type: ignore[attr-defined]
    sign_in(client, ada)
    mine = {field: f"mine{rest}", "password": "secret", "save": "Save"}

    typed = Fields(client.get(path).text).sent | mine
    setattr(row, field, f"theirs{rest}")
    refused = client.post(path, data=typed)

    assert refused.status_code == 422
    assert f"to “theirs{rest}”." in refused.text
    assert "Save again to put what stands below" in refused.text
    assert getattr(row, field) == f"theirs{rest}"
    again = Fields(refused.text).sent
    assert again[field] == f"mine{rest}"
    assert client.post(path, data=again | mine).status_code == 302
    assert getattr(row, field) == f"mine{rest}"


@one_database
def test_another_persons_change_elsewhere_in_the_form_is_not_undone_unseen(
    client: Visitor, session: Session, ada: User, umea: Location
) -> None:
    sign_in(client, ada)
    session.commit()
    path = f"/admin/locations/{umea.id}"
    typed = Fields(client.get(path).text).sent | {"name": "Umeå C"}
    umea.address = "Storgatan 1"
    refused = client.post(path, data=typed)
    assert "Somebody has changed “Postal address” to “Storgatan 1”" in refused.text
    assert "changed “Name”" not in refused.text


@where_writers_meet
def test_a_region_that_is_given_a_location_at_the_moment_of_its_deletion_stays(
    session: Session, engine: sa.Engine, umea: Location, south: Region
) -> None:
    session.commit()

    def somebody_is_quicker(*_: object) -> None:
        with engine.begin() as other:
            other.execute(sa.update(Location).values(region_id=south.id))

    sa.event.listen(session, "before_flush", somebody_is_quicker, once=True)
    with pytest.raises(Conflict, match=r"is in use: it has just been given a location"):
        regions.delete_region(session, south)
    session.commit()
    assert session.get(Region, south.id) is south


@where_writers_meet
def test_a_scenario_that_a_probe_begins_to_ask_at_the_moment_of_its_deletion_stays_with_its_wordings(
    session: Session, engine: sa.Engine
) -> None:
    probe = make.planned_probe(session)
    unused = make.scenario(session, wordings=2)
    had = list(unused.wordings)
    session.commit()

    def somebody_is_quicker(*_: object) -> None:
        with engine.begin() as other:
            other.execute(sa.update(type(probe)).values(scenario_id=unused.id))

    sa.event.listen(session, "before_flush", somebody_is_quicker, once=True)
    with pytest.raises(Conflict, match="has just begun to ask it"):
        scenarios.delete_scenario(session, unused)
    session.commit()
    session.expire_all()
    assert unused.wordings == had
