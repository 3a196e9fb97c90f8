"""`audit-app probe chat` and `audit-app widgets try`: a chat without a database, here or in a browser elsewhere."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit_app.cli import audit_app
from audit_app.demo.company import DemoCompany
from audit_app.domain.errors import AuditError, InvalidInput
from audit_app.services.probes.standalone_chat import KeptChat, StandaloneChat
from probes.base import Fact
from probes.browser.browsers import Browsers
from probes.browser.program import find_browser
from probes.channels.chat.watch import SIGNS
from tests.browser.chat.chat_server import Said, chat_server, run_chat

pytestmark = pytest.mark.browser
ACME = str(Path(__file__).parent / "widgets" / "acme.yaml")
SAGA = Said("operator", "Yes, we have two.", 0.5, "Saga")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AUDIT_BROWSER_URL", "AUDIT_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


def run(*words: str) -> Result:
    return CliRunner().invoke(audit_app, list(words))


def rows(result: Result) -> list[dict[str, str]]:
    told = [json.loads(line) for line in result.stdout.splitlines()]
    return [row for row in told if row["kind"] not in SIGNS]


def test_a_chat_is_written_in_watched_and_gone_back_to_without_a_database(tmp_path: Path) -> None:
    state, out = tmp_path / "chat.json", tmp_path / "out"
    with chat_server(Said("operator", "Yes, we have two.", 7.0, "Saga")) as server:
        begun = run(
            "probe", "chat", f"{server.url}/page.html", "--text", "A lamp?", "--widget", ACME, "--email", "a@own.example",
            "--watch", "0", "--state", str(state), "--out", str(out), "--yes", "--json",
        )  # fmt: skip
        assert begun.exit_code == 0, begun.output
        assert [row["kind"] for row in rows(begun)] == ["sent"]
        assert stat.S_IMODE(state.stat().st_mode) == 0o600
        resumed = run("probe", "chat", "--resume", str(state), "--watch", "8", "--json")
        again = run("probe", "chat", "--resume", str(state), "--watch", "0", "--json")

    (saga,) = rows(resumed)
    assert (saga["kind"], saga["role"], saga["text"]) == ("human_reply", "person", "Yes, we have two.")
    assert saga["earliest"] == saga["latest"]
    assert rows(again) == []
    assert server.own_messages() == ["A lamp?"]
    assert {file.suffix for file in out.iterdir()} == {".jpg", ".json"}


def test_a_form_that_wants_an_address_fails_by_saying_that_none_was_given(tmp_path: Path) -> None:
    with DemoCompany(tmp_path / "company") as company:
        result = run("probe", "chat", company.shop_url("stockholm"), "--text", "A lamp?", "--yes")
        assert company.received_chats() == []

    assert "asks for an e-mail address, and none was given" in str(result.exception)


def test_a_page_that_is_not_there_fails_in_one_sentence_and_leaves_its_evidence(tmp_path: Path) -> None:
    with chat_server() as server:
        result = run(
            "probe", "chat", f"{server.url}/nosuch.html", "--text", "A lamp?", "--widget", ACME, "--yes",
            "--out", str(tmp_path),
        )  # fmt: skip

    assert isinstance(result.exception, AuditError)
    assert "status 404" in str(result.exception)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["failed-not-sent.jpg", "failed-opening.zip"]


def test_a_server_that_does_not_answer_is_named_in_words_for_people() -> None:
    with chat_server() as server:
        gone = f"{server.url}/page.html"
    result = run("probe", "chat", gone, "--text", "A lamp?", "--yes")
    assert f"The chat on {gone} could not be opened: nothing answers at this address" in str(result.exception)


@pytest.mark.parametrize(
    ("option", "value"),
    [("--email", "anna at home"), ("--language", "??"), ("--time-zone", "Mars/Phobos")],
)
def test_a_visitor_that_cannot_be_is_refused_before_a_browser_is_opened(option: str, value: str) -> None:
    result = run("probe", "chat", "http://127.0.0.1:9/", "--text", "x", option, value, "--yes")
    assert isinstance(result.exception, InvalidInput)
    assert f"{option} {value}" in str(result.exception)


@pytest.mark.parametrize(
    "words", [["file:///etc/passwd", "--text", "x"], ["--text", "x"], ["http://", "--text", "x"]]
)
def test_what_is_no_page_is_refused(words: list[str]) -> None:
    result = run("probe", "chat", *words, "--yes")
    assert isinstance(result.exception, AuditError)


def test_a_dry_run_shows_what_it_found_and_begins_nothing(tmp_path: Path) -> None:
    with chat_server() as server:
        result = run(
            "widgets",
            "try",
            f"{server.url}/page.html?home",
            "--widget",
            ACME,
            "--out",
            str(tmp_path),
            "--json",
        )
        assert result.exit_code == 0, result.output
        assert server.visitors == []

    found = json.loads(result.stdout)
    assert (found["adapter"], found["way"], found["ready_to_write"]) == (ACME, "prechat", True)
    steps = {step["part"]: step for step in found["steps"]}
    assert steps["home.begin"]["mark"]["name"] == "Send us a message"
    assert steps["prechat.fields.0"]["does"] == "type the name"
    assert steps["composer"]["found"] == "later"
    assert [scene["name"] for scene in found["scenes"]] == ["page", "home", "form"]
    assert sorted(file.name for file in tmp_path.iterdir()) == [each["picture"] for each in found["scenes"]]
    assert steps["launcher"]["mark"]["box"] == [1200, 820, 60, 60]  # the corner of the picture, in its pixels


def test_a_dry_run_names_the_selectors_that_no_browser_can_read_and_still_shows_the_page(
    tmp_path: Path,
) -> None:
    description = tmp_path / "odd.yaml"
    description.write_text(
        "extends: generic\nname: Odd\nverified: not a widget\n"
        "frame: 'foo!!'\nmessages: {item: 'p::', roles: {visitor: .me}}\n"
    )
    with chat_server() as server:
        result = run("widgets", "try", f"{server.url}/page.html", "--widget", str(description), "--json")

    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert sorted(found["faults"]) == ["frame", "messages.item"]
    assert [mark["name"] for mark in found["scenes"][0]["marks"] if mark["kind"] == "button"] == [
        "Chat with us"
    ]


def test_a_dry_run_that_fails_shows_what_a_click_opened_although_the_next_one_closed_it() -> None:
    with chat_server() as server:
        result = run("widgets", "try", f"{server.url}/toggle.html", "--json")

    assert result.exit_code == 1
    end = json.loads(result.stdout)["scenes"][-1]
    assert (end["name"], [mark["name"] for mark in end["marks"]]) == ("end", ["Fale com a gente", "Chat"])


def test_a_dry_run_names_what_a_form_insists_on_and_nothing_answers() -> None:
    with chat_server() as server:
        result = run("widgets", "try", f"{server.url}/plain.html?form&order", "--json")

    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert (found["way"], found["ready_to_write"]) == ("prechat", False)
    assert found["problem"] == "The form insists on “Order number”, and nothing says what to put there."


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[str]:
    """A Chromium that runs by itself, as one of a fleet would, reached by its DevTools address."""
    command = [
        str(find_browser()),
        "--headless",
        "--no-sandbox",
        "--remote-debugging-port=0",
        f"--user-data-dir={tmp_path}",
    ]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if found := re.search(r"DevTools listening on ws://([^/]+)/", line):
                yield f"http://{found[1]}"
                break
    finally:
        # With all that it started: one of them may be on its way up when the first one ends.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stderr.close()


def test_a_chat_can_be_seen_through_a_browser_that_runs_elsewhere(
    remote: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIT_BROWSER_URL", remote)
    monkeypatch.setenv("AUDIT_BROWSER", "/nowhere/chromium")
    with chat_server(SAGA) as server:
        result = run(
            "probe", "chat", f"{server.url}/page.html?shadow", "--text", "A lamp?", "--widget", ACME,
            "--watch", "2", "--yes", "--json",
        )  # fmt: skip

    assert [row["kind"] for row in rows(result)] == ["sent", "human_reply"]


def test_browsers_elsewhere_that_do_not_answer_are_named_without_their_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AUDIT_BROWSER_URL", "ws://user:hush@127.0.0.1:9/?token=hush")
    result = run("widgets", "try", "http://127.0.0.1:9/")

    assert isinstance(result.exception, AuditError)
    assert "127.0.0.1:9" in str(result.exception)
    assert "hush" not in str(result.exception)


@pytest.mark.parametrize(
    ("kept", "says"),
    [
        ('{"format": 1, "url": 1}', "url"),
        ('{"format": 1, "url": "file:///etc/passwd"}', "not the address of a page"),
        (
            '{"format": 1, "url": "https://shop.example/", "sending_at": "2026-11-26T10:00:00"}',
            "no time zone",
        ),
        ('{"format": 2}', "another version"),
        ("[]", "does not keep a chat"),
    ],
)
def test_a_file_that_keeps_no_chat_of_ours_opens_no_browser(tmp_path: Path, kept: str, says: str) -> None:
    state = tmp_path / "chat.json"
    rest = '"widget": "auto", "name": "A", "email": "", "text": "x", '
    state.write_text(kept.replace('"url"', rest + '"url"'))
    result = run("probe", "chat", "--resume", str(state))
    assert isinstance(result.exception, InvalidInput)
    assert says in str(result.exception)


def test_a_message_that_was_certainly_not_sent_is_not_looked_for(tmp_path: Path) -> None:
    state = tmp_path / "chat.json"
    with chat_server() as server:
        page = f"{server.url}/plain.html?refuses"
        refused = run("probe", "chat", page, "--text", "A lamp?", "--state", str(state), "--yes")
        resumed = run("probe", "chat", "--resume", str(state))

    assert "did not take our message" in str(refused.exception)
    assert "Nothing was ever sent" in str(resumed.exception)
    assert server.own_messages() == []


def test_that_it_was_sent_is_told_although_the_file_can_no_longer_be_written() -> None:
    told: list[Fact] = []

    def keep(now: KeptChat) -> None:
        if now.told or now.sent:
            raise InvalidInput("the disk is full")

    async def send(browsers: Browsers) -> None:
        kept = KeptChat(f"{server.url}/page.html", ACME, "Anna", "a@own.example", "A lamp?")
        with pytest.raises(InvalidInput):
            await StandaloneChat(browsers, kept, lambda seen, _: told.append(seen), keep).send(0)

    with chat_server() as server:
        run_chat(send)

    assert [seen.kind.value for seen in told] == ["sent"]
