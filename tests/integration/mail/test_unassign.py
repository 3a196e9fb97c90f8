"""A mail that was assigned to the wrong probe is taken back: nothing is lost, and all that followed follows anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict
from audit_app.domain.probes.probe import ObservationKind, ProbeState
from audit_app.domain.probes.response_time import Outcome
from audit_app.domain.time.period import Period
from audit_app.models import (
    Evidence,
    IncomingMail,
    Location,
    MailState,
    Observation,
    Probe,
    ProbeKey,
    ReplyRating,
    User,
)
from audit_app.services.mail.filing import discard_mail
from audit_app.services.mail.history import HandlingStep, history_of
from audit_app.services.mail.judging import Transactions
from audit_app.services.mail.rejudging import Rejudging
from audit_app.services.probes.decisions import decide
from audit_app.services.probes.withdrawals import withdrawal_of
from audit_app.services.replies.ratings import mean_quality, own_rating, rate, ratings_of, rubric_by
from audit_app.services.scores.inputs import gather
from tests.incoming import assign_mail, receive_mail, take_back
from tests.integration.probes import probe_factories as make
from tests.integration.probes.probe_scene import happened, mail, probe_to
from tests.visitor import Visitor, sign_in

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PERSONAL = "Hello Anna, we open at ten on weekdays and at eleven on Sundays. Best wishes, Kim Berg"


@pytest.fixture
def wrong(session: Session, umea: Location) -> Probe:
    """A probe to Umeå that nobody has answered."""
    return happened(session, probe_to(session, umea, NOW - 5 * HOUR))


@pytest.fixture
def right(session: Session, lulea: Location) -> Probe:
    """A probe to Luleå that nobody has answered."""
    return happened(session, probe_to(session, lulea, NOW - 4 * HOUR))


@pytest.fixture
def stray(session: Session, wrong: Probe, right: Probe, ada: User) -> IncomingMail:
    """A person's answer to the second probe, which Ada assigned to the first."""
    row = mail(session, NOW - 2 * HOUR, PERSONAL)
    assign_mail(session, row, wrong, ada, NOW)
    session.commit()
    assert (wrong.outcome, right.outcome) == (Outcome.ANSWERED, Outcome.OPEN)
    return row


def counted(session: Session, probe: Probe) -> tuple[int | None, Fraction | None]:
    """Hours, to the nearest, and quality of the probe as the score takes them."""
    period = Period(NOW - timedelta(days=7), NOW + timedelta(days=7))
    (fact,) = gather(session, [probe.touchpoint.location_id], period).probes
    return (None if fact.hours is None else round(fact.hours)), fact.quality


def test_both_probes_and_their_scores_follow_when_a_mail_is_moved(
    session: Session, wrong: Probe, right: Probe, stray: IncomingMail, ada: User
) -> None:
    assert counted(session, wrong) == (3, None)
    take_back(session, stray, ada, NOW)
    session.commit()
    session.expire_all()
    assert (stray.state, stray.probe_id) == (MailState.UNMATCHED, None)
    assert (wrong.outcome, wrong.answered_latest, wrong.closed_at) == (Outcome.OPEN, None, None)
    assert (wrong.elapsed_seconds, counted(session, wrong)) == (None, (None, None))
    assert wrong.next_look_at is not None
    assign_mail(session, stray, right, ada, NOW + HOUR)
    session.commit()
    session.expire_all()
    assert (right.outcome, counted(session, right)) == (Outcome.ANSWERED, (2, None))
    assert wrong.outcome is Outcome.OPEN


def test_who_did_what_is_kept_with_the_mail_and_in_the_ledger(
    session: Session, wrong: Probe, right: Probe, stray: IncomingMail, ada: User
) -> None:
    take_back(session, stray, ada, NOW + HOUR)
    assign_mail(session, stray, right, ada, NOW + 2 * HOUR)
    session.commit()
    session.expire_all()
    assert [(each.step, each.probe_id, each.at) for each in history_of(stray)] == [
        (HandlingStep.ASSIGNED, wrong.id, NOW),
        (HandlingStep.TAKEN_BACK, wrong.id, NOW + HOUR),
        (HandlingStep.ASSIGNED, right.id, NOW + 2 * HOUR),
    ]
    trace = wrong.observations[-1]
    assert trace.kind is ObservationKind.TAKEN_BACK
    made = withdrawal_of(trace)
    assert made is not None
    assert (made.by, made.at, made.was, made.mail_id) == (
        "Ada Admin",
        NOW + HOUR,
        ObservationKind.HUMAN_REPLY,
        stray.id,
    )
    assert session.get_one(Evidence, stray.evidence_id).probe_id == right.id


