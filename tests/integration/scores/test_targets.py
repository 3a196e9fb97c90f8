"""One target, one clock: every page, list and score judges a probe by what its campaign asked when it was sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from audit_app import migrate
from audit_app.config import Settings
from audit_app.database import open_engine
from audit_app.domain.probes.response_time import InTime, Outcome
from audit_app.domain.scores.policy import Policy
from audit_app.domain.time.period import Period
from audit_app.models import ClockName, Location, Probe, ServiceTarget, User
from audit_app.services.probes import steps
from audit_app.services.scores.inputs import gather
from tests.factories import NOW
from tests.integration.probes import probe_factories
from tests.integration.scores import result_factories as results
from tests.integration.scores.result_factories import HOUR
from tests.visitor import Visitor, sign_in

LONG = (24, 48, 96)
LATELY = NOW - timedelta(days=10)
RECENT = Period(NOW - timedelta(days=27), NOW)

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


pytestmark = pytest.mark.usefixtures("without_minima")


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """The tests' own day."""
    with time_machine.travel(NOW, tick=True):
        yield


def page(client: Visitor, user: User, path: str) -> str:
    sign_in(client, user)
    response = client.get(path)
    assert response.status_code == 200, response.text
    return " ".join(response.text.split())


def score_of(session: Session, location: Location) -> Fraction | None:
    result = gather(session, [location.id], RECENT).inputs(Policy()).score()
    return result.value if result else None


def test_thirty_hours_are_in_time_for_the_score_where_the_target_is_two_days(
    session: Session, umea: Location
) -> None:
    results.probe(session, umea, LATELY, hours=Fraction(30), target=LONG)
    (fact,) = gather(session, [umea.id], RECENT).probes
    assert (fact.in_time, fact.hours, score_of(session, umea)) == (InTime.MET, 30, Fraction("97.5"))


@one_database
def test_all_pages_say_that_such_an_answer_was_in_time(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    probe = results.probe(session, umea, LATELY, hours=Fraction(30), target=LONG)
    session.commit()
    shop = page(client, magnus, "/locations/umea")
    assert "1 of 1 within 48 h" in shop
    assert "1 answered within 48 h, 0 later, 0 never" in shop
    assert "An answer within 24 h has the value 100, one at 48 h 90.0, none within 96 h 0." in shop
    assert "within the target of 48 h" in page(client, magnus, f"/probes/{probe.id}")
    assert "Answered in time" in page(client, magnus, "/probes?outcome=in_time")
    assert "Within 48 h" in page(client, magnus, "/")


@one_database
def test_hours_on_two_clocks_are_not_averaged(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    results.probe(session, umea, LATELY, hours=Fraction(9))
    results.probe(session, umea, LATELY + HOUR, hours=Fraction(2), clock=ClockName.OPENING_HOURS)
    session.commit()
    shop = page(client, magnus, "/locations/umea")
    assert "hours of two clocks" in shop
    assert "Some hours are elapsed ones and some opening hours." in shop


@one_database
def test_an_answer_seen_on_both_sides_of_the_target_cannot_be_told_anywhere(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    unclear = results.probe(session, umea, LATELY, hours=Fraction("10.5"))
    unclear.answered_earliest = LATELY + 9 * HOUR
    unclear.in_time = InTime.CANNOT_TELL
    results.probe(session, umea, LATELY + HOUR, hours=Fraction(1))
    session.commit()
    shop = page(client, magnus, "/locations/umea")
    assert "1 of 1 within 10 h, 1 unclear" in shop
    assert "1 answered within 10 h, 0 later, 0 never, 1 of which nobody can tell whether in time." in shop
    assert "nobody can tell whether within the target" in page(client, magnus, f"/probes/{unclear.id}")
    listed = page(client, magnus, "/probes?outcome=cannot_tell")
    assert f"/probes/{unclear.id}" in listed
    assert "9 h to 10 h 30 min" in listed
    assert f"/probes/{unclear.id}" not in page(client, magnus, "/probes?outcome=late")


@one_database
def test_thirty_seconds_over_the_target_do_not_read_as_the_target(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    late = results.probe(session, umea, LATELY, hours=Fraction(36_030, 3600))
    session.commit()
    for path in (f"/probes/{late.id}", "/probes", "/locations/umea"):
        assert "10 h 0 min 30 s" in page(client, magnus, path)


def test_a_campaign_may_change_its_target_and_what_was_sent_before_keeps_its_own(session: Session) -> None:
    sent = probe_factories.sent_probe(session)
    sent.campaign.target = ServiceTarget(name="Two days", stretch_hours=24, target_hours=48, cutoff_hours=96)
    session.flush()
    answer = probe_factories.fact("human_reply", NOW + 12 * HOUR)
    steps.record(session, sent, [answer], NOW + 12 * HOUR)
    assert (sent.outcome, sent.in_time, sent.target_hours) == (Outcome.ANSWERED, InTime.BREACHED, 10)


def test_a_probe_is_judged_by_the_target_that_the_campaign_has_when_it_goes_out(session: Session) -> None:
    claimed = probe_factories.claimed_probe(session)
    claimed.campaign.target = ServiceTarget(
        name="Two days", stretch_hours=24, target_hours=48, cutoff_hours=96
    )
    session.flush()
    steps.begin_sending(session, claimed.id, probe_factories.WORKER, {}, NOW)
    assert (claimed.stretch_hours, claimed.target_hours, claimed.cutoff_hours) == LONG


@one_database
def test_the_migration_gives_each_probe_the_target_of_its_campaign_and_judges_its_answer(
    settings: Settings, session: Session, umea: Location
) -> None:
    slow = results.probe(session, umea, LATELY, hours=Fraction(30), target=LONG)
    late = results.probe(session, umea, LATELY, hours=Fraction(11))
    unclear = results.probe(session, umea, LATELY + HOUR, hours=Fraction("10.5"))
    unclear.answered_earliest = LATELY + 9 * HOUR
    silent = results.probe(session, umea, LATELY + 2 * HOUR, Outcome.UNANSWERED)
    session.commit()
    engine = open_engine(settings)
    migrate.downgrade(engine, "0009")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(Probe.id, Probe.target_hours, Probe.cutoff_hours, Probe.in_time).order_by(Probe.id)
        ).all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [
        (slow.id, 48, 96, InTime.MET),
        (late.id, 10, 20, InTime.BREACHED),
        (unclear.id, 10, 20, InTime.CANNOT_TELL),
        (silent.id, 10, 20, None),
    ]
