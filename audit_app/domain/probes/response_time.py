"""Response times: from the observations about one probe to a verdict that holds.

Every observation is an interval, because some things are seen only by looking now and then. So a response time has
a least and a most; where they lie on different sides of a limit, the honest verdict is that nobody can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from audit_app.domain.errors import InvalidInput
from audit_app.domain.exact import Exact
from audit_app.domain.probes.probe import ObservationKind
from audit_app.domain.time import clock

Measure = Callable[[datetime, datetime], timedelta]
"""A clock: how much time passed between two instants, by elapsed time or by opening hours."""

OUR_FAILURES = frozenset({ObservationKind.BLOCKED, ObservationKind.LOST, ObservationKind.FAILED})
"""What keeps us from seeing an answer: up to the cut-off it leaves out a probe that no person has answered."""
HOUR = timedelta(hours=1)


class Outcome(StrEnum):
    """What came of a probe, as far as is known.

    Answered, unanswered and bounced ones are scored, and those whose bot let nobody through to a person; open and uncertain ones are left out until it is known;
    excluded ones are left out for good, because the failure was ours.
    """

    OPEN = "open"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    NO_WAY_TO_PERSON = "no_way_to_person"
    UNCERTAIN = "uncertain"
    BOUNCED = "bounced"
    EXCLUDED = "excluded"


NEVER_ANSWERED = frozenset({Outcome.UNANSWERED, Outcome.NO_WAY_TO_PERSON})
"""The outcomes of silence: until the cut-off no person answered, and in the second a bot had said that none would."""
SCORED = NEVER_ANSWERED | {Outcome.ANSWERED, Outcome.BOUNCED}
"""The outcomes that the score counts; the others are left out: nobody knows yet, or the failure was ours."""
CLOSED = SCORED | {Outcome.EXCLUDED}
"""The outcomes that stand: nothing is waited for any more."""
WAITING = frozenset(Outcome) - CLOSED
"""The outcomes that may still change: nobody has answered yet, or somebody has to read what came."""
UNTIMED = frozenset({Outcome.BOUNCED, Outcome.EXCLUDED})
"""The outcomes without a response time: the message reached nobody, or the probe was left out."""


class InTime(StrEnum):
    """Whether an answer came within a limit, as far as can be proved."""

    MET = "met"
    BREACHED = "breached"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Interval:
    """When something happened: not before ``earliest`` and not after ``latest``, both in UTC.

    Raises:
        InvalidInput: the two are in the wrong order, or lack a time zone.
    """

    earliest: datetime
    latest: datetime

    def __post_init__(self) -> None:
        if self.earliest.tzinfo is None or self.latest.tzinfo is None:
            raise InvalidInput("The two ends of an interval need a time zone.")
        object.__setattr__(self, "earliest", self.earliest.astimezone(UTC))
        object.__setattr__(self, "latest", self.latest.astimezone(UTC))
        if self.earliest > self.latest:
            raise InvalidInput(f"An interval cannot begin ({self.earliest}) after it ends ({self.latest}).")

    @classmethod
    def at(cls, instant: datetime) -> Interval:
        """Return the interval of something whose time is known exactly."""
        return cls(instant, instant)


@dataclass(frozen=True, slots=True)
class ResponseTime:
    """How long an answer took: at least and at most; ``at_most`` is None where there is no answer yet."""

    at_least: timedelta
    at_most: timedelta | None

    def within(self, limit: timedelta) -> InTime:
        """Judge against a limit; an answer exactly at the limit is in time."""
        if self.at_least > limit:
            return InTime.BREACHED
        return InTime.MET if self.at_most is not None and self.at_most <= limit else InTime.CANNOT_TELL


@dataclass(frozen=True, slots=True)
class Limits:
    """The stretch, the target and the cut-off, as durations on the clock of the service target."""

    stretch: timedelta = 8 * HOUR
    target: timedelta = 10 * HOUR
    cutoff: timedelta = 20 * HOUR

    @classmethod
    def of_hours(cls, stretch: Exact, target: Exact, cutoff: Exact) -> Limits:
        """Return limits given in hours, as a score policy has them."""
        return cls(*(_duration(hours) for hours in (stretch, target, cutoff)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a probe, how long the answer took, whether that was in time, and why, in one sentence.

    `response` is None where there is nothing to time: nobody was reached, or it is not known that the message went out.
    """

    outcome: Outcome
    response: ResponseTime | None
    stretch: InTime
    target: InTime
    reason: str


def hours_for_score(outcome: Outcome, at_most: timedelta | None) -> Fraction | None:
    """Return the hours that the score counts for a probe whose answer took `at_most`; None for no answer in time.

    Of the two ends of a response time the later one counts: it is the time by which the answer had provably come.
    Look often enough, and the two are close.
    """
    return in_hours(at_most) if outcome is Outcome.ANSWERED and at_most is not None else None


def longest(
    sent_earliest: datetime, answered_latest: datetime, measure: Measure = clock.elapsed
) -> timedelta:
    """Return how long an answer took at most; nothing where clocks that disagree show it before the sending."""
    return max(clock.NOTHING, measure(sent_earliest, answered_latest))


