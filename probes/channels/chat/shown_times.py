"""Times as chats show them to people, such as “10:42 AM”, “gestern 9.15” or “il y a 2 min”: when a message can have come.

What is shown is never more than an interval: a minute, a day, or “some two minutes before the page said so”. The
words are read by dateparser, the clock here, because only its digits say how exactly it is meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateparser.date import DateDataParser

Span = tuple[datetime, datetime]
"""From when to when, both aware UTC."""

LONGEST_SHOWN = 60
NOON, BEFORE_NOON = time(12), time(11)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
UNITS = (7 * DAY, DAY, HOUR, MINUTE, timedelta(seconds=1))
JUST_NOW = timedelta(minutes=5)
"""How long ago “just now” may mean at most."""
MOST_DAYS = 14
"""What lies further back is not the answer to a probe."""
CLOCK = re.compile(
    r"(?<![\d.:/-])(?P<hour>[01]?\d|2[0-3])(?P<mark>[:.h])(?P<minute>[0-5]\d)(?:[:.](?P<second>[0-5]\d))?"
    r"(?!\d|[:.]\d)\s*(?P<half>[ap]\.?\s?m\b\.?)?",
    re.IGNORECASE,
)
CLOCK_WORDS = re.compile(
    r"^(kl\.?|klo|uhr|um|at|à|a las?|la|ora|o( godz\.?)?|om|uur|h|hs|ч\.?|в|ב-?|t)$", re.IGNORECASE
)
JOINTS = re.compile(
    r"(?<![\s,;·•|()–—-])[\s,;·•|()–—-]*+(\b(at|um|à|a las?|la|ora|o( godz\.?)?|om|kl\.?|klo|в|ב-?|t)\b\.?)?[\s,;·•|()–—-]*+$",
    re.IGNORECASE,
)
AGE = re.compile(
    r"(?<![\s·•|,(])[\s·•|,(]*+(?:\b(?:now|nu|jetzt|maintenant|nyt|ahora( mismo)?|adesso|ora|zojuist|nå|teraz|acum|сейчас|הרגע|עכשיו)|"
    r"just now|just nu|gerade eben|à l'instant|juuri nyt|lige nu|akkurat nå|przed chwilą|chiar acum|только что|"
    r"(?:\b(?:vor|il y a|for|för|hace|acum|לפני)\s++)?(?:(?<!\d)\d++|\b(?:an?|one|eine[rm]?|une?|en|ett|yksi|una?|één|een|jedną|o))\s*+"
    r"(?:s|m|h|d|t|min|sec|sek|std|seconds?|minutes?|hours?|days?|secs|mins|hrs?|sekund\w*|minut\w*|stunden?|tag\w*|timm\w*|"
    r"timer?|dag\w*|heures?|jours?|sekunti\w*|minuutti\w*|tunti\w*|päiv\w*|segundos?|horas?|días?|second[io]|or[ae]|giorn\w*|"
    r"uur|godz\w*|dni|dzień|or[eă]|zi(le)?|сек\w*|мин\w*|час\w*|дн\w*|день|שניות|שנייה|דקות|דקה|שעות|שעה|ימים|יום)\b\.?"
    r"(?:\s*+(?:ago|sedan|siden|temu|назад|sitten|fa|geleden|atrás))?)[\s·•|,)]*+$",
    re.IGNORECASE,
)
"""“just now” or “2 min ago” at the end of what is said, which is another every time one looks."""
LONGEST_AGE = 60
"""Characters; looked for in a whole message, it would take minutes where somebody writes nothing but digits."""
DAY_AND_MONTH = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.?")
DOTTED = ("fi", "da", "sv", "nb", "no", "it")
"""Where 9.15 alone is a time; elsewhere it may be a date."""


@dataclass(frozen=True)
class Display:
    """In which zone and language a page shows times, and between which moments it can have written them."""

    zone: ZoneInfo
    language: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class _Clock:
    """A time of day as shown; it stands for everything up to `length` later."""

    at: time
    length: timedelta


def without_age(text: str) -> str:
    """Leave out how long ago something was said, where a chat writes that after it."""
    return text[:-LONGEST_AGE] + AGE.sub("", text[-LONGEST_AGE:])


def shown_span(shown: str, display: Display, earliest: datetime, latest: datetime) -> Span | None:
    """Say when between `earliest` and `latest` a message came by the time that is shown beside it.

    None for what is not understood or cannot be: a time that would lie outside says nothing. Where several days
    are possible, the span holds them all.
    """
    text = _plain(shown)
    if not text or len(text) > LONGEST_SHOWN or latest - earliest > MOST_DAYS * DAY:
        return None
    possible = [
        (max(earliest, since), min(latest, until))
        for since, until in _spans(text, display, earliest, latest)
        if since <= latest and until >= earliest
    ]
    if not possible:
        return None
    return min(since for since, _ in possible), max(until for _, until in possible)


def _plain(shown: str) -> str:
    """Write it with ordinary spaces and digits, and without the marks of writing direction."""
    text = unicodedata.normalize("NFKC", shown)
    return " ".join("".join(each for each in text if unicodedata.category(each) != "Cf").split())


def _spans(text: str, display: Display, earliest: datetime, latest: datetime) -> Iterator[Span]:
    clock, words = _split(text, display.language)
    written = {at.astimezone(display.zone).date() for at in (display.since, display.until)}
    if clock is None:
        for day in written:
            yield from _without_clock(words, display, day)
    elif words:
        for day in {said for each in written if (said := _named_day(words, display.language, each))}:
            yield from _on(day, clock, display.zone)
    else:
        first, last = (at.astimezone(display.zone).date() for at in (earliest, latest))
        for back in range((last - first).days + 1):
            yield from _on(last - back * DAY, clock, display.zone)


def _split(text: str, language: str) -> tuple[_Clock | None, str]:
    """Part what names the time of day from what names the day."""
    found = list(CLOCK.finditer(text))
    if not found:
        return None, text
    clock = found[-1]
    before, after = JOINTS.sub("", text[: clock.start()]), text[clock.end() :].strip(" ,;·•|()–—-")
    words = " ".join(each for each in (before, after) if each and not CLOCK_WORDS.match(each))
    hour, half = int(clock["hour"]), (clock["half"] or "").lower()
    if clock["mark"] == "." and not words and not language.startswith(DOTTED):
        return None, text
    if half and not 1 <= hour <= 12:
        return None, text
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    seconds = clock["second"]
    length = timedelta(seconds=1) if seconds else MINUTE
    return _Clock(time(hour, int(clock["minute"]), int(seconds or 0)), length), words


def _on(day: date, clock: _Clock, zone: ZoneInfo) -> Iterator[Span]:
    """Give the moments at which the clocks of a zone showed a time: two when they are put back, none in a gap."""
    wall = datetime.combine(day, clock.at)
    for at in sorted({wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}):
        if at.astimezone(zone).replace(tzinfo=None) == wall:
            yield at, at + clock.length


def _whole(day: date, zone: ZoneInfo) -> Span:
    begin, end = (datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + DAY))
    return begin, end


def _without_clock(words: str, display: Display, day: date) -> Iterator[Span]:
    """Read “2 min ago”, “yesterday” or a date, written on `day`."""
    read = _read(words, display.language, day)
    if read is None:
        return
    then, moves, period = read
    ago = datetime.combine(day, NOON) - then
    if period == "day" and (not moves or ago % DAY == timedelta()):
        yield _whole(then.date(), display.zone)
    if moves and timedelta() <= ago <= MOST_DAYS * DAY and (ago or period == "time"):
        yield _ago(ago, display)


def _ago(ago: timedelta, display: Display) -> Span:
    """Say when something was that a page called so long ago: it may have been rounded, and not rewritten since."""
    if ago < MINUTE:
        return display.since - JUST_NOW, display.until
    unit = next(each for each in UNITS if ago % each == timedelta())
    return display.since - ago - unit, display.until - ago + unit / 2


def _named_day(words: str, language: str, day: date) -> date | None:
    read = _read(words, language, day)
    return read[0].date() if read and read[2] == "day" else None


def _read(words: str, language: str, day: date) -> tuple[datetime, bool, str] | None:
    """Read what was written on `day`: the wall time it means, whether that moves with the clock, and how exact it is.

    Always as if written at noon: dateparser keeps what it needs for each moment, for good.
    """
    if dotted := DAY_AND_MONTH.fullmatch(words):
        words = f"{day.year}-{int(dotted[2]):02}-{int(dotted[1]):02}"
    found = _parser(language, day, NOON).get_date_data(words)
    other = _parser(language, day, BEFORE_NOON).get_date_data(words)
    if found.date_obj is None or other.date_obj is None:
        return None
    then, before = found.date_obj.replace(tzinfo=None), other.date_obj.replace(tzinfo=None)
    return then, then - before == HOUR, found.period


@lru_cache(maxsize=64)
def _parser(language: str, day: date, at: time) -> DateDataParser:
    settings = {
        "RELATIVE_BASE": datetime.combine(day, at),
        "PREFER_DATES_FROM": "past",
        "RETURN_TIME_AS_PERIOD": True,
    }
    own = language.replace("_", "-").split("-")[0].lower()
    parser = DateDataParser(languages=list(dict.fromkeys((own, "en"))), settings=settings)
    try:
        parser.get_date_data("now")
    except ValueError:  # a language that it does not know
        return DateDataParser(languages=["en"], settings=settings)
    return parser
