"""Setting up what is asked, as whom, how often and by which target it is judged: from nothing to a planned probe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict
from audit_app.models import Campaign, ChannelName, ClockName, Location, Probe, Scenario, ServiceTarget, User
from audit_app.services.campaigns import campaigns, personas, scenarios, service_targets
from audit_app.services.campaigns.campaigns import CampaignEntry
from audit_app.services.campaigns.obstacles import obstacles
from audit_app.services.campaigns.scenarios import ScenarioEntry, WordingEntry
from audit_app.services.campaigns.service_targets import TargetEntry
from audit_app.services.entry.fields import InvalidFields, moment_text
from audit_app.services.probes.planning import plan_due
from tests import factories
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import NOW
from tests.integration.queries import selects_of
from tests.visitor import Visitor, sign_in

HOUR = timedelta(hours=1)
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HELLO = WordingEntry("email", "en", "Hello, is {location} open on Sundays?\n\n{name}", "Sundays")


def scenario(session: Session, *wordings: WordingEntry) -> Scenario:
    """A scenario with these wordings."""
    made = scenarios.add_scenario(session, ScenarioEntry("Open on Sundays?"))
    for wording in wordings:
        scenarios.save_wording(session, made, None, wording)
    return made


def entry(session: Session, umea: Location, **other: object) -> CampaignEntry:
    """What is entered about a campaign that asks Umeå every day from `NOW` on."""
    box = make.mailbox_of(session)
    to = make.touchpoint(session, umea)
    session.flush()
    anna = personas.add_persona(session, personas.PersonaEntry("Anna Berg", box.id))
    target = service_targets.add_target(session, TargetEntry("Ten hours"))
    fields = {
        "name": "Daily",
        "target": target.id,
        "starts_at": NOW.astimezone(umea.zone).strftime("%Y-%m-%d %H:%M"),
        "every_minutes": 24 * 60,
        "touchpoints": [to.id],
        "scenarios": [scenario(session, HELLO).id],
        "personas": [anna.id],
    }
    return CampaignEntry(**fields | other)  # type: ignore[arg-type]


def test_what_is_entered_on_the_pages_becomes_a_probe_at_the_first_slot(
    session: Session, umea: Location
) -> None:
    campaign = campaigns.add_campaign(session, entry(session, umea))
    assert obstacles(session, campaign, NOW) == []
    assert plan_due(session, NOW - timedelta(seconds=1)) == []

    (probe,) = plan_due(session, NOW)
    assert (probe.subject, probe.text) == ("Sundays", "Hello, is Umeå open on Sundays?\n\nAnna Berg")
    assert campaigns.next_slots(campaign, NOW, 2) == [NOW, NOW + timedelta(days=1)]


@pytest.mark.parametrize(
    "begun",
    [NOW + timedelta(seconds=30, microseconds=5), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)],
    ids=["with seconds", "in the second of two equal hours"],
)
def test_a_campaign_that_is_saved_as_it_stands_writes_nothing_a_second_time(
    session: Session, umea: Location, begun: datetime
) -> None:
    fields = entry(session, umea)
    campaign = campaigns.add_campaign(session, fields)
    campaign.starts_at, campaign.ends_at = begun, begun + 5 * HOUR
    last = (begun + 5 * HOUR).astimezone(umea.zone).date().isoformat()
    assert len(plan_due(session, begun + HOUR)) == 1

    shown = replace(fields, starts_at=moment_text(begun, umea.zone), ends_on=last)
    campaigns.change_campaign(session, campaign, shown)

    assert (campaign.starts_at, campaign.ends_at) == (begun, begun + 5 * HOUR)
    assert plan_due(session, begun + 2 * HOUR) == []


def test_every_mistake_about_a_campaign_is_told_at_its_field(session: Session) -> None:
    make.campaign(session, make.touchpoint(session), name="Weekly")
    wrong = CampaignEntry("Weekly", None, "soon", 5, ends_on="never", daily_cap=0, weekly_cap=None)
    with pytest.raises(InvalidFields) as told:
        campaigns.add_campaign(session, wrong)
    assert set(told.value.problems) == {
        "name",
        "touchpoints",
        "scenarios",
        "personas",
        "target",
        "starts_at",
        "ends_on",
        "every",
        "daily_cap",
        "weekly_cap",
    }


def test_a_campaign_begins_at_no_time_that_the_clocks_skip_and_ends_after_it_begins(
    session: Session, umea: Location
) -> None:
    skipped = entry(session, umea, starts_at="2027-03-28 02:30")
    with pytest.raises(InvalidFields) as told:
        campaigns.add_campaign(session, skipped)
    assert "the clocks change" in told.value.problems["starts_at"]

    backwards = CampaignEntry(
        **{name: getattr(skipped, name) for name in skipped.__slots__}
        | {"starts_at": "2026-11-23T09:00", "ends_on": "2026-11-22"}
    )
    with pytest.raises(InvalidFields) as told:
        campaigns.add_campaign(session, backwards)
    assert "ends before it begins" in told.value.problems["ends_on"]


def test_a_paused_campaign_plans_and_sends_nothing_until_it_runs_again(
    session: Session, umea: Location
) -> None:
    campaign = campaigns.add_campaign(session, entry(session, umea))
    campaigns.switch(session, campaign, on=False)
    assert plan_due(session, NOW) == []
    assert campaigns.next_slots(campaign, NOW) == []

    campaigns.switch(session, campaign, on=True)
    later = NOW + timedelta(days=3, hours=5)
    assert [probe.slot for probe in plan_due(session, later)] == [NOW + timedelta(days=3)]
    assert plan_due(session, later) == []
    assert campaigns.running(session, campaign) == campaigns.Running(planned=1, waiting=0, all=1)


def test_another_interval_makes_other_slots_of_which_the_newest_past_one_goes_out(
    session: Session, umea: Location
) -> None:
    fields = entry(session, umea)
    campaign = campaigns.add_campaign(session, fields)
    plan_due(session, NOW)
    campaigns.change_campaign(session, campaign, replace(fields, every_minutes=60))
    assert [probe.slot for probe in plan_due(session, NOW + 2.5 * HOUR)] == [NOW + 2 * HOUR]


def test_what_is_in_the_way_of_a_campaign_is_said(session: Session, umea: Location) -> None:
    chat = make.touchpoint(
        session, umea, ChannelName.CHAT, "https://fjordfield.example/chat", confirmed=False
    )
    campaign = campaigns.add_campaign(session, entry(session, umea))
    campaign.touchpoints.append(chat)
    campaign.personas[0].mailbox.down_since = NOW
    session.flush()

    not_confirmed, no_words, down = obstacles(session, campaign, NOW)
    assert "fjordfield.example/chat is not confirmed" in not_confirmed
    assert "No scenario has a wording for a chat in English" in no_words
    assert "anna.berg@shopper.example is down" in down
    campaign.ends_at = NOW
    assert obstacles(session, campaign, NOW) == ["It is over. Enter a later end, or none, to go on."]


def test_a_target_that_judges_probes_keeps_its_hours_and_a_campaign_may_take_another(
    session: Session,
) -> None:
    probe = make.sent_probe(session)
    campaign, target = probe.campaign, probe.campaign.target
    with pytest.raises(InvalidFields) as told:
        service_targets.change_target(session, target, TargetEntry("Twelve hours", target_hours=12))
    assert "1 probe is judged by these hours" in told.value.problems["target_hours"]
    service_targets.change_target(session, target, TargetEntry("Ten and eight"))
    assert target.name == "Ten and eight"

    other = service_targets.add_target(session, TargetEntry("Twelve hours", target_hours=12))
    changed = CampaignEntry(
        campaign.name,
        other.id,
        "2026-11-21 14:00",
        60,
        touchpoints=[each.id for each in campaign.touchpoints],
        scenarios=[each.id for each in campaign.scenarios],
        personas=[each.id for each in campaign.personas],
    )
    campaigns.change_campaign(session, campaign, changed)
    assert (campaign.target, probe.target_hours) == (other, 10)


@pytest.mark.parametrize(
    ("theirs", "add", "field"),
    [
        (
            sa.insert(ServiceTarget).values(
                name="Ten hours", clock="elapsed", stretch_hours=8, target_hours=10, cutoff_hours=20
            ),
            lambda session: service_targets.add_target(session, TargetEntry("Ten hours")),
            "name",
        ),
        (
            sa.insert(Scenario).values(key="open-on-sundays", title="Open on Sundays?", complaint=False),
            scenario,
            "title",
        ),
    ],
    ids=["service target", "scenario"],
)
def test_who_enters_the_same_a_moment_later_is_told(
    session: Session, theirs: sa.Insert, add: Callable[[Session], object], field: str
) -> None:
    @sa.event.listens_for(session, "before_flush", once=True)
    def somebody_is_quicker(*_: object) -> None:
        session.connection().execute(theirs)

    with pytest.raises(InvalidFields) as told:
        add(session)
    assert told.value.problems == {field: "Somebody has just entered the same. Reload the list."}


@one_database
def test_hours_of_a_target_come_in_their_order(session: Session) -> None:
    with pytest.raises(InvalidFields) as told:
        service_targets.add_target(session, TargetEntry("Odd", stretch_hours=12))
    assert "stretch goal comes first" in told.value.problems["target_hours"]
    with pytest.raises(InvalidFields) as told:
        service_targets.add_target(session, TargetEntry("", None, 0, 1000, "moon"))
    assert set(told.value.problems) == {"name", "stretch_hours", "target_hours", "cutoff_hours", "clock"}


@one_database
@pytest.mark.parametrize("text", ["Hello {nmae}", "Hello {Name}", "At { location }?", "{shop name}"])
def test_a_mistyped_placeholder_reaches_nobody(session: Session, text: str) -> None:
    made = scenario(session)
    with pytest.raises(InvalidFields) as told:
        scenarios.save_wording(session, made, None, WordingEntry("chat", "en", text))
    assert "Nothing is filled in for" in told.value.problems["text"]


@one_database
def test_other_braces_emoji_and_directions_are_part_of_a_text(session: Session) -> None:
    text = "שלום\u200f {} {2} 👨‍👩‍👧 ça va\u202f?"
    saved = scenarios.save_wording(
        session, scenario(session), None, WordingEntry("chat", "fr", text, "left out")
    )
    assert (saved.text, saved.subject) == (text, "")


@one_database
def test_a_wording_needs_a_channel_a_language_a_subject_by_mail_and_new_words(session: Session) -> None:
    made = scenario(session, HELLO)
    with pytest.raises(InvalidFields) as told:
        scenarios.save_wording(session, made, None, WordingEntry("phone", "tlh", "\x07", ""))
    assert set(told.value.problems) == {"channel", "language", "subject", "text"}
    with pytest.raises(InvalidFields) as told:
        scenarios.save_wording(session, made, None, HELLO)
    assert "this very wording" in told.value.problems["text"]


def test_a_scenario_that_probes_ask_is_kept_and_one_that_none_asks_goes_with_its_wordings(
    session: Session,
) -> None:
    asked = make.sent_probe(session).scenario
    with pytest.raises(Conflict, match="1 probe asks"):
        scenarios.delete_scenario(session, asked)
    with pytest.raises(InvalidFields) as told:
        scenarios.change_scenario(session, asked, ScenarioEntry(asked.title, complaint=True))
    assert "rubric of its own" in told.value.problems["complaint"]

    fresh = scenario(session, HELLO)
    campaign = session.scalars(sa.select(Campaign)).one()
    campaign.scenarios.append(fresh)
    scenarios.delete_scenario(session, fresh)
    assert session.scalars(sa.select(Scenario)).all() == [asked]


def test_a_deleted_wording_leaves_the_probes_that_were_planned_with_it_their_text(session: Session) -> None:
    probe = make.planned_probe(session)
    said = probe.text
    for wording in list(probe.scenario.wordings):
        scenarios.delete_wording(session, wording)
    assert session.scalars(sa.select(Probe.text)).one() == said
    assert probe.scenario.wordings == []


@given(
    every=st.integers(15, 60 * 24 * 400),
    later=st.timedeltas(timedelta(0), timedelta(days=400)),
    passed=st.timedeltas(timedelta(days=-400), timedelta(days=400)),
)
def test_the_next_slots_are_those_that_planning_takes(
    every: int, later: timedelta, passed: timedelta
) -> None:
    start = NOW + later
    campaign = Campaign(active=True, starts_at=start, ends_at=None, every_minutes=every)
    now = start + passed
    slots = campaigns.next_slots(campaign, now)
    assert len(slots) == 3
    assert now <= slots[0]
    assert slots[0] == start or slots[0] - now < timedelta(minutes=every)
    assert all((slot - start) % timedelta(minutes=every) == timedelta(0) for slot in slots)


@one_database
def test_an_administrator_enters_a_campaign_from_its_scenario_to_its_pause(
    client: Visitor, session: Session, ada: User, umea: Location
) -> None:
    box = make.mailbox_of(session)
    to = make.touchpoint(session, umea)
    session.flush()
    anna = personas.add_persona(session, personas.PersonaEntry("Anna Berg", box.id))
    session.commit()
    sign_in(client, ada)

    first = client.get("/admin/campaigns/new").text
    assert "Enter a scenario" in first
    assert "Enter a service target" in first
    client.submit("/admin/service-targets/new", name="Ten hours", clock="elapsed")
    client.submit("/admin/scenarios/new", title="Open on Sundays?")
    asked = session.scalars(sa.select(Scenario)).one()
    path = f"/admin/scenarios/{asked.id}/wordings/new"
    refused = client.submit(path, channel="email", language="en", subject="", text="Hello {nmae}")
    assert refused.status_code == 422
    assert 'href="#subject"' in refused.text
    assert "Hello {nmae}" in refused.text
    client.submit(path, channel="email", language="en", subject="Sundays", text="Open on Sundays? {name}")
    assert "Open on Sundays? {name}" in client.get(f"/admin/scenarios/{asked.id}").text

    target = session.scalars(sa.select(ServiceTarget)).one()
    refused = client.submit("/admin/campaigns/new", name="", starts_at="soon", every="x", daily_cap="many")
    assert refused.status_code == 422
    for field in (
        "name",
        "touchpoints",
        "scenarios",
        "personas",
        "target",
        "starts_at",
        "every",
        "daily_cap",
    ):
        assert f'href="#{field}"' in refused.text
    client.submit(
        "/admin/campaigns/new",
        name="Every second day",
        touchpoints=[str(to.id)],
        scenarios=[str(asked.id)],
        personas=[str(anna.id)],
        target=str(target.id),
        starts_at="2026-11-23T09:00",
        every="2",
        unit="days",
        ends_on="2026-12-31",
    )
    campaign = session.scalars(sa.select(Campaign)).one()
    assert campaign.every_minutes == 2 * 24 * 60
    assert campaign.starts_at == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert campaign.ends_at == datetime(2026, 12, 31, 23, tzinfo=UTC)
    form = client.get(f"/admin/campaigns/{campaign.id}/change").text
    assert 'value="2026-11-23T09:00"' in form
    assert 'value="2026-12-31"' in form

    client.submit(f"/admin/campaigns/{campaign.id}/pause")
    assert "is paused" in client.get(f"/admin/campaigns/{campaign.id}").text
    client.submit(f"/admin/campaigns/{campaign.id}/resume", page=f"/admin/campaigns/{campaign.id}")
    session.refresh(campaign)
    assert campaign.active


@one_database
def test_the_number_of_queries_does_not_grow_with_the_locations_of_a_campaign(
    app: Flask, client: Visitor, session: Session, ada: User
) -> None:
    campaign = make.campaign(session, clock=ClockName.OPENING_HOURS)
    path = f"/admin/campaigns/{campaign.id}"
    paths = ("/admin/locations", "/admin/campaigns", path, f"{path}/change", "/probes")
    sign_in(client, ada)
    counts = []
    for number in range(7):
        touchpoint = make.touchpoint(session, factories.location(session, f"shop-{number}", f"Shop {number}"))
        campaign.touchpoints.append(touchpoint)
        for probe in plan_due(session, NOW):
            probe.sent_earliest = probe.sent_latest = NOW
        session.commit()
        if number in {0, 6}:
            counts.append([selects_of(app, client, path) for path in paths])
    assert counts[0] == counts[1]
