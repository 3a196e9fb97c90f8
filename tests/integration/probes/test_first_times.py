"""First anything, first automatic, first person: three times of each probe, of which only the last stops the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from audit_app.domain.probes.first_times import FirstTime
from audit_app.domain.probes.response_time import Outcome, ResponseTime
from audit_app.models import ChannelName, Location, Probe, User
from audit_app.services.probes.times import first_times
from probes.base import Fact
from tests.factories import NOW
from tests.integration.probes.probe_scene import HOUR, answered_probe, happened, probe_to, seen
from tests.visitor import Visitor, sign_in

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SENT = NOW - 3 * HOUR
MINUTE = timedelta(minutes=1)


def chat_with(session: Session, location: Location, *facts: Fact) -> Probe:
    return happened(session, probe_to(session, location, SENT, ChannelName.CHAT), *facts)


def signs() -> list[Fact]:
    """A greeting before our message, a typing bubble and a remark after it."""
    return [
        seen("greeting", SENT - MINUTE, "Welcome!", role="bot"),
        seen("typing", SENT + MINUTE, role="typing"),
        seen("system_line", SENT + 2 * MINUTE, "Saga has joined", role="system"),
    ]


def test_each_first_time_is_its_own(session: Session, umea: Location) -> None:
    bot = seen("acknowledged", SENT + 3 * MINUTE, "We got it.", role="bot")
    person = seen("human_reply", SENT + 5 * MINUTE, "Yes.", role="person", latest=SENT + 6 * MINUTE)
    probe = chat_with(session, umea, *signs(), bot, person)
    assert first_times(probe) == {
        FirstTime.ANYTHING: ResponseTime(MINUTE, MINUTE),
        FirstTime.AUTOMATIC: ResponseTime(3 * MINUTE, 3 * MINUTE),
        FirstTime.PERSON: ResponseTime(5 * MINUTE, 6 * MINUTE),
    }
    assert probe.outcome is Outcome.ANSWERED
    assert probe.answered_latest == SENT + 6 * MINUTE


def test_greetings_typing_bubbles_and_remarks_stop_no_clock(session: Session, umea: Location) -> None:
    probe = chat_with(session, umea, *signs())
    assert probe.outcome is Outcome.OPEN
    assert probe.answered_latest is probe.acknowledged_at is None
    assert set(first_times(probe)) == {FirstTime.ANYTHING}


@on_sqlite
def test_the_probes_page_tells_all_three_and_each_sign_for_what_it_is(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    bot = seen("acknowledged", SENT + 3 * MINUTE, "We got it.", role="bot")
    probe = chat_with(session, umea, *signs(), bot)
    sign_in(client, magnus)
    page = client.get(f"/probes/{probe.id}").text
    assert "First reaction after 1 min, first automatic message after 3 min, no person yet." in page
    for words in ("Greeting before our message", "Somebody is typing", "Remark of the chat itself"):
        assert words in page


@on_sqlite
def test_where_only_a_person_answered_nothing_is_said_twice(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    probe = answered_probe(session, umea, NOW - 10 * HOUR)
    sign_in(client, magnus)
    assert "First reaction" not in client.get(f"/probes/{probe.id}").text
