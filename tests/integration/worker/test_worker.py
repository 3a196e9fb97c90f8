"""The worker at work: real mail, real chats, several workers, and mailboxes that go away."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from audit_app.config import Settings
from audit_app.database import transaction
from audit_app.demo.company import SHOPPER_PASSWORD
from audit_app.domain.probes.probe import ObservationKind, ProbeState
from audit_app.domain.probes.response_time import Outcome
from audit_app.migrate import OlderDatabase
from audit_app.models import ChannelName, EvidenceKind, MailState, Probe
from audit_app.services.operations.browser import NoBrowser
from audit_app.worker import run
from tests.integration.worker.worker_scene import ended, scene

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
STOP_SECONDS = 12.0


def evidence_of(probe: Probe) -> set[EvidenceKind]:
    return {each.kind for seen in probe.observations for each in seen.evidence}


def kill_browsers(worker: int) -> None:
    """Kill every browser that this worker has started."""
    for child in psutil.Process(worker).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "chrom" in child.name():
                child.kill()


@on_sqlite
def test_an_e_mail_is_sent_as_a_customer_would_acknowledged_and_answered(
    settings: Settings, engine: sa.Engine, tmp_path: Path
) -> None:
    with scene(settings, engine, tmp_path) as on:
        on.campaign(ChannelName.EMAIL, contact_page=True)
        on.start_worker()
        probe = on.wait_for(lambda probe: probe.outcome is Outcome.ANSWERED)
        kinds = {seen.kind for seen in probe.observations}
        assert kinds == {
            ObservationKind.ADDRESS_SEEN,
            ObservationKind.SENT,
            ObservationKind.ACKNOWLEDGED,
            ObservationKind.HUMAN_REPLY,
        }
        assert {EvidenceKind.RAW_MAIL, EvidenceKind.SCREENSHOT} <= evidence_of(probe)
        assert {mail.state for mail in on.mails(probe)} == {MailState.MATCHED}
        assert {mail.kind for mail in on.mails(probe)} == {"own_copy", "acknowledgement", "answer"}
        assert probe.acknowledged_at is not None
        assert probe.answered_latest is not None
        assert probe.acknowledged_at <= probe.answered_latest


@on_sqlite
def test_a_chat_answered_while_no_worker_ran_is_found_with_the_chats_own_time(
    settings: Settings, engine: sa.Engine, tmp_path: Path
) -> None:
    with scene(settings, engine, tmp_path) as on:
        on.campaign(ChannelName.CHAT)
        worker = on.start_worker()
        on.wait_for(lambda probe: probe.state is ProbeState.SENT)
        began = time.monotonic()
        worker.terminate()
        assert ended(worker) == 0
        assert time.monotonic() - began < STOP_SECONDS
        on.wait_for_the_operator()
        on.start_worker()
        probe = on.wait_for(lambda probe: probe.outcome is Outcome.ANSWERED)
        reply = next(seen for seen in probe.observations if seen.kind is ObservationKind.HUMAN_REPLY)
        assert reply.source == "chat server's time"
        assert reply.earliest == reply.latest
        assert {EvidenceKind.TRANSCRIPT, EvidenceKind.SCREENSHOT} <= evidence_of(probe)
        assert on.received(probe) == 1


def test_several_workers_send_each_probe_once(settings: Settings, engine: sa.Engine, tmp_path: Path) -> None:
    with scene(settings, engine, tmp_path) as on:
        shops = ("stockholm", "uppsala", "orebro", "helsinki", "gothenburg", "oulu")
        for shop in shops:
            on.campaign(ChannelName.EMAIL, shop=shop)
        for _ in range(2):
            on.start_worker()
        on.wait_until(lambda: len(on.states()) == len(shops) and set(on.states()) == {ProbeState.SENT})
        assert sorted(mail.shop for mail in on.company.received_mail()) == sorted(shops)


@on_sqlite
def test_a_mailbox_that_is_away_is_said_to_be_down_and_sending_goes_on_when_it_is_back(
    settings: Settings, engine: sa.Engine, tmp_path: Path
) -> None:
    with scene(settings, engine, tmp_path) as on:
        on.campaign(ChannelName.EMAIL, password="a wrong one", confirmed=False)
        on.start_worker()
        on.wait_until(lambda: on.mailbox().down_since is not None)
        assert "refused our user name or password" in on.mailbox().down_reason
        on.confirm_touchpoints()
        failures = on.logged("mailbox.failed")
        on.wait_until(lambda: on.logged("mailbox.failed") > failures)
        assert on.probe() is None
        on.set_password(SHOPPER_PASSWORD)
        on.wait_for(lambda probe: probe.outcome is Outcome.ANSWERED)
        assert on.mailbox().down_since is None


@on_sqlite
def test_a_browser_that_dies_costs_a_look_and_no_reply(
    settings: Settings, engine: sa.Engine, tmp_path: Path
) -> None:
    with scene(settings, engine, tmp_path) as on:
        on.campaign(ChannelName.CHAT)
        worker = on.start_worker()
        on.wait_for(lambda probe: probe.state is ProbeState.SENT)
        kill_browsers(worker.pid)
        probe = on.wait_for(lambda probe: probe.outcome is Outcome.ANSWERED)
        assert on.received(probe) == 1
        assert worker.is_alive()


@on_sqlite
def test_a_browser_killed_while_three_chats_are_being_sent_fails_none_of_them_and_repeats_none(
    settings: Settings, engine: sa.Engine, tmp_path: Path
) -> None:
    with scene(settings, engine, tmp_path) as on:
        for shop in ("stockholm", "umea", "lund"):
            on.campaign(ChannelName.CHAT, shop=shop)
        worker = on.start_worker()
        on.wait_until(lambda: on.steps("prepared") > 0)
        kill_browsers(worker.pid)
        ended = ("given_back", "deferred", "send_unknown", "watched", "observed")
        on.wait_until(lambda: sum(on.steps(step) for step in ended) >= 3)
        with transaction(engine) as session:
            probes = session.scalars(sa.select(Probe)).all()
            assert len(probes) == 3
            for probe in probes:
                nothing_left = probe.state is ProbeState.PLANNED
                assert probe.state is not ProbeState.FAILED
                assert on.received(probe) == 0 if nothing_left else on.received(probe) <= 1
                assert probe.next_look_at is not None or not nothing_left
        assert worker.is_alive()


@on_sqlite
def test_a_browser_that_does_not_exist_is_said_at_the_start(settings: Settings, engine: sa.Engine) -> None:
    wrong = settings.model_copy(update={"browser": Path("/nowhere/chromium")})
    with pytest.raises(NoBrowser, match="AUDIT_BROWSER"):
        asyncio.run(run(wrong, stop=asyncio.Event()))


def test_a_worker_refuses_a_database_that_waits_for_migrations(empty_database: Settings) -> None:
    with pytest.raises(OlderDatabase, match="audit-app db upgrade"):
        asyncio.run(run(empty_database, stop=asyncio.Event()))
