"""What is known counts at once, a change compares like with like, and every place says the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from audit_app.domain.probes.probe import ObservationKind
from audit_app.domain.probes.response_time import Outcome
from audit_app.domain.scores.policy import DEFAULT_POLICY, Policy
from audit_app.domain.time.period import Period
from audit_app.models import Location, Observation, Probe, RoleName, User
from audit_app.services.company import organisation_zone
from audit_app.services.locations.locations import switch
from audit_app.services.scores.explain import explain, explain_group
from audit_app.services.scores.policies import policy_for
from tests import factories
from tests.factories import NOW
from tests.integration.scores import result_factories as results
from tests.integration.scores.result_factories import HOUR
from tests.visitor import Visitor, sign_in

DAY = timedelta(days=1)
LATELY = NOW - 10 * DAY
BEFORE = NOW - 40 * DAY

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
no_minima = pytest.mark.usefixtures("without_minima")


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """The tests' own day, so that the last four weeks are always the same."""
    with time_machine.travel(NOW, tick=True):
        yield


def page(client: Visitor, user: User, path: str) -> str:
    sign_in(client, user)
    response = client.get(path)
    assert response.status_code == 200, response.text
    return " ".join(response.text.split())


def four_weeks(session: Session) -> tuple[Period, Policy]:
    zone = organisation_zone(session)
    last = NOW.astimezone(zone).date()
    period = Period.of_days(last - 27 * DAY, last, zone)
    return period, policy_for(session, period, NOW)


def told(session: Session, location: Location) -> dict[str, Any]:
    """What the command line says of a location, as JSON."""
    period, policy = four_weeks(session)
    whole = explain(session, location, period, organisation_zone(session), policy, NOW)
    return json.loads(json.dumps(whole))  # type: ignore[no-any-return]


def chain(session: Session) -> dict[str, Any]:
    period, policy = four_weeks(session)
    whole = explain_group(session, None, period, organisation_zone(session), policy, NOW)
    return json.loads(json.dumps(whole))  # type: ignore[no-any-return]


def exact(number: dict[str, str]) -> Fraction:
    return Fraction(number["fraction"])


def open_for(session: Session, location: Location, hours: Sequence[int]) -> None:
    for each in hours:
        results.probe(session, location, NOW - each * HOUR, Outcome.OPEN)


def overdue(session: Session, location: Location) -> None:
    """Four answered in an hour, and six that wait for 12 to 17 hours."""
    results.answered(session, location, NOW - 72 * HOUR, [Fraction(1)] * 4)
    open_for(session, location, range(12, 18))


# ---------- what is known counts at once ----------


@no_minima
def test_open_probes_beyond_their_target_count_with_what_they_can_be_at_best(
    session: Session, umea: Location
) -> None:
    overdue(session, umea)
    said = told(session, umea)
    (speed,) = said["components"]
    assert (exact(speed["value"]), said["band"]) == (Fraction(697, 10), "D")
    assert (exact(said["range"]["least"]), exact(said["range"]["most"])) == (40, Fraction(697, 10))
    assert said["range"]["overdue"] == 6
    assert (said["in_time"]["met"], said["in_time"]["n"]) == (4, 10)
    assert (round(said["in_time"]["low"], 2), round(said["in_time"]["high"], 2)) == (0.17, 0.69)


