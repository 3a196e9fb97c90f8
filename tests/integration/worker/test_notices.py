"""The product's own mail leaves by SMTP once, and to nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SMTPSession
from sqlalchemy.orm import Session

from audit_app.config import Settings
from audit_app.models import Mailbox, Notice, NoticeState, Security
from audit_app.services.notices.outbox import add_notice
from audit_app.worker.context import WorkerContext
from audit_app.worker.notices import send_notices
from probes.browser.browsers import Browsers
from tests import factories
from tests.factories import NOW
from tests.integration.web_process import free_port

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class PostOffice:
    """Takes mail, or answers as the test wants."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: SMTPSession, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        """Keep what came, unless it is refused."""
        if self.answer.startswith("250"):
            self.taken.append(envelope)
        return self.answer


@pytest.fixture
def office(session: Session) -> Iterator[PostOffice]:
    """A mail server, and a mailbox there that was named for our own mail."""
    office, port = PostOffice(), free_port()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    box = Mailbox(
        address="audits@shopper.example",
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security=Security.NONE,
        imap_host="127.0.0.1",
        imap_port=1,
        imap_security=Security.NONE,
        username="audits",
        password="secret",
    )
    session.add(box)
    session.flush()
    factories.organisation(session).notices_mailbox_id = box.id
    add_notice(session, "test", "anna@shopper.example", "Wähle ein Passwort", "Ein Link: https://…", NOW)
    session.commit()
    yield office
    controller.stop()


def rounds(settings: Settings, engine: sa.Engine, count: int) -> None:
    """So many rounds of a worker, as far as notices go."""

    async def go() -> None:
        stop = asyncio.Event()
        context = WorkerContext(settings, engine, Browsers(), "worker", timedelta(seconds=30), stop)
        for _ in range(count):
            await send_notices(context)

    asyncio.run(go())


def test_a_notice_leaves_once_and_no_copy_lies_in_our_own_mailbox(
    settings: Settings, engine: sa.Engine, session: Session, office: PostOffice
) -> None:
    rounds(settings, engine, 3)

    (mail,) = office.taken
    assert mail.rcpt_tos == ["anna@shopper.example"]
    assert mail.mail_from == "audits@shopper.example"
    session.expire_all()
    assert session.scalars(sa.select(Notice)).one().state is NoticeState.SENT


@pytest.mark.parametrize("answer", ["451 later", "554 no such address"])
def test_what_the_server_does_not_take_is_not_lost_and_not_tried_at_once(
    settings: Settings, engine: sa.Engine, session: Session, office: PostOffice, answer: str
) -> None:
    office.answer = answer
    rounds(settings, engine, 3)

    session.expire_all()
    notice = session.scalars(sa.select(Notice)).one()
    assert (notice.state, notice.attempts) == (NoticeState.WAITING, 1)
    assert notice.reason
    assert notice.body