def test_an_undone_taking_back_restores_verdict_decision_and_rating(
    session: Session, wrong: Probe, stray: IncomingMail, ada: User
) -> None:
    rate(session, wrong, ada, dict.fromkeys(rubric_by(wrong).keys, "yes"), "", NOW)
    quality = mean_quality(ratings_of(session, wrong))
    assert counted(session, wrong) == (3, quality)
    take_back(session, stray, ada, NOW + HOUR)
    session.commit()
    assert own_rating(session, wrong, ada) is None
    assert mean_quality(ratings_of(session, wrong)) is None
    assign_mail(session, stray, wrong, ada, NOW + 2 * HOUR)
    session.commit()
    session.expire_all()
    assert (wrong.outcome, counted(session, wrong)) == (Outcome.ANSWERED, (3, quality))
    assert len([seen for seen in wrong.observations if seen.key == stray.message_id]) == 1
    for again in range(2):
        take_back(session, stray, ada, NOW + (3 + again) * HOUR)
        assert wrong.outcome is Outcome.OPEN
        assign_mail(session, stray, wrong, ada, NOW + (3 + again) * HOUR)
    assert (wrong.outcome, len(history_of(stray))) == (Outcome.ANSWERED, 7)


def test_what_a_person_had_decided_stands_again_with_the_mail(
    session: Session, wrong: Probe, ada: User
) -> None:
    row = mail(session, NOW - HOUR, "Thank you for your message.")
    assign_mail(session, row, wrong, ada, NOW)
    reply = wrong.observations[-1]
    assert reply.kind is ObservationKind.UNCERTAIN_REPLY
    decide(session, reply, True, ada, 0, NOW)
    take_back(session, row, ada, NOW)
    assert wrong.outcome is Outcome.OPEN
    assign_mail(session, row, wrong, ada, NOW)
    assert (reply.kind, wrong.outcome) == (ObservationKind.HUMAN_REPLY, Outcome.ANSWERED)


def test_a_rating_of_the_wrong_answer_does_not_count_for_the_right_one(
    session: Session, wrong: Probe, stray: IncomingMail, ada: User
) -> None:
    rate(session, wrong, ada, dict.fromkeys(rubric_by(wrong).keys, "no"), "", NOW)
    take_back(session, stray, ada, NOW)
    other = mail(session, NOW - HOUR, PERSONAL.replace("ten", "nine"), uid=2)
    assign_mail(session, other, wrong, ada, NOW)
    session.commit()
    assert (wrong.outcome, counted(session, wrong)) == (Outcome.ANSWERED, (4, None))
    rated = rate(session, wrong, ada, dict.fromkeys(rubric_by(wrong).keys, "yes"), "", NOW)
    assert counted(session, wrong) == (4, rated.quality)
    assert session.scalars(select(ReplyRating)).all() == [rated]


def test_no_rule_brings_a_mail_back_to_where_a_person_took_it_from(
    session: Session, wrong: Probe, ada: User
) -> None:
    row = mail(session, NOW - HOUR, PERSONAL, to=wrong.from_address)
    assert row.probe_id == wrong.id
    take_back(session, row, ada, NOW)
    session.commit()
    work = Rejudging(NOW + HOUR, apply=True)
    while work.next_batch(Transactions.within(session)) is not None:
        session.commit()
    session.refresh(row)
    assert (row.state, row.probe_id, work.placed) == (MailState.UNMATCHED, None, 0)
    assert wrong.outcome is Outcome.OPEN


