"""The overview: who sees which locations, what needs attention, and that it stays quick."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from audit_app.domain.probes.response_time import Outcome
from audit_app.models import Location, Organisation, User
from tests import factories
from tests.factories import NOW
from tests.integration.probes import probe_factories
from tests.integration.queries import selects_of
from tests.integration.scores import result_factories as results
from tests.integration.scores.result_factories import HOUR
from tests.visitor import Visitor, sign_in

LATELY = NOW - timedelta(days=10)
BEFORE = NOW - timedelta(days=40)
QUICK, SLOW = [Fraction(1)] * 8, [Fraction(15)] * 8


pytestmark = pytest.mark.usefixtures("without_minima")


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """The tests' own day, so that the last four weeks are always the same."""
    with time_machine.travel(NOW, tick=True):
        yield


def page(client: Visitor, user: User, query: str = "") -> str:
    sign_in(client, user)
    response = client.get(f"/{query}")
    assert response.status_code == 200, response.text
    return response.text


def names_in_order(text: str, *names: str) -> list[str]:
    table = text.partition("<tbody>")[2]
    return sorted(
        (name for name in names if f">{name}</a>" in table), key=lambda name: table.index(f">{name}</a>")
    )


# ---------- who sees what ----------


def test_a_manager_sees_the_locations_of_their_own_regions(
    client: Visitor, session: Session, magnus: User, umea: Location, lund: Location
) -> None:
    for location in (umea, lund):
        results.visit(session, location, LATELY, 80)
    text = page(client, magnus)
    assert names_in_order(text, "Umeå", "Lund") == ["Umeå"]
    assert "Your regions" in text


def test_an_administrator_sees_the_whole_chain(
    client: Visitor, session: Session, ada: User, umea: Location, lund: Location
) -> None:
    results.visit(session, umea, LATELY, 70)
    results.visit(session, lund, LATELY, 90)
    text = page(client, ada)
    assert names_in_order(text, "Umeå", "Lund") == ["Umeå", "Lund"]
    assert ">Chain<" in text


def test_a_contact_sees_only_their_own_location(
    client: Visitor, session: Session, carl: User, lulea: Location
) -> None:
    results.visit(session, lulea, LATELY, 33)
    text = page(client, carl)
    assert names_in_order(text, "Umeå", "Luleå") == ["Umeå"]
    assert "33.0" not in text


def test_an_auditor_is_led_to_their_visits(client: Visitor, anna: User) -> None:
    sign_in(client, anna)
    assert client.get("/", follow_redirects=True).request.path == "/my-visits"


# ---------- numbers ----------


