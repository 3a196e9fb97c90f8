"""Claims: every probe goes to one worker, whoever else asks, dies or is slow."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app.database import transaction
from audit_app.domain.errors import Conflict
from audit_app.domain.probes.probe import ProbeState
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import ChannelName, Probe
from audit_app.services.probes import claims, steps
from audit_app.services.probes.claims import (
    SEND_WITHIN,
    ClaimLost,
    claim,
    claim_looks,
    claim_unsettled,
    held_by,
)
from audit_app.services.probes.planning import plan_due
from probes.base import Blocked, Fact, FactKind, NotSent, OurFailure, Rejected
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_factories import LEASE, NOW, WORKER

OTHER = "worker-2"
SOON = NOW + timedelta(seconds=5)
LATER = NOW + 2 * LEASE


def test_a_claimed_probe_is_not_claimed_again(session: Session) -> None:
    make.planned_probe(session)
    (probe,) = claim(session, WORKER, NOW, 10, LEASE)
    assert (probe.state, probe.claimed_by) == (ProbeState.CLAIMED, WORKER)
    assert claim(session, OTHER, SOON, 10, LEASE) == []


def test_a_claim_that_ran_out_before_the_send_goes_to_another_worker(session: Session) -> None:
    probe = make.claimed_probe(session)
    assert claim(session, OTHER, LATER, 10, LEASE) == [probe]
    assert probe.claimed_by == OTHER
    with pytest.raises(ClaimLost):
        steps.begin_sending(session, probe.id, WORKER, {}, LATER)


def test_a_renewed_claim_stays(session: Session) -> None:
    probe = make.claimed_probe(session)
    claims.renew(session, WORKER, [probe.id], LATER + LEASE)
    session.refresh(probe)
    assert claim(session, OTHER, LATER, 10, LEASE) == []
    assert steps.begin_sending(session, probe.id, WORKER, {}, LATER)


def test_nobody_begins_to_send_on_a_lease_that_ran_out(session: Session) -> None:
    probe = make.claimed_probe(session)
    with pytest.raises(ClaimLost):
        steps.begin_sending(session, probe.id, WORKER, {}, LATER)
    assert probe.state is ProbeState.CLAIMED


def test_a_probe_whose_worker_vanished_while_sending_is_only_searched_for(session: Session) -> None:
    probe = make.sending_probe(session)
    assert claim_unsettled(session, OTHER, SOON, 10, LEASE) == []
    assert claim(session, OTHER, LATER, 10, LEASE) == []
    assert claim_unsettled(session, OTHER, LATER, 10, LEASE) == [probe]
    assert (probe.state, probe.claimed_by) == (ProbeState.SENDING, OTHER)


def test_the_slow_worker_can_no_longer_write(session: Session) -> None:
    probe = make.sending_probe(session)
    claim_unsettled(session, OTHER, LATER, 10, LEASE)
    with pytest.raises(ClaimLost):
        steps.mark_sent(session, probe.id, WORKER, make.sent_fact(NOW), {}, LATER)
    with pytest.raises(ClaimLost):
        steps.mark_unknown(session, probe.id, WORKER, "The server fell silent.", LATER)


def test_the_proof_found_later_settles_it_with_its_own_time(session: Session) -> None:
    probe = make.sending_probe(session)
    claim_unsettled(session, OTHER, LATER, 10, LEASE)
    steps.mark_sent(session, probe.id, OTHER, make.sent_fact(NOW + timedelta(seconds=1)), {}, LATER)
    assert probe.state is ProbeState.SENT
    assert probe.sent_latest == NOW + timedelta(seconds=1)
    assert probe.outcome is Outcome.OPEN


def test_a_search_in_vain_is_repeated_ever_less_and_ends_as_our_failure(session: Session) -> None:
    probe = make.sending_probe(session)
    now, looks = LATER, 0
    while claim_unsettled(session, OTHER, now, 10, LEASE):
        steps.mark_unknown(session, probe.id, OTHER, "It is not in the mailbox.", now)
        looks += 1
        now = probe.next_look_at or now + timedelta(days=30)
    assert 5 < looks < 20
    assert probe.state is ProbeState.SEND_UNKNOWN
    assert probe.outcome is Outcome.EXCLUDED
    assert "no proof was found that it was sent" in probe.failure


def test_what_was_certainly_not_sent_is_tried_again_later_and_fails_in_the_end(session: Session) -> None:
    probe = make.claimed_probe(session)
    now, attempts = NOW, 0
    while probe.state is ProbeState.CLAIMED:
        steps.release_unsent(session, probe.id, WORKER, NotSent("The contact page did not load."), now)
        attempts += 1
        assert claim(session, WORKER, now, 1, LEASE) == []
        now = probe.next_look_at or now
        claim(session, WORKER, now, 1, LEASE)
    assert 5 < attempts < 12
    assert probe.state is ProbeState.FAILED
    assert probe.outcome is Outcome.EXCLUDED
    assert probe.failure == "The contact page did not load."


def test_a_message_that_was_not_sent_after_all_is_not_tried_again(session: Session) -> None:
    probe = make.sending_probe(session)
    steps.mark_failed(session, probe.id, WORKER, NotSent("The server refused our message."), SOON)
    assert (probe.state, probe.outcome) == (ProbeState.FAILED, Outcome.EXCLUDED)
    assert claim(session, OTHER, LATER, 10, LEASE) == []


def test_a_captcha_is_our_failure_and_keeps_its_picture(session: Session) -> None:
    probe = make.claimed_probe(session, ChannelName.CHAT)
    picture = make.fact("blocked", NOW).evidence
    steps.mark_failed(session, probe.id, WORKER, Blocked("captcha", "A captcha was shown.", picture), SOON)
    (seen,) = probe.observations
    assert seen.kind.value == "blocked"
    assert seen.evidence[0].probe_id == probe.id
    assert probe.outcome is Outcome.EXCLUDED


def test_an_address_that_the_company_refuses_counts_as_bounced(session: Session) -> None:
    probe = make.sending_probe(session)
    refused = Fact(FactKind.BOUNCED, NOW, SOON, source="SMTP server's answer", key="rcpt")
    steps.mark_failed(session, probe.id, WORKER, Rejected("550 5.1.1 No such mailbox", refused), SOON)
    assert (probe.state, probe.outcome) == (ProbeState.FAILED, Outcome.BOUNCED)
    assert probe.sent_latest == SOON
    assert probe.failure == "550 5.1.1 No such mailbox"


@pytest.mark.parametrize("withdrawn", ["confirmation", "campaign", "mailbox"])
def test_what_was_withdrawn_after_the_claim_is_not_sent(session: Session, withdrawn: str) -> None:
    probe = make.claimed_probe(session)
    if withdrawn == "confirmation":
        probe.touchpoint.confirmed_at = None
    elif withdrawn == "campaign":
        probe.campaign.active = False
    else:
        probe.persona.mailbox.down_since = NOW
    assert not steps.begin_sending(session, probe.id, WORKER, {}, SOON)
    assert (probe.state, probe.outcome) == (ProbeState.CANCELLED, Outcome.EXCLUDED)
    assert probe.sending_at is None


def test_a_planned_probe_waits_while_its_mailbox_is_down_and_is_cancelled_when_its_slot_has_passed(
    session: Session,
) -> None:
    probe = make.planned_probe(session)
    probe.persona.mailbox.down_since = NOW
    assert claim(session, WORKER, SOON, 10, LEASE) == []
    assert steps.cancel_stale(session, SOON) == []
    assert steps.cancel_stale(session, NOW + SEND_WITHIN) == [probe]
    assert (probe.state, probe.outcome) == (ProbeState.CANCELLED, Outcome.EXCLUDED)


def test_the_state_of_a_chat_is_stored_sealed_before_the_send(session: Session) -> None:
    probe = make.claimed_probe(session, ChannelName.CHAT)
    steps.begin_sending(session, probe.id, WORKER, {"cookies": ["visitor-4711"]}, SOON)
    raw = session.scalar(sa.text("SELECT chat_state FROM probes"))
    assert isinstance(raw, bytes | memoryview)
    assert b"4711" not in bytes(raw)
    assert steps.state_of(probe) == {"cookies": ["visitor-4711"]}


def test_a_chat_is_looked_at_when_a_look_is_due_and_by_one_worker(session: Session) -> None:
    probe = make.sent_probe(session, ChannelName.CHAT)
    assert claim_looks(session, OTHER, SOON, 10, LEASE) == []
    steps.end_watch(session, probe.id, WORKER, {"cookies": ["new"]}, SOON, SOON)
    assert steps.state_of(probe) == {"cookies": ["new"]}
    assert probe.next_look_at is not None
    assert claim_looks(session, OTHER, probe.next_look_at, 10, LEASE) == [probe]
    assert claim_looks(session, WORKER, probe.next_look_at, 10, LEASE) == []


def test_a_chat_whose_worker_died_while_watching_is_reopened_when_the_lease_ends(session: Session) -> None:
    probe = make.sent_probe(session, ChannelName.CHAT)
    assert claim_looks(session, OTHER, LATER, 10, LEASE) == [probe]


def test_a_page_that_could_not_be_seen_is_tried_again_and_proves_no_silence(session: Session) -> None:
    probe = make.sent_probe(session, ChannelName.CHAT)
    after_cutoff = NOW + timedelta(hours=21)
    steps.end_watch(session, probe.id, WORKER, None, None, after_cutoff)
    assert probe.outcome is Outcome.OPEN
    assert probe.next_look_at is not None
    assert probe.next_look_at > after_cutoff


def test_a_way_back_that_is_closed_leaves_the_probe_out(session: Session) -> None:
    probe = make.sent_probe(session, ChannelName.CHAT)
    steps.mark_blocked(session, probe.id, WORKER, Blocked("login_wall", "The chat wants a sign-in."), LATER)
    assert probe.outcome is Outcome.EXCLUDED
    assert probe.next_look_at is None


def test_a_failed_probe_cannot_be_sent(session: Session) -> None:
    probe = make.claimed_probe(session)
    steps.mark_failed(session, probe.id, WORKER, OurFailure("The browser did not start."), SOON)
    probe.claimed_by, probe.claimed_until = WORKER, LATER
    session.flush()
    with pytest.raises(Conflict):
        steps.begin_sending(session, probe.id, WORKER, {}, SOON)


def test_many_workers_at_once_take_each_probe_once(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        touchpoints = [make.touchpoint(session, address=f"shop{n}@fjordfield.example") for n in range(40)]
        make.campaign(session, *touchpoints)
        assert len(plan_due(session, NOW)) == 40
    taken: dict[str, list[int]] = {f"worker-{number}": [] for number in range(6)}

    def work(name: str) -> None:
        while True:
            with transaction(engine) as session:
                probes = [probe.id for probe in claim(session, name, NOW, 3, LEASE)]
            if not probes:
                return
            taken[name] += probes

    make.at_once([partial(work, name) for name in taken])
    everything = [probe for probes in taken.values() for probe in probes]
    assert len(everything) == len(set(everything)) == 40
    with transaction(engine) as session:
        for name, probes in taken.items():
            assert all(held_by(session, probe, name).state is ProbeState.CLAIMED for probe in probes)
        assert session.scalar(sa.select(sa.func.count()).where(Probe.state == ProbeState.PLANNED)) == 0
