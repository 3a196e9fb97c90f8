"""When a chat's message came: by the times that chats show to people, by the page's record, or between two looks."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date, format_timedelta
from hypothesis import given
from hypothesis import strategies as st

from probes.base import OUR_CLOCK
from probes.channels.chat.shown_times import Display, Span, shown_span, without_age
from probes.channels.chat.signals import MOST_TIMES, ChangeTimes, read_times
from probes.channels.chat.timestamps import PAGE_CLOCK, SERVER_TIME, SHOWN_TIME, Own, dated
from probes.channels.chat.transcript import Line

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 11, 21, 13, 20, 30, tzinfo=UTC)  # a Saturday, 14:20:30 in Stockholm
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LANGUAGES = ("en", "de", "fr", "es", "sv", "ru", "he", "ro", "pl", "nl", "fi")
ZONES = (
    "UTC", "Europe/Stockholm", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe",
    "America/Havana", "Pacific/Apia", "Africa/Casablanca",
)  # fmt: skip
CHANGES = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Europe puts its clocks forward
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # and back
    datetime(2026, 11, 1, 6, tzinfo=UTC),  # New York back
    datetime(2026, 3, 8, 5, tzinfo=UTC),  # Havana forward, at midnight
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),  # Lord Howe forward, by half an hour
    datetime(2026, 4, 4, 15, tzinfo=UTC),  # and back
    datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
    NOW,
)
zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.builds(
    lambda near, away: near + timedelta(seconds=away),
    st.sampled_from(CHANGES),
    st.integers(-40 * 3600, 40 * 3600),
)
waits = st.integers(0, 20 * 3600).map(lambda seconds: timedelta(seconds=seconds))


def read(shown: str, language: str = "en", hours: float = 30) -> tuple[str, str] | None:
    """What is read out of a shown time at 14:20:30 in Stockholm, in a page that was opened five seconds before."""
    display = Display(STOCKHOLM, language, NOW - 5 * SECOND, NOW)
    span = shown_span(shown, display, NOW - hours * HOUR, NOW)
    return None if span is None else (_wall(span[0]), _wall(span[1]))


def _wall(at: datetime) -> str:
    return f"{at.astimezone(STOCKHOLM):%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "10:42"), ("en", "10:42 AM"), ("en", "10:42\u202fa.m."), ("en", "Today 10:42"),
        ("en", "Today at 10:42 AM"), ("en", "11/21/2026, 10:42"), ("de", "10:42 Uhr"), ("de", "Heute um 10:42 Uhr"),
        ("de", "21.11. 10:42"), ("de", "21. Nov. um 10:42"), ("fr", "10h42"), ("fr", "Aujourd’hui 10:42"),
        ("es", "hoy, 10:42 a. m."), ("sv", "kl. 10:42"), ("sv", "idag 10.42"), ("ru", "сегодня в 10:42"),
        ("ru", "21.11.2026, 10:42"), ("he", "היום 10:42"), ("he", "\u200f10:42\u200f"), ("ro", "azi la 10:42"),
        ("pl", "dzisiaj, 10:42"), ("nl", "vandaag om 10:42"), ("fi", "tänään klo 10.42"), ("fi", "klo 10.42"),
        ("xx", "10:42"), ("en", "2026-11-21T10:42"),
    ],
)  # fmt: skip
def test_a_shown_minute_is_the_whole_of_that_minute(language: str, shown: str) -> None:
    assert read(shown, language, hours=10) == ("21 10:42:00", "21 10:43:00")


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "yesterday 9.15"), ("en", "Yesterday, 9:15 AM"), ("en", "Fri 9:15"), ("en", "Nov 20, 9:15 AM"),
        ("de", "gestern 9.15"), ("de", "Freitag, 09:15"), ("fr", "hier à 09:15"), ("es", "ayer a las 9:15"),
        ("sv", "i går kl. 09:15"), ("ru", "вчера в 9:15"), ("he", "אתמול 9:15"), ("ro", "ieri la 9:15"),
        ("pl", "wczoraj o 9:15"), ("nl", "gisteren om 9:15"), ("fi", "eilen klo 9.15"), ("fi", "20.11. klo 9.15"),
    ],
)  # fmt: skip
def test_a_day_that_is_named_is_that_day(language: str, shown: str) -> None:
    assert read(shown, language) == ("20 09:15:00", "20 09:16:00")


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "2 min ago"), ("en", "2m"), ("de", "vor 2 Min."), ("fr", "il y a 2 min"), ("es", "hace 2 min"),
        ("sv", "för 2 min sedan"), ("ru", "2 мин. назад"), ("he", "לפני 2 דקות"), ("ro", "acum 2 min"),
        ("pl", "2 min temu"), ("nl", "2 min geleden"), ("fi", "2 min sitten"),
    ],
)  # fmt: skip
def test_two_minutes_ago_is_rounded_and_may_have_been_written_when_the_page_was_opened(
    language: str, shown: str
) -> None:
    assert read(shown, language) == ("21 14:17:25", "21 14:19:00")


@pytest.mark.parametrize("shown", ["just now", "now", "less than a minute ago"])
def test_just_now_is_some_minutes_at_most(shown: str) -> None:
    assert read(shown) == ("21 14:15:25", "21 14:20:30")


@pytest.mark.parametrize(
    "shown",
    [
        "", "Saga", "10:42 · Seen", "25:00", "13:00 PM", "5. März 10:42", "20.11.", "tomorrow 10:42",
        "15:00", "in 2 minutes", "10:42:99", "1.2.3.4", "Version 10.42.7", "10:42" * 30, "last year", "99999999 min ago",
    ],
)  # fmt: skip
def test_what_is_no_time_or_cannot_be_says_nothing(shown: str) -> None:
    assert read(shown, hours=5) is None


@pytest.mark.parametrize("said", ["1" * 20_000 + "x", "a" + "," * 20_000 + "x", "Yes, 89 euros"])
def test_only_how_long_ago_it_was_is_left_out_of_what_was_said_and_at_once(said: str) -> None:
    begun = time.process_time()
    assert without_age(f"{said} · 2 min ago") == without_age(said) == said
    assert time.process_time() - begun < 3


def test_a_bare_time_that_two_days_may_have_meant_is_both() -> None:
    assert read("10:42", hours=30) == ("20 10:42:00", "21 10:43:00")


def test_an_hour_that_comes_twice_is_both_unless_we_had_looked_in_between() -> None:
    back = datetime(2026, 10, 25, 1, tzinfo=UTC)
    display = Display(STOCKHOLM, "en", back + 2 * HOUR, back + 2 * HOUR)
    half_past = (back - HOUR / 2, back + HOUR / 2 + MINUTE)
    assert shown_span("02:30", display, back - HOUR, back + 2 * HOUR) == half_past
    assert shown_span("02:30", display, back, back + 2 * HOUR) == (back + HOUR / 2, half_past[1])


def test_a_minute_that_the_clocks_left_out_cannot_have_been_shown() -> None:
    forward = datetime(2026, 3, 29, 1, tzinfo=UTC)
    display = Display(STOCKHOLM, "en", forward + HOUR, forward + HOUR)
    assert shown_span("02:30", display, forward - HOUR, forward + HOUR) is None


def _day_words(day: date, today: date, language: str) -> str:
    names = {"en": ("Today", "Yesterday"), "de": ("heute", "gestern"), "fr": ("aujourd’hui", "hier"), "fi": ("tänään", "eilen"), "sv": ("idag", "igår"), "ru": ("сегодня", "вчера")}  # fmt: skip
    back = (today - day).days
    if language in names and back < 2:
        return names[language][back]
    return str(format_date(day, "d MMMM y", locale=language))


@given(moments, waits, waits, zones, st.sampled_from(LANGUAGES), st.booleans(), st.booleans())
def test_the_moment_always_lies_in_what_is_read_out_of_its_shown_minute(
    said: datetime,
    before: timedelta,
    after: timedelta,
    zone: ZoneInfo,
    language: str,
    bare: bool,
    exact: bool,
) -> None:
    now = said + after
    local = said.astimezone(zone)
    clock = f"{local:%H:%M:%S}" if exact else f"{local:%H:%M}"
    day = "" if bare else _day_words(local.date(), now.astimezone(zone).date(), language)
    span = shown_span(f"{day} {clock}", Display(zone, language, now, now), said - before, now)
    assert span is not None
    assert said - before <= span[0] <= said <= span[1] <= now


@given(
    moments, waits, st.integers(0, 300), zones, st.sampled_from(("en", "de", "fr", "es", "sv", "ru", "pl"))
)
def test_the_moment_always_lies_in_what_is_read_out_of_how_long_ago_it_was(
    said: datetime, ago: timedelta, stale: int, zone: ZoneInfo, language: str
) -> None:
    written, now = said + ago, said + ago + timedelta(seconds=stale)
    shown = format_timedelta(-ago, threshold=1, add_direction=True, locale=language)
    span = shown_span(shown, Display(zone, language, written, now), said - HOUR, now)
    if span is not None:
        assert span[0] <= said <= span[1]


@given(st.text(max_size=70), st.sampled_from(LANGUAGES), waits)
def test_no_text_can_break_out_of_what_we_saw_ourselves(shown: str, language: str, since: timedelta) -> None:
    span = shown_span(shown, Display(STOCKHOLM, language, NOW, NOW), NOW - since, NOW)
    assert span is None or NOW - since <= span[0] <= span[1] <= NOW


# --- which clock counts ----------------------------------------------------------------------------------------

SENT = NOW - 10 * HOUR
LOOKS: Span = (NOW - 6 * HOUR, NOW)


def line(shown: str = "", at: datetime | None = None) -> Line:
    return Line("m2", "person", "Saga", "Yes.", at, shown)


def own(shown: str = "", at: datetime | None = None) -> Own:
    return Own(Line("m1", "visitor", "", "A lamp?", at, shown), (SENT, SENT + 2 * SECOND))


def date_it(answer: Line, mine: Own | None, appeared: Span | None = None) -> tuple[datetime, datetime, str]:
    return dated(answer, mine, Display(STOCKHOLM, "en", NOW - 5 * SECOND, NOW), LOOKS, appeared)


def test_the_servers_own_time_comes_first() -> None:
    at = NOW - 3 * HOUR
    assert date_it(line("10:42", at), own("04:20", SENT), LOOKS) == (at, at, SERVER_TIME)


def test_a_shown_minute_counts_where_ours_is_shown_as_we_know_it() -> None:
    earliest, latest, source = date_it(line("10:42"), own("04:20"))
    assert source == SHOWN_TIME
    assert (_wall(earliest), _wall(latest)) == ("21 10:42:00", "21 10:43:00")


def test_a_shown_time_is_believed_where_ours_shows_none_and_it_lies_between_our_looks() -> None:
    earliest, latest, source = date_it(line("10:42"), own())
    assert source == SHOWN_TIME
    assert (_wall(earliest), _wall(latest)) == ("21 10:42:00", "21 10:43:00")
    assert date_it(line("05:00"), own()) == (*LOOKS, OUR_CLOCK)


@pytest.mark.parametrize("mine", [own("03:20"), own("05:20"), Own(own("04:20").line, None), None])
def test_a_shown_time_is_not_believed_where_our_own_is_in_another_zone_or_unknown(mine: Own | None) -> None:
    assert date_it(line("10:42"), mine) == (*LOOKS, OUR_CLOCK)


@pytest.mark.parametrize("shown", ["05:00", "16:00", "yesterday 10:42"])
def test_a_shown_time_outside_of_what_we_saw_is_not_believed(shown: str) -> None:
    assert date_it(line(shown), own("04:20")) == (*LOOKS, OUR_CLOCK)


@pytest.mark.parametrize("at", [NOW + HOUR, SENT - HOUR])
def test_a_servers_time_in_our_future_or_before_our_message_is_not_believed(at: datetime) -> None:
    assert date_it(line(at=at), own()) == (*LOOKS, OUR_CLOCK)


def test_what_the_page_noticed_itself_counts_to_the_millisecond() -> None:
    appeared = (NOW - SECOND, NOW - SECOND + timedelta(milliseconds=1))
    assert date_it(line("14:20"), own("04:20"), appeared) == (*appeared, PAGE_CLOCK)


# --- the page's record -----------------------------------------------------------------------------------------

instants = st.integers(0, 10_000).map(lambda ms: NOW + timedelta(milliseconds=ms))


@given(st.lists(instants, max_size=20).map(sorted), instants, instants)
def test_a_change_between_two_looks_lies_in_what_the_page_told(
    times: list[datetime], one: datetime, other: datetime
) -> None:
    earliest, latest = min(one, other), max(one, other)
    told = ChangeTimes(tuple((at, at + timedelta(milliseconds=1)) for at in times)).appeared(
        "", earliest, latest
    )
    inside = [at for at in times if earliest <= at <= latest - timedelta(milliseconds=1)]
    if told is None:
        assert inside == []
    else:
        assert earliest <= told[0] <= told[1] <= latest
        assert all(told[0] <= at <= told[1] for at in inside)


def test_a_page_that_forgot_its_first_changes_is_not_asked_for_them() -> None:
    times = tuple((NOW + n * SECOND, NOW + n * SECOND) for n in range(MOST_TIMES))
    assert ChangeTimes(times, whole=False).appeared("", NOW - SECOND, NOW + HOUR) is None
    assert ChangeTimes(times, whole=False).appeared("", NOW + SECOND, NOW + HOUR) is not None


def test_a_message_that_the_page_saw_come_is_dated_by_that_and_not_by_all_its_changes() -> None:
    changes = tuple((NOW + n * SECOND, NOW + n * SECOND) for n in range(5))
    noted = (NOW + 2 * SECOND, NOW + 2 * SECOND)
    told = ChangeTimes(changes, firsts={"m2": noted, "m3": (NOW - HOUR, NOW - HOUR)})
    assert told.appeared("m2", NOW - SECOND, NOW + HOUR) == noted
    assert told.appeared("m3", NOW - SECOND, NOW + HOUR) is None
    assert told.appeared("m4", NOW - SECOND, NOW + HOUR) == (NOW, NOW + 4 * SECOND)


@pytest.mark.parametrize(
    "told", [None, [], 7, [1, 2], ["x", [], [0]], [1e300, [], [0]], [0, [2, 1], [0]], [0, list(range(300)), [0]], [0, [], []]]
)  # fmt: skip
def test_nonsense_that_a_page_tells_of_its_changes_is_nothing(told: object) -> None:
    assert read_times(told, ["m1"], None) == ChangeTimes()


@given(st.integers(-3600_000, 3600_000), st.integers(0, 5_000), st.integers(0, 5_000), st.integers(0, 60_000))
def test_a_browser_with_another_clock_is_set_right_by_how_long_it_took_to_ask(
    ahead: int, there: int, back: int, ago: int
) -> None:
    change, answered = NOW - timedelta(milliseconds=ago), NOW + timedelta(milliseconds=there)
    page = [(at.timestamp() * 1000 + ahead) // 1 for at in (answered, change)]
    asked = (NOW, answered + timedelta(milliseconds=back))
    ((since, until),) = read_times([page[0], [page[1]], []], [], asked).times
    slack = timedelta(milliseconds=2)
    assert since - slack <= change <= until + slack
    assert until - since <= timedelta(milliseconds=there + back) + slack
