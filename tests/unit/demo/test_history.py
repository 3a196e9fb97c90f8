"""The sample history is the same every time and looks like what published audits report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import mean

import pytest

from audit_app.demo.chain import SHOPS
from audit_app.demo.history import (
    DECLINE_SHOP,
    DECLINE_WEEK,
    WEEKS,
    PastProbe,
    first_monday,
    past_probes,
    past_visits,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def probes() -> list[PastProbe]:
    return list(past_probes(NOW))


def never(probes: list[PastProbe]) -> float:
    return mean(probe.answered_after is None for probe in probes)


def test_there_are_twelve_locations_in_three_regions_and_several_time_zones() -> None:
    assert len(SHOPS) == 12
    assert len({shop.region for shop in SHOPS}) == 3
    assert len({shop.time_zone for shop in SHOPS}) >= 2


def test_every_shop_has_messages_in_each_of_the_26_weeks_and_none_in_the_future(
    probes: list[PastProbe],
) -> None:
    weeks = {(probe.shop.key, (probe.sent_at - first_monday(NOW)).days // 7) for probe in probes}

    assert weeks == {(shop.key, week) for shop in SHOPS for week in range(WEEKS)}
    assert max(probe.sent_at for probe in probes) < NOW


def test_the_same_seed_makes_the_same_history_and_another_one_another(probes: list[PastProbe]) -> None:
    assert list(past_probes(NOW)) == probes
    assert list(past_probes(NOW, seed=1)) != probes


def test_about_23_percent_are_never_answered_and_37_percent_within_the_hour(probes: list[PastProbe]) -> None:
    hour = timedelta(hours=1)
    within = mean(probe.answered_after is not None and probe.answered_after <= hour for probe in probes)

    assert never(probes) == pytest.approx(0.23, abs=0.01)
    assert within == pytest.approx(0.37, abs=0.01)


def test_answers_have_a_long_tail(probes: list[PastProbe]) -> None:
    hours = [probe.answered_after / timedelta(hours=1) for probe in probes if probe.answered_after]

    assert sum(value > 10 for value in hours) > 50
    assert max(hours) > 24


def test_one_shop_gets_worse_from_its_known_week_on(probes: list[PastProbe]) -> None:
    turn = first_monday(NOW) + timedelta(weeks=DECLINE_WEEK - 1)
    before = [probe for probe in probes if probe.shop.key == DECLINE_SHOP and probe.sent_at < turn]
    after = [probe for probe in probes if probe.shop.key == DECLINE_SHOP and probe.sent_at >= turn]

    assert never(after) > never(before) + 0.15


def test_visits_are_made_while_the_shops_are_open() -> None:
    for visit in past_visits(NOW):
        assert visit.made_at.tzinfo is UTC
        assert visit.made_at < NOW + timedelta(days=7)