def judge(
    sent: Interval | None,
    observations: Sequence[tuple[ObservationKind, Interval]],
    now: datetime,
    limits: Limits | None = None,
    measure: Measure = clock.elapsed,
) -> Verdict:
    """Say what came of a probe, by what is known now.

    ``now`` is the last moment at which we looked with success; silence proves nothing while nobody listens.
    ``sent`` is None when it is not known that the message went out, which is our failure. Only a person's answer
    counts; one that may be a person's, and came first, leaves the matter undecided until someone has read it. What
    came surely after the cut-off no longer counts as an answer. A reply seen before the sending, which clocks that
    disagree bring about, took no time.
    """
    limits = limits or Limits()
    if sent is None:
        return _verdict(
            Outcome.EXCLUDED,
            None,
            limits,
            "It is not known that the message was sent; left out as our failure.",
        )
    human = _first(ObservationKind.HUMAN_REPLY, sent, observations, measure)
    unsure = _first(ObservationKind.UNCERTAIN_REPLY, sent, observations, measure)
    if unsure and unsure.at_least <= limits.cutoff and _may_precede(unsure, human):
        return _undecided(unsure, human, limits)
    if human and human.at_least <= limits.cutoff:
        return _verdict(Outcome.ANSWERED, human, limits, f"A person answered after {_span(human)}.")
    return _no_answer(
        sent, human, observations, limits, ResponseTime(_since(sent, now, measure), None), measure
    )


def _no_answer(
    sent: Interval,
    late: ResponseTime | None,
    observations: Sequence[tuple[ObservationKind, Interval]],
    limits: Limits,
    so_far: ResponseTime,
    measure: Measure,
) -> Verdict:
    if any(kind is ObservationKind.BOUNCED for kind, _ in observations):
        return _never(
            Outcome.BOUNCED, None, "The message came back: the published address does not take mail."
        )
    for kind, seen in observations:
        if kind in OUR_FAILURES and measure(sent.latest, seen.earliest) <= limits.cutoff:
            return _verdict(
                Outcome.EXCLUDED, None, limits, f"The probe was {kind.value}; left out as our failure."
            )
    if late:
        return _never(
            Outcome.UNANSWERED,
            late,
            f"A person answered after {_span(late)}, when the probe had been closed.",
        )
    if so_far.at_least >= limits.cutoff:
        within = f"within {duration_words(limits.cutoff)}."
        if any(kind is ObservationKind.NO_PERSON for kind, _ in observations):
            words = f"The bot said that there is no way to a person, and none answered {within}"
            return _never(Outcome.NO_WAY_TO_PERSON, so_far, words)
        return _never(Outcome.UNANSWERED, so_far, f"Nobody answered {within}")
    words = f"No answer yet: at least {duration_words(so_far.at_least)} so far."
    return _verdict(Outcome.OPEN, so_far, limits, words)


def _first(
    wanted: ObservationKind,
    sent: Interval,
    observations: Sequence[tuple[ObservationKind, Interval]],
    measure: Measure,
) -> ResponseTime | None:
    """Return how long the first of a kind took: the first may be any of those whose intervals overlap."""
    seen = [interval for kind, interval in observations if kind is wanted]
    if not seen:
        return None
    earliest, latest = min(i.earliest for i in seen), min(i.latest for i in seen)
    return ResponseTime(_since(sent, earliest, measure), longest(sent.earliest, latest, measure))


def _may_precede(unsure: ResponseTime, human: ResponseTime | None) -> bool:
    return human is None or human.at_most is None or unsure.at_least < human.at_most


def _undecided(unsure: ResponseTime, human: ResponseTime | None, limits: Limits) -> Verdict:
    reason = f"A reply after {_span(unsure)} may or may not be a person's; someone has to read it."
    response = ResponseTime(unsure.at_least, human.at_most if human else None)
    return Verdict(Outcome.UNCERTAIN, response, InTime.CANNOT_TELL, InTime.CANNOT_TELL, reason)


def _never(outcome: Outcome, response: ResponseTime | None, reason: str) -> Verdict:
    return Verdict(outcome, response, InTime.BREACHED, InTime.BREACHED, reason)


def _verdict(outcome: Outcome, response: ResponseTime | None, limits: Limits, reason: str) -> Verdict:
    if response is None:
        return Verdict(outcome, None, InTime.CANNOT_TELL, InTime.CANNOT_TELL, reason)
    return Verdict(outcome, response, response.within(limits.stretch), response.within(limits.target), reason)


def _since(sent: Interval, until: datetime, measure: Measure) -> timedelta:
    return max(clock.NOTHING, measure(sent.latest, until))


def in_hours(duration: timedelta) -> Fraction:
    """Return a duration in hours, exactly, to the microsecond."""
    return Fraction(duration // timedelta(microseconds=1), HOUR // timedelta(microseconds=1))


def duration_words(duration: timedelta) -> str:
    """Write a duration as people say it, rounded down: ``6 h 15 min``, ``12 min``, ``40 s``."""
    seconds = duration // timedelta(seconds=1)
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if not hours:
        return f"{minutes} min" if minutes else f"{seconds} s"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _span(response: ResponseTime) -> str:
    least, most = duration_words(response.at_least), duration_words(response.at_most or response.at_least)
    return least if least == most else f"{least} to {most}"


def _duration(hours: Exact) -> timedelta:
    micros = Fraction(hours) * (HOUR // timedelta(microseconds=1))
    return timedelta(microseconds=round(micros))
