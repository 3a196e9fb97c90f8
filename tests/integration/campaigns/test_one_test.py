"""One test probe by hand: it goes out at once, and stands nowhere but on its own page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from audit_app.domain.probes.response_time import Outcome
from audit_app.domain.time.period import Period
from audit_app.models import Campaign, Location, Probe, User
from audit_app.services.campaigns import campaigns
from audit_app.services.entry.fields import InvalidFields
from audit_app.services.probes.claims import claim
from audit_app.services.probes.one_test import OneTest, plan_test
from audit_app.services.probes.pending import waiting_probes
from audit_app.services.probes.steps import begin_sending, mark_sent
from audit_app.services.probes.visible import visible_probes
from audit_app.services.scores.inputs import gather
from audit_app.services.search import find
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import LEASE, NOW, WORKER
from tests.visitor import Visitor, sign_in

HOUR = timedelta(hours=1)
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def campaign(session: Session, umea: Location) -> Campaign:
    """A paused campaign that writes to Umeå."""
    made = make.campaign(session, make.touchpoint(session, umea), daily_cap=2)
    campaigns.switch(session, made, on=False)
    return made


def choice(campaign: Campaign) -> OneTest:
    """What the campaign holds first of each."""
    return OneTest(campaign.touchpoints[0].id, campaign.scenarios[0].id, campaign.personas[0].id)


def test_it_is_sent_at_once_though_the_campaign_is_paused_and_counts_nowhere(
    session: Session, umea: Location, magnus: User, campaign: Campaign
) -> None:
    probe = plan_test(session, campaign, choice(campaign), NOW)
    assert claim(session, WORKER, NOW, 1, LEASE) == [probe]
    assert begin_sending(session, probe.id, WORKER, {}, NOW)
    mark_sent(session, probe.id, WORKER, make.sent_fact(NOW), {}, NOW)
    assert (probe.outcome, probe.sent_latest) == (Outcome.OPEN, NOW)
    around = Period(NOW - HOUR, NOW + HOUR)
    assert gather(session, [umea.id], around).probes == ()
    assert waiting_probes(session, [umea.id], NOW) == []
    assert session.scalars(visible_probes(magnus)).all() == []
    assert find(session, magnus, f"#{probe.id}").probe is None
    running = campaigns.running(session, campaign)
    assert (running.all, running.planned, running.waiting) == (0, 0, 0)


def test_it_counts_for_the_limits(session: Session, campaign: Campaign) -> None:
    plan_test(session, campaign, choice(campaign), NOW)
    plan_test(session, campaign, choice(campaign), NOW + HOUR)
    with pytest.raises(InvalidFields, match="no room for another"):
        plan_test(session, campaign, choice(campaign), NOW + 2 * HOUR)


@one_database
@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("not confirmed", "Confirm it first"),
        ("switched off", "switched off"),
        ("no wording", "has no wording for this channel"),
        ("mailbox down", "is down"),
        ("of another", "Choose one of the campaign's touchpoints"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_what_to_do(
    session: Session, campaign: Campaign, what: str, says: str
) -> None:
    entry, to = choice(campaign), campaign.touchpoints[0]
    if what == "not confirmed":
        to.confirmed_at = None
    elif what == "switched off":
        to.active = False
    elif what == "no wording":
        campaign.personas[0].language = "sv"
    elif what == "mailbox down":
        campaign.personas[0].mailbox.down_since = NOW
    else:
        entry = replace(entry, touchpoint=999)
    session.flush()
    with pytest.raises(InvalidFields, match=says):
        plan_test(session, campaign, entry, NOW)


@one_database
def test_its_page_sends_one_and_lists_it_for_administrators_and_a_contact_finds_no_trace(
    client: Visitor,
    session: Session,
    umea: Location,
    ada: User,
    carl: User,
    magnus: User,
    campaign: Campaign,
) -> None:
    session.commit()
    sign_in(client, ada)
    page = f"/admin/campaigns/{campaign.id}/test"
    to = campaign.touchpoints[0]
    assert page in client.get(f"/admin/touchpoints/{to.id}").text
    entry = choice(campaign)
    sent = client.submit(
        page, page, touchpoint=entry.touchpoint, scenario=entry.scenario, persona=entry.persona
    )
    probe = session.query(Probe).one()
    assert sent.headers["Location"].endswith(f"/probes/{probe.id}")
    assert "This is a test probe" in client.get(f"/probes/{probe.id}").text
    assert page in client.get(f"/probes/{probe.id}").text
    assert f"#{probe.id} {umea.name}" in client.get(page).text
    assert f"/probes/{probe.id}" not in client.get("/probes").text
    sign_in(client, magnus)
    assert page not in client.get(f"/probes/{probe.id}").text
    probe.outcome, probe.sent_latest = Outcome.ANSWERED, NOW
    session.commit()
    sign_in(client, carl)
    assert client.get(f"/probes/{probe.id}").status_code == 404
    assert f"/probes/{probe.id}" not in client.get("/probes").text
