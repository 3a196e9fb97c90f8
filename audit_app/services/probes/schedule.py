"""When to look at a probe again: often while it is young, then ever less, and always around a limit."""

from __future__ import annotations

from datetime import datetime, timedelta

from audit_app.domain.errors import InvalidInput
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import ClockName, Probe
from audit_app.services.probes.channels import answered_by_mail
from audit_app.services.probes.limits import limits_of

SOONEST = timedelta(seconds=15)
LATEST = timedelta(minutes=30)
SHARE_OF_AGE = 10
"""A probe is looked at again after a tenth of its age, so that an answer's time is known to a tenth."""
BESIDE_A_LIMIT = timedelta(seconds=30)
"""So long before and after the stretch, the target and the cut-off a look is due: no verdict hangs between two."""
AFTER_CLOSING = (timedelta(minutes=10), timedelta(days=1))
"""A closed probe is looked at twice more, for what the staff add and for answers that come too late."""
FIRST_SEARCH = timedelta(seconds=5)


def reached_at(probe: Probe, sent: datetime, duration: timedelta) -> datetime | None:
    """When `duration` will have passed since `sent` on the target's clock; None where the location never opens."""
    if probe.clock is ClockName.ELAPSED:
        return sent + duration
    try:
        return probe.touchpoint.location.timetable.after(sent, duration)
    except InvalidInput:
        return None


def next_look(probe: Probe, now: datetime) -> datetime | None:
    """When a sent probe is to be looked at again, or None when nothing more is to be seen.

    Mailboxes are read as a whole and their mail is dated by its server, so a probe answered there only has to be
    closed in time.
    """
    if probe.closed_at is not None:
        return _after_closing(probe, probe.closed_at, now)
    if probe.outcome is Outcome.UNCERTAIN and probe.cutoff_at and now > probe.cutoff_at + AFTER_CLOSING[-1]:
        return None  # a person has to decide; looking on changes nothing
    if probe.channel in answered_by_mail():
        return max(now + SOONEST, probe.cutoff_at) if probe.cutoff_at else now + LATEST
    if probe.sent_latest is None:
        return now + SOONEST
    age = now - probe.sent_latest
    wait = min(max(age / SHARE_OF_AGE, SOONEST), LATEST)
    return min([now + wait, *(look for look in _around_limits(probe, probe.sent_latest) if look > now)])


def _around_limits(probe: Probe, sent: datetime) -> list[datetime]:
    limits = limits_of(probe)
    reached = (reached_at(probe, sent, limit) for limit in (limits.stretch, limits.target, limits.cutoff))
    return [at + beside for at in reached if at is not None for beside in (-BESIDE_A_LIMIT, BESIDE_A_LIMIT)]


def _after_closing(probe: Probe, closed: datetime, now: datetime) -> datetime | None:
    if probe.outcome is Outcome.EXCLUDED or probe.channel in answered_by_mail():
        return None
    return next((closed + wait for wait in AFTER_CLOSING if closed + wait > now), None)


def next_search(begun: datetime, now: datetime) -> datetime:
    """When to look again for the proof that a message left: each wait as long as the whole time before."""
    return now + max(FIRST_SEARCH, now - begun)
