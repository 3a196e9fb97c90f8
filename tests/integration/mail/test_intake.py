"""Mail that comes in: nothing is lost, nothing counts twice, and what nobody knows waits for a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app.database import transaction
from audit_app.domain.errors import Conflict
from audit_app.domain.probes.probe import ObservationKind, ProbeState
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import ChannelName, IncomingMail, Mailbox, MailState, Probe, RoleName, User, mails_of
from audit_app.services.mail.filing import discard_mail
from audit_app.services.mailboxes.state import mailbox_down, mailbox_read, mailbox_up, positions_of
from audit_app.services.probes import steps
from audit_app.services.probes.ledger import close_mail_probes
from audit_app.services.probes.planning import plan_due
from probes.channels.email import compose
from probes.mail import imap as driver
from probes.mail.imap import Position
from tests import factories
from tests.incoming import assign_mail, receive_mail
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import NOW, WORKER

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def probe(session: Session) -> Probe:
    """An e-mail probe that was sent at NOW."""
    return make.sent_probe(session)


@pytest.fixture
def mailbox(session: Session, probe: Probe) -> Mailbox:
    """The mailbox that the probe's answers come to."""
    return probe.persona.mailbox


@pytest.fixture
def magnus(session: Session) -> User:
    """A manager who assigns mail."""
    return factories.user(session, "Magnus Manager", RoleName.MANAGER)


def own_copy(probe: Probe, uid: int = 1) -> driver.FetchedMail:
    """The blind copy of the probe's message in our mailbox."""
    from audit_app.services.probes.messages import message_of

    return driver.FetchedMail("INBOX", 7, uid, NOW, compose(message_of(probe), NOW))


def test_an_answer_to_the_probes_address_stops_the_clock(
    session: Session, probe: Probe, mailbox: Mailbox
) -> None:
    reply = make.letter(probe.from_address, NOW + 6 * HOUR)
    (row,) = receive_mail(session, mailbox, [reply], NOW + 7 * HOUR)
    assert (row.state, row.probe_id, row.verdict) == (MailState.MATCHED, probe.id, "human")
    assert "the address" in row.matched_by
    assert probe.outcome is Outcome.ANSWERED
    assert probe.answered_earliest == NOW + 6 * HOUR
    assert probe.elapsed_seconds == pytest.approx(6 * 3600, abs=1)
    answer = next(seen for seen in probe.observations if seen.kind is ObservationKind.HUMAN_REPLY)
    assert [each.content for each in answer.evidence] == [reply.raw]
    assert row.evidence is answer.evidence[0]


def test_an_answer_by_mail_belongs_to_the_chat_that_was_given_the_probes_address(session: Session) -> None:
    chat = make.sent_probe(session, ChannelName.CHAT)
    reply = make.letter(chat.from_address, NOW + 6 * HOUR)
    (row,) = receive_mail(session, chat.persona.mailbox, [reply], NOW + 7 * HOUR)
    assert (row.probe_id, chat.outcome, chat.answered_earliest) == (chat.id, Outcome.ANSWERED, NOW + 6 * HOUR)


def test_an_answer_to_another_address_of_ours_is_matched_by_the_message_it_answers(
    session: Session, probe: Probe, mailbox: Mailbox
) -> None:
    reply = make.letter(mailbox.address, NOW + HOUR, In_Reply_To=probe.message_id or "")
    (row,) = receive_mail(session, mailbox, [reply], NOW + HOUR)
    assert row.probe_id == probe.id
    assert "the Message-ID" in row.matched_by


def test_an_acknowledgement_is_kept_and_does_not_stop_the_clock(
    session: Session, probe: Probe, mailbox: Mailbox
) -> None:
    automatic = make.letter(probe.from_address, NOW + SECOND, Auto_Submitted="auto-replied")
    receive_mail(session, mailbox, [automatic], NOW + HOUR)
    assert probe.outcome is Outcome.OPEN
    assert probe.acknowledged_at is not None


def test_a_bounce_of_the_probe_counts(session: Session, probe: Probe, mailbox: Mailbox) -> None:
    bounce = make.letter(
        probe.from_address,
        NOW + SECOND,
        sender="Mail Delivery System <MAILER-DAEMON@fjordfield.example>",
        Subject="Undelivered Mail Returned to Sender",
        X_Failed_Recipients=make.SHOP_ADDRESS,
    )
    receive_mail(session, mailbox, [bounce], NOW + HOUR)
    assert probe.outcome is Outcome.BOUNCED


