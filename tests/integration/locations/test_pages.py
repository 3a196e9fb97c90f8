"""A location's page: who may see it, that everything on it adds up, and what it says where little is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from audit_app.domain.probes.response_time import InTime, Outcome
from audit_app.domain.scores.policy import DEFAULT_POLICY
from audit_app.domain.time.clock import OpeningHours, Weekday
from audit_app.domain.time.period import weeks_until
from audit_app.models import ChannelName, ClockName, Location, User
from audit_app.services.scores.facts import Facts, ProbeFact
from audit_app.services.scores.trends import response_weeks
from audit_app.web.opening_words import opening_words
from audit_app.web.scores.charts import response_time_chart
from tests.factories import NOW
from tests.integration.scores import result_factories as results
from tests.integration.scores.result_factories import HOUR
from tests.visitor import Visitor, sign_in

STOCKHOLM = ZoneInfo("Europe/Stockholm")
LATELY = NOW - timedelta(days=10)


pytestmark = pytest.mark.usefixtures("without_minima")


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """The tests' own day, so that the last four weeks are always the same."""
    with time_machine.travel(NOW, tick=True):
        yield


def page(client: Visitor, user: User, path: str = "/locations/umea") -> str:
    sign_in(client, user)
    response = client.get(path)
    assert response.status_code == 200, response.text
    return response.text


def main_part(text: str) -> str:
    """A page without its frame, whose forms have another token each time, and without the time of day."""
    found = re.search(r"<main.*</main>", text, re.DOTALL)
    assert found
    return re.sub(r"now \d+ \w+ [\d:]+", "", found[0])


def column(table: str, label: str) -> list[Decimal]:
    return [Decimal(number) for number in re.findall(rf'data-label="{label}">([\d.]+)<', table)]


# ---------- who may see it ----------


def test_a_location_of_another_region_does_not_exist_for_a_manager(
    client: Visitor, sigrid: User, umea: Location
) -> None:
    sign_in(client, sigrid)
    theirs, nobodys = client.get("/locations/umea"), client.get("/locations/nowhere")
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert _without_token(theirs.text).replace("umea", "nowhere") == _without_token(nobodys.text)


def test_a_contact_sees_their_own_location_and_not_the_chain(
    client: Visitor, session: Session, carl: User, magnus: User, umea: Location, lund: Location
) -> None:
    results.visit(session, umea, LATELY, 80)
    results.visit(session, lund, LATELY, 20)
    assert "80.0" in page(client, magnus)
    assert "Lund" not in main_part(page(client, carl))
    assert client.get("/locations/lund").status_code == 404


def test_an_auditor_may_not_see_the_results_of_locations(client: Visitor, anna: User, umea: Location) -> None:
    sign_in(client, anna)
    assert client.get(f"/locations/{umea.key}").status_code == 403
    assert client.get("/locations").status_code == 403


def test_the_list_names_those_that_one_may_see(
    client: Visitor, magnus: User, umea: Location, lund: Location
) -> None:
    text = page(client, magnus, "/locations")
    assert umea.address in text
    assert lund.address not in text


# ---------- that it adds up ----------


