"""A help desk in the middle: it acknowledges in a thread of its own, and a person answers from elsewhere."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from audit_app.config import Settings
from audit_app.database import transaction
from audit_app.domain.probes.probe import ObservationKind
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import ChannelName, Mailbox, MailState, Probe, Touchpoint
from tests.integration.worker.help_desk import ADDRESS, DOMAIN, help_desk
from tests.integration.worker.worker_scene import scene

SECOND = timedelta(seconds=1)


def human_replies(probe: Probe) -> int:
    return sum(seen.kind is ObservationKind.HUMAN_REPLY for seen in probe.observations)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_answer_through_a_help_desk_finds_its_probe_at_the_right_time(
    settings: Settings, engine: sa.Engine, tmp_path: Path
) -> None:
    with scene(settings, engine, tmp_path) as on, help_desk(on.company.smtp_port) as desk:
        on.campaign(ChannelName.EMAIL)
        with transaction(engine) as session:
            session.scalars(sa.select(Touchpoint)).one().address = ADDRESS
            session.scalars(sa.select(Mailbox)).one().smtp_port = desk.port
        on.start_worker()
        acknowledged = on.wait_for(lambda probe: probe.acknowledged_at is not None)
        assert acknowledged.outcome is Outcome.OPEN
        (ticket,) = desk.tickets
        assert ticket.message_id != acknowledged.message_id

        text = "Hello Anna, we open at ten on weekdays, and I keep a lamp for you. Kim Berg"
        answered_at = desk.answer(ticket, f"Your question about our hours ({ticket.number})", text)
        probe = on.wait_for(lambda probe: probe.outcome is Outcome.ANSWERED)
        assert probe.answered_earliest is not None
        assert probe.answered_latest is not None
        assert probe.answered_earliest - SECOND <= answered_at <= probe.answered_latest + SECOND
        assert probe.sent_earliest is not None
        assert probe.acknowledged_at is not None
        assert probe.sent_earliest <= probe.acknowledged_at <= probe.answered_latest

        later = "Hello Anna, one more thing: on Sundays we open at eleven. Kim Berg"
        desk.answer(ticket, "One more thing", later, **{"In-Reply-To": ticket.message_id})
        probe = on.wait_for(lambda probe: human_replies(probe) == 2)
        assert (probe.answered_latest - answered_at) < 2 * SECOND

        assert len(desk.tickets) == 1
        assert {mail.state for mail in on.mails(probe)} == {MailState.MATCHED}
        how = {mail.kind: mail.matched_by for mail in on.mails(probe) if mail.subject != "One more thing"}
        assert how["own_copy"] == "our own copy of the message"
        assert how["acknowledgement"].startswith("matched by the address")
        assert how["answer"] == f"matched by the ticket number {ticket.number} of {DOMAIN} in the subject"
        (last,) = [mail for mail in on.mails(probe) if mail.subject == "One more thing"]
        assert last.matched_by == f"matched by the Message-ID {ticket.message_id} in In-Reply-To"