def test_the_position_is_stored_with_the_mail(session: Session, probe: Probe, mailbox: Mailbox) -> None:
    mails = [make.letter("x@shopper.example", NOW, uid=uid) for uid in (3, 5)]
    receive_mail(session, mailbox, mails, NOW)
    session.commit()
    assert positions_of(session, mailbox) == {"INBOX": Position(7, 5)}
    receive_mail(session, mailbox, [make.letter("x@shopper.example", NOW, uid=9, folder="Junk")], NOW)
    session.rollback()
    assert positions_of(session, mailbox) == {"INBOX": Position(7, 5)}
    assert session.scalar(sa.select(sa.func.count()).select_from(IncomingMail)) == 2


def test_mail_that_is_read_again_changes_nothing(session: Session, probe: Probe, mailbox: Mailbox) -> None:
    reply = make.letter(probe.from_address, NOW + HOUR, uid=8)
    receive_mail(session, mailbox, [reply], NOW + HOUR)
    assert receive_mail(session, mailbox, [reply], NOW + 2 * HOUR) == []
    assert positions_of(session, mailbox)["INBOX"].last_uid == 8
    assert len(mails_of(probe)) == 1


def test_mail_numbered_anew_or_moved_to_another_folder_is_the_same_mail(
    session: Session, probe: Probe, mailbox: Mailbox
) -> None:
    reply = make.letter(probe.from_address, NOW + HOUR, uid=8)
    receive_mail(session, mailbox, [reply], NOW + HOUR)
    renumbered = driver.FetchedMail("INBOX", 99, 1, reply.received_at, reply.raw)
    moved = driver.FetchedMail("Junk", 4, 1, reply.received_at, reply.raw)
    assert receive_mail(session, mailbox, [renumbered, moved], NOW + 2 * HOUR) == []
    assert positions_of(session, mailbox) == {"INBOX": Position(99, 1), "Junk": Position(4, 1)}
    another = make.letter(probe.from_address, NOW + 2 * HOUR, uid=2, uidvalidity=99)
    assert len(receive_mail(session, mailbox, [another], NOW + 2 * HOUR)) == 1


def test_our_own_copy_is_no_answer(session: Session, probe: Probe, mailbox: Mailbox) -> None:
    (row,) = receive_mail(session, mailbox, [own_copy(probe)], NOW + SECOND)
    assert (row.state, row.kind, row.probe_id) == (MailState.MATCHED, "own_copy", probe.id)
    assert probe.outcome is Outcome.OPEN
    assert [seen.kind for seen in probe.observations] == [ObservationKind.SENT]


def test_our_own_copy_proves_that_a_probe_left_of_which_nobody_knew(session: Session) -> None:
    probe = make.sending_probe(session)
    steps.mark_unknown(session, probe.id, WORKER, "The server fell silent.", NOW)
    receive_mail(session, probe.persona.mailbox, [own_copy(probe)], NOW + SECOND)
    assert probe.state is ProbeState.SENT
    assert probe.sent_earliest == NOW
    assert probe.failure == ""


def test_an_answer_proves_that_a_probe_left_of_which_nobody_knew(session: Session) -> None:
    probe = make.sending_probe(session)
    steps.mark_unknown(session, probe.id, WORKER, "The server fell silent.", NOW)
    reply = make.letter(probe.from_address, NOW + HOUR)
    receive_mail(session, probe.persona.mailbox, [reply], NOW + HOUR)
    assert probe.state is ProbeState.SENT
    assert probe.outcome is Outcome.ANSWERED


def test_a_probe_that_is_just_being_sent_is_left_to_its_worker(session: Session) -> None:
    probe = make.sending_probe(session)
    receive_mail(session, probe.persona.mailbox, [own_copy(probe)], NOW + SECOND)
    assert probe.state is ProbeState.SENDING
    steps.mark_sent(session, probe.id, WORKER, make.sent_fact(NOW), {}, NOW + SECOND)
    assert probe.state is ProbeState.SENT


def test_an_answer_that_overtakes_the_record_of_sending_still_counts(session: Session) -> None:
    probe = make.sending_probe(session)
    reply = make.letter(probe.from_address, NOW + 2 * SECOND)
    receive_mail(session, probe.persona.mailbox, [reply], NOW + 2 * SECOND)
    assert probe.outcome is Outcome.OPEN
    steps.mark_sent(session, probe.id, WORKER, make.sent_fact(NOW), {}, NOW + 3 * SECOND)
    assert probe.outcome is Outcome.ANSWERED


def test_mail_that_matches_nothing_waits_and_a_person_assigns_it(
    session: Session, probe: Probe, mailbox: Mailbox, magnus: User
) -> None:
    (row,) = receive_mail(session, mailbox, [make.letter("other@shopper.example", NOW + HOUR)], NOW + HOUR)
    assert (row.state, row.probe_id) == (MailState.UNMATCHED, None)
    assign_mail(session, row, probe, magnus, NOW + 2 * HOUR)
    assert (row.state, row.matched_by) == (MailState.MATCHED, "assigned by Magnus Manager")
    assert probe.outcome is Outcome.ANSWERED
    assert probe.answered_earliest == NOW + HOUR
    with pytest.raises(Conflict):
        assign_mail(session, row, probe, magnus, NOW + 2 * HOUR)
    with pytest.raises(Conflict):
        discard_mail(session, row, magnus, NOW + 2 * HOUR)


