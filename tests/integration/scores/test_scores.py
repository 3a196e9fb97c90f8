"""Scores through the database: what counts, what does not, and that each can be had again to the last digit.

The worked example (default policy 45/30/25) was computed by hand and independently in exact fractions.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audit_app.domain.errors import InvalidInput
from audit_app.domain.probes.response_time import Outcome
from audit_app.domain.scores.policy import DEFAULT_POLICY, Minima, Policy, Weights
from audit_app.domain.time.period import Period, complete_weeks, week_of, weeks_until
from audit_app.models import ClockName, Location, RoleName, Score, ScorePolicy, VisitState
from audit_app.services.company import name_company, organisation_zone
from audit_app.services.scores.explain import explain
from audit_app.services.scores.inputs import gather
from audit_app.services.scores.policies import current_policy, ensure_policy
from audit_app.services.scores.scores import (
    CHAIN,
    Subject,
    computed,
    due_weeks,
    store_scores,
    store_weekly_scores,
    store_weeks,
    verify_score,
)
from tests import factories
from tests.factories import NOW
from tests.integration.scores import result_factories as results
from tests.integration.scores.result_factories import HOUR

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FREE = DEFAULT_POLICY.model_copy(update={"minima": Minima()})
"""The default rules without minima, so that each test needs only what it is about."""
MONDAY = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)
WEEK = week_of(MONDAY.date(), STOCKHOLM)
EXAMPLE = Fraction("78.640625")


def value_of(session: Session, location: Location, period: Period = WEEK) -> Fraction | None:
    result = gather(session, [location.id], period).inputs(FREE).score()
    return result.value if result else None


# ---------- what counts ----------


def test_the_worked_example_comes_out_of_the_database_to_the_last_digit(
    session: Session, umea: Location
) -> None:
    results.worked_example(session, umea, MONDAY)
    result = gather(session, [umea.id], WEEK).inputs(FREE).score()
    assert result is not None
    assert (result.value, result.shown, result.band) == (EXAMPLE, Decimal("78.6"), "C")
    points = [part.points for part in result.components]
    assert points == [Fraction("36.815625"), Fraction("21.825"), Fraction(20)]
    assert [str(part.shown_lost) for part in result.components] == ["8.2", "8.2", "5.0"]
    assert str(result.shown_lost) == "21.4"


def test_without_ratings_the_other_weights_are_scaled_up(session: Session, umea: Location) -> None:
    for number, value in enumerate(results.EXAMPLE_VISITS):
        results.visit(session, umea, MONDAY + number * HOUR, value)
    results.answered(session, umea, MONDAY, results.EXAMPLE_HOURS)
    assert value_of(session, umea) == Fraction("78.1875")


@pytest.mark.parametrize("outcome", [Outcome.EXCLUDED, Outcome.OPEN, Outcome.UNCERTAIN])
def test_what_failed_on_our_side_or_is_not_known_yet_changes_nothing(
    session: Session, umea: Location, outcome: Outcome
) -> None:
    results.worked_example(session, umea, MONDAY)
    left_out = results.probe(session, umea, MONDAY + 30 * HOUR, outcome)
    results.rate(session, left_out, 0)
    inputs = gather(session, [umea.id], WEEK).inputs(FREE)
    assert value_of(session, umea) == EXAMPLE
    assert inputs.left_out == {outcome.value: 1}


@pytest.mark.parametrize("outcome", [Outcome.UNANSWERED, Outcome.BOUNCED])
def test_silence_and_a_dead_address_count_as_nothing_given(
    session: Session, umea: Location, outcome: Outcome
) -> None:
    results.answered(session, umea, MONDAY, [Fraction(1)])
    assert value_of(session, umea) == 100
    results.probe(session, umea, MONDAY + 30 * HOUR, outcome)
    assert value_of(session, umea) == 50


def test_a_probe_that_we_failed_to_send_is_shown_as_left_out(session: Session, umea: Location) -> None:
    unsent = results.probe(session, umea, MONDAY, Outcome.EXCLUDED)
    unsent.sent_earliest = unsent.sent_latest = None
    session.flush()
    assert gather(session, [umea.id], WEEK).inputs(FREE).left_out == {"excluded": 1}


def test_the_later_end_of_an_answer_seen_between_two_looks_counts(session: Session, umea: Location) -> None:
    seen = results.probe(session, umea, MONDAY, hours=Fraction(9))
    seen.answered_earliest = MONDAY + HOUR
    seen.sent_earliest = MONDAY - timedelta(minutes=30)
    session.flush()
    (fact,) = gather(session, [umea.id], WEEK).probes
    assert fact.hours == Fraction(19, 2)


def test_the_clock_of_the_service_target_decides(session: Session, umea: Location) -> None:
    slow = results.probe(session, umea, MONDAY, hours=Fraction(15), clock=ClockName.OPENING_HOURS)
    slow.opening_seconds = 2.5 * 3600
    session.flush()
    assert value_of(session, umea) == 100


def test_a_reply_rated_by_two_counts_once_with_their_mean(session: Session, umea: Location) -> None:
    (probe,) = results.answered(session, umea, MONDAY, [Fraction(1)])
    results.rate(session, probe, 70)
    second = factories.user(session, "Rita Rater", RoleName.MANAGER)
    results.rate(session, probe, 85, second)
    (quality,) = gather(session, [umea.id], WEEK).inputs(FREE).qualities
    assert quality.value == Fraction("77.5")


def test_drafts_and_withdrawn_visits_do_not_count(session: Session, umea: Location) -> None:
    for state in (VisitState.DRAFT, VisitState.WITHDRAWN):
        results.visit(session, umea, MONDAY, 10).state = state
    session.flush()
    assert value_of(session, umea) is None


def test_a_period_has_its_first_instant_and_not_its_last(session: Session, umea: Location) -> None:
    results.visit(session, umea, WEEK.start, 40)
    results.visit(session, umea, WEEK.end, 100)
    assert value_of(session, umea) == 40


def test_a_group_pools_the_inputs_of_its_locations(session: Session, umea: Location, lulea: Location) -> None:
    for hour in range(3):
        results.visit(session, umea, MONDAY + hour * HOUR, 100)
    results.visit(session, lulea, MONDAY, 60)
    result = gather(session, [umea.id, lulea.id], WEEK).inputs(FREE).score()
    assert result is not None
    assert result.value == 90


# ---------- periods ----------


def test_days_are_those_of_the_company_wherever_most_of_its_locations_are(
    session: Session, umea: Location
) -> None:
    for city in ("london", "leeds", "york"):
        factories.location(session, city, city.title(), of="south", time_zone="Europe/London")
    assert organisation_zone(session) == STOCKHOLM
    name_company(session, "Fjord & Field", time_zone="Europe/London")
    assert organisation_zone(session) == ZoneInfo("Europe/London")
    name_company(session, "Fjord & Fjell")
    assert organisation_zone(session) == ZoneInfo("Europe/London")


def test_a_day_when_the_clocks_change_has_25_hours() -> None:
    autumn = Period.of_days(date(2026, 10, 25), date(2026, 10, 25), STOCKHOLM)
    assert autumn.end - autumn.start == timedelta(hours=25)
    assert autumn.before(STOCKHOLM) == Period.of_days(date(2026, 10, 24), date(2026, 10, 24), STOCKHOLM)


def test_weeks_run_from_monday_to_sunday() -> None:
    weeks = weeks_until(date(2026, 11, 21), 13, STOCKHOLM)
    assert [weeks[0].first_day(STOCKHOLM), weeks[-1].last_day(STOCKHOLM)] == [
        date(2026, 8, 24),
        date(2026, 11, 22),
    ]
    assert all(before.end == after.start for before, after in zip(weeks, weeks[1:], strict=False))


def test_a_week_that_is_not_over_is_not_complete() -> None:
    weeks = complete_weeks(NOW - timedelta(weeks=3), NOW, STOCKHOLM)
    assert [week.last_day(STOCKHOLM) for week in weeks] == [date(2026, 11, 8), date(2026, 11, 15)]


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Swap the two dates"):
        Period.of_days(date(2026, 11, 21), date(2026, 11, 20), STOCKHOLM)


# ---------- storing ----------


def store(session: Session, umea: Location, now: datetime = NOW) -> Score | None:
    version = ensure_policy(session, now)
    inputs = gather(session, [umea.id], WEEK).inputs(current_policy(session, now))
    stored = store_scores(session, [computed(Subject(location_id=umea.id), WEEK, inputs)], version, now)
    return stored[0] if stored else None


def test_a_stored_score_can_be_had_again_to_the_last_digit(session: Session, umea: Location) -> None:
    results.worked_example(session, umea, MONDAY)
    stored = store(session, umea)
    assert stored is not None
    session.commit()
    session.expire_all()
    # Two visits are too few for a band.
    assert (stored.value, stored.band) == (EXAMPLE, "")
    assert verify_score(stored)


def test_a_score_that_was_tampered_with_does_not_verify(session: Session, umea: Location) -> None:
    results.worked_example(session, umea, MONDAY)
    stored = store(session, umea)
    assert stored is not None
    stored.value = Fraction(99)
    assert not verify_score(stored)
    stored.value, stored.inputs = EXAMPLE, {**stored.inputs, "visits": stored.inputs["visits"][:1]}
    assert not verify_score(stored)


def test_the_same_inputs_make_no_second_row_and_changed_ones_do(session: Session, umea: Location) -> None:
    probes = results.worked_example(session, umea, MONDAY)
    first = store(session, umea)
    assert store(session, umea, NOW + HOUR) is None
    probes[-1].outcome = Outcome.EXCLUDED
    session.flush()
    second = store(session, umea, NOW + 2 * HOUR)
    assert first is not None
    assert second is not None
    assert first.value == EXAMPLE
    assert second.value != first.value
    assert session.scalar(select(func.count(Score.id))) == 2
    assert all(verify_score(row) for row in (first, second))


def test_another_policy_makes_another_row(session: Session, umea: Location) -> None:
    results.worked_example(session, umea, MONDAY)
    store(session, umea)
    rules = Policy(weights=Weights(visits=Fraction(50), speed=Fraction(25), reply_quality=Fraction(25)))
    content = rules.model_dump(mode="json")
    session.add(ScorePolicy(number=2, content=content, content_hash="2", created_at=NOW + HOUR))
    session.flush()
    again = store(session, umea, NOW + 2 * HOUR)
    assert again is not None
    assert again.policy.number == 2
    assert current_policy(session, NOW) == DEFAULT_POLICY


def test_reading_the_policy_stores_nothing(session: Session) -> None:
    assert current_policy(session, NOW) == DEFAULT_POLICY
    assert session.scalar(select(func.count(ScorePolicy.id))) == 0
    assert ensure_policy(session, NOW) is ensure_policy(session, NOW + HOUR)


@pytest.mark.usefixtures("without_minima")
def test_weekly_scores_are_those_of_every_location_region_and_the_chain(
    session: Session, umea: Location, lulea: Location, lund: Location
) -> None:
    results.worked_example(session, umea, MONDAY)
    results.visit(session, lund, MONDAY, 50)
    stored = store_weekly_scores(session, WEEK.start, WEEK.end, NOW)
    subjects = {(row.location_id, row.region_id): row.value for row in stored}
    assert set(subjects) == {
        (umea.id, None),
        (lund.id, None),
        (None, umea.region_id),
        (None, lund.region_id),
        (CHAIN.location_id, CHAIN.region_id),
    }
    assert subjects[(None, umea.region_id)] == EXAMPLE
    assert subjects[(None, None)] != EXAMPLE


@pytest.mark.usefixtures("without_minima")
def test_due_scores_are_those_of_the_last_two_complete_weeks(session: Session, umea: Location) -> None:
    for weeks in range(5):
        results.visit(session, umea, NOW - timedelta(weeks=weeks), 80)
    stored = store_weeks(session, due_weeks(session, NOW), NOW)
    assert {row.period_start.astimezone(STOCKHOLM).date() for row in stored} == {
        date(2026, 11, 2),
        date(2026, 11, 9),
    }
    assert store_weeks(session, due_weeks(session, NOW), NOW) == []


@pytest.mark.usefixtures("without_minima")
def test_a_visit_that_arrives_weeks_late_scores_its_own_week_as_a_new_row(
    session: Session, umea: Location
) -> None:
    made = NOW - timedelta(weeks=6)
    results.visit(session, umea, made, 80)
    (week,) = {week_of(made.astimezone(STOCKHOLM).date(), STOCKHOLM)}
    first = {row.id for row in store_weeks(session, [week], NOW)}
    late = results.visit(session, umea, made, 60)
    late.received_at = NOW
    stored = store_weeks(session, due_weeks(session, NOW), NOW)
    assert first.isdisjoint(row.id for row in stored)
    (row,) = [row for row in stored if row.location_id == umea.id]
    assert (row.period_start, row.value) == (week.start, 70)


# ---------- explaining ----------


def test_the_explanation_names_every_input_and_adds_up(session: Session, umea: Location) -> None:
    results.worked_example(session, umea, MONDAY)
    told = explain(session, umea, WEEK, STOCKHOLM, FREE, NOW)
    assert told["location"]["key"] == "umea"
    assert (told["period"]["from"], told["period"]["to"]) == ("2026-11-09", "2026-11-15")
    assert told["value"] == {"decimal": "78.640625", "fraction": "5033/64", "rounded": False}
    inputs = [row for part in told["components"] for row in part["inputs"]]
    assert len(inputs) == 2 + 10 + 8
    assert sum(Fraction(row["points"]["fraction"]) for row in inputs) == EXAMPLE


def test_where_nothing_happened_the_explanation_says_so(session: Session, umea: Location) -> None:
    told = explain(session, umea, WEEK, STOCKHOLM, FREE, NOW)
    assert (told["value"], told["band"], told["components"]) == (None, None, [])