@no_minima
@one_database
def test_every_page_says_what_the_open_ones_can_still_bring(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    overdue(session, umea)
    open_for(session, umea, (1, 2, 3))
    session.commit()
    shop = page(client, magnus, "/locations/umea")
    assert "4 of 10 within 10 h, 3 more are not due yet" in shop
    assert "Could still fall to 40.0 (6 open)." in shop
    assert "12 h so far" in shop
    front = page(client, magnus, "/")
    assert "4 of 10" in front
    assert "Could still fall to 40.0 (6 open)." in front
    assert "6 overdue" in front


@no_minima
@one_database
def test_a_locations_contact_learns_nothing_of_open_probes(
    client: Visitor, session: Session, umea: Location
) -> None:
    overdue(session, umea)
    session.commit()
    carl = factories.user(session, "Carl Contact", RoleName.CONTACT, locations=["umea"])
    for path in ("/", "/locations/umea"):
        text = page(client, carl, path)
        assert "4 of 4" in text
        assert "closed probes" in text
        for word in ("overdue", "open)", "not due", "still fall"):
            assert word not in text


@no_minima
def test_a_reply_that_waits_for_a_decision_widens_the_range_and_counts_for_nobody(
    session: Session, umea: Location
) -> None:
    results.answered(session, umea, LATELY, [Fraction(1)] * 3)
    undecided(session, umea, Fraction(2))
    said = told(session, umea)
    assert exact(said["value"]) == 100
    assert (exact(said["range"]["least"]), exact(said["range"]["most"])) == (75, 100)
    assert (said["in_time"]["met"], said["in_time"]["n"], said["in_time"]["undecided"]) == (3, 3, 1)


@no_minima
def test_an_undecided_reply_after_the_target_is_a_miss_whatever_is_decided(
    session: Session, umea: Location
) -> None:
    results.answered(session, umea, LATELY, [Fraction(1)])
    undecided(session, umea, Fraction(15))
    said = told(session, umea)
    assert (said["in_time"]["met"], said["in_time"]["n"]) == (1, 2)
    assert exact(said["value"]) == Fraction(100 + 45, 2)


def undecided(session: Session, location: Location, hours: Fraction) -> Probe:
    probe = results.probe(session, location, LATELY + 30 * HOUR, Outcome.UNCERTAIN)
    at = LATELY + 30 * HOUR + timedelta(hours=float(hours))
    probe.observations.append(
        Observation(
            kind=ObservationKind.UNCERTAIN_REPLY,
            key="reply",
            earliest=at,
            latest=at,
            source="mail",
            recorded_at=at,
        )
    )
    session.flush()
    return probe


@no_minima
def test_quick_answers_of_the_last_hours_do_not_make_a_change(session: Session, umea: Location) -> None:
    results.answered(session, umea, BEFORE, [Fraction(15)] * 5)
    for number in range(5):
        at = LATELY + number * HOUR
        results.probe(session, umea, at, hours=Fraction(15)).cutoff_at = at + 20 * HOUR
    quick = results.probe(session, umea, NOW - 5 * HOUR, hours=Fraction(1))
    quick.cutoff_at = NOW + 15 * HOUR
    session.flush()
    said = told(session, umea)
    assert exact(said["value"]) > 45
    assert exact(said["change"]["value"]) == 0


# ---------- like with like ----------


def rated_at_twelve_hours(session: Session, location: Location, since: Any) -> None:
    for probe in results.answered(session, location, since, [Fraction(12)] * 10):
        results.rate(session, probe, 80)


@no_minima
@one_database
def test_a_missing_part_is_named_and_is_no_fall(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    for hour in range(2):
        results.visit(session, umea, BEFORE + hour * HOUR, 95)
    rated_at_twelve_hours(session, umea, BEFORE)
    rated_at_twelve_hours(session, umea, LATELY)
    session.commit()
    said = told(session, umea)
    assert exact(said["change"]["before"]) == Fraction("84.35")
    assert exact(said["value"]) == Fraction(72 * 30 + 80 * 25, 55)
    assert exact(said["change"]["value"]) == 0
    assert said["change"]["missing_now"] == ["visits"]
    shop = page(client, magnus, "/locations/umea")
    assert "Without visits: none since 12 October." in shop
    assert "The change is over speed and reply quality alone." in shop
    assert "Nothing at the moment" in page(client, magnus, "/")


@no_minima
@one_database
def test_ratings_that_are_not_entered_yet_are_pending_and_not_absent(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    rated_at_twelve_hours(session, umea, BEFORE)
    results.answered(session, umea, LATELY, [Fraction(12)] * 10)
    session.commit()
    assert "Reply quality is pending: 10 answers have no rating yet." in page(
        client, magnus, "/locations/umea"
    )


@no_minima
def test_probing_one_shop_more_often_moves_no_group(
    session: Session, umea: Location, lulea: Location
) -> None:
    results.answered(session, umea, BEFORE, [Fraction(1)] * 20)
    results.answered(session, lulea, BEFORE, [Fraction(15)] * 5)
    results.answered(session, umea, LATELY, [Fraction(1)] * 20)
    results.answered(session, lulea, LATELY, [Fraction(15)] * 40)
    said = chain(session)
    assert (exact(said["value"]), exact(said["change"]["value"])) == (Fraction(145, 2), 0)
    assert {each["key"]: exact(each["value"]) for each in said["locations"]} == {"umea": 100, "lulea": 45}


@no_minima
def test_a_shop_that_left_still_counts_in_the_days_when_it_was_there(
    client: Visitor, session: Session, magnus: User, umea: Location, lulea: Location
) -> None:
    results.answered(session, umea, LATELY, [Fraction(1)] * 10)
    results.answered(session, lulea, LATELY, [None] * 10)
    switch(session, lulea, NOW, on=False)
    session.commit()
    said = chain(session)
    assert (exact(said["value"]), said["in_time"]["n"]) == (50, 20)
    assert "10 of 20 within 10 h" in page(client, magnus, "/")
    assert "Switched off since" in page(client, magnus, "/locations/lulea")


@no_minima
def test_what_comes_after_a_shop_has_left_counts_for_nobody(session: Session, umea: Location) -> None:
    results.visit(session, umea, BEFORE, 90)
    results.visit(session, umea, LATELY, 40)
    switch(session, umea, LATELY - DAY, on=False)
    session.flush()
    assert chain(session)["value"] is None


@one_database
@no_minima
def test_the_last_week_is_said_to_be_unfinished_until_its_probes_have_had_their_time(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    results.answered(session, umea, LATELY, [Fraction(1)] * 10)
    session.commit()
    long_over = (NOW - 9 * DAY).date().isoformat()
    for path in ("/", "/locations/umea"):
        assert "13 weeks, the last not finished" in page(client, magnus, path)
        text = page(client, magnus, f"{path}?to={long_over}")
        assert "not finished" not in text


# ---------- enough data or none ----------


@one_database
def test_without_a_visit_or_with_three_probes_there_is_no_number(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    results.answered(session, umea, LATELY, [Fraction(1)] * 3)
    session.commit()
    said = told(session, umea)
    assert (said["value"], said["band"], said["data"]) == (
        None,
        None,
        {"level": "insufficient", "missing": {"visits": 1, "probes": 1}},
    )
    text = page(client, magnus, "/locations/umea")
    assert "Insufficient data in this period" in text
    assert "There are no visits and 3 closed probes; 1 more visit and 1 more probe are needed." in text
    assert "insufficient data" in page(client, magnus, "/")


@one_database
def test_with_little_the_number_is_provisional_and_has_no_band(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    results.visit(session, umea, LATELY, 90)
    results.answered(session, umea, LATELY, [Fraction(1)] * 9)
    session.commit()
    said = told(session, umea)
    assert (said["data"]["level"], said["band"]) == ("provisional", None)
    assert said["value"] is not None
    text = page(client, magnus, "/locations/umea")
    assert "Provisional, without a band: 2 more visits are needed for one." in text
    assert DEFAULT_POLICY.minima.band_visits == 3
