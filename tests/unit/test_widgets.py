from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from probes.base import OurFailure
from probes.channels.transcript import Line, only_after, own_line, read_lines
from probes.widgets.files import load_widget, widget_names
from probes.widgets.schema import Widget


def item(role: str, text: str, id_: str = "", at: str = "") -> dict[str, str]:
    return {"id": id_, "role": role, "author": "Saga", "text": text, "at": at}


@pytest.mark.parametrize("name", widget_names())
def test_every_widget_file_holds_what_the_chat_channel_needs(name: str) -> None:
    assert load_widget(name).name


@pytest.mark.parametrize("name", ["nosuch", "../demo", "", "README.md"])
def test_an_unknown_widget_is_named_together_with_those_that_there_are(name: str) -> None:
    with pytest.raises(OurFailure, match="demo"):
        load_widget(name)


def test_a_misspelt_field_in_a_widget_file_is_refused() -> None:
    written = load_widget("demo").model_dump()
    with pytest.raises(ValidationError, match="launchr"):
        Widget.model_validate(written | {"launchr": {}})


def test_a_typing_bubble_is_no_message() -> None:
    assert [line.text for line in read_lines([item("person", "Hi", "m1"), item("typing", "…")])] == ["Hi"]


def test_a_message_shows_the_servers_time_as_utc() -> None:
    (line,) = read_lines([item("person", "Hi", "m1", "2026-11-21T10:00:00.250+02:00")])
    assert line.at == datetime(2026, 11, 21, 8, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize("stamp", ["", "10:15", "yesterday", "2026-11-21T10:00:00"])
def test_a_time_without_its_zone_is_no_time(stamp: str) -> None:
    (line,) = read_lines([item("person", "Hi", "m1", stamp)])
    assert line.at is None


def test_messages_without_ids_keep_theirs_when_the_chat_is_read_again() -> None:
    said = [item("visitor", "Hello?"), item("visitor", "Hello?"), item("person", "Yes")]
    first, again = read_lines(said), read_lines([*said, item("person", "Yes")])
    assert again[:3] == first
    assert len({line.id for line in again}) == 4


def test_a_greeting_before_our_message_is_no_answer() -> None:
    lines = read_lines(
        [item("bot", "Welcome", "m1"), item("visitor", "A lamp?", "m2"), item("person", "Yes", "m3")]
    )
    assert [line.text for line in only_after(own_line(lines, "A lamp?"), lines)] == ["Yes"]


def test_our_message_is_found_whatever_the_chat_did_to_its_white_space() -> None:
    lines = [Line("m2", "visitor", "Anna", "A lamp?\n\nFor the hall.", None)]
    assert own_line(lines, " A lamp? For the hall.\n") == lines[0]
    assert own_line(lines, "A lamp?") is None
