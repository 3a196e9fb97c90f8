"""What pages call the things that happen to a probe, and how text from elsewhere is shown without harm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from audit_app.domain.probes.first_times import FirstTime
from audit_app.domain.probes.probe import ObservationKind
from audit_app.domain.probes.response_time import InTime, Limits, Outcome, ResponseTime, Verdict
from audit_app.domain.replies.quality import Share
from audit_app.models import ChannelName, ClockName, EvidenceKind
from audit_app.services.mail.history import HandlingStep
from audit_app.services.probes.list import Group, Kind
from audit_app.services.probes.timeline import Timeline
from audit_app.web.presentation import duration_beside, hours, local_time, zone_name


@dataclass(frozen=True, slots=True)
class KindLook:
    """How an observation is shown: symbol of icons.svg, colour, name, and what it means for the clock."""

    icon: str
    tone: str
    label: str
    remark: str = ""


KINDS: dict[ObservationKind, KindLook] = {
    ObservationKind.ADDRESS_SEEN: KindLook("search", "muted", "Looked up the address"),
    ObservationKind.SENT: KindLook("probe", "accent", "Sent"),
    ObservationKind.DEFERRED: KindLook(
        "clock", "muted", "Put off", "not taken yet, so the clock does not run"
    ),
    ObservationKind.DELIVERED: KindLook("check", "muted", "Delivered", "does not stop the clock"),
    ObservationKind.ACKNOWLEDGED: KindLook(
        "mail", "muted", "Acknowledged", "automatic, does not stop the clock"
    ),
    ObservationKind.BOT_MESSAGE: KindLook(
        "chat", "muted", "Message from a bot", "automatic, does not stop the clock"
    ),
    ObservationKind.GREETING: KindLook("chat", "muted", "Greeting before our message", "no answer"),
    ObservationKind.TYPING: KindLook("chat", "muted", "Somebody is typing", "does not stop the clock"),
    ObservationKind.SYSTEM_LINE: KindLook(
        "info", "muted", "Remark of the chat itself", "does not stop the clock"
    ),
    ObservationKind.ASKING_PERSON: KindLook("person", "muted", "About to ask the bot for a person"),
    ObservationKind.ASKED_PERSON: KindLook("person", "accent", "Asked the bot for a person"),
    ObservationKind.NO_PERSON: KindLook(
        "close", "never", "The bot said that there is no way to a person", "does not stop the clock"
    ),
    ObservationKind.HUMAN_REPLY: KindLook("person", "good", "Answered by a person"),
    ObservationKind.UNCERTAIN_REPLY: KindLook(
        "mark-question", "unsure", "A reply that may be a person’s", "nobody can tell yet"
    ),
    ObservationKind.TAKEN_BACK: KindLook("mail", "muted", "Not of this probe", "says nothing about it"),
    ObservationKind.BOUNCED: KindLook("close", "never", "Came back undelivered"),
    ObservationKind.BLOCKED: KindLook("alert", "late", "Blocked", "our failure, not theirs"),
    ObservationKind.LOST: KindLook("alert", "late", "Out of our sight", "our failure, not theirs"),
    ObservationKind.FAILED: KindLook("alert", "late", "Failed", "our failure, not theirs"),
}

CHANNELS: dict[ChannelName, tuple[str, str]] = {
    ChannelName.EMAIL: ("mail", "E-mail"),
    ChannelName.CONTACT_FORM: ("form", "Contact form"),
    ChannelName.CHAT: ("chat", "Chat"),
    ChannelName.PHONE: ("phone", "Phone"),
    ChannelName.IN_PERSON: ("shop", "In person"),
}

CLOCKS: dict[ClockName, str] = {
    ClockName.ELAPSED: "Elapsed time",
    ClockName.OPENING_HOURS: "Opening hours",
}

ROLES: dict[str, str] = {
    "visitor": "our customer",
    "person": "a person",
    "machine": "automatic",
    "bot": "a bot",
    "system": "",
    "unknown": "nobody can tell who",
}

GROUPS: dict[Group, str] = {
    Group.DECISION: "Needs a decision",
    Group.OPEN: "Open",
    Group.UNSENT: "Not sent, as far as we know",
    Group.CLOSED: "Closed",
}

FILTERED: dict[Kind, str] = {
    Kind.UNCERTAIN: "Needs a decision",
    Kind.OPEN: "Open",
    Kind.UNSENT: "Not sent, as far as we know",
    Kind.IN_TIME: "Answered in time",
    Kind.LATE: "Answered late",
    Kind.CANNOT_TELL: "Answered, unclear whether in time",
    Kind.UNANSWERED: "Not answered in time",
    Kind.NO_WAY_TO_PERSON: "No way to a person",
    Kind.BOUNCED: "Came back undelivered",
    Kind.EXCLUDED: "Left out",
}

SHARES: dict[Share, str] = {
    Share.YES: "Yes",
    Share.PARTLY: "Partly",
    Share.NO: "No",
    Share.NOT_APPLICABLE: "N/A",
}

DECISIONS: dict[bool, str] = {True: "a person", False: "automatic"}
"""What somebody said a reply is: whether a person wrote it."""

HANDLING_STEPS: dict[HandlingStep, str] = {
    HandlingStep.ASSIGNED: "assigned it to",
    HandlingStep.TAKEN_BACK: "took it back from",
    HandlingStep.DISCARDED: "discarded it",
    HandlingStep.PUT_BACK: "put it back",
}

EVIDENCE: dict[EvidenceKind, str] = {
    EvidenceKind.RAW_MAIL: "Raw mail",
    EvidenceKind.SCREENSHOT: "Screenshot",
    EvidenceKind.TRANSCRIPT: "Transcript",
    EvidenceKind.TRACE: "Browser trace",
    EvidenceKind.HTML: "Page as HTML",
    EvidenceKind.PHOTO: "Photo",
}

LONGEST = 8_000
"""Characters of foreign text that a page shows in one place; a mail may have millions."""
WEEKS = 26
"""Weeks that the filter of the list offers."""
SAME = timedelta(minutes=1)
"""Ends of an interval that are closer than this are shown as one; mail servers tell times to the second."""

_DIRECTIONS = re.compile("([\u202a-\u202e\u2066-\u2069])\\1*")
# No language piles more than three marks on one letter; hundreds are a tower that hides the page above it.
_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_TOWERS = re.compile(f"({_MARKS}{{4}}){_MARKS}+")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")


def foreign(text: str) -> str:
    """Text that somebody else wrote, for a page that escapes it: nothing in it hides, reorders or floods the page.

    Marks that reverse the direction of reading are named instead of obeyed, other control characters become a
    replacement character, towers of accents are torn down, and very long text is cut with a word on it.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    named = _DIRECTIONS.sub(_name_direction, lines)
    plain = _TOWERS.sub(r"\1", _CONTROLS.sub("\ufffd", named))
    if len(plain) <= LONGEST:
        return plain
    return f"{plain[:LONGEST]}…\n[cut here; {len(plain) - LONGEST:,} more characters are in the raw file]"


