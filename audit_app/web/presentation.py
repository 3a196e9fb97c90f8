"""How values look on pages: times in a location's zone, durations, numbers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from babel.dates import format_datetime, format_timedelta, get_timezone
from flask import Flask, g
from markupsafe import Markup, escape

from audit_app.domain.exact import Exact, round_half_up
from audit_app.domain.probes.response_time import InTime, Outcome
from audit_app.models import ChannelName, RoleName

LOCALE = "en_GB"
MOST_DIGITS = 4
"""Decimals of a percentage at the edge; what needs more is written as nearly all or nearly none."""
NOTHING = "–"
"""Shown where there is no value."""

Number = Exact | float

ROLE_WORDS = {
    RoleName.ADMIN: "Administrator",
    RoleName.MANAGER: "Manager",
    RoleName.AUDITOR: "Auditor",
    RoleName.CONTACT: "Location contact",
}

CHANNEL_WORDS = {
    ChannelName.EMAIL: "E-mail",
    ChannelName.CONTACT_FORM: "Contact form",
    ChannelName.CHAT: "Chat",
    ChannelName.PHONE: "Phone",
    ChannelName.IN_PERSON: "In person",
}

OUTCOME_LOOKS: dict[str, tuple[str, str]] = {
    "in_time": ("dot", "Answered in time"),
    "late": ("hollow", "Answered late"),
    "cannot_tell": ("question", "Answered, unclear whether in time"),
    Outcome.OPEN: ("ring", "Open"),
    Outcome.ANSWERED: ("dot", "Answered"),
    Outcome.UNANSWERED: ("cross", "Not answered in time"),
    Outcome.NO_WAY_TO_PERSON: ("cross", "No way to a person"),
    Outcome.BOUNCED: ("cross", "Came back undelivered"),
    Outcome.UNCERTAIN: ("question", "Needs a decision"),
    Outcome.EXCLUDED: ("dash", "Left out"),
}
"""Outcome → shape (a symbol `mark-…` of icons.svg) and words; the shape says it without colour too."""


def duration(seconds: float | timedelta | None) -> str:
    """Write a duration as people say it: `6 h 15 min`, `2 d 3 h`, `45 s`; nothing smaller than it matters."""
    if seconds is None:
        return NOTHING
    total = _seconds(seconds)
    if abs(total) < 60:
        return f"{int(total)} s"
    minutes = int(total // 60)
    if minutes < 60:
        return f"{minutes} min"
    whole, rest = divmod(minutes, 60)
    if whole < 48:
        return f"{whole} h {rest} min" if rest else f"{whole} h"
    days, over = divmod(whole, 24)
    return f"{days} d {over} h" if over else f"{days} d"


def duration_beside(seconds: float | timedelta, *limits: float | timedelta) -> str:
    """Write a duration as `duration` does, but exactly where it would read like a limit, in seconds, that it exceeds.

    Thirty seconds over ten hours are `10 h 0 min 30 s`, and what is over by less than a second `just over 10 h`.
    """
    total, words = _seconds(seconds), duration(seconds)
    exceeded = [limit for each in limits if (limit := _seconds(each)) < total and duration(limit) == words]
    if not exceeded:
        return words
    if int(total) == int(exceeded[-1]):
        return f"just over {words}"
    minutes, rest = divmod(int(total), 60)
    whole, minutes = divmod(minutes, 60)
    exact = f"{whole} h {minutes} min" if whole else f"{minutes} min"
    return f"{exact} {rest} s" if rest else exact


def _seconds(value: float | timedelta) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


def hours(value: Number | timedelta | None) -> str:
    """Write a number of hours with at most one decimal: `10 h`, `7.5 h`."""
    if value is None:
        return NOTHING
    number = value / timedelta(hours=1) if isinstance(value, timedelta) else value
    return f"{_trimmed(number)} h"


def percent(value: Number | None, digits: int = 0) -> str:
    """Write a share between 0 and 1 as a percentage, a half rounded up.

    What is not all is never 100 %, and what is not none never 0 %: 199 of 200 is 99.5 %, 1 of 10,000 0.01 %.
    """
    if value is None:
        return NOTHING
    share = _exact(value) * 100
    rounded = round_half_up(share, digits)
    while rounded in {0, 100} and rounded != share and digits < MOST_DIGITS:
        digits += 1
        rounded = round_half_up(share, digits)
    if rounded == 100 and share < 100:
        return "nearly 100 %"
    return "nearly 0 %" if rounded == 0 and share > 0 else f"{rounded} %"


def shown(value: Number | None, digits: int = 1) -> str:
    """Write a number rounded once, a half up, as scores are shown: 78.65 becomes `78.7`."""
    return NOTHING if value is None else str(round_half_up(_exact(value), digits))


def change(value: Number | None, digits: int = 1) -> str:
    """Write a difference with its sign: `+1.5`, `−6.3`, `±0.0`."""
    if value is None:
        return NOTHING
    rounded = round_half_up(_exact(value), digits)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"
    return f"{sign}{abs(rounded)}"


def channel_words(channel: ChannelName) -> str:
    """The name of a channel as people know it: `E-mail`."""
    return CHANNEL_WORDS[channel]


def zone_name(zone: object) -> str:
    """The name by which people know a time zone: `Europe/Stockholm` is `Stockholm`."""
    return str(zone or "UTC").rsplit("/", 1)[-1].replace("_", " ")


def local_time(instant: datetime | None, zone: object = "UTC", now: datetime | None = None) -> str:
    """Write an instant in `zone` and name the zone: `21 Nov 14:05 (Stockholm)`, with the year when it is not this one."""
    if instant is None:
        return NOTHING
    this_year = _format(now or instant, zone, "y") == _format(instant, zone, "y")
    return f"{_format(instant, zone, 'd MMM HH:mm' if this_year else 'd MMM y HH:mm')} ({zone_name(zone)})"


def local_day(instant: datetime | None, zone: object = "UTC") -> str:
    """Write the day of an instant in `zone`: `Fri 21 Nov 2026`."""
    return NOTHING if instant is None else _format(instant, zone, "EEE d MMM y")


def exact_time(instant: datetime | None, zone: object = "UTC") -> str:
    """Write an instant to the second in `zone`: `Saturday 21 November 2026, 14:05:09 (Stockholm, UTC+01:00)`."""
    if instant is None:
        return NOTHING
    local = _format(instant, zone, "EEEE d MMMM y, HH:mm:ss")
    return f"{local} ({zone_name(zone)}, UTC{_format(instant, zone, 'xxx')})"


def relative_time(instant: datetime | None, now: datetime) -> str:
    """Write an instant as seen from `now`: `3 hours ago`, `in 2 days`."""
    if instant is None:
        return NOTHING
    if abs(instant - now) < timedelta(seconds=45):
        return "just now" if instant <= now else "in a moment"
    return format_timedelta(instant - now, add_direction=True, threshold=1.5, locale=LOCALE)


def breakable(text: str) -> Markup:
    """Let an address break where people would break it, after a sign, before it breaks within a word."""
    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=[@/?&=._-])(?=[^/\s])", text))


def outcome_look(outcome: str, in_time: str | bool | None = None) -> tuple[str, str, str]:
    """Return shape, words and tone of an outcome; `in_time` tells answers in time from late ones."""
    kind = str(outcome)
    if kind == Outcome.ANSWERED and in_time is not None:
        kind = _ANSWERS.get(in_time, "cannot_tell")
    shape, words = OUTCOME_LOOKS[kind]
    return shape, words, _TONES.get(kind, "muted")


_ANSWERS: dict[str | bool, str] = {
    True: "in_time",
    False: "late",
    InTime.MET: "in_time",
    InTime.BREACHED: "late",
}
_TONES = {"in_time": "good", Outcome.ANSWERED: "good", "late": "late", Outcome.UNANSWERED: "never"} | {
    Outcome.BOUNCED: "never",
    Outcome.NO_WAY_TO_PERSON: "never",
    Outcome.UNCERTAIN: "unsure",
    "cannot_tell": "unsure",
}


def points_of(values: list[Number | None], width: int = 96, height: int = 24) -> str:
    """Lay values (0 to 100, None: a gap) out as the points of an SVG polyline."""
    known = [(place, float(value)) for place, value in enumerate(values) if value is not None]
    if not known:
        return ""
    low, high = _span([value for _, value in known])
    step = (width - 6) / max(1, len(values) - 1)
    return " ".join(
        f"{3 + place * step:.1f},{height - 3 - (value - low) / (high - low) * (height - 6):.1f}"
        for place, value in known
    )


def _span(values: list[float], least: float = 10.0) -> tuple[float, float]:
    """The range that a sparkline covers; at least `least` points, so that noise does not look like a cliff."""
    low, high = min(values), max(values)
    short = max(0.0, least - (high - low)) / 2
    return low - short, high + short


def _exact(value: Number) -> Exact:
    # A float's shortest text is what was meant; its binary value is not.
    return Decimal(repr(value)) if isinstance(value, float) else Fraction(value)


def _trimmed(value: Number) -> str:
    text = str(round_half_up(_exact(value), 1))
    return text.removesuffix(".0")


def _format(instant: datetime, zone: object, pattern: str) -> str:
    return format_datetime(instant, pattern, tzinfo=get_timezone(str(zone or "UTC")), locale=LOCALE)


def request_instant() -> datetime:
    """The one instant that all of a page calls now."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    instant: datetime = g.now
    return instant


FILTERS = (
    duration,
    duration_beside,
    hours,
    percent,
    shown,
    change,
    zone_name,
    local_time,
    local_day,
    exact_time,
    relative_time,
    points_of,
    channel_words,
    breakable,
)


def counted(number: int, one: str, many: str = "") -> str:
    """A number and what it counts: `1 visit`, `2 visits`; `many` where the plural does not end on s alone."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def init_app(app: Flask) -> None:
    """Register the filters, by their own names, and what every template knows."""
    for show in FILTERS:
        app.add_template_filter(show)
    # Globals, because imported macros see no context.
    app.jinja_env.globals.update(request_instant=request_instant, outcome_look=outcome_look, counted=counted)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def known_everywhere() -> dict[str, object]:
        return {"now": request_instant()}
