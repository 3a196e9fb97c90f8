"""Entering the company, its regions and its locations, and what other opening hours do to what was measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict
from audit_app.domain.probes.response_time import Outcome
from audit_app.domain.time.clock import OpeningHours, Weekday
from audit_app.models import (
    ChannelName,
    ClockName,
    FormerHours,
    Location,
    Organisation,
    Probe,
    Region,
    Score,
    ScorePolicy,
    User,
)
from audit_app.services.company import company, name_company
from audit_app.services.entry.fields import InvalidFields
from audit_app.services.locations import locations as service
from audit_app.services.locations import regions
from audit_app.services.locations.locations import LocationEntry, LocationFilter
from audit_app.services.locations.opening_hours import HoursEntry, entered_as, stored_hours
from audit_app.services.probes.claims import claim
from audit_app.services.probes.ledger import looked, record
from audit_app.services.probes.pending import pending_by_location, waiting_probes
from audit_app.services.probes.planning import plan_due
from audit_app.services.probes.times import reading
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import LEASE, NOW, WORKER, fact
from tests.opening_hours import ALWAYS_OPEN
from tests.visitor import Visitor, sign_in

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HOUR = timedelta(hours=1)
WEEK = {day.value: "10:00–19:00" for day in tuple(Weekday)[:5]} | {"saturday": "10:00–13:00, 14:00–16:00"}
HOURS = HoursEntry(weekly=WEEK, country="DE", part="by", open_on="2026-11-01", closed_on="2026-12-24")
BERLIN = LocationEntry(
    name="Berlin  Mitte",
    new_region="East",
    address="Torstraße 1\n10119 Berlin",
    time_zone="Europe/Berlin",
    hours=HOURS,
)
FIELDS: dict[str, Any] = {
    "name": "Berlin Mitte",
    "region": "",
    "new_region": "East",
    "address": "Torstraße 1",
    "time_zone": "Europe/Berlin",
    "monday": "10–19",
    "country": "DE",
}


def always(**changes: str) -> HoursEntry:
    """Open around the clock, but for the days that are given."""
    return HoursEntry(weekly={day.value: "00:00–24:00" for day in Weekday} | changes)


# ---------- the company and its regions ----------


def test_a_database_holds_one_company_however_often_it_is_named(session: Session) -> None:
    assert company(session) is None
    for name in ("Fjord  Field", "Fjord & Field"):
        name_company(session, name)
    assert session.scalars(sa.select(Organisation.name)).all() == ["Fjord & Field"]
    with pytest.raises(InvalidFields, match="Enter the company's name"):
        name_company(session, " ")


def test_how_soon_an_answer_is_doubted_is_set_on_the_page_of_the_company(
    client: Visitor, session: Session, ada: User
) -> None:
    name_company(session, "Fjord & Field")
    sign_in(client, ada)
    page = "/admin/company"
    client.submit(page, name="Fjord & Field", quick_seconds="5", at_once_seconds="1")
    named = company(session)
    assert named is not None
    assert (named.quick_seconds, named.at_once_seconds) == (5, 1)
    for quick, at_once, says in (
        ("soon", "1", "Enter a whole number of seconds from 0 to 3600."),
        ("5", "6", "Enter at most the 5 seconds from which on a person is believed."),
    ):
        refused = client.submit(page, name="Fjord & Field", quick_seconds=quick, at_once_seconds=at_once)
        assert says in refused.text
    session.refresh(named)
    assert (named.quick_seconds, named.at_once_seconds) == (5, 1)


def test_a_region_is_renamed_and_keeps_its_key_but_takes_no_other_ones_name(
    session: Session, north: Region, south: Region
) -> None:
    regions.rename_region(session, north, "Far North")
    assert (north.key, north.name) == ("north", "Far North")
    with pytest.raises(InvalidFields, match="There is a region “Far North” already"):
        regions.rename_region(session, south, "far north")


def test_a_region_is_deleted_only_once_it_has_no_location_and_no_score(
    session: Session, umea: Location, north: Region, south: Region, magnus: User, sigrid: User
) -> None:
    service.switch(session, umea, NOW, on=False)
    with pytest.raises(Conflict, match="North has 1 location, those switched off counted"):
        regions.delete_region(session, north)

    umea.region = south
    session.flush()
    policy = ScorePolicy(number=1, content={}, content_hash="0" * 64, created_at=NOW)
    score = Score(
        region=north,
        period_start=NOW - timedelta(days=7),
        period_end=NOW,
        policy=policy,
        policy_hash="0" * 64,
        inputs={},
        inputs_hash="0" * 64,
        breakdown={},
        computed_at=NOW,
    )
    session.add(score)
    session.flush()
    with pytest.raises(Conflict, match="Scores were stored for North"):
        regions.delete_region(session, north)

    session.delete(score)
    session.flush()
    assert regions.managers_of(session, north) == [magnus]
    regions.delete_region(session, north)
    assert [each.key for each in regions.all_regions(session)] == ["south"]
    session.refresh(magnus)
    assert magnus.regions == []


# ---------- locations ----------


def test_a_location_is_added_with_a_new_region_and_keys_made_of_their_names(session: Session) -> None:
    berlin = service.add_location(session, BERLIN)

    assert (berlin.key, berlin.name, berlin.region.key) == ("berlin-mitte", "Berlin Mitte", "east")
    assert berlin.address == "Torstraße 1 10119 Berlin"
    hours = stored_hours(berlin)
    assert (hours.country, hours.part) == ("DE", "BY")
    assert not hours.periods_on(date(2027, 1, 6)), "Epiphany is a holiday in Bavaria, in whatever year"
    assert hours.rests_on(date(2026, 12, 24))
    assert not hours.rests_on(date(2026, 11, 1))
    assert entered_as(hours) == replace(HOURS, part="BY", weekly=WEEK | {"sunday": ""})

    second = service.add_location(session, replace(BERLIN, name="Berlin-Mitte", new_region="east"))
    assert (second.key, second.region) == ("berlin-mitte-2", berlin.region)


@one_database
@pytest.mark.parametrize(
    ("entry", "field", "words"),
    [
        (replace(BERLIN, name=" "), "name", "Enter the location's name"),
        (replace(BERLIN, name="umea"), "name", "There is a location “Umeå” already"),
        (replace(BERLIN, new_region=""), "new_region", "Enter the region's name"),
        (replace(BERLIN, region="west"), "region", "Choose one of the regions"),
        (replace(BERLIN, address="x" * 501), "address", "at most 500 characters"),
        (replace(BERLIN, time_zone="Mars/Olympus"), "time_zone", "Choose the time zone"),
        (replace(BERLIN, hours=always(friday="9–5")), "friday", "would end on the next day"),
        (replace(BERLIN, hours=HoursEntry()), "monday", "for one day at least"),
        (replace(BERLIN, hours=replace(HOURS, country="XX")), "country", "Choose one of the countries"),
        (replace(BERLIN, hours=replace(HOURS, part="Z")), "part", "DE has no part “Z”"),
        (replace(BERLIN, hours=replace(HOURS, country="")), "part", "Choose the country too"),
        (replace(BERLIN, hours=replace(HOURS, open_on="1.11.26")), "open_on", "is no date"),
        (
            replace(BERLIN, hours=replace(HOURS, closed_on="2026-11-01")),
            "closed_on",
            "stands among the dates",
        ),
    ],
)
def test_what_cannot_be_used_is_told_at_its_field_and_nothing_is_kept(
    session: Session, umea: Location, entry: LocationEntry, field: str, words: str
) -> None:
    with pytest.raises(InvalidFields) as told:
        service.add_location(session, entry)
    assert words in told.value.problems[field]
    assert list(told.value.problems) == [field]
    assert session.scalars(sa.select(Region.key)).all() == ["north"]


def test_the_list_finds_locations_by_words_and_region_and_those_switched_off_when_asked(
    session: Session, umea: Location, lulea: Location, lund: Location
) -> None:
    def found(**wanted: Any) -> list[str]:
        return [each.key for each in service.locations_matching(session, LocationFilter(**wanted))]

    service.switch(session, lulea, NOW, on=False)
    assert found() == ["lund", "umea"]
    assert found(words="UMEA storg") == ["umea"]
    assert found(region="south") == ["lund"]
    assert found(off=True) == ["lulea"]


def test_a_location_that_is_switched_off_gets_no_probe_and_says_before_what_stops(
    session: Session, umea: Location, carl: User
) -> None:
    make.campaign(session, make.touchpoint(session, umea))
    plan_due(session, NOW)
    usage = service.usage_of(session, umea)
    assert (usage.touchpoints, usage.probes.planned, usage.probes.waiting, usage.contacts) == (
        1,
        1,
        0,
        ["Carl Contact"],
    )

    service.switch(session, umea, NOW, on=False)
    assert claim(session, WORKER, NOW, 1, LEASE) == []
    assert plan_due(session, NOW + HOUR) == []
    service.switch(session, umea, NOW, on=True)
    assert len(claim(session, WORKER, NOW, 1, LEASE)) == 1


# ---------- other hours, and what was measured before ----------


@pytest.fixture
def chat(session: Session, umea: Location) -> Probe:
    """A chat probe to Umeå, open around the clock, sent at NOW and judged by the opening hours."""
    touchpoint = make.touchpoint(session, umea, ChannelName.CHAT, "http://127.0.0.1:8100/")
    make.campaign(session, touchpoint, clock=ClockName.OPENING_HOURS)
    return make.advance_to_sent(session)


def change(session: Session, location: Location, hours: HoursEntry, now: datetime, zone: str = "UTC") -> None:
    """Enter other hours for the location, and nothing else."""
    entry = LocationEntry(name=location.name, region=location.region.key, time_zone=zone, hours=hours)
    service.change_location(session, location, entry, now)


def test_hours_that_are_corrected_before_anything_was_sent_are_simply_others(
    session: Session, umea: Location
) -> None:
    change(session, umea, always(sunday=""), NOW)
    assert umea.time_zone == "UTC"
    assert not stored_hours(umea).periods_on(NOW.date() + timedelta(days=1))
    assert session.scalars(sa.select(FormerHours)).all() == []


def test_a_closed_probe_keeps_its_time_and_verdict_when_the_hours_are_changed(
    session: Session, umea: Location, chat: Probe
) -> None:
    record(session, chat, [fact("human_reply", NOW + 6 * HOUR)], NOW + 6 * HOUR)
    before = reading(chat, ClockName.OPENING_HOURS, NOW + 6 * HOUR)

    change(session, umea, always(saturday=""), NOW + 7 * HOUR)
    looked(session, chat, NOW + 8 * HOUR, NOW + 8 * HOUR)
    assert (chat.outcome, chat.opening_seconds) == (Outcome.ANSWERED, 6 * 3600)
    assert reading(chat, ClockName.OPENING_HOURS, NOW + 8 * HOUR) == before


def test_an_open_probe_is_measured_by_the_former_hours_until_the_change_and_by_the_new_ones_after_it(
    session: Session, umea: Location, chat: Probe
) -> None:
    assert chat.cutoff_at == NOW + 20 * HOUR

    # NOW is a Saturday at 13:00 UTC; closed from 19:00 until midnight on Sunday, as is entered at 19:00.
    change(session, umea, always(saturday="", sunday=""), NOW + 6 * HOUR)
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    assert chat.cutoff_at == monday + 14 * HOUR
    assert chat.next_look_at is not None
    (waits,) = pending_by_location(waiting_probes(session, [umea.id], monday + 3 * HOUR)).values()
    assert (waits.open, waits.overdue) == (1, 0)
    later = pending_by_location(waiting_probes(session, [umea.id], monday + 5 * HOUR))
    assert later[umea.id].overdue == 1

    record(session, chat, [fact("human_reply", monday + HOUR)], monday + HOUR)
    assert chat.opening_seconds == 7 * 3600


def test_another_time_zone_counts_from_the_change_on(session: Session, umea: Location, chat: Probe) -> None:
    change(session, umea, always(), NOW + HOUR, "America/New_York")
    (former,) = umea.former_hours
    assert (former.until, former.time_zone) == (NOW + HOUR, "Europe/Stockholm")
    assert OpeningHours.model_validate(former.opening_hours) == ALWAYS_OPEN


def test_saving_without_other_hours_leaves_no_trace(session: Session, umea: Location, chat: Probe) -> None:
    change(session, umea, entered_as(stored_hours(umea)), NOW + HOUR, umea.time_zone)
    assert umea.former_hours == []


# ---------- the pages ----------


@one_database
def test_an_administrator_enters_the_company_and_its_first_location_on_the_pages(
    client: Visitor, session: Session, ada: User
) -> None:
    session.execute(sa.delete(Organisation))
    sign_in(client, ada)
    assert client.submit("/admin/company", name="").status_code == 422
    assert client.submit("/admin/company", name="Our company").location == "/"
    assert "Our company" in client.get("/").text

    refused = client.submit(
        "/admin/locations/new", **FIELDS | {"name": "", "monday": "25–26", "new_region": ""}
    )
    assert refused.status_code == 422
    for field in ("name", "monday", "new_region"):
        assert f'href="#{field}"' in refused.text
    assert client.submit("/admin/locations/new", **FIELDS).location == "/admin/locations"
    listed = client.get("/admin/locations").text
    assert "Mon 10:00–19:00" in listed
    assert "/admin/touchpoints/new/email?location=berlin-mitte" in listed


@one_database
def test_the_next_location_is_offered_what_it_is_likely_to_share_with_the_last(
    client: Visitor, session: Session, ada: User
) -> None:
    service.add_location(session, BERLIN)
    sign_in(client, ada)
    offered = client.get("/admin/locations/new").text
    for chosen in ('selected value="east"', 'selected value="Europe/Berlin"', 'selected value="DE"'):
        assert chosen in offered
    assert "10:00–19:00" not in offered.partition("<fieldset")[2].partition("</p>")[2]


@one_database
def test_a_location_is_changed_switched_off_and_on_again_on_the_pages(
    client: Visitor, session: Session, ada: User, umea: Location, north: Region
) -> None:
    sign_in(client, ada)
    changed = {
        "region": "north",
        "time_zone": "Europe/Stockholm",
        "sunday": "22:00–04:00",
        "name": "Umeå City",
    }
    assert client.submit(f"/admin/locations/{umea.id}", **changed).location == "/admin/locations"
    assert (umea.key, umea.name) == ("umea", "Umeå City")

    off = f"/admin/locations/{umea.id}/switch-off"
    assert "No probe goes there any more" in client.get(off).text
    client.submit(off)
    assert "Umeå" not in client.get("/admin/locations").text.partition("<tbody>")[2]
    assert "Umeå City" in client.get("/admin/locations?state=off").text
    client.submit(f"/admin/locations/{umea.id}/switch-on", page=f"/admin/locations/{umea.id}")
    assert umea.active


@one_database
def test_a_region_is_renamed_and_an_empty_one_deleted_on_the_pages(
    client: Visitor, session: Session, ada: User, umea: Location, south: Region, sigrid: User
) -> None:
    sign_in(client, ada)
    assert "Sigrid Manager" in client.get("/admin/locations/regions").text
    home = f"/admin/locations/regions/{umea.region_id}"
    assert client.submit(home, name="South").status_code == 422
    client.submit(home, name="Norrland")
    assert umea.region.name == "Norrland"

    assert "Move them to another region first" in client.get(f"{home}/delete").text
    token = client.token(home)
    assert client.post(f"{home}/delete", data={"csrf_token": token}).status_code == 409
    assert client.submit(f"/admin/locations/regions/{south.id}/delete").location == "/admin/locations/regions"
    assert session.scalars(sa.select(Region.name)).all() == ["Norrland"]
