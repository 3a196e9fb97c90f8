"""A mail server that says "not now": the same message is tried again, and taken once; only then the clock runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy.orm import Session as DatabaseSession

from audit_app.config import Settings
from audit_app.database import transaction
from audit_app.demo.company.event_loop import LoopThread
from audit_app.domain.probes.probe import ObservationKind, ProbeState
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import ChannelName, Mailbox, Probe
from audit_app.services.probes import steps
from audit_app.services.probes.claims import SEND_WITHIN, claim
from audit_app.services.probes.planning import plan_due
from audit_app.services.probes.steps import DEFERRALS
from probes.base import Deferred
from tests.incoming import receive_mail
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import LEASE, NOW, WORKER
from tests.integration.worker.worker_scene import scene

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NOT_NOW = Deferred("Nothing was sent: the mail server refused the message (450 4.7.1 Greylisted).")


class Greylist:
    """Turns a mail away the first time it sees its sender and recipient, at the recipient or after the whole text."""

    def __init__(self, after_the_text: bool) -> None:
        self.after_the_text = after_the_text
        self.refused = 0
        self.got: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        """Take a recipient, or say to come back."""
        if not self.after_the_text and not self.refused:
            self.refused += 1
            return "450 4.2.0 Greylisted, please come back in five minutes"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message, or say to come back."""
        if self.after_the_text and not self.refused:
            self.refused += 1
            return "451 4.7.1 Greylisted, please come back in five minutes"
        self.got.append(envelope)
        return "250 2.0.0 taken"


@contextmanager
def greylisting(after_the_text: bool) -> Iterator[tuple[Greylist, int]]:
    """Run such a server; gives it and its port."""
    greylist, loop = Greylist(after_the_text), LoopThread()

    async def serve() -> int:
        running = asyncio.get_running_loop()
        server = await running.create_server(lambda: SMTP(greylist), "127.0.0.1", 0)
        loop.closing(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    try:
        yield greylist, loop.wait_for(serve())
    finally:
        loop.stop()


@on_sqlite
@pytest.mark.parametrize("after_the_text", [False, True], ids=["at the recipient", "after the text"])
def test_a_greylisted_mail_is_tried_again_and_taken_once_and_the_clock_runs_from_then(
    settings: Settings, engine: sa.Engine, tmp_path: Path, after_the_text: bool
) -> None:
    with scene(settings, engine, tmp_path) as on, greylisting(after_the_text) as (greylist, port):
        on.campaign(ChannelName.EMAIL)
        with transaction(engine) as session:
            session.execute(sa.update(Mailbox).values(smtp_port=port))
        on.start_worker()
        waiting = on.wait_for(lambda probe: "Greylisted" in probe.failure and not probe.claimed_by)
        assert (waiting.state, waiting.outcome, waiting.sent_latest) == (
            ProbeState.PLANNED,
            Outcome.OPEN,
            None,
        )
        assert waiting.next_look_at is not None
        assert timedelta(minutes=4) < waiting.next_look_at - datetime.now(UTC) <= DEFERRALS[0]
        assert (greylist.refused, greylist.got) == (1, [])
        five_minutes_later = datetime.now(UTC)
        with transaction(engine) as session:
            session.execute(sa.update(Probe).values(next_look_at=five_minutes_later))
        sent = on.wait_for(lambda probe: probe.state is ProbeState.SENT)
    (envelope,) = greylist.got
    assert isinstance(envelope.content, bytes)
    assert message_from_bytes(envelope.content)["Message-ID"] == waiting.message_id == sent.message_id
    assert (sent.token, sent.from_address, sent.failure) == (waiting.token, waiting.from_address, "")
    assert [seen.kind for seen in sent.observations] == [ObservationKind.DEFERRED, ObservationKind.SENT]
    assert sent.sent_earliest is not None
    assert sent.sent_earliest > five_minutes_later


def defer(session: DatabaseSession, now: datetime) -> Probe:
    """Let a worker take the probe, send it, and be told "not now"."""
    (probe,) = claim(session, WORKER, now, 10, LEASE)
    assert steps.begin_sending(session, probe.id, WORKER, {}, now)
    return steps.defer(session, probe.id, WORKER, NOT_NOW, now)


def test_the_waits_widen_until_the_slot_has_passed_and_then_it_has_failed_as_ours(
    session: DatabaseSession,
) -> None:
    make.planned_probe(session)
    now, waits = NOW, []
    probe = defer(session, now)
    while probe.next_look_at is not None:
        waits.append(probe.next_look_at - now)
        assert claim(session, WORKER, probe.next_look_at - timedelta(seconds=1), 10, LEASE) == []
        now = probe.next_look_at
        probe = defer(session, now)
    assert tuple(waits) == DEFERRALS
    assert now - NOW < SEND_WITHIN
    assert (probe.state, probe.outcome, probe.sent_latest) == (ProbeState.FAILED, Outcome.EXCLUDED, None)
    assert probe.failure.startswith("Put off at every attempt, 5 in all.")
    kinds = [seen.kind for seen in probe.observations]
    assert sorted(kinds) == sorted([*[ObservationKind.DEFERRED] * 4, ObservationKind.FAILED])


def test_no_attempt_is_made_after_the_slot_has_passed(session: DatabaseSession) -> None:
    make.planned_probe(session)
    probe = defer(session, NOW + SEND_WITHIN - DEFERRALS[0])
    assert (probe.state, probe.outcome) == (ProbeState.FAILED, Outcome.EXCLUDED)


def test_while_a_probe_is_put_off_its_slot_is_taken_and_it_counts_for_the_caps(
    session: DatabaseSession,
) -> None:
    campaign = make.campaign(session, make.touchpoint(session), daily_cap=1)
    plan_due(session, NOW)
    defer(session, NOW)
    assert plan_due(session, NOW) == []
    assert plan_due(session, NOW + timedelta(minutes=campaign.every_minutes)) == []


def test_a_message_that_came_through_although_it_was_refused_is_not_sent_again(
    session: DatabaseSession,
) -> None:
    make.planned_probe(session)
    probe = defer(session, NOW)
    answer = make.letter(
        probe.from_address, NOW + timedelta(minutes=2), text="Hello Anna, we open at ten. Kim"
    )
    receive_mail(session, probe.persona.mailbox, [answer], NOW + timedelta(minutes=3))
    assert probe.next_look_at is not None
    (again,) = claim(session, WORKER, probe.next_look_at, 10, LEASE)
    assert not steps.begin_sending(session, again.id, WORKER, {}, probe.next_look_at)
    assert (probe.state, probe.outcome, probe.claimed_by) == (ProbeState.SENT, Outcome.ANSWERED, "")