def test_mail_that_the_wrong_ticket_number_brought_goes_with_it_and_comes_back_with_it(
    session: Session, wrong: Probe, ada: User
) -> None:
    receipt = mail(
        session,
        NOW - 3 * HOUR,
        "We have received your request. This is an automatic reply.",
        subject="[Ticket #48213] We have received your request",
    )
    answer = mail(session, NOW - HOUR, PERSONAL, uid=2, subject="Re: [Ticket #48213] Opening hours")
    assert (receipt.state, answer.state) == (MailState.UNMATCHED, MailState.UNMATCHED)
    assign_mail(session, receipt, wrong, ada, NOW)
    session.commit()
    session.refresh(answer)
    assert (answer.probe_id, wrong.outcome) == (wrong.id, Outcome.ANSWERED)
    take_back(session, receipt, ada, NOW)
    session.commit()
    session.expire_all()
    assert (answer.state, receipt.state) == (MailState.UNMATCHED, MailState.UNMATCHED)
    assert (wrong.outcome, session.scalars(select(ProbeKey)).all()) == (Outcome.OPEN, [])
    assign_mail(session, receipt, wrong, ada, NOW)
    session.commit()
    session.expire_all()
    assert (answer.probe_id, wrong.outcome) == (wrong.id, Outcome.ANSWERED)


def test_a_sending_that_only_this_mail_had_proved_is_unknown_again(session: Session, ada: User) -> None:
    probe = make.sending_probe(session)
    probe.state, probe.claimed_until = ProbeState.SEND_UNKNOWN, None
    arrived = make.letter("anna.berg@shopper.example", make.NOW + HOUR)
    (row,) = receive_mail(session, probe.persona.mailbox, [arrived], make.NOW + HOUR)
    assign_mail(session, row, probe, ada, make.NOW + 2 * HOUR)
    session.commit()
    assert (probe.state, probe.outcome) == (ProbeState.SENT, Outcome.ANSWERED)
    for _ in range(2):
        take_back(session, row, ada, make.NOW + 3 * HOUR)
        session.commit()
        session.expire_all()
        assert (probe.state, probe.outcome) == (ProbeState.SEND_UNKNOWN, Outcome.OPEN)
        assert (probe.sent_latest, probe.cutoff_at, probe.elapsed_seconds) == (None, None, None)
        assert probe.next_look_at == make.NOW + 3 * HOUR
        assign_mail(session, row, probe, ada, make.NOW + 3 * HOUR)
        session.commit()
        assert (probe.state, probe.outcome) == (ProbeState.SENT, Outcome.ANSWERED)


def test_a_probe_whose_time_is_over_is_judged_at_once_by_what_its_mailbox_showed(
    session: Session, wrong: Probe, stray: IncomingMail, ada: User
) -> None:
    later = NOW + timedelta(days=3)
    stray.mailbox.checked_at = later
    take_back(session, stray, ada, later)
    assert wrong.outcome is Outcome.UNANSWERED


def test_our_own_copy_and_a_mail_that_waits_cannot_be_taken_back(session: Session, ada: User) -> None:
    probe = make.sending_probe(session)
    copy = make.letter(
        probe.persona.mailbox.address,
        make.NOW,
        sender=probe.from_address,
        text=probe.text,
        message_id=str(probe.message_id),
    )
    stray = make.letter(probe.persona.mailbox.address, make.NOW, uid=2)
    for row in receive_mail(session, probe.persona.mailbox, [copy, stray], make.NOW):
        with pytest.raises(Conflict, match="lies with no probe"):
            take_back(session, row, ada, make.NOW)


# ---------- on the pages ----------


def test_an_assignment_is_undone_by_one_press_and_so_is_the_undoing(
    client: Visitor, session: Session, wrong: Probe, right: Probe, ada: User
) -> None:
    row = mail(session, NOW - 2 * HOUR, PERSONAL)
    sign_in(client, ada)
    page = f"/mail/unmatched/{row.id}"
    led_to = client.submit(f"{page}/assign", page, probe=wrong.id).location
    assert "Assigned to this probe" in client.get(led_to).text
    led_to = client.submit(f"/mail/{row.id}/take-back", led_to).location
    assert "Taken back from" in client.get(led_to).text
    session.refresh(wrong)
    assert wrong.outcome is Outcome.OPEN
    led_to = client.submit(f"{page}/assign", led_to, probe=wrong.id).location
    session.refresh(wrong)
    assert wrong.outcome is Outcome.ANSWERED
    session.refresh(row)
    assert [each.step for each in history_of(row)] == [
        HandlingStep.ASSIGNED,
        HandlingStep.TAKEN_BACK,
        HandlingStep.ASSIGNED,
    ]


