"""The ledger: facts go in once, and the verdict follows."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict
from audit_app.domain.probes.response_time import Outcome
from audit_app.domain.time.clock import OpeningHours
from audit_app.models import ChannelName, ClockName, Probe, RoleName
from audit_app.services.probes.ledger import (
    GIVE_UP_AFTER,
    close_mail_probes,
    give_up_unseen,
    looked,
    record,
    settle_reply,
)
from audit_app.services.probes.schedule import BESIDE_A_LIMIT, LATEST, SOONEST, next_look, next_search
from tests import factories
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import NOW, fact

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def hours(number: float) -> timedelta:
    return number * HOUR


@pytest.fixture
def chat(session: Session) -> Probe:
    """A chat probe that was sent at NOW."""
    return make.sent_probe(session, ChannelName.CHAT)


@pytest.fixture
def mail(session: Session) -> Probe:
    """An e-mail probe that was sent at NOW."""
    return make.sent_probe(session)


def test_a_fact_seen_twice_is_one_fact_with_one_piece_of_evidence(session: Session, chat: Probe) -> None:
    reply = fact("human_reply", NOW + HOUR)
    (row,) = record(session, chat, [reply, reply], NOW + HOUR)
    assert record(session, chat, [reply], NOW + 2 * HOUR) == []
    (evidence,) = row.evidence
    assert evidence.sha256 == hashlib.sha256(reply.evidence[0].content).hexdigest()
    assert evidence.probe_id == chat.id


def test_a_persons_answer_closes_the_probe_with_its_time(session: Session, chat: Probe) -> None:
    record(session, chat, [fact("human_reply", NOW + hours(6.25))], NOW + hours(6.25))
    assert chat.outcome is Outcome.ANSWERED
    assert chat.elapsed_seconds == 6.25 * 3600
    assert chat.closed_at == NOW + hours(6.25)


@pytest.mark.parametrize("kind", ["acknowledged", "bot_message"])
def test_a_machine_does_not_stop_the_clock(session: Session, chat: Probe, kind: str) -> None:
    record(session, chat, [fact(kind, NOW + MINUTE)], NOW + MINUTE)
    assert chat.outcome is Outcome.OPEN
    assert chat.acknowledged_at == NOW + MINUTE
    assert chat.elapsed_seconds is None


def test_an_uncertain_reply_waits_for_a_person_who_decides(session: Session, chat: Probe) -> None:
    magnus = factories.user(session, "Magnus Manager", RoleName.MANAGER)
    (row,) = record(session, chat, [fact("uncertain_reply", NOW + HOUR)], NOW + HOUR)
    assert chat.outcome is Outcome.UNCERTAIN
    assert chat.closed_at is None
    settle_reply(session, row, True, magnus, NOW + 2 * HOUR)
    assert chat.outcome is Outcome.ANSWERED
    assert chat.elapsed_seconds == 3600
    assert row.reasons[-1] == "Magnus Manager read it and says that it is a person's answer"
    with pytest.raises(Conflict):
        settle_reply(session, row, False, magnus, NOW + 2 * HOUR)


def test_an_uncertain_reply_that_a_person_calls_automatic_leaves_the_probe_open(
    session: Session, chat: Probe
) -> None:
    magnus = factories.user(session, "Magnus Manager", RoleName.MANAGER)
    (row,) = record(session, chat, [fact("uncertain_reply", NOW + HOUR)], NOW + HOUR)
    settle_reply(session, row, False, magnus, NOW + 2 * HOUR)
    assert chat.outcome is Outcome.OPEN


def test_a_message_first_uncertain_and_then_certain_is_one_message(session: Session, chat: Probe) -> None:
    record(session, chat, [fact("uncertain_reply", NOW + HOUR, "message-9")], NOW + HOUR)
    assert record(session, chat, [fact("human_reply", NOW + HOUR, "message-9")], NOW + 2 * HOUR) == []
    assert chat.outcome is Outcome.ANSWERED


def test_silence_counts_only_as_far_as_we_looked(session: Session, chat: Probe) -> None:
    looked(session, chat, NOW + hours(19.9), NOW + hours(21))
    assert chat.outcome is Outcome.OPEN
    looked(session, chat, NOW + hours(20), NOW + hours(21))
    assert chat.outcome is Outcome.UNANSWERED
    assert chat.closed_at == NOW + hours(21)


def test_an_answer_after_the_cutoff_is_kept_and_changes_nothing(session: Session, chat: Probe) -> None:
    looked(session, chat, NOW + hours(20.1), NOW + hours(20.1))
    record(session, chat, [fact("human_reply", NOW + hours(23))], NOW + hours(23))
    assert chat.outcome is Outcome.UNANSWERED
    assert chat.answered_latest == NOW + hours(23)
    assert chat.closed_at == NOW + hours(20.1)


def test_an_answer_found_late_but_given_in_time_counts(session: Session, chat: Probe) -> None:
    looked(session, chat, NOW + hours(20.1), NOW + hours(20.1))
    record(session, chat, [fact("human_reply", NOW + hours(19))], NOW + hours(23))
    assert chat.outcome is Outcome.ANSWERED
    assert chat.elapsed_seconds == 19 * 3600


def test_a_bounce_counts_and_a_lost_chat_does_not(session: Session, chat: Probe, mail: Probe) -> None:
    record(session, mail, [fact("bounced", NOW + MINUTE)], NOW + MINUTE)
    record(session, chat, [fact("lost", NOW + MINUTE)], NOW + MINUTE)
    assert mail.outcome is Outcome.BOUNCED
    assert chat.outcome is Outcome.EXCLUDED
    assert chat.failure
    assert chat.next_look_at is None


def test_a_probe_we_could_not_look_at_long_after_its_cutoff_is_left_out_as_ours(
    session: Session, chat: Probe
) -> None:
    looked(session, chat, NOW + HOUR, NOW + HOUR)
    assert give_up_unseen(session, NOW + hours(20) + GIVE_UP_AFTER - MINUTE) == []
    assert give_up_unseen(session, NOW + hours(20) + GIVE_UP_AFTER) == [chat]
    assert chat.outcome is Outcome.EXCLUDED


def test_a_mail_probe_is_closed_only_when_its_mailbox_was_read_after_the_cutoff(
    session: Session, mail: Probe
) -> None:
    mail.looked_at = NOW + hours(19)
    assert close_mail_probes(session, NOW + hours(20)) == []
    assert mail.outcome is Outcome.OPEN
    mail.looked_at = NOW + hours(20.1)
    assert close_mail_probes(session, NOW + hours(20.2)) == [mail]
    assert mail.outcome is Outcome.UNANSWERED


def test_the_clock_of_the_target_judges_and_both_are_kept(session: Session) -> None:
    location = factories.location(session, "oslo", "Oslo", time_zone="UTC")
    week = {"weekly": {"sunday": [{"opens": "10:00", "closes": "18:00"}]}, "holidays": []}
    location.opening_hours = OpeningHours.model_validate(week).model_dump(mode="json")
    touchpoint = make.touchpoint(session, location, ChannelName.CHAT, "http://127.0.0.1:8100/")
    make.campaign(session, touchpoint, clock=ClockName.OPENING_HOURS)
    probe = make.advance_to_sent(session)
    # NOW is a Saturday at 13:00; Sunday at 12:00 is 23 hours later, 2 of them open.
    record(session, probe, [fact("human_reply", NOW + hours(23))], NOW + hours(23))
    assert probe.outcome is Outcome.ANSWERED
    assert probe.elapsed_seconds == 23 * 3600
    assert probe.opening_seconds == 2 * 3600
    # 8 hours on the first Sunday, 8 on the second, 4 on the third.
    assert probe.cutoff_at == NOW + timedelta(days=15, hours=1)


def test_two_proofs_of_sending_narrow_the_time(session: Session, mail: Probe) -> None:
    second = timedelta(seconds=1)
    (sent,) = mail.observations
    sent.latest = NOW + 10 * second
    copy = fact("sent", NOW + 2 * second, "copy", latest=NOW + 3 * second)
    record(session, mail, [copy], NOW)
    assert (mail.sent_earliest, mail.sent_latest) == (NOW + 2 * second, NOW + 3 * second)


@pytest.mark.parametrize("limit", [8, 10, 20])
def test_a_chat_is_looked_at_just_before_and_just_after_every_limit(
    session: Session, chat: Probe, limit: int
) -> None:
    now, looks = NOW, []
    while now < NOW + hours(21):
        now = next_look(chat, now) or NOW + hours(99)
        looks.append(now)
    assert NOW + hours(limit) - BESIDE_A_LIMIT in looks
    assert NOW + hours(limit) + BESIDE_A_LIMIT in looks
    waits = [later - earlier for earlier, later in zip(looks, looks[1:], strict=False)]
    assert max(waits) <= LATEST
    assert looks[0] == NOW + SOONEST


def test_a_closed_chat_is_looked_at_twice_more_and_then_left_alone(session: Session, chat: Probe) -> None:
    record(session, chat, [fact("human_reply", NOW + HOUR)], NOW + HOUR)
    looks = []
    while chat.next_look_at is not None:
        looks.append(chat.next_look_at)
        looked(session, chat, chat.next_look_at, chat.next_look_at)
    assert looks == [NOW + HOUR + 10 * MINUTE, NOW + HOUR + timedelta(days=1)]


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=1)))
def test_each_search_waits_at_least_as_long_as_the_whole_time_before(age: timedelta) -> None:
    assert next_search(NOW, NOW + age) - (NOW + age) >= age