def test_the_points_of_all_inputs_add_up_to_what_is_shown(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    results.worked_example(session, umea, LATELY)
    text = page(client, magnus)
    tables = re.findall(r'stack-pairs">.*?</table>', text, re.DOTALL)[:3]
    expected = {"36.82": "8.18", "21.83": "8.18", "20.00": "5.00"}
    for table, (gained, lost) in zip(tables, expected.items(), strict=True):
        points, losses = column(table, "Points gained"), column(table, "Points lost")
        assert sum(points[:-1]) == points[-1] == Decimal(gained)
        assert sum(losses[:-1]) == losses[-1] == Decimal(lost)
    assert "Exactly" not in text


def test_every_input_leads_to_its_visit_or_probe(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    probes = results.worked_example(session, umea, LATELY)
    text = page(client, magnus)
    assert all(f'href="/probes/{probe.id}"' in text for probe in probes)
    assert text.count('href="/visits/') >= 2


def test_what_does_not_count_is_said(client: Visitor, session: Session, magnus: User, umea: Location) -> None:
    results.worked_example(session, umea, LATELY)
    results.probe(session, umea, LATELY + 30 * HOUR, Outcome.EXCLUDED)
    results.probe(session, umea, NOW - HOUR, Outcome.OPEN)
    text = page(client, magnus)
    assert "1 probe that failed on our side, 1 probe still open" in text
    assert "78.6" in text


def test_a_contact_cannot_tell_that_a_probe_is_open(
    client: Visitor, session: Session, carl: User, magnus: User, umea: Location
) -> None:
    results.worked_example(session, umea, LATELY)
    before = main_part(page(client, carl)), main_part(page(client, carl, "/"))
    open_one = results.probe(session, umea, NOW - 11 * HOUR, Outcome.OPEN)
    undecided = results.probe(session, umea, NOW - 12 * HOUR, Outcome.UNCERTAIN)

    assert (main_part(page(client, carl)), main_part(page(client, carl, "/"))) == before
    for number in (open_one.id, undecided.id):
        assert f"/probes/{number}" in page(client, magnus)


# ---------- what it says ----------


def test_few_probes_are_said_to_be_few(
    client: Visitor, session: Session, magnus: User, umea: Location
) -> None:
    results.worked_example(session, umea, LATELY)
    text = page(client, magnus)
    assert "6 of 10 customers" in text
    assert "between 31 % and 83 %" in text
    assert "With only 10 probes" in text


def test_without_any_result_the_page_says_what_to_do(client: Visitor, magnus: User, umea: Location) -> None:
    text = page(client, magnus, f"/locations/{umea.key}")
    assert "Nothing to score in this period" in text
    assert "No probe was sent here yet" in text


def test_opening_hours_read_as_on_a_door() -> None:
    hours = OpeningHours.model_validate(
        {
            "weekly": {
                **{day: [{"opens": "10:00", "closes": "19:00"}] for day in tuple(Weekday)[:5]},
                "saturday": [{"opens": "10:00", "closes": "12:00"}, {"opens": "13:00", "closes": "16:00"}],
            }
        }
    )
    assert opening_words(hours.model_dump(mode="json")) == [
        ("Mon to Fri", "10:00–19:00"),
        ("Sat", "10:00–12:00, 13:00–16:00"),
        ("Sun", "closed"),
    ]


# ---------- response times ----------


def fact(number: int, at: datetime, hours: Fraction | None) -> ProbeFact:
    outcome = Outcome.UNANSWERED if hours is None else Outcome.ANSWERED
    micros = None if hours is None else int(hours * 3_600_000_000)
    in_time = None if hours is None else InTime.MET if hours <= 10 else InTime.BREACHED
    target = DEFAULT_POLICY.hours
    return ProbeFact(number, 1, at, ChannelName.EMAIL, outcome, micros, target, ClockName.ELAPSED, in_time)


def weeks_of(hours: list[Fraction | None]) -> list[ProbeFact]:
    start = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)
    return [fact(number, start + number * HOUR, each) for number, each in enumerate(hours)]


@pytest.mark.parametrize(
    ("hours", "median"),
    [
        ([1, 2, 30], 2),
        ([1, 3, None, None], None),
        ([1, 2, 4, None], 3),
        ([None, 5, None, 1, 2], 5),
        ([25, 30, 1], None),
        ([], None),
    ],
)
def test_those_who_never_had_an_answer_count_in_the_median(
    hours: list[int | None], median: int | None
) -> None:
    facts = Facts((), weeks_of([None if each is None else Fraction(each) for each in hours]))
    (week,) = response_weeks(facts, weeks_until(datetime(2026, 11, 12, tzinfo=UTC).date(), 1, STOCKHOLM))
    assert week.median == median


def test_a_chart_is_an_image_with_words_and_without_inline_styles() -> None:
    weeks = weeks_until(NOW.date(), 13, STOCKHOLM)
    facts = Facts((), weeks_of([Fraction(1), Fraction(12), None]))
    drawn = response_time_chart(response_weeks(facts, weeks), DEFAULT_POLICY, STOCKHOLM, 'a "b" <c>')
    wide, narrow = ET.fromstring(f"<both>{drawn}</both>")  # noqa: S314 -- our own drawing
    for drawing in (wide, narrow):
        assert drawing.get("role") == "img"
        assert drawing.get("aria-label") == 'a "b" <c>'
    texts = [element.text for element in wide.iter() if element.tag.endswith("text")]
    assert {"8 h", "10 h", "never", "24 Aug"} <= set(texts)
    assert "style=" not in drawn
    assert "#0101" not in drawn
    assert all(colour in drawn for colour in ("var(--good)", "var(--late)", "var(--never)"))


def test_the_line_to_a_week_that_is_not_finished_is_dashed() -> None:
    weeks = weeks_until(NOW.date(), 13, STOCKHOLM)
    rows = response_weeks(Facts((), weeks_of([Fraction(1), Fraction(12), Fraction(2)] * 20)), weeks)
    whole, open_end = (
        response_time_chart(rows, DEFAULT_POLICY, STOCKHOLM, "", unfinished=each) for each in (False, True)
    )
    assert 'stroke-dasharray="4,4"' in open_end
    assert 'stroke-dasharray="4,4"' not in whole


@settings(max_examples=30)
@given(st.lists(st.none() | st.fractions(0, 40, max_denominator=60), max_size=30))
def test_every_probe_of_a_week_is_in_time_late_or_never(hours: list[Fraction | None]) -> None:
    facts = Facts((), weeks_of(hours))
    (week,) = response_weeks(facts, weeks_until(datetime(2026, 11, 12, tzinfo=UTC).date(), 1, STOCKHOLM))
    late = sum(1 for each in hours if each is not None and 10 < each < 20)
    assert week.late == late
    assert week.in_time + week.late + week.never == week.n == len(hours)


def _without_token(page: str) -> str:
    """The page without the token against forged requests, which is another each second."""
    return re.sub(r'value="[\w-]+\.[\w-]+\.[\w-]+"', "", page)