def test_discarded_mail_is_kept_and_can_still_be_assigned(
    session: Session, probe: Probe, mailbox: Mailbox, magnus: User
) -> None:
    (row,) = receive_mail(session, mailbox, [make.letter("other@shopper.example", NOW + HOUR)], NOW + HOUR)
    discard_mail(session, row, magnus, NOW + HOUR)
    assert row.state is MailState.DISCARDED
    assert row.evidence.content
    assign_mail(session, row, probe, magnus, NOW + 2 * HOUR)
    assert probe.outcome is Outcome.ANSWERED


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: \x00 nul\r\nMessage-ID: <a\x00b@x>\r\nFrom: \xff\xfe\r\n\r\n\x00\xed\xa0\x80",
        b"From: a@b\r\nSubject: =?utf-8?b?7aCA?=\r\n\r\nlone surrogate",
        b"Message-ID: <" + b"m" * 5000 + b"@x>\r\nFrom: " + b"f" * 5000 + b"\r\n\r\nlong",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=nope\r\n\r\n\xff",
    ],
)
def test_even_broken_mail_is_stored(session: Session, mailbox: Mailbox, raw: bytes) -> None:
    (row,) = receive_mail(session, mailbox, [driver.FetchedMail("INBOX", 7, 1, NOW, raw)], NOW)
    session.commit()
    session.expire_all()
    assert row.evidence.content == raw
    assert row.state is MailState.UNMATCHED


def test_broken_mail_to_a_probe_is_stored_as_its_answer(
    session: Session, probe: Probe, mailbox: Mailbox
) -> None:
    raw = (
        f"To: {probe.from_address}\r\nSubject: ".encode()
        + b"\x00\xff\r\nFrom: \xff\x00\r\n\r\nWe\x00 open at ten.\xff"
    )
    (row,) = receive_mail(session, mailbox, [driver.FetchedMail("INBOX", 7, 1, NOW + HOUR, raw)], NOW + HOUR)
    session.commit()
    assert row.probe_id == probe.id


def test_reading_a_mailbox_to_its_end_is_what_closes_a_silent_probe(
    session: Session, probe: Probe, mailbox: Mailbox
) -> None:
    mailbox_read(session, mailbox, NOW + 19 * HOUR)
    session.refresh(probe)
    assert probe.looked_at == NOW + 19 * HOUR
    mailbox_down(session, mailbox, "The server is away.", NOW + 19.5 * HOUR)
    assert close_mail_probes(session, NOW + 20.5 * HOUR) == []
    assert probe.outcome is Outcome.OPEN
    mailbox_up(session, mailbox, NOW + 21 * HOUR)
    mailbox_read(session, mailbox, NOW + 21 * HOUR)
    session.refresh(probe)
    assert close_mail_probes(session, NOW + 21 * HOUR + SECOND) == [probe]
    assert probe.outcome is Outcome.UNANSWERED


def test_a_mailbox_that_is_down_says_since_when_and_plans_nothing_until_it_is_up(
    session: Session, probe: Probe, mailbox: Mailbox
) -> None:
    mailbox_down(session, mailbox, "The server is away.", NOW)
    mailbox_down(session, mailbox, "The password is wrong.", NOW + HOUR)
    assert (mailbox.down_since, mailbox.down_reason) == (NOW, "The password is wrong.")
    assert plan_due(session, NOW + HOUR) == []
    assert mailbox_up(session, mailbox, NOW + 2 * HOUR) == 2 * HOUR
    assert mailbox_up(session, mailbox, NOW + 2 * HOUR) is None
    assert len(plan_due(session, NOW + 2 * HOUR)) == 1


def test_two_workers_reading_one_mailbox_store_each_mail_once(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        probe = make.sent_probe(session)
        mailbox_id, address = probe.persona.mailbox_id, probe.from_address
    mails = [
        make.letter(address, NOW + HOUR, uid=uid, message_id=f"<{uid}@x.example>") for uid in range(1, 9)
    ]
    stored: list[int] = []

    def read() -> None:
        for each in mails:
            with transaction(engine) as session:
                rows = receive_mail(session, session.get_one(Mailbox, mailbox_id), [each], NOW + HOUR)
                stored.extend(row.uid for row in rows)

    make.at_once([read, read, read])
    assert sorted(stored) == list(range(1, 9))