def test_the_worked_example_is_shown_with_its_parts(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    results.worked_example(session, umea, LATELY)
    text = re.sub(r"<[^>]+>", "", page(client, magnus))
    for shown in (
        "78.6",
        "36.8",
        "21.8",
        "20.0",
        "8.2",
        "5.0 lost",
        "6 of 10 within 10 h",
        "8 rated replies",
    ):
        assert shown in text


def test_a_change_is_the_difference_of_the_two_shown_scores(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    results.visit(session, umea, BEFORE, Fraction("80.05"))
    results.visit(session, umea, LATELY, Fraction("78.64"))
    text = page(client, magnus)
    assert "before 80.1" in text
    assert "−1.5" in text


# ---------- what needs attention ----------


def test_a_location_that_fell_is_named(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    results.answered(session, umea, BEFORE, QUICK)
    results.answered(session, umea, LATELY, SLOW)
    text = page(client, magnus)
    assert "Umeå</a> fell 55.0 points, from 100.0 to 45.0, most in speed" in text


def test_a_fall_of_a_few_probes_is_no_news(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    results.answered(session, umea, BEFORE, QUICK[:3])
    results.answered(session, umea, LATELY, SLOW[:3])
    assert "Nothing at the moment" in page(client, magnus)


def test_probes_that_wait_too_long_and_those_to_decide_are_counted(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    results.probe(session, umea, NOW - 11 * HOUR, Outcome.OPEN)
    results.probe(session, umea, NOW - 9 * HOUR, Outcome.OPEN)
    results.probe(session, umea, NOW - 30 * HOUR, Outcome.UNCERTAIN)
    text = page(client, magnus)
    assert "1 probe at Umeå</a> has waited longer" in text
    assert "1 probe needs a decision</a>" in text
    assert "1 overdue" in text


def test_managers_hear_of_a_mailbox_that_is_down_and_contacts_do_not(
    client: Visitor, session: Session, magnus: User, carl: User
) -> None:
    mailbox = probe_factories.mailbox_of(session)
    mailbox.down_since, mailbox.down_reason = NOW - HOUR, "it refuses the password"
    assert "anna.berg@shopper.example has been unreachable" in page(client, magnus)
    assert "unreachable" not in page(client, carl)


# ---------- the table ----------


@pytest.fixture
def three(session: Session, umea: Location, lulea: Location, lund: Location) -> None:
    """Three locations with different scores."""
    for location, value in ((umea, 70), (lulea, 90), (lund, 80)):
        results.visit(session, location, LATELY, value)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Umeå", "Lund", "Luleå"]),
        ("?sort=score&descending=yes", ["Luleå", "Lund", "Umeå"]),
        ("?sort=name", ["Luleå", "Lund", "Umeå"]),
        ("?region=south", ["Lund"]),
        ("?q=storgatan+ume", ["Umeå"]),
        ("?sort=nonsense", ["Umeå", "Lund", "Luleå"]),
        ("?q=nowhere", []),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_table_is_sorted_and_narrowed(
    client: Visitor, ada: User, query: str, expected: list[str]
) -> None:
    assert names_in_order(page(client, ada, query), "Umeå", "Luleå", "Lund") == expected


@pytest.mark.usefixtures("umea")
@pytest.mark.parametrize(
    ("query", "message", "typed"),
    [
        ("?from=2026-13-01", "“2026-13-01” is not a date", 'value="2026-13-01"'),
        ("?from=2026-11-20&to=2026-11-10", "Swap the two dates", 'value="2026-11-10"'),
        ("?from=0001-01-01", "more than three years", 'value="0001-01-01"'),
        ("?to=9999-12-31", "Check the years", 'value="9999-12-31"'),
        ("?from=<script>", "is not a date", 'value="&lt;script&gt;"'),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_bad_dates_are_explained_and_kept(
    client: Visitor, magnus: User, query: str, message: str, typed: str
) -> None:
    text = page(client, magnus, query)
    assert message in text
    assert typed in text
    assert "25 Oct to 21 Nov 2026" in text


@pytest.mark.usefixtures("umea")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_four_months_are_one_click_away(client: Visitor, magnus: User) -> None:
    assert "from=2026-07-22&amp;to=2026-11-21" in page(client, magnus)


def test_a_manager_without_locations_is_told_what_to_do(client: Visitor, sigrid: User) -> None:
    assert "Ask an administrator" in page(client, sigrid)


# ---------- speed ----------


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_number_of_queries_does_not_grow_with_the_locations(
    app: Flask, client: Visitor, session: Session, ada: User
) -> None:
    sign_in(client, ada)
    counts = []
    for number in range(12):
        location = factories.location(session, f"shop-{number}", f"Shop {number}", of=f"region-{number % 3}")
        for week in range(26):
            results.answered(session, location, NOW - timedelta(weeks=week, days=1), [Fraction(2)])
        if number in {0, 11}:
            counts.append(selects_of(app, client, "/"))
    assert counts[0] == counts[1] <= 20


def test_a_score_that_rounds_up_to_a_band_explains_its_letter(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    results.visit(session, umea, NOW - timedelta(days=3), Fraction("79.97"))
    text = page(client, magnus)
    assert "Just under 80.0: the letter follows the exact score, 79.970." in text


def test_an_administrator_of_an_empty_database_is_led_to_a_first_probe_step_by_step(
    client: Visitor, session: Session, ada: User
) -> None:
    session.execute(sa.delete(Organisation))
    assert next_step(page(client, ada)) == "Enter the company"
    factories.organisation(session)
    assert next_step(page(client, ada)) == "Enter a location"
    umea = factories.location(session)
    assert next_step(page(client, ada)) == "Add a touchpoint and confirm it"
    touchpoint = probe_factories.touchpoint(session, umea, confirmed=False)
    assert next_step(page(client, ada)) == "Add a touchpoint and confirm it"
    touchpoint.confirmed_at = NOW
    assert next_step(page(client, ada)) == "Add a mailbox"
    probe_factories.campaign(session, touchpoint)
    assert "First steps" not in page(client, ada)


def test_only_an_administrator_is_led_through_the_first_steps(client: Visitor, magnus: User) -> None:
    text = page(client, magnus)
    assert "First steps" not in text
    assert "Ask an administrator" in text


def next_step(text: str) -> str:
    """The one step that is marked as the next."""
    (step,) = re.findall(
        r'aria-current="step".*?<a href="[^"]+" class="btn btn-primary">([^<]+)', text, re.DOTALL
    )
    return step
