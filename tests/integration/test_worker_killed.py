"""A worker killed at any step: nothing is lost, and nothing is sent twice."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
import sqlalchemy as sa

from audit_app.config import Settings
from audit_app.domain.probe import ObservationKind, ProbeState
from audit_app.domain.response_time import Outcome
from audit_app.models import ChannelName
from tests.integration.worker_scene import PATIENCE, scene

DATABASES = ("sqlite", "postgresql")
BY_MAIL = ("planned", "claimed", "prepared", "handed_over", "sent", "mail_stored")
BY_CHAT = ("planned", "claimed", "prepared", "handed_over", "sent", "watching", "observed", "watched")
CASES = [
    (database, channel, step)
    for database in DATABASES
    for channel, steps in {
        ChannelName.EMAIL: BY_MAIL,
        ChannelName.CONTACT_FORM: BY_MAIL,
        ChannelName.CHAT: BY_CHAT,
    }.items()
    for step in steps
]


@pytest.mark.parametrize(("database_url", "channel", "fatal"), CASES, indirect=["database_url"])
def test_after_a_kill_the_next_worker_goes_on_and_the_company_got_one_message(
    settings: Settings, engine: sa.Engine, tmp_path: Path, channel: ChannelName, fatal: str
) -> None:
    with scene(settings, engine, tmp_path) as on:
        on.campaign(channel)
        assert on.start_worker(fatal).wait(PATIENCE) == -signal.SIGKILL
        on.start_worker()
        probe = on.wait_for(lambda probe: probe.outcome is Outcome.ANSWERED)
        kinds = [seen.kind for seen in probe.observations]
        assert on.received(probe) == 1
        assert kinds.count(ObservationKind.SENT) == 1
        assert kinds.count(ObservationKind.ACKNOWLEDGED) == 1
        assert kinds.count(ObservationKind.HUMAN_REPLY) == 1
        assert probe.acknowledged_at is not None
        assert probe.answered_latest is not None
        assert probe.elapsed_seconds is not None
        assert 0 < probe.elapsed_seconds < PATIENCE
        assert all(seen.evidence for seen in probe.observations if seen.kind is ObservationKind.HUMAN_REPLY)


@pytest.mark.parametrize(
    ("database_url", "channel"),
    [
        (database, channel)
        for database in DATABASES
        for channel in (ChannelName.EMAIL, ChannelName.CONTACT_FORM, ChannelName.CHAT)
    ],
    indirect=["database_url"],
)
def test_a_kill_just_before_the_send_is_never_followed_by_another_send(
    settings: Settings, engine: sa.Engine, tmp_path: Path, channel: ChannelName
) -> None:
    with scene(settings, engine, tmp_path) as on:
        on.campaign(channel)
        assert on.start_worker("sending").wait(PATIENCE) == -signal.SIGKILL
        on.start_worker()
        probe = on.wait_for(lambda probe: probe.state is ProbeState.SEND_UNKNOWN)
        assert probe.failure
        assert probe.next_look_at is not None
        assert on.received(probe) == 0
