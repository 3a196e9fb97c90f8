"""Looking after the touchpoints: nothing goes where an administrator has not confirmed that it may."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict, InvalidInput
from audit_app.domain.probes.probe import ProbeState
from audit_app.models import ChannelName, Location, Touchpoint, User
from audit_app.services.entry.fields import InvalidFields
from audit_app.services.locations import touchpoints as service
from audit_app.services.locations.form_mappings import mapping_problems
from audit_app.services.locations.touchpoints import TouchpointEntry, TouchpointFilter
from audit_app.services.probes import steps
from audit_app.services.probes.claims import claim
from audit_app.services.probes.messages import message_of
from audit_app.services.probes.planning import plan_due
from probes.base import OurFailure
from probes.browser.browsers import Browsers
from probes.channel import Equipment
from probes.channels.contact_form.channel import ContactForm
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import LEASE, NOW, WORKER
from tests.visitor import Visitor, sign_in

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SHOP = "umea@fjordfield.example"
FORM = "https://www.fjordfield.example/contact"
ODD_FORM = """name: The form for complaints
fields:
  - label: Animal
    value: The moose
success: [case number]
"""


def add(
    session: Session, channel: ChannelName = ChannelName.EMAIL, address: str = SHOP, **more: str
) -> Touchpoint:
    """A touchpoint of Umeå, as an administrator enters it."""
    return service.add_touchpoint(session, "umea", channel, TouchpointEntry(address, **more))


def confirmed(session: Session, **given: Any) -> Touchpoint:
    """The same, confirmed by Ada."""
    touchpoint = add(session, **given)
    service.confirm(session, touchpoint, touchpoint.address, "Ada", NOW)
    return touchpoint


# ---------- the rules ----------


def test_nothing_goes_to_a_touchpoint_before_it_is_confirmed_and_after_that_is_withdrawn(
    session: Session, umea: Location
) -> None:
    touchpoint = add(session)
    make.campaign(session, touchpoint)
    assert plan_due(session, NOW) == []

    service.confirm(session, touchpoint, SHOP, "Ada", NOW)
    (probe,) = plan_due(session, NOW)
    assert (probe.to_address, touchpoint.confirmed_by) == (SHOP, "Ada")

    service.withdraw(session, touchpoint)
    assert claim(session, WORKER, NOW, 1, LEASE) == []


def test_another_address_withdraws_the_confirmation_and_the_same_one_keeps_it(
    session: Session, umea: Location
) -> None:
    touchpoint = confirmed(session)

    page = TouchpointEntry(SHOP, contact_page="https://www.fjordfield.example/umea")
    assert service.change_touchpoint(session, touchpoint, page) is False
    assert touchpoint.confirmed_at == NOW

    assert service.change_touchpoint(session, touchpoint, TouchpointEntry("new@fjordfield.example")) is True
    assert (touchpoint.confirmed_at, touchpoint.confirmed_by) == (None, "")


def test_a_probe_that_was_planned_for_the_former_address_is_never_sent_not_even_after_a_new_confirmation(
    session: Session, umea: Location
) -> None:
    touchpoint = confirmed(session)
    make.campaign(session, touchpoint, every=timedelta(days=1))
    (planned,) = plan_due(session, NOW)
    (claimed,) = claim(session, WORKER, NOW, 1, LEASE)

    service.change_touchpoint(session, touchpoint, TouchpointEntry("new@fjordfield.example"))
    service.confirm(session, touchpoint, "new@fjordfield.example", "Ada", NOW)

    assert steps.begin_sending(session, claimed.id, WORKER, {}, NOW) is False
    assert planned.state is ProbeState.CANCELLED


def test_who_confirms_an_address_that_was_changed_meanwhile_confirms_nothing(
    session: Session, umea: Location
) -> None:
    touchpoint = add(session)
    service.change_touchpoint(session, touchpoint, TouchpointEntry("somebody.else@shop.example"))

    with pytest.raises(Conflict, match=r"changed to somebody\.else@shop\.example"):
        service.confirm(session, touchpoint, SHOP, "Ada", NOW)
    assert touchpoint.confirmed_at is None


def test_a_confirmation_keeps_who_gave_it_first_and_is_given_by_somebody(
    session: Session, umea: Location
) -> None:
    touchpoint = add(session)
    with pytest.raises(InvalidInput, match="Say who confirms"):
        service.confirm(session, touchpoint, SHOP, "  ", NOW)
    assert touchpoint.confirmed_at is None

    service.confirm(session, touchpoint, SHOP, "Ada", NOW)
    service.confirm(session, touchpoint, SHOP, "Bo", NOW + timedelta(days=1))
    assert (touchpoint.confirmed_at, touchpoint.confirmed_by) == (NOW, "Ada")


def test_a_touchpoint_that_is_switched_off_gets_nothing_and_is_still_there(
    session: Session, umea: Location
) -> None:
    touchpoint = confirmed(session)
    make.campaign(session, touchpoint)
    service.switch(session, touchpoint, on=False)

    assert plan_due(session, NOW) == []
    assert service.touchpoints_matching(session, TouchpointFilter()) == []
    assert service.touchpoints_matching(session, TouchpointFilter(state="off")) == [touchpoint]
    with pytest.raises(Conflict, match="switched off"):
        service.confirm(session, touchpoint, SHOP, "Ada", NOW)


@one_database
@pytest.mark.parametrize(
    ("channel", "entry", "field", "words"),
    [
        ("email", TouchpointEntry("umea"), "address", "“umea” is not an e-mail address"),
        ("email", TouchpointEntry("anna.berg@shopper.example"), "address", "a mailbox of ours"),
        ("email", TouchpointEntry(SHOP.upper()), "address", "has this address already"),
        ("email", TouchpointEntry("a@b.example", contact_page="www.b.example"), "contact_page", "with https://"),
        ("chat", TouchpointEntry("ftp://fjordfield.example/"), "address", "not the address of a page"),
        ("chat", TouchpointEntry("https://x:y@b.example/"), "address", "Leave out the user name"),
        ("chat", TouchpointEntry("https://b.example:99999/"), "address", "not the address of a page"),
        ("chat", TouchpointEntry("https://b.example/" + "x" * 500), "address", "at most 500"),
        ("chat", TouchpointEntry("https://b.example/", widget="no-such"), "widget", "no chat widget called"),
        ("contact_form", TouchpointEntry(FORM, form_mapping="fields: 7"), "form_mapping", "Line 1"),
        ("phone", TouchpointEntry("+46 90 123"), "channel", "No probe goes by phone"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_at_its_field(
    session: Session, umea: Location, channel: str, entry: TouchpointEntry, field: str, words: str
) -> None:
    make.mailbox_of(session)
    add(session)

    with pytest.raises(InvalidFields) as told:
        service.add_touchpoint(session, "umea", ChannelName(channel), entry)
    assert words in told.value.problems[field]


def test_all_mistakes_are_told_at_once(session: Session, umea: Location) -> None:
    with pytest.raises(InvalidFields) as told:
        add(session, address="umea", contact_page="nowhere")
    assert set(told.value.problems) == {"address", "contact_page"}


def test_the_mapping_that_was_entered_reaches_the_one_who_fills_in_the_form(
    session: Session, umea: Location
) -> None:
    make.campaign(
        session, confirmed(session, channel=ChannelName.CONTACT_FORM, address=FORM, form_mapping=ODD_FORM)
    )
    (probe,) = plan_due(session, NOW)

    message = message_of(probe)
    assert message.form_mapping == ODD_FORM
    channel, browsers = ContactForm(), Equipment(Browsers())
    channel.open(browsers, replace(message, widget="a shipped mapping that is not there"))
    with pytest.raises(OurFailure, match="The form mapping in the touchpoint cannot be used"):
        channel.open(browsers, replace(message, form_mapping="fields: 7"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ODD_FORM.replace("value:", "vlaue:"), ["Line 4: “fields[0].vlaue” is not known here"]),
        (ODD_FORM.replace("The moose", "yes"), ["Line 4: “fields[0].value” has to be text. Put quotes"]),
        (ODD_FORM + "name: Again\n", ["Line 6: “name” is given twice, first on line 1"]),
        ("name: x\nfields:\n\t- label", ["Line 3: has a tab"]),
        ("name: x\nsend: 2026-13-45", ["cannot be read"]),
        ("- a list", ["Line 1: The mapping has to be a list of names and values"]),
        ("name: x\nfields:\n- {label: a}\n- {value: b}", ["Line 3", "has either a value or leave", "Line 4", "missing"]),
        ("x" * 20_001, ["20001 characters"]),
    ],
)  # fmt: skip
def test_a_mistake_in_a_mapping_is_told_with_its_line_and_what_to_do(text: str, words: list[str]) -> None:
    problems = " ".join(mapping_problems(text))

    for each in words:
        assert each in problems


def test_touchpoints_are_found_by_words_however_they_are_spelt(
    session: Session, umea: Location, lund: Location
) -> None:
    touchpoint = add(session)
    service.add_touchpoint(session, "lund", ChannelName.CHAT, TouchpointEntry("https://lund.example/"))

    assert service.touchpoints_matching(session, TouchpointFilter(words="UMEA fjord")) == [touchpoint]
    assert service.touchpoints_matching(session, TouchpointFilter(channel="email")) == [touchpoint]
    assert len(service.touchpoints_matching(session, TouchpointFilter(state="waiting"))) == 2


# ---------- the pages ----------


@one_database
def test_where_no_location_is_the_page_says_what_comes_first(
    client: Visitor, session: Session, ada: User
) -> None:
    sign_in(client, ada)
    page = client.get("/admin/touchpoints/new/email").text
    assert "There is no location yet" in page
    assert "Add and go on to confirm" not in page


@one_database
def test_an_administrator_adds_an_address_and_confirms_it_only_with_the_statement_ticked(
    client: Visitor, session: Session, ada: User, umea: Location
) -> None:
    sign_in(client, ada)
    added = client.submit("/admin/touchpoints/new/email", location="umea", address=SHOP, contact_page="")
    assert re.fullmatch(r"/admin/touchpoints/\d+/confirm", added.location)

    refused = client.submit(added.location, address=SHOP)
    assert refused.status_code == 422
    assert "Tick the statement" in refused.text
    touchpoint = session.scalars(sa.select(Touchpoint)).one()
    assert touchpoint.confirmed_at is None

    assert client.submit(added.location, address=SHOP, ours="y").location == "/admin/touchpoints"
    session.refresh(touchpoint)
    assert touchpoint.confirmed_by == "Ada Admin (ada@shopper.example)"
    assert "Ada Admin" in client.get(f"/admin/touchpoints/{touchpoint.id}").text


@one_database
def test_a_wrong_mapping_file_is_shown_with_its_mistakes_and_can_be_put_right_on_the_page(
    client: Visitor, session: Session, ada: User, umea: Location
) -> None:
    sign_in(client, ada)
    path = "/admin/touchpoints/new/contact_form"
    file = (io.BytesIO(ODD_FORM.replace("label", "lable").encode()), "odd.yaml")
    wrong = client.submit(path, location="umea", address=FORM, form_mapping="", mapping_file=file)
    assert wrong.status_code == 422
    assert "Line 3: “fields[0].lable” is not known here" in wrong.text
    assert "lable: Animal" in wrong.text

    client.submit(path, location="umea", address=FORM, form_mapping=ODD_FORM)
    touchpoint = session.scalars(sa.select(Touchpoint)).one()
    assert message_like(touchpoint) == message_like(Touchpoint(form_mapping=ODD_FORM))


def message_like(touchpoint: Touchpoint) -> list[str]:
    """The lines of the mapping; browsers write line ends of their own."""
    return touchpoint.form_mapping.splitlines()


@one_database
def test_withdrawing_and_switching_off_and_on_work_from_the_pages_and_say_what_stops(
    client: Visitor, session: Session, ada: User, umea: Location
) -> None:
    touchpoint = confirmed(session, channel=ChannelName.CHAT, address="https://fjordfield.example/")
    make.campaign(session, touchpoint, name="Every Monday")
    plan_due(session, NOW)
    session.commit()
    page = f"/admin/touchpoints/{touchpoint.id}"
    sign_in(client, ada)

    shown = client.get(f"{page}/switch-off").text
    assert "Every Monday" in shown
    assert "1 planned probe does not go out" in shown
    client.submit(f"{page}/switch-off")
    assert not session.get_one(Touchpoint, touchpoint.id).active
    client.submit(f"{page}/switch-on", page=page)
    client.submit(f"{page}/withdraw", page=page)
    session.refresh(touchpoint)
    assert (touchpoint.active, touchpoint.confirmed_at) == (True, None)


@one_database
def test_a_touchpoint_or_channel_that_is_not_there_is_not_found(client: Visitor, ada: User) -> None:
    sign_in(client, ada)

    for path in ("/admin/touchpoints/77", "/admin/touchpoints/new/pigeon", "/admin/touchpoints/new/phone"):
        assert client.get(path).status_code == 404
