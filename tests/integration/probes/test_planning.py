"""Planning: what is due, for whom, and what is not."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app.database import transaction
from audit_app.domain.probes.probe import ProbeState
from audit_app.models import ChannelName, Probe
from audit_app.services.probes.planning import plan_due
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import NOW

HOUR = timedelta(hours=1)


def test_a_confirmed_touchpoint_gets_one_probe_with_all_that_identifies_it(session: Session) -> None:
    make.campaign(session, make.touchpoint(session))
    (probe,) = plan_due(session, NOW)
    assert probe.state is ProbeState.PLANNED
    assert probe.slot == NOW
    assert probe.from_address == f"anna.berg+{probe.token}@shopper.example"
    assert re.fullmatch(r"<[0-9a-f-]{36}@shopper\.example>", probe.message_id or "")
    assert probe.to_address == make.SHOP_ADDRESS
    assert probe.text == "Hello, when does Stockholm City open? (0) Anna Berg"
    assert probe.token not in probe.text + probe.subject + (probe.message_id or "")


def test_planning_again_in_the_same_slot_plans_nothing(session: Session) -> None:
    make.campaign(session, make.touchpoint(session))
    assert len(plan_due(session, NOW)) == 1
    assert plan_due(session, NOW + timedelta(minutes=59)) == []
    assert len(plan_due(session, NOW + HOUR)) == 1


def test_missed_slots_are_skipped(session: Session) -> None:
    make.campaign(session, make.touchpoint(session))
    plan_due(session, NOW)
    (probe,) = plan_due(session, NOW + 7.5 * HOUR)
    assert probe.slot == NOW + 7 * HOUR


def test_nothing_is_planned_before_the_start_or_after_the_end(session: Session) -> None:
    campaign = make.campaign(session, make.touchpoint(session), starts_at=NOW + HOUR)
    assert plan_due(session, NOW) == []
    campaign.ends_at = NOW + 2 * HOUR
    assert plan_due(session, NOW + 2 * HOUR) == []


@pytest.mark.parametrize("refused", ["unconfirmed", "inactive", "closed location", "paused", "no driver"])
def test_nothing_is_planned_where_no_probe_may_go(session: Session, refused: str) -> None:
    channel = ChannelName.PHONE if refused == "no driver" else ChannelName.EMAIL
    touchpoint = make.touchpoint(session, channel=channel, confirmed=refused != "unconfirmed")
    campaign = make.campaign(session, touchpoint)
    touchpoint.active = refused != "inactive"
    touchpoint.location.ended_at = NOW if refused == "closed location" else None
    campaign.active = refused != "paused"
    assert plan_due(session, NOW) == []


def test_a_mailbox_that_is_down_delays_the_slot(session: Session) -> None:
    campaign = make.campaign(session, make.touchpoint(session))
    mailbox = campaign.personas[0].mailbox
    mailbox.down_since = NOW
    assert plan_due(session, NOW) == []
    mailbox.down_since = None
    (probe,) = plan_due(session, NOW + HOUR / 2)
    assert probe.slot == NOW


def test_the_daily_cap_holds_over_all_campaigns(session: Session) -> None:
    touchpoint = make.touchpoint(session)
    make.campaign(session, touchpoint, daily_cap=3)
    make.campaign(session, touchpoint, name="Another", starts_at=NOW + HOUR / 2, daily_cap=3)
    ticks = [NOW + HOUR / 2 * number for number in range(8)]
    assert sum(len(plan_due(session, tick)) for tick in ticks) == 3
    assert len(plan_due(session, NOW + timedelta(days=1))) == 1


def test_the_weekly_cap_holds(session: Session) -> None:
    make.campaign(session, make.touchpoint(session), every=timedelta(days=1), weekly_cap=4)
    days = [NOW + timedelta(days=number) for number in range(7)]
    assert [len(plan_due(session, day)) for day in days] == [1, 1, 1, 1, 0, 0, 0]
    assert len(plan_due(session, NOW + timedelta(days=7))) == 1


def test_two_campaigns_with_the_same_slot_plan_one_probe(session: Session) -> None:
    touchpoint = make.touchpoint(session)
    make.campaign(session, touchpoint)
    make.campaign(session, touchpoint, name="Another")
    assert len(plan_due(session, NOW)) == 1


def test_wordings_and_personas_take_turns(session: Session) -> None:
    make.campaign(session, make.touchpoint(session), wordings=2, personas=("Anna Berg", "Olle Ek"))
    probes = [probe for number in range(8) for probe in plan_due(session, NOW + number * HOUR)]
    said = [(probe.persona.name, probe.text) for probe in probes]
    assert len(set(said)) == 4
    assert said[:4] == said[4:]


def test_wordings_go_only_with_personas_of_their_language(session: Session) -> None:
    campaign = make.campaign(session, make.touchpoint(session))
    campaign.personas[0].language = "sv"
    assert plan_due(session, NOW) == []


def test_many_workers_planning_at_once_plan_each_probe_once_and_stay_within_the_caps(
    engine: sa.Engine,
) -> None:
    with transaction(engine) as session:
        touchpoints = [make.touchpoint(session, address=f"shop{n}@fjordfield.example") for n in range(5)]
        for number in range(3):
            make.campaign(
                session, *touchpoints, name=f"No {number}", starts_at=NOW - number * HOUR / 4, daily_cap=2
            )

    def plan() -> None:
        with transaction(engine) as session:
            plan_due(session, NOW)

    make.at_once([plan] * 4)
    with transaction(engine) as session:
        counts = session.execute(sa.select(sa.func.count()).select_from(Probe).group_by(Probe.touchpoint_id))
        assert [count for (count,) in counts] == [2] * 5
