"""Replies that no rule could judge: one after the other, decided by one press, and undone by one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from audit_app.domain.probes.probe import ObservationKind
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import Location, Observation, Probe, RoleName, User
from audit_app.services.probes.ledger import record
from tests import factories
from tests.integration.probes.probe_scene import happened, probe_to, seen, uncertain_probe
from tests.visitor import Visitor, sign_in

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUEUE = "/probes/review"


def reply_of(probe: Probe) -> Observation:
    return next(
        each
        for each in probe.observations
        if each.kind is not ObservationKind.SENT and "unknown" in each.role
    )


def decide(client: Visitor, reply: Observation, verdict: str, **more: object) -> str:
    """Press a button on the page of the reply; gives the address one is led to."""
    page = client.get(f"{QUEUE}?after={reply.id - 1}").text
    shown = re.search(r'name="seen"[^>]*value="(\d+)"', page)
    assert shown
    answer = client.submit(
        f"{QUEUE}/{reply.id}", f"{QUEUE}?after={reply.id - 1}", verdict=verdict, seen=shown[1], **more
    )
    assert answer.status_code == 302
    return str(answer.location)


def undo(client: Visitor, reply: Observation, led_to: str, done: int) -> int:
    return client.submit(f"{QUEUE}/{reply.id}/undo", led_to, done=done).status_code


@pytest.fixture
def three(session: Session, umea: Location, lulea: Location) -> list[Probe]:
    """Three probes of the North with a reply of which nobody knows who wrote it."""
    return [
        uncertain_probe(session, place, NOW - age * HOUR) for place, age in ((umea, 9), (lulea, 8), (umea, 7))
    ]


def test_the_queue_goes_from_one_reply_to_the_next_by_one_press(
    client: Visitor, session: Session, three: list[Probe], magnus: User
) -> None:
    sign_in(client, magnus)
    first, second, third = (reply_of(probe) for probe in three)
    page = client.get(QUEUE).text
    assert "1 of 3" in page
    assert "we will see to it" in page
    assert "What speaks for and against" in page
    led_to = decide(client, first, "person", done=0)
    page = client.get(led_to).text
    assert "2 of 3" in page
    assert f"{QUEUE}/{second.id}" in page
    assert "Recorded: <strong>a person</strong>" in page
    led_to = decide(client, second, "automatic", done=1)
    assert "3 of 3" in client.get(led_to).text
    led_to = decide(client, third, "person", done=2)
    assert "You decided on 3 replies." in client.get(led_to).text
    for probe in three:
        session.refresh(probe)
    assert [probe.outcome for probe in three] == [Outcome.ANSWERED, Outcome.OPEN, Outcome.ANSWERED]


def test_a_reply_that_is_skipped_goes_on_waiting(
    client: Visitor, session: Session, three: list[Probe], magnus: User
) -> None:
    sign_in(client, magnus)
    replies = [reply_of(probe) for probe in three]
    page = client.get(f"{QUEUE}?after={replies[0].id}").text
    assert "2 of 3" in page
    led_to = decide(client, replies[1], "person", done=0)
    assert f"{QUEUE}/{replies[2].id}" in client.get(led_to).text
    assert "2 replies that you left still wait" in client.get(f"{QUEUE}?after={replies[2].id}&done=1").text
    assert f"{QUEUE}/{replies[0].id}" in client.get(QUEUE).text


def test_the_last_decision_is_undone_by_one_press_and_stays_on_record(
    client: Visitor, session: Session, three: list[Probe], magnus: User
) -> None:
    sign_in(client, magnus)
    probe, reply = three[0], reply_of(three[0])
    led_to = decide(client, reply, "person", done=0)
    assert undo(client, reply, led_to, 1) == 302
    session.refresh(probe)
    session.refresh(reply)
    assert probe.outcome is Outcome.UNCERTAIN
    assert reply.details["decisions"] == []
    assert reply.details["taken_back"][0]["by"] == magnus.name
    assert reply.reasons[-1] == f"{magnus.name} took that back"
    assert "1 of 3" in client.get(QUEUE).text


def test_undoing_a_change_brings_the_earlier_decision_back(
    client: Visitor, session: Session, three: list[Probe], magnus: User, ada: User
) -> None:
    probe, reply = three[0], reply_of(three[0])
    sign_in(client, ada)
    decide(client, reply, "person")
    sign_in(client, magnus)
    page = f"/probes/{probe.id}/replies/{reply.id}/decision"
    client.submit(page, page, verdict="automatic", seen=1)
    assert undo(client, reply, f"{QUEUE}?last={reply.id}", 1) == 302
    session.refresh(probe)
    assert probe.outcome is Outcome.ANSWERED


def test_what_another_person_decided_cannot_be_undone(
    client: Visitor, session: Session, three: list[Probe], magnus: User, ada: User
) -> None:
    probe, reply = three[0], reply_of(three[0])
    sign_in(client, ada)
    decide(client, reply, "person")
    sign_in(client, magnus)
    assert "Undo" not in client.get(f"{QUEUE}?last={reply.id}").text
    assert undo(client, reply, QUEUE, 1) == 409
    session.refresh(probe)
    assert probe.outcome is Outcome.ANSWERED


def test_a_reply_that_somebody_else_decided_meanwhile_is_left_to_them(
    client: Visitor, session: Session, three: list[Probe], magnus: User, ada: User
) -> None:
    probe, reply = three[0], reply_of(three[0])
    sign_in(client, ada)
    decide(client, reply, "person")
    sign_in(client, magnus)
    answer = client.submit(f"{QUEUE}/{reply.id}", QUEUE, verdict="automatic", seen=0, done=0)
    assert "while you were reading" in client.get(answer.location).text
    session.refresh(probe)
    assert probe.outcome is Outcome.ANSWERED


def test_a_manager_is_asked_only_about_replies_of_their_own_regions(
    client: Visitor, session: Session, three: list[Probe], sigrid: User
) -> None:
    sign_in(client, sigrid)
    assert "Nothing waits for a decision" in client.get(QUEUE).text
    reply = reply_of(three[0])
    assert client.submit(f"{QUEUE}/{reply.id}", QUEUE, verdict="person", seen=0).status_code == 404


def test_a_manager_who_is_the_contact_of_another_region_judges_nothing_there(
    client: Visitor, session: Session, umea: Location, south: object
) -> None:
    both = factories.user(
        session, "Both", RoleName.MANAGER, RoleName.CONTACT, regions=["south"], locations=["umea"]
    )
    probe = uncertain_probe(session, umea, NOW - 9 * HOUR)
    record(session, probe, [seen("bounced", NOW - 8 * HOUR)], NOW)
    session.commit()
    sign_in(client, both)
    assert "Nothing waits for a decision" in client.get(QUEUE).text


def test_a_press_without_a_verdict_records_nothing(
    client: Visitor, session: Session, three: list[Probe], magnus: User
) -> None:
    sign_in(client, magnus)
    reply = reply_of(three[0])
    answer = client.submit(f"{QUEUE}/{reply.id}", QUEUE, seen=0)
    assert f"{QUEUE}/{reply.id}" in client.get(answer.location).text
    session.refresh(three[0])
    assert three[0].outcome is Outcome.UNCERTAIN


@pytest.mark.parametrize(
    "odd", ["?after=x", "?after=-1", "?done=99999999999999", "?last=0", "?last=abc", "?after=²"]
)
def test_odd_addresses_lead_to_the_queue(
    client: Visitor, session: Session, three: list[Probe], magnus: User, odd: str
) -> None:
    sign_in(client, magnus)
    assert client.get(f"{QUEUE}{odd}").status_code == 200


def test_the_overview_and_the_list_lead_to_the_queue(
    client: Visitor, session: Session, three: list[Probe], magnus: User
) -> None:
    sign_in(client, magnus)
    assert f'href="{QUEUE}"' in client.get("/").text
    assert "Decide on 3 replies" in client.get("/probes").text


def test_what_a_reply_says_is_shown_as_text_and_nothing_else(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    reply = seen(
        "uncertain_reply",
        NOW - HOUR,
        "<script>alert(1)</script><img src=http://evil.example/x>",
        role="unknown",
        author='"><b>Eve',
        reasons=["<i>it says so</i>"],
    )
    happened(session, probe_to(session, umea, NOW - 3 * HOUR), reply)
    sign_in(client, magnus)
    page = client.get(QUEUE).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<img src=http" not in page
    assert "<b>Eve" not in page
    assert "<i>it says so" not in page


def test_the_weeks_of_the_list_are_weeks_at_the_location(
    client: Visitor, session: Session, umea: Location, ada: User
) -> None:
    this = uncertain_probe(session, umea, datetime(2026, 11, 15, 23, 30, tzinfo=UTC))
    before = uncertain_probe(session, umea, datetime(2026, 11, 15, 22, 30, tzinfo=UTC))
    sign_in(client, ada)
    # Half past eleven in UTC on Sunday is half past midnight on Monday in Umeå.
    page = client.get("/probes?week=2026-W47").text
    assert f'href="/probes/{this.id}"' in page
    assert f'href="/probes/{before.id}"' not in page
    assert "1 needs a decision · 0 open · 0 closed" in page
    assert "is no week" in client.get("/probes?week=2026-W99").text
    assert "is no week" in client.get("/probes?week=soon").text
    both = client.get("/probes?week=2026-W46&from=2026-11-16").text
    assert f'href="/probes/{before.id}"' not in both


def test_later_messages_of_a_person_are_counted_with_their_times(
    client: Visitor, session: Session, umea: Location, ada: User
) -> None:
    sent = NOW - 9 * HOUR
    answers = [
        seen("human_reply", sent + hours * HOUR, f"Answer {hours}.", role="person") for hours in (2, 3, 5)
    ]
    probe = happened(session, probe_to(session, umea, sent), *answers)
    sign_in(client, ada)
    page = client.get(f"/probes/{probe.id}").text
    assert "A person wrote again 2 times" in page
    assert probe.elapsed_seconds == 2 * 3600
