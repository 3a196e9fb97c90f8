"""Looking after the personas: a mailbox is of use once somebody writes from it in a campaign."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app.models import Location, Persona, User
from audit_app.services.campaigns import personas as service
from audit_app.services.campaigns.personas import PersonaEntry
from audit_app.services.entry.fields import InvalidFields
from audit_app.services.probes.planning import plan_due
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import NOW
from tests.visitor import Visitor, sign_in

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_persona_put_into_a_campaign_writes_from_its_mailbox(session: Session, umea: Location) -> None:
    campaign = make.campaign(session, make.touchpoint(session, umea), personas=())
    mailbox = make.mailbox_of(session, "eva.lund@shopper.example")
    session.flush()
    assert plan_due(session, NOW) == []

    eva = service.add_persona(session, PersonaEntry("Eva  Lund", mailbox.id, campaigns=[campaign.id]))
    (probe,) = plan_due(session, NOW)
    assert (eva.key, probe.persona) == ("eva-lund", eva)
    assert probe.from_address.startswith("eva.lund+")

    service.change_persona(session, eva, PersonaEntry("Eva Lund", mailbox.id))
    assert service.campaigns_of(session, eva) == []


def test_two_personas_of_one_name_are_told_apart(session: Session) -> None:
    mailbox = make.mailbox_of(session)
    session.flush()
    keys = [service.add_persona(session, PersonaEntry("Åsa Öberg", mailbox.id)).key for _ in range(3)]

    assert keys == ["asa-oberg", "asa-oberg-2", "asa-oberg-3"]


def test_whoever_is_awaiting_answers_keeps_mailbox_and_name(session: Session) -> None:
    anna = make.sent_probe(session).persona
    other = make.mailbox_of(session, "eva.lund@shopper.example")
    session.flush()

    with pytest.raises(InvalidFields) as told:
        service.change_persona(session, anna, PersonaEntry("Eva Lund", other.id))
    assert "1 open probe was written from anna.berg@" in told.value.problems["mailbox"]
    assert "written as Anna Berg" in told.value.problems["name"]
    service.change_persona(session, anna, PersonaEntry("Anna Berg", anna.mailbox_id, language="sv"))
    assert anna.language == "sv"


@one_database
def test_an_administrator_adds_and_changes_a_persona_on_the_pages(
    client: Visitor, session: Session, ada: User, umea: Location
) -> None:
    campaign = make.campaign(session, make.touchpoint(session, umea), name="Every Monday")
    mailbox = make.mailbox_of(session, "eva.lund@shopper.example")
    session.commit()
    sign_in(client, ada)

    refused = client.submit("/admin/personas/new", name="", mailbox="x", segment="", language="tlh")
    assert refused.status_code == 422
    for field in ("name", "mailbox", "segment", "language"):
        assert f'href="#{field}"' in refused.text

    fields = {"name": "Eva Lund", "mailbox": str(mailbox.id), "segment": "regular", "language": "sv"}
    assert (
        client.submit("/admin/personas/new", **fields, campaigns=[str(campaign.id)]).location
        == "/admin/personas"
    )
    listed = client.get("/admin/personas").text
    assert "Every Monday" in listed
    assert "Swedish" in listed
    eva = session.scalars(sa.select(Persona).where(Persona.key == "eva-lund")).one()
    client.submit(f"/admin/personas/{eva.id}", **fields | {"language": "de"})
    session.refresh(eva)
    assert eva.language == "de"
    assert service.campaigns_of(session, eva) == []
