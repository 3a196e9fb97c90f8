from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from audit_app.services.widgets.check import check_widget_file
from probes.base import OurFailure
from probes.browser.browsers import BrowserError
from probes.channels.chat.own_words import own_line
from probes.channels.chat.transcript import Line, checked, read_lines
from probes.widgets.files import load_widget, widget_names
from probes.widgets.schema import Names, Widget


def item(role: str, text: str, id_: str = "", at: str = "") -> dict[str, str]:
    return {"id": id_, "role": role, "author": "Saga", "text": text, "at": at, "shown": ""}


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


def test_a_typing_bubble_is_known_for_what_it_is_and_says_nothing() -> None:
    hi, bubble = read_lines([item("person", "Hi", "m1"), item("typing", "…")])
    assert (hi.role, bubble.role, bubble.text) == ("person", "typing", "")


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


def test_our_message_is_found_whatever_the_chat_did_to_its_white_space() -> None:
    lines = [Line("m2", "visitor", "Anna", "A lamp?\n\nFor the hall.", None)]
    assert own_line(lines, " A lamp? For the hall.\n") == lines[0]
    assert own_line(lines, "A lamp?") is None


def test_a_widget_claims_to_have_been_run_only_where_a_test_runs_it() -> None:
    tests = (Path(__file__).parents[2] / "browser" / "chat" / "test_real_widgets.py").read_text()
    claims = {name: load_widget(name).verified for name in widget_names()}
    run = {name: said for name, said in claims.items() if said.startswith("run against")}

    assert set(run) == {
        "deep-chat", "botframework-webchat", "converse", "n8n", "typebot", "flowise", "django-supchat"
    }  # fmt: skip
    for said in run.values():
        package, version = re.search(r"widget, (\S+) (\S+),", said).groups()  # type: ignore[union-attr]
        assert f"{package}-{version}" in tests


@pytest.mark.parametrize("name", [n for n in widget_names() if "unverified" in load_widget(n).verified])
def test_in_an_unverified_widget_nobody_is_taken_for_a_person(name: str) -> None:
    messages = load_widget(name).messages
    assert not messages.roles.person
    assert not messages.names.person


def written(folder: Path, text: str) -> Path:
    file = folder / "own.yaml"
    file.write_text(text)
    return file


def test_a_file_that_extends_another_says_only_what_differs(tmp_path: Path) -> None:
    own = written(tmp_path, "extends: demo\ncomposer: {send: Skicka}\nconsent: [Nej tack]\n")
    widget, demo = load_widget(str(own)), load_widget("demo")

    assert widget.composer.field == demo.composer.field
    assert widget.composer.send is not None
    assert widget.composer.send.names == ("Skicka",)
    assert widget.consent == ("Nej tack",)
    assert check_widget_file(own) == []


@pytest.mark.parametrize(
    ("text", "line", "path", "says"),
    [
        ("extends: demo\nlauncher:\n  hots: x\n", 3, "launcher.hots", "not a field"),
        ("extends: nosuch\n", 1, "extends", "demo"),
        (
            "extends: demo\ncomposer:\n  send: {pattern: '(send'}\n",
            3,
            "composer.send.pattern",
            "not a pattern",
        ),
        ("extends: demo\nverified: I promise\n", None, "", "from public code, unverified"),
        ("extends: demo\nname: A\nname: B\n", 3, "name", "given twice"),
        ("name: A\nverified: not a widget\nmessages: {item: li}\n", 3, "messages", "roles.visitor"),
        ("- name\n", 1, "", "must hold fields with their values"),
        ("extends: demo\naddress: {fields: [{label: Name, value: name}]}\n", 2, "address", "value is email"),
        ("extends: demo\nframe: 3\n", 2, "frame", "must be a text"),
        ("name: [", 1, "", "not YAML"),
    ],
)
def test_a_mistake_in_a_widget_file_is_named_with_its_line_and_what_to_do(
    tmp_path: Path, text: str, line: int | None, path: str, says: str
) -> None:
    problems = check_widget_file(written(tmp_path, text))

    assert any(problem.path == path and says in f"{problem.message} {problem.hint}" for problem in problems)
    if line is not None:
        assert line in [problem.line for problem in problems]
    assert all(problem.hint for problem in problems)


def test_a_file_that_cannot_be_used_says_so_in_one_line(tmp_path: Path) -> None:
    own = written(tmp_path, "extends: demo\nlauncher:\n  hots: x\ncomposer: {send: {pattern: '('}}\n")

    with pytest.raises(
        OurFailure, match=r"launcher\.hots: .+; composer\.send\.pattern: is not a pattern"
    ) as raised:
        load_widget(str(own))
    assert "\n" not in str(raised.value)
    assert "pydantic" not in str(raised.value)


@pytest.mark.parametrize("name", widget_names())
def test_every_shipped_widget_file_passes_the_check(name: str) -> None:
    assert check_widget_file(Path(__file__).parents[3] / "probes" / "widgets" / f"{name}.yaml") == []


def test_a_name_tells_a_bot_from_a_person_where_they_look_the_same() -> None:
    names = Names(bot="(fjord )?bot", person="saga")
    said = [item("unknown", "Hi", "1") | {"author": who} for who in ("Fjord Bot", "Saga", "Kim")]
    assert [line.role for line in read_lines(said, names)] == ["bot", "person", "unknown"]


@pytest.mark.parametrize("stamp", ["1795255200", "1795255200000"])
def test_a_time_may_count_from_1970(stamp: str) -> None:
    (line,) = read_lines([item("person", "Hi", "m1", stamp)])
    assert line.at == datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def test_what_no_database_can_hold_is_replaced_in_what_a_chat_says() -> None:
    (line,) = read_lines([item("person", "a\0b\ud800", "m\0")])
    line.text.encode()
    assert "\0" not in line.text + line.id


@pytest.mark.parametrize(
    "given",
    [
        None,
        "text",
        [item("person", "Hi")],
        [[1], [], []],
        [[{}], [], []],
        [[item("person", "Hi") | {"role": "boss"}], [], []],
        [[item("person", "x" * 20_001)], [], []],
        [[item("bot", "")] * 401, [], []],
    ],
)
def test_a_page_that_tampers_with_how_it_is_read_is_not_believed(given: object) -> None:
    with pytest.raises(BrowserError, match="tampers"):
        checked(given)
