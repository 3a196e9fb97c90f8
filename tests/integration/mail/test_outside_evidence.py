"""An answer is judged by what is known from outside of it: when it came, what it repeats, and which servers are ours."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from audit_app.domain.probes.response_time import Outcome
from audit_app.models import Mailbox, Probe
from audit_app.services.company import name_company
from audit_app.services.probes.messages import message_of
from probes.channels.email import compose
from probes.mail import imap as driver
from tests.incoming import receive_mail
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import NOW

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
CARD = (
    "How nice that you write to us. The crew is here from Monday to Saturday, and by phone it goes quickest."
)


@pytest.fixture
def probe(session: Session) -> Probe:
    """An e-mail probe that was sent at NOW."""
    return make.sent_probe(session)


@pytest.fixture
def mailbox(probe: Probe) -> Mailbox:
    """The mailbox that the probe's answers come to."""
    return probe.persona.mailbox


def own_copy(probe: Probe, received: str) -> driver.FetchedMail:
    """The blind copy of the probe's message, with the line that our provider put on top."""
    return driver.FetchedMail("INBOX", 7, 90, NOW, received.encode() + compose(message_of(probe), NOW))


def line(server: str, minutes: int) -> str:
    at = (NOW + timedelta(minutes=minutes)).strftime("%a, %d %b %Y %H:%M:%S +0000")
    return f"from mail.elsewhere.example by {server} with ESMTPS; {at}"


def test_an_answer_that_came_within_seconds_stops_no_clock(
    session: Session, probe: Probe, mailbox: Mailbox
) -> None:
    (mail,) = receive_mail(
        session, mailbox, [make.letter(probe.from_address, NOW + 3 * SECOND, text=CARD)], NOW + HOUR
    )
    assert mail.verdict == "automatic"
    assert "after our message" in mail.reasons[0]
    assert probe.outcome is not Outcome.ANSWERED


def test_how_soon_is_too_soon_is_a_setting_of_the_company(
    session: Session, probe: Probe, mailbox: Mailbox
) -> None:
    audited = name_company(session, "Fjord & Field")
    audited.quick_seconds, audited.at_once_seconds = 2, 1
    (mail,) = receive_mail(session, mailbox, [make.letter(probe.from_address, NOW + 5 * SECOND)], NOW + HOUR)
    assert mail.verdict == "human"
    answer = next(seen for seen in probe.observations if seen.details.get("rule"))
    assert (answer.details["quick_seconds"], answer.details["at_once_seconds"]) == (2, 1)


def test_a_line_forged_with_our_name_stops_no_clock_early(
    session: Session, probe: Probe, mailbox: Mailbox
) -> None:
    receive_mail(session, mailbox, [own_copy(probe, f"Received: {line('in.provider.example', 0)}\r\n")], NOW)
    forged = make.letter(probe.from_address, NOW + 6 * HOUR, Received=line("imap.shopper.example", 5))
    receive_mail(session, mailbox, [forged], NOW + 7 * HOUR)
    assert mailbox.servers_shown == ["in.provider.example"]
    assert probe.answered_latest is not None
    assert probe.answered_latest >= NOW + 6 * HOUR


def test_the_line_of_a_server_that_our_own_copy_has_shown_tells_the_time(
    session: Session, probe: Probe, mailbox: Mailbox
) -> None:
    receive_mail(session, mailbox, [own_copy(probe, f"Received: {line('in3.provider.example', 0)}\r\n")], NOW)
    held_up = make.letter(probe.from_address, NOW + 6 * HOUR, Received=line("in8.provider.example", 90))
    receive_mail(session, mailbox, [held_up], NOW + 7 * HOUR)
    assert probe.answered_latest is not None
    assert probe.answered_latest < NOW + 2 * HOUR