def test_a_mail_is_taken_back_later_from_the_ledger_and_from_the_list(
    client: Visitor, session: Session, wrong: Probe, stray: IncomingMail, ada: User
) -> None:
    sign_in(client, ada)
    assert "Take this mail back" in client.get(f"/probes/{wrong.id}").text
    listed = client.get("/mail/unmatched?show=assigned").text
    assert "Take this mail back" in listed
    assert "Ada Admin assigned it to" in listed
    client.submit(f"/mail/{stray.id}/take-back", f"/probes/{wrong.id}")
    page = client.get(f"/probes/{wrong.id}").text
    assert "Not of this probe" in page
    assert "Ada Admin took it back" in page
    assert "we open at ten" not in page
    assert "Nobody has assigned a mail" in client.get("/mail/unmatched?show=assigned").text
    assert client.submit(f"/mail/{stray.id}/take-back", f"/probes/{wrong.id}").status_code == 409


def test_only_administrators_take_mail_back(
    client: Visitor, session: Session, wrong: Probe, stray: IncomingMail, magnus: User
) -> None:
    sign_in(client, magnus)
    page = client.get(f"/probes/{wrong.id}?assigned={stray.id}").text
    assert "we open at ten" in page
    assert "Take this mail back" not in page
    assert "Undo" not in page
    assert client.submit(f"/mail/{stray.id}/take-back", f"/probes/{wrong.id}/rating").status_code == 403


def test_a_location_that_got_the_mail_by_mistake_cannot_read_it_any_more(
    client: Visitor, session: Session, wrong: Probe, stray: IncomingMail, ada: User, carl: User
) -> None:
    stray.mailbox.checked_at = NOW + timedelta(days=3)
    sign_in(client, carl)
    assert "we open at ten" in client.get(f"/probes/{wrong.id}").text
    take_back(session, stray, ada, NOW + timedelta(days=3))
    session.commit()
    page = client.get(f"/probes/{wrong.id}").text
    assert "Not of this probe" in page
    assert "we open at ten" not in page
    assert "Kim Berg" not in page
    assert session.scalars(select(Observation).where(Observation.probe_id == wrong.id)).all()


def test_two_administrators_who_place_one_mail_undo_nothing_of_each_other(
    engine: Engine, session: Session, wrong: Probe, ada: User
) -> None:
    row = mail(session, NOW - 2 * HOUR, PERSONAL)
    session.commit()
    with Session(engine, expire_on_commit=False) as other:
        seen, user = other.get_one(IncomingMail, row.id), other.get_one(User, ada.id)
        other.commit()
        discard_mail(session, row, ada, NOW)
        session.commit()

        assign_mail(other, seen, other.get_one(Probe, wrong.id), user, NOW + HOUR)
        other.commit()
        assert [each.step for each in history_of(seen)] == [HandlingStep.DISCARDED, HandlingStep.ASSIGNED]

    with pytest.raises(Conflict):
        discard_mail(session, row, ada, NOW + 2 * HOUR)
    assert row.state is MailState.MATCHED


@pytest.mark.parametrize("words", ["Luleå", "lulea-weekly", "{number}", "#{number}", "Anna Berg lulea"])
def test_any_probe_is_found_by_number_location_persona_or_address(
    client: Visitor, session: Session, wrong: Probe, right: Probe, ada: User, words: str
) -> None:
    row = mail(session, NOW, PERSONAL, sender="somebody@elsewhere.example")
    sign_in(client, ada)
    asked = words.format(number=right.id).replace("#", "%23")
    page = client.get(f"/mail/unmatched/{row.id}?q={asked}").text
    assert f'value="{right.id}"' in page
    assert f'value="{wrong.id}"' not in page
