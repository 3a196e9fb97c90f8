"""What the page of one probe calls each thing that happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from audit_app.domain.probes.probe import ObservationKind, ProbeState
from audit_app.domain.probes.response_time import NEVER_ANSWERED, Outcome
from audit_app.models import Probe
from audit_app.services.probes.timeline import Entry, Timeline
from audit_app.services.probes.withdrawals import Withdrawal
from audit_app.web.presentation import local_time
from audit_app.web.probe_words import KINDS


@dataclass(frozen=True, slots=True)
class Heading:
    """What an entry of the time line is called, and what it means for the clock."""

    label: str
    remark: str
    good: bool
    """Whether the remark is good news."""


def heading_of(entry: Entry, probe: Probe) -> Heading:
    """The heading of an entry of the time line."""
    look = KINDS[entry.observation.kind]
    if entry.withdrawal and entry.withdrawal.was == "sent":
        return Heading("Proof of sending that no longer counts", look.remark, good=False)
    if entry.observation.kind is ObservationKind.HUMAN_REPLY:
        return _human(entry, probe, look.label)
    late = "after the close" if entry.after_close else ""
    return Heading(look.label, ", ".join(filter(None, (look.remark, late))), good=False)


def _human(entry: Entry, probe: Probe, label: str) -> Heading:
    if entry.stops_clock:
        return Heading(label, "stops the clock", good=True)
    if probe.outcome is Outcome.ANSWERED:
        return Heading("A person wrote again", "", good=False)
    if probe.outcome in NEVER_ANSWERED:
        return Heading(label, "after the close, too late to count", good=False)
    return Heading(label, "", good=False)


def withdrawn(gone: Withdrawal, zone: ZoneInfo, now: datetime) -> str:
    """Who took back what brought an entry here, and when."""
    when = local_time(gone.at, zone, now)
    if not gone.follows:
        return f"{gone.by} took it back, {when}: it does not answer this probe."
    if gone.was == "sent":
        return f"A mail that {gone.by} took back, {when}, had proved it."
    return f"It came here by a ticket number from a mail that {gone.by} took back, {when}."


def verdict_title(timeline: Timeline, outcome: str) -> str:
    """What became of the probe, where `outcome` says what became of one that was sent."""
    probe = timeline.probe
    if not timeline.waiting or probe.sent_latest:
        return outcome
    if probe.state is ProbeState.SEND_UNKNOWN:
        return "Not known whether it was sent"
    return "Not sent yet"


def undecided_notice(timeline: Timeline) -> str:
    """What waits for a decision, and what hangs on it."""
    waiting = len(timeline.undecided)
    many = "A reply" if waiting == 1 else f"{waiting} replies"
    if timeline.probe.outcome is Outcome.UNCERTAIN:
        then = "Until somebody decides, this probe neither meets nor misses its target."
    else:
        then = "Whatever you decide, the outcome above stays as it is."
    return f"{many} may or may not be from a person. {then}"
