"""From observations to a verdict: what stops the clock, what does not, and what nobody can tell."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.domain.errors import Conflict, InvalidInput
from audit_app.domain.probes.probe import TRANSITIONS, ObservationKind, ProbeState, check_transition
from audit_app.domain.probes.response_time import (
    SCORED,
    Interval,
    InTime,
    Limits,
    Outcome,
    ResponseTime,
    Verdict,
    duration_words,
    hours_for_score,
    judge,
)
from audit_app.domain.scores.policy import DEFAULT_POLICY
from audit_app.domain.time.clock import OpeningHours, opening_time_between
from tests.opening_hours import WORKING_DAYS

Kind = ObservationKind
START = datetime(2026, 2, 9, 9, tzinfo=UTC)
SENT = Interval.at(START)


def after(hours: float, until: float | None = None) -> Interval:
    latest = hours if until is None else until
    return Interval(START + timedelta(hours=hours), START + timedelta(hours=latest))


def verdict(
    *observations: tuple[ObservationKind, Interval], now: float = 30, sent: Interval | None = SENT
) -> Verdict:
    return judge(sent, observations, START + timedelta(hours=now))


def hours_of(result: Verdict) -> Fraction | None:
    """The hours that the score counts."""
    return hours_for_score(result.outcome, result.response.at_most if result.response else None)


def test_a_persons_answer_stops_the_clock() -> None:
    result = verdict((Kind.HUMAN_REPLY, after(6.25)))
    assert result.outcome is Outcome.ANSWERED
    assert hours_of(result) == Fraction("6.25")
    assert (result.stretch, result.target) == (InTime.MET, InTime.MET)
    assert result.reason == "A person answered after 6 h 15 min."


def test_a_bot_that_lets_nobody_through_is_silence_with_its_own_name_once_time_is_up() -> None:
    refused = (Kind.NO_PERSON, after(0.1))
    assert verdict(refused, now=6).outcome is Outcome.OPEN
    result = verdict(refused)
    assert result.outcome is Outcome.NO_WAY_TO_PERSON
    assert result.outcome in SCORED
    assert hours_of(result) is None
    assert result.target is InTime.BREACHED
    assert verdict(refused, (Kind.HUMAN_REPLY, after(3))).outcome is Outcome.ANSWERED


@pytest.mark.parametrize(
    "kind", [Kind.DELIVERED, Kind.ACKNOWLEDGED, Kind.BOT_MESSAGE, Kind.ADDRESS_SEEN, Kind.SENT]
)
def test_nothing_but_a_person_stops_the_clock(kind: ObservationKind) -> None:
    result = verdict((kind, after(0.1)), now=6.25)
    assert result.outcome is Outcome.OPEN
    assert result.reason == "No answer yet: at least 6 h 15 min so far."
    assert result.outcome not in SCORED


def test_the_first_of_several_answers_counts() -> None:
    result = verdict(
        (Kind.HUMAN_REPLY, after(9)), (Kind.ACKNOWLEDGED, after(0)), (Kind.HUMAN_REPLY, after(4))
    )
    assert hours_of(result) == 4


@pytest.mark.parametrize(
    ("hours", "stretch", "target"),
    [
        (8, InTime.MET, InTime.MET),
        (8.01, InTime.BREACHED, InTime.MET),
        (10.01, InTime.BREACHED, InTime.BREACHED),
    ],
)
def test_an_answer_exactly_at_the_limit_is_in_time(hours: float, stretch: InTime, target: InTime) -> None:
    result = verdict((Kind.HUMAN_REPLY, after(hours)))
    assert (result.stretch, result.target) == (stretch, target)


def test_an_answer_seen_only_between_two_looks_on_both_sides_of_the_limit_is_neither_met_nor_breached() -> (
    None
):
    result = verdict((Kind.HUMAN_REPLY, after(7.5, until=8.5)))
    assert (result.stretch, result.target) == (InTime.CANNOT_TELL, InTime.MET)


def test_the_score_counts_the_time_that_can_be_proved() -> None:
    sent = Interval(START, START + timedelta(minutes=30))
    result = verdict((Kind.HUMAN_REPLY, after(7, until=9)), sent=sent)
    assert result.response == ResponseTime(timedelta(hours=6.5), timedelta(hours=9))
    assert hours_of(result) == 9
    assert result.reason == "A person answered after 6 h 30 min to 9 h."


def test_an_open_probe_has_breached_a_limit_as_soon_as_it_has_passed() -> None:
    result = verdict(now=9)
    assert (result.outcome, result.stretch, result.target) == (
        Outcome.OPEN,
        InTime.BREACHED,
        InTime.CANNOT_TELL,
    )


def test_silence_at_the_cut_off_counts_as_never_answered() -> None:
    result = verdict(now=20)
    assert result.outcome is Outcome.UNANSWERED
    assert result.outcome in SCORED
    assert hours_of(result) is None
    assert result.reason == "Nobody answered within 20 h."


def test_an_answer_after_the_cut_off_is_shown_and_gets_nothing() -> None:
    result = verdict((Kind.HUMAN_REPLY, after(26)))
    assert (result.outcome, hours_of(result), result.target) == (
        Outcome.UNANSWERED,
        None,
        InTime.BREACHED,
    )
    assert result.reason == "A person answered after 26 h, when the probe had been closed."


def test_an_uncertain_reply_neither_meets_nor_breaches_the_target() -> None:
    result = verdict((Kind.UNCERTAIN_REPLY, after(12)), now=40)
    assert (result.outcome, result.stretch, result.target) == (
        Outcome.UNCERTAIN,
        InTime.CANNOT_TELL,
        InTime.CANNOT_TELL,
    )
    assert result.outcome not in SCORED


def test_an_uncertain_reply_before_a_persons_answer_has_to_be_read_first() -> None:
    result = verdict((Kind.UNCERTAIN_REPLY, after(2)), (Kind.HUMAN_REPLY, after(11)))
    assert result.outcome is Outcome.UNCERTAIN
    assert result.response == ResponseTime(timedelta(hours=2), timedelta(hours=11))


def test_an_uncertain_reply_after_a_persons_answer_changes_nothing() -> None:
    result = verdict((Kind.UNCERTAIN_REPLY, after(12)), (Kind.HUMAN_REPLY, after(3)))
    assert (result.outcome, hours_of(result)) == (Outcome.ANSWERED, 3)


def test_an_uncertain_reply_after_the_cut_off_changes_nothing() -> None:
    assert verdict((Kind.UNCERTAIN_REPLY, after(25))).outcome is Outcome.UNANSWERED


def test_a_bounce_counts_as_never_answered() -> None:
    result = verdict((Kind.BOUNCED, after(0.1)), now=1)
    assert (result.outcome, hours_of(result), result.target) == (Outcome.BOUNCED, None, InTime.BREACHED)
    assert result.outcome in SCORED


def test_a_person_who_answers_in_spite_of_a_bounce_has_answered() -> None:
    assert verdict((Kind.BOUNCED, after(0.1)), (Kind.HUMAN_REPLY, after(5))).outcome is Outcome.ANSWERED


@pytest.mark.parametrize("kind", [Kind.BLOCKED, Kind.LOST, Kind.FAILED])
def test_our_failure_is_not_theirs(kind: ObservationKind) -> None:
    result = verdict((kind, after(3)))
    assert (result.outcome, result.target) == (Outcome.EXCLUDED, InTime.CANNOT_TELL)
    assert result.outcome not in SCORED
    assert "our failure" in result.reason


def test_an_answer_that_came_before_we_lost_the_chat_counts() -> None:
    assert verdict((Kind.HUMAN_REPLY, after(2)), (Kind.LOST, after(3))).outcome is Outcome.ANSWERED


def test_a_chat_lost_after_the_cut_off_was_watched_long_enough() -> None:
    assert verdict((Kind.LOST, after(21))).outcome is Outcome.UNANSWERED


def test_a_probe_that_may_never_have_been_sent_is_left_out() -> None:
    assert verdict(sent=None).outcome is Outcome.EXCLUDED


def test_a_reply_seen_before_the_sending_took_no_time() -> None:
    assert hours_of(verdict((Kind.HUMAN_REPLY, after(-0.1)))) == 0


def test_the_target_can_be_judged_on_opening_hours() -> None:
    hours, tz = OpeningHours.on(WORKING_DAYS, time(9), time(17)), ZoneInfo("UTC")
    friday = datetime(2026, 2, 6, 16, tzinfo=UTC)
    monday = Interval.at(datetime(2026, 2, 9, 10, tzinfo=UTC))
    result = judge(
        Interval.at(friday),
        [(Kind.HUMAN_REPLY, monday)],
        monday.latest,
        measure=partial(opening_time_between, hours, tz),
    )
    assert hours_of(result) == 2


def test_limits_come_from_the_policy_in_hours() -> None:
    policy = DEFAULT_POLICY
    assert Limits.of_hours(policy.stretch_hours, policy.target_hours, policy.cutoff_hours) == Limits()


def test_an_interval_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidInput, match="cannot begin"):
        after(2, until=1)


def test_an_interval_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="time zone"):
        Interval.at(datetime.fromisoformat("2026-02-09T09:00"))


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(hours=10), "10 h"),
        (timedelta(days=1, minutes=5), "24 h 5 min"),
    ],
)
def test_durations_are_written_as_people_say_them(duration: timedelta, words: str) -> None:
    assert duration_words(duration) == words


observations = st.lists(
    st.tuples(
        st.sampled_from(ObservationKind),
        st.tuples(st.floats(0, 40), st.floats(0, 5)).map(lambda t: after(t[0], sum(t))),
    ),
    max_size=5,
)


@given(observations, st.floats(0, 50))
def test_no_verdict_is_met_without_a_persons_answer(
    seen: list[tuple[ObservationKind, Interval]], now: float
) -> None:
    result = verdict(*seen, now=now)
    if not any(kind is Kind.HUMAN_REPLY for kind, _ in seen):
        assert InTime.MET not in (result.stretch, result.target)
        assert hours_of(result) is None
    if result.stretch is InTime.MET:
        assert result.target is InTime.MET


@given(observations)
def test_the_order_in_which_observations_arrive_does_not_matter(
    seen: list[tuple[ObservationKind, Interval]],
) -> None:
    result, again = verdict(*seen), verdict(*reversed(seen))
    assert (again.outcome, again.response, again.target) == (result.outcome, result.response, result.target)


@pytest.mark.parametrize("state", [ProbeState.SEND_UNKNOWN, ProbeState.SENT])
def test_a_message_that_may_have_gone_out_is_never_planned_again(state: ProbeState) -> None:
    with pytest.raises(Conflict, match=f"“{state}” cannot become “planned”"):
        check_transition(state, ProbeState.PLANNED)


def test_a_message_that_nobody_took_may_be_planned_again() -> None:
    check_transition(ProbeState.SENDING, ProbeState.PLANNED)


def test_evidence_settles_whether_a_message_was_sent() -> None:
    check_transition(ProbeState.SEND_UNKNOWN, ProbeState.SENT)
    check_transition(ProbeState.SEND_UNKNOWN, ProbeState.FAILED)


def test_every_state_says_where_it_may_lead() -> None:
    assert set(TRANSITIONS) == set(ProbeState)


@given(st.lists(st.sampled_from(ProbeState), max_size=12))
def test_from_one_sending_to_another_leads_only_the_way_over_planned(wanted: list[ProbeState]) -> None:
    way = [ProbeState.PLANNED]
    for state in wanted:
        if state in TRANSITIONS[way[-1]]:
            check_transition(way[-1], state)
            way.append(state)
    attempts = "".join(
        "s" if state is ProbeState.SENDING else "p"
        for state in way
        if state in (ProbeState.SENDING, ProbeState.PLANNED)
    )
    assert "ss" not in attempts