def _name_direction(found: re.Match[str]) -> str:
    times = f", {len(found[0])} times" if len(found[0]) > 1 else ""
    return f"[U+{ord(found[1]):04X}{times}]"


def recent_weeks(today: date) -> list[tuple[str, str]]:
    """The last weeks for a filter, this one first: what stands in the address, and what people read."""
    monday = today - timedelta(days=today.weekday())
    return [_week(monday - timedelta(weeks=back)) for back in range(WEEKS)]


def _week(monday: date) -> tuple[str, str]:
    year, number, _ = monday.isocalendar()
    sunday = monday + timedelta(days=6)
    return f"{year}-W{number:02}", f"Week {number}, {monday.day} {monday:%b} to {sunday.day} {sunday:%b}"


def sentence(text: str) -> str:
    """The text with a capital letter in front."""
    return text[:1].upper() + text[1:]


def span(response: ResponseTime, limits: Limits | None = None) -> str:
    """Write a response time: `6 h 15 min`, `6 h 5 min to 6 h 35 min` for an interval, `at least 3 h` while it runs.

    With `limits`, what exceeds one of them does not read as if it were within.
    """
    beside = (limits.stretch, limits.target, limits.cutoff) if limits else ()
    least = duration_beside(response.at_least, *beside)
    if response.at_most is None:
        return f"at least {least}"
    most = duration_beside(response.at_most, *beside)
    one = response.at_most - response.at_least < SAME and not _straddles(response, limits)
    return most if one else f"{least} to {most}"


