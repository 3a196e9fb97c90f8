"""What a comparison says, in sentences: how sure a score is, what it can still become, and what a change compares."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

from babel.dates import format_date

from audit_app.domain.exact import round_half_up
from audit_app.domain.scores.sufficiency import Level
from audit_app.services.scores.comparison import TITLES, Comparison, InTimeShare
from audit_app.web.presentation import LOCALE, hours, percent


def within_words(target: Fraction | None) -> str:
    """Name what an answer has to be within: `within 10 h`, or `within the target` where probes have several."""
    return "within the target" if target is None else f"within {hours(target)}"


def interval_words(share: InTimeShare) -> str:
    """Say how sure a share is: `80 % of 10; with so many, the true share lies between 49 % and 94 %`."""
    if not share.n:
        return "No probe was decided"
    low, high = percent(share.bounds.low), percent(share.bounds.high)
    return f"{percent(share.value)} of {share.n}; the true share lies between {low} and {high} (95 % sure)"


def share_beside(share: InTimeShare) -> str:
    """What stands beside a share and is not in it yet: `3 more are not due yet`; empty for nothing."""
    said = []
    if share.cannot_tell:
        said.append(f"{share.cannot_tell} unclear")
    if share.not_due:
        said.append(f"{share.not_due} more {'is' if share.not_due == 1 else 'are'} not due yet")
    if share.undecided:
        most = f"{share.met} to {share.met + share.undecided} of {share.n + share.undecided}"
        wait = "waits" if share.undecided == 1 else "wait"
        said.append(f"{most} while {share.undecided} {wait} for a decision")
    return "; ".join(said)


def score_notes(comparison: Comparison) -> list[str]:
    """How sure a score is and what it can still become, a short sentence each."""
    return [
        *_interval(comparison),
        *_still_moving(comparison),
        *_provisional(comparison),
        *_locations_counted(comparison),
    ]


def _interval(comparison: Comparison) -> list[str]:
    if comparison.interval is None:
        return []
    low, high = (round_half_up(end, 0) for end in comparison.interval)
    return [f"Between {low} and {high}, 95 % sure."]


def _still_moving(comparison: Comparison) -> list[str]:
    found, said = comparison.range, []
    if found is None:
        return []
    least, most = round_half_up(found.least), round_half_up(found.most)
    if found.overdue:
        said.append(f"Could still fall to {least} ({found.overdue} open).")
    if found.undecided:
        wait = "reply waits" if found.undecided == 1 else "replies wait"
        said.append(f"From {least} to {most} while {found.undecided} {wait} for a decision.")
    return said


def _provisional(comparison: Comparison) -> list[str]:
    if comparison.enough.level is not Level.PROVISIONAL:
        return []
    return [f"Provisional, without a band: {needed(comparison)} for one."]


def needed(comparison: Comparison) -> str:
    """What is missing for the next level: `1 more visit and 3 more probes are needed`."""
    missing = comparison.enough.missing
    said = [f"{count} more {kind[:-1] if count == 1 else kind}" for kind, count in missing.items()]
    return f"{' and '.join(said)} {'is' if list(missing.values()) == [1] else 'are'} needed"


def _locations_counted(comparison: Comparison) -> list[str]:
    if comparison.locations == 1 or comparison.counted == comparison.locations:
        return []
    return [f"{comparison.counted} of {comparison.locations} locations have enough data."]


def too_little(comparison: Comparison) -> str:
    """Why there is no score, what is missing and what is on its way."""
    if comparison.enough.level is not Level.INSUFFICIENT:
        return "What there is carries too little of the policy's weight for a score."
    waiting = sum(1 for probe in comparison.facts.probes if probe.pending is not None)
    coming = f" {waiting} {'probe is' if waiting == 1 else 'probes are'} still open." if waiting else ""
    there = f"There are {_counted(len(comparison.facts.visits), 'visit')} and {_counted(comparison.facts.closed, 'closed probe')}"
    return f"{there}; {needed(comparison)}.{coming}"


def _counted(n: int, what: str) -> str:
    return f"{n or 'no'} {what}{'' if n == 1 else 's'}"


def change_notes(comparison: Comparison, zone: ZoneInfo) -> list[str]:
    """What a change compares, where that is not everything; empty where it is."""
    changed = comparison.changed
    partial = changed.missing_now or changed.missing_before or changed.not_alike
    if not comparison.now or not partial:
        return []
    over = _listed([TITLES[key] for key in changed.parts]).lower()
    said = [f"The change is over {over} alone." if over else "Nothing can be compared."]
    said += [_missing(comparison, key, zone) for key in changed.missing_now]
    said += [f"There was no {_one(key)} in the period before." for key in changed.missing_before]
    said += [f"{TITLES[key]} of the two periods were asked in other ways." for key in changed.not_alike]
    return said


def _missing(comparison: Comparison, key: str, zone: ZoneInfo) -> str:
    if key == "reply_quality" and comparison.unrated:
        answers = "answer has" if comparison.unrated == 1 else "answers have"
        return f"Reply quality is pending: {comparison.unrated} {answers} no rating yet."
    before = comparison.facts_before
    moments = (
        [visit.at for visit in before.visits] if key == "visits" else [probe.at for probe in before.probes]
    )
    since = format_date(max(moments).astimezone(zone).date(), "d MMMM", locale=LOCALE)
    return f"Without {TITLES[key].lower()}: none since {since}."


def _one(key: str) -> str:
    return {"visits": "visit", "speed": "closed probe", "reply_quality": "rated reply"}[key]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"
