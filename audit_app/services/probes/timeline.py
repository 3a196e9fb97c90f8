"""What happened to one probe, in order, with all that its page shows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit_app.domain.probes.first_times import FirstTime
from audit_app.domain.probes.probe import REPLIES, UNSENT, ObservationKind, ProbeState
from audit_app.domain.probes.response_time import NEVER_ANSWERED, InTime, Limits, Outcome, ResponseTime
from audit_app.domain.time import clock
from audit_app.models import (
    Evidence,
    EvidenceKind,
    IncomingMail,
    Observation,
    Probe,
    can_be_taken_back,
    is_picture,
    mails_of,
)
from audit_app.services.probes.decisions import Decision, can_be_decided, decisions_on
from audit_app.services.probes.limits import limits_of
from audit_app.services.probes.times import Reading, first_times, in_time, readings, verdict_with
from audit_app.services.probes.withdrawals import Withdrawal, withdrawal_of
from probes.replies.mail import ReadMail

_ORDER = {
    kind: place
    for place, kind in enumerate(
        (
            ObservationKind.ADDRESS_SEEN,
            ObservationKind.GREETING,
            ObservationKind.DEFERRED,
            ObservationKind.FAILED,
            ObservationKind.BLOCKED,
            ObservationKind.SENT,
            ObservationKind.DELIVERED,
            ObservationKind.BOUNCED,
            ObservationKind.ACKNOWLEDGED,
            ObservationKind.SYSTEM_LINE,
            ObservationKind.BOT_MESSAGE,
            ObservationKind.TYPING,
            ObservationKind.UNCERTAIN_REPLY,
            ObservationKind.HUMAN_REPLY,
            ObservationKind.TAKEN_BACK,
            ObservationKind.LOST,
        )
    )
}
"""In which order things happen that are seen in the same instant."""
_ANSWERS = REPLIES | {ObservationKind.BOUNCED}
LONGEST_TRANSCRIPT = 1000
"""Lines of a chat that a page shows; the file has all."""


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One message of a chat as the page showed it; `at` is the server's time where it showed one."""

    role: str
    author: str
    text: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One observation of the time line with its evidence, sorted by how it is shown.

    `after` is how long after sending it happened; `whole_text` is the mail with all that it quotes, where that is
    more than the reply itself.
    """

    observation: Observation
    after: ResponseTime | None
    stops_clock: bool
    whole_text: str
    decisions: list[Decision]
    to_decide: bool
    withdrawal: Withdrawal | None
    after_close: bool
    """Whether it came when the probe was closed as unanswered."""
    mails: list[IncomingMail]
    """The mails that brought it and that a person may take back."""
    pictures: list[Evidence]
    files: list[Evidence]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A probe with its times, its verdict in words, its time line, and its chat as last seen."""

    probe: Probe
    limits: Limits
    readings: tuple[Reading, ...]
    first_times: dict[FirstTime, ResponseTime]
    in_time: InTime | None
    reason: str
    entries: list[Entry]
    conversation: list[ChatLine]

    @property
    def response(self) -> ResponseTime | None:
        """The response time on the clock that judges."""
        return self.readings[0].response if self.readings else None

    @property
    def waiting(self) -> bool:
        """Whether something may still change by itself."""
        return self.probe.outcome is Outcome.OPEN

    @property
    def follow_ups(self) -> list[Observation]:
        """What people of the company wrote after their first answer, oldest first."""
        human = [
            each.observation for each in self.entries if each.observation.kind is ObservationKind.HUMAN_REPLY
        ]
        return sorted(human, key=lambda seen: (seen.latest, seen.id))[1:]

    @property
    def before_close(self) -> list[Entry]:
        """What happened while the probe was open."""
        return [each for each in self.entries if not each.after_close]

    @property
    def after_close(self) -> list[Entry]:
        """What came when the probe was closed as unanswered."""
        return [each for each in self.entries if each.after_close]

    @property
    def undecided(self) -> list[Entry]:
        """The replies that wait for a decision."""
        return [each for each in self.entries if each.observation.kind is ObservationKind.UNCERTAIN_REPLY]


def timeline_of(probe: Probe, now: datetime) -> Timeline:
    """The timeline of `probe` as known at `now`."""
    found = readings(probe, now)
    return Timeline(
        probe=probe,
        limits=limits_of(probe),
        readings=found,
        first_times=first_times(probe),
        in_time=in_time(probe, found[0].response if found else None),
        reason=_reason(probe, now),
        entries=_entries(probe),
        conversation=_conversation(probe),
    )


def _reason(probe: Probe, now: datetime) -> str:
    """The verdict in one sentence; what was stored wins over what would be judged today."""
    if probe.sent_latest is None and probe.closed_at is None:
        return f"{probe.failure} {_unsent(probe)}".strip()
    if probe.failure:
        return probe.failure
    verdict = verdict_with(probe, now)
    return verdict.reason if verdict.outcome is probe.outcome else ""