def _straddles(response: ResponseTime, limits: Limits | None) -> bool:
    return limits is not None and response.within(limits.target) is InTime.CANNOT_TELL


def reason(timeline: Timeline) -> str:
    """The verdict in one sentence; for an answer with what that means for both limits.

    Empty for what waits for a decision: the page says that where it asks for one.
    """
    response, limits = timeline.response, timeline.limits
    if timeline.probe.outcome is Outcome.UNCERTAIN:
        return ""
    if timeline.waiting and response is not None:
        return "No person has answered yet."
    if timeline.probe.outcome is not Outcome.ANSWERED or response is None:
        return timeline.reason
    measured = CLOCKS[timeline.readings[0].clock].lower()
    target, stretch = hours(limits.target), hours(limits.stretch)
    in_time = timeline.in_time or response.within(limits.target)
    met = {
        (InTime.MET, InTime.MET): f"within the stretch of {stretch} and the target of {target}",
        (InTime.MET, InTime.BREACHED): f"within the target of {target}, not within the stretch of {stretch}",
        (InTime.MET, InTime.CANNOT_TELL): f"within the target of {target}",
        (InTime.BREACHED, InTime.BREACHED): f"not within the target of {target}",
    }.get((in_time, response.within(limits.stretch)))
    judged = (
        met or f"and nobody can tell whether within the target of {target}, because it was seen only later"
    )
    return f"A person answered after {span(response, limits)}, {judged} ({measured})."


def first_times(timeline: Timeline) -> str:
    """When anything came first, anything automatic, and a person, in one sentence.

    Empty where that says no more than the response time: nothing came, or nothing but a person's answer.
    """
    found = {first: span(time) for first, time in timeline.first_times.items()}
    if FirstTime.AUTOMATIC not in found and found.get(FirstTime.ANYTHING) == found.get(FirstTime.PERSON):
        return ""
    yet = " yet" if timeline.waiting else ""
    said = [
        f"first {what} {after(found[first])}" if first in found else f"no {what}{yet}"
        for first, what in _FIRST_TIMES.items()
    ]
    return sentence(", ".join(said)) + "."


def after(time: str) -> str:
    """Say how long after the sending: `after 6 h`, and `at once` for less than a second."""
    return "at once" if time == "0 s" else f"after {time}"


_FIRST_TIMES: dict[FirstTime, str] = {
    FirstTime.ANYTHING: "reaction",
    FirstTime.AUTOMATIC: "automatic message",
    FirstTime.PERSON: "person",
}


def moment(earliest: datetime, latest: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Write when something happened in `zone`: `21 Nov 14:05 (Stockholm)`, or from when to when it can have been."""
    until = local_time(latest, zone, now)
    since = local_time(earliest, zone, now)
    if since == until:
        return until
    place = f" ({zone_name(zone)})"
    same_day = earliest.astimezone(zone).date() == latest.astimezone(zone).date()
    return f"{since.removesuffix(place)} to {until[until.rindex(' ', 0, -len(place)) + 1 :] if same_day else until}"


def utc(earliest: datetime, latest: datetime) -> str:
    """Write when something happened to the second in UTC, with both ends of an interval."""
    since, until = (f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" for at in (earliest, latest))
    return f"{until} UTC" if since == until else f"{since} to {until} UTC"


def outcome_words(verdict: Verdict) -> str:
    """What an outcome means, for somebody about to bring it about."""
    if verdict.outcome is not Outcome.ANSWERED:
        return _WORDS[verdict.outcome]
    return {
        InTime.MET: "The probe counts as answered in time.",
        InTime.BREACHED: "The probe counts as answered late.",
        InTime.CANNOT_TELL: "The probe counts as answered, but nobody can tell whether that was in time.",
    }[verdict.target]


_WORDS: dict[Outcome, str] = {
    Outcome.OPEN: "The clock goes on: no person has answered yet.",
    Outcome.UNANSWERED: "The probe closes as never answered.",
    Outcome.NO_WAY_TO_PERSON: "The probe closes with no way to a person.",
    Outcome.UNCERTAIN: "Another reply of this probe still needs a decision.",
    Outcome.BOUNCED: "The probe closes as undelivered.",
    Outcome.EXCLUDED: "The probe stays left out of the score.",
}
