"""A worker killed at any step: nothing is lost, and nothing is sent twice."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import sqlalchemy as sa

from audit_app.config import Settings
from audit_app.database import transaction
from audit_app.domain.probes.probe import ObservationKind, ProbeState
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import ChannelName, Mailbox, Touchpoint
from tests.integration.worker.fatal_line import fatal_line
from tests.integration.worker.worker_scene import PATIENCE, Scene, ended, scene

BY_MAIL = (
    "planned", "claimed", "prepared", "handed_over", "sent", "storing_mail", "mail_stored", "mail_judged",
)  # fmt: skip
BY_CHAT = ("planned", "claimed", "prepared", "handed_over", "sent", "watching", "observed", "watched")
STEPS = {ChannelName.EMAIL: BY_MAIL, ChannelName.CONTACT_FORM: BY_MAIL, ChannelName.CHAT: BY_CHAT}
LOCKED_OTHERWISE = [
    (ChannelName.EMAIL, "planned"),
    (ChannelName.EMAIL, "claimed"),
    (ChannelName.EMAIL, "storing_mail"),
    (ChannelName.EMAIL, "mail_stored"),
    (ChannelName.CHAT, "watching"),
]
"""Where a death leaves other locks behind on PostgreSQL: planning holds rows of the campaign, claims skip what is
locked, and half a transaction of mail holds its mailbox. All other steps lie between two transactions."""
CASES = [
    *(("sqlite", channel, step) for channel, steps in STEPS.items() for step in steps),
    *(("postgresql", channel, step) for channel, step in LOCKED_OTHERWISE),
]


@pytest.mark.parametrize(("database_url", "channel", "fatal"), CASES, indirect=["database_url"])
def test_after_a_kill_the_next_worker_goes_on_and_the_company_got_one_message(
    settings: Settings, engine: sa.Engine, tmp_path: Path, channel: ChannelName, fatal: str
) -> None:
    with scene(settings, engine, tmp_path) as on:
        on.campaign(channel)
        assert ended(on.start_worker(fatal)) == -signal.SIGKILL
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
    [*(("sqlite", channel) for channel in STEPS), ("postgresql", ChannelName.EMAIL)],
    indirect=["database_url"],
)
def test_a_kill_between_the_record_of_sending_and_the_last_click_is_never_followed_by_another_send(
    settings: Settings, engine: sa.Engine, tmp_path: Path, channel: ChannelName
) -> None:
    with scene(settings, engine, tmp_path) as on:
        on.campaign(channel)
        assert ended(on.start_worker("sending")) == -signal.SIGKILL
        on.start_worker()
        probe = on.wait_for(lambda probe: probe.state is ProbeState.SEND_UNKNOWN)
        assert ("only a mail to" in probe.failure) is (channel is ChannelName.CONTACT_FORM)
        assert probe.failure
        assert probe.next_look_at is not None
        assert on.received(probe) == 0


@contextmanager
def killed_on_the_line(on: Scene, channel: ChannelName, word: bytes, *, answered: bool) -> Iterator[None]:
    """A worker that died at a word of its talk with the company's server, and another that goes on."""
    company, workers = on.company, list[BaseProcess]()
    by_mail = channel is ChannelName.EMAIL
    site = int(company.site_url.rpartition(":")[2])
    with fatal_line(
        company.smtp_port if by_mail else site, word, lambda: workers[0].kill(), answered=answered
    ) as line:
        on.campaign(channel)
        with transaction(on.engine) as session:
            if by_mail:
                session.scalars(sa.select(Mailbox)).one().smtp_port = line.port
            else:
                touchpoint = session.scalars(sa.select(Touchpoint)).one()
                touchpoint.address = touchpoint.address.replace(f":{site}/", f":{line.port}/")
        workers.append(on.start_worker())
        assert ended(workers[0]) == -signal.SIGKILL
        on.start_worker()
        try:
            yield
        finally:
            on.end_workers()


@pytest.mark.parametrize(
    "word", [b"mail FROM:", b"DATA\r\n", b"\r\nSubject: "], ids=["sender", "data", "text"]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_kill_before_the_mail_is_complete_is_followed_by_the_one_mail_that_the_company_gets(
    settings: Settings, engine: sa.Engine, tmp_path: Path, word: bytes
) -> None:
    with (
        scene(settings, engine, tmp_path) as on,
        killed_on_the_line(on, ChannelName.EMAIL, word, answered=False),
    ):
        probe = on.wait_for(lambda probe: probe.outcome is Outcome.ANSWERED)
        assert on.received(probe) == 1
        assert [seen.kind for seen in probe.observations].count(ObservationKind.SENT) == 1


@pytest.mark.parametrize(
    ("channel", "word"),
    [(ChannelName.EMAIL, b"\r\n.\r\n"), (ChannelName.CONTACT_FORM, b"POST /")],
    ids=["final dot", "button"],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_kill_before_the_companys_yes_is_heard_is_followed_by_the_proof_and_by_no_second_message(
    settings: Settings, engine: sa.Engine, tmp_path: Path, channel: ChannelName, word: bytes
) -> None:
    with (
        scene(settings, engine, tmp_path) as on,
        killed_on_the_line(on, channel, word, answered=True),
    ):
        probe = on.wait_for(lambda probe: probe.outcome is Outcome.ANSWERED)
        kinds = [seen.kind for seen in probe.observations]
        assert on.received(probe) == 1
        assert kinds.count(ObservationKind.SENT) == 1
        assert kinds.count(ObservationKind.ACKNOWLEDGED) == 1
        assert kinds.count(ObservationKind.HUMAN_REPLY) == 1
