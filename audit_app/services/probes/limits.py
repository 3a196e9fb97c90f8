"""The limits and the clock by which a probe is judged."""

from __future__ import annotations

from audit_app.domain.probes.response_time import Limits, Measure
from audit_app.domain.time import clock
from audit_app.models import ClockName, Probe


def limits_of(probe: Probe) -> Limits:
    """The limits by which the probe is judged."""
    return Limits.of_hours(probe.stretch_hours, probe.target_hours, probe.cutoff_hours)


def opening_time(probe: Probe) -> Measure:
    """The opening-hours clock of the probe's location."""
    return probe.touchpoint.location.timetable.open_between


def measure_of(probe: Probe) -> Measure:
    """The clock by which the probe is judged."""
    return opening_time(probe) if probe.clock is ClockName.OPENING_HOURS else clock.elapsed