def _unsent(probe: Probe) -> str:
    if probe.failure and probe.state in UNSENT:
        return "The same message is tried again."
    return _UNSENT.get(probe.state, "")


_UNSENT = {
    ProbeState.PLANNED: "Planned; it goes out when its time comes.",
    ProbeState.CLAIMED: "It is about to be sent.",
    ProbeState.SENDING: "It is being sent.",
    ProbeState.SEND_UNKNOWN: (
        "It is not known whether it left, so it is never sent again. Its trace is looked for during a day; without any, "
        "it is left out as our failure and counts for nobody."
    ),
}


def _entries(probe: Probe) -> list[Entry]:
    human = [seen for seen in probe.observations if seen.kind is ObservationKind.HUMAN_REPLY]
    first = min(human, key=lambda seen: (seen.latest, seen.id), default=None)
    stopped = probe.outcome is Outcome.ANSWERED
    mails = [mail for mail in mails_of(probe) if can_be_taken_back(mail)]
    in_order = sorted(probe.observations, key=lambda seen: _place(probe, seen))
    return [_entry(probe, seen, stopped and seen is first, mails) for seen in in_order]


def _place(probe: Probe, seen: Observation) -> tuple[datetime, int, int]:
    """Where it stands: by its earliest instant, and nothing that follows the sending before that."""
    order = _ORDER[seen.kind]
    begins = seen.earliest
    if probe.sent_earliest is not None and order > _ORDER[ObservationKind.SENT]:
        begins = max(begins, probe.sent_earliest)
    return begins, order, seen.id


def _entry(probe: Probe, seen: Observation, stops_clock: bool, mails: list[IncomingMail]) -> Entry:
    return Entry(
        observation=seen,
        after=_after(probe, seen),
        stops_clock=stops_clock,
        whole_text=whole_text(seen),
        decisions=decisions_on(seen),
        to_decide=can_be_decided(seen),
        withdrawal=withdrawal_of(seen),
        after_close=_after_close(probe, seen),
        mails=[mail for mail in mails if mail.evidence.observation_id == seen.id],
        pictures=[each for each in seen.evidence if is_picture(each) and not each.erased_at],
        files=[each for each in seen.evidence if not is_picture(each) and not each.erased_at],
    )


def _after_close(probe: Probe, seen: Observation) -> bool:
    closed = probe.outcome in NEVER_ANSWERED and probe.cutoff_at is not None
    return closed and probe.cutoff_at is not None and seen.earliest > probe.cutoff_at


def _after(probe: Probe, seen: Observation) -> ResponseTime | None:
    """How long after sending something happened; None for what came before, and for the sending itself."""
    if seen.kind is ObservationKind.SENT or probe.sent_earliest is None or probe.sent_latest is None:
        return None
    if seen.latest < probe.sent_earliest:
        return None
    least = max(clock.NOTHING, clock.elapsed(probe.sent_latest, seen.earliest))
    return ResponseTime(least, clock.elapsed(probe.sent_earliest, seen.latest))


def whole_text(observation: Observation) -> str:
    """The whole text of a reply by mail, quotes and all; empty where it is not more than the reply's own text."""
    if observation.kind not in _ANSWERS:
        return ""
    raw = next((each for each in observation.evidence if each.kind is EvidenceKind.RAW_MAIL), None)
    text = readable_text(raw.content) if raw else ""
    return text if text.split() != observation.text.split() else ""


def readable_text(raw: bytes) -> str:
    """The text of a raw mail; empty for one that is too broken to be read."""
    try:
        return ReadMail.of(raw).text.strip()
    except Exception:  # whatever the email package trips over, the raw mail is still there to be saved
        return ""


def _conversation(probe: Probe) -> list[ChatLine]:
    transcripts = [each for each in probe.evidence if each.kind is EvidenceKind.TRANSCRIPT]
    return read_transcript(transcripts[-1].content) if transcripts else []


def read_transcript(content: bytes) -> list[ChatLine]:
    """The lines of a stored transcript; empty where it is not one that we know how to read."""
    try:
        rows = json.loads(content)
    except ValueError:
        return []
    if not isinstance(rows, Sequence):
        return []
    lines = [_chat_line(row) for row in rows[:LONGEST_TRANSCRIPT] if isinstance(row, Mapping)]
    return [line for line in lines if line.text]


def _chat_line(row: Mapping[str, object]) -> ChatLine:
    role, author, text = (str(row.get(name) or "") for name in ("role", "author", "text"))
    try:
        at = datetime.fromisoformat(str(row.get("at")))
    except ValueError:
        at = None
    return ChatLine(role, author, text, at if at is not None and at.tzinfo else None)
