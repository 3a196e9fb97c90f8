"""What watching a chat brings home: who did what, as what it is, and when, by the best clock there is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from audit_app.cli import audit_app
from audit_app.demo.company import DemoCompany
from probes.base import JSON, OUR_CLOCK, Fact, FactKind
from probes.browser.browsers import Browsers, Locator
from probes.channels.chat.session import ChatSession, open_chat
from probes.channels.chat.timestamps import PAGE_CLOCK, SERVER_TIME, SHOWN_TIME
from probes.channels.chat.visitor import Patience, Visitor
from probes.channels.chat.watch import SIGNS, Watch
from probes.widgets.files import load_widget
from probes.widgets.schema import Widget
from tests.browser.chat.chat_server import ChatServer, Said, chat_server, run_chat

pytestmark = pytest.mark.browser
ANNA = Visitor("Anna Berg", "anna@shopper.example", "en", "Europe/Stockholm")
IN_LONDON = Visitor("Anna Berg", "anna@shopper.example", "en", "UTC")
QUESTION = "Do you have the lamp from the window?"
SAGA = Said("operator", "Yes, we have two.", 0.6, "Saga")
LATER = Said("operator", "Yes, we have two.", 2.5, "Saga")
ACME = load_widget(str(Path(__file__).parent / "widgets" / "acme.yaml"))
DEMO = load_widget("demo")


def told_by(widget: Widget, **messages: str) -> Widget:
    return widget.model_copy(update={"messages": widget.messages.model_copy(update=messages)})


SHOWN_ONLY = told_by(ACME, time_attribute="data-none")
"""The widget of the tests writes hours and minutes of UTC beside each message."""


async def until_a_person(session: ChatSession, seconds: float = 20) -> list[Fact]:
    seen = []
    async for observation in Watch(session).answers(datetime.now(UTC) + timedelta(seconds=seconds)):
        seen.append(observation)
        if observation.kind is FactKind.HUMAN_REPLY:
            break
    return seen


def test_greeting_bot_typing_remark_and_person_are_each_recorded_as_what_they_are(tmp_path: Path) -> None:
    with DemoCompany(tmp_path, answer_after=(1.5, 2.0)) as company:
        url = company.shop_url("stockholm")

        async def run(browsers: Browsers) -> list[Fact]:
            async with open_chat(browsers, url, DEMO, ANNA) as session:
                await session.introduce()
                return [await session.send(QUESTION), *await until_a_person(session)]

        sent, *seen = run_chat(run)

    kinds = [observation.kind.value for observation in seen]
    assert sorted(kinds) == ["acknowledged", "greeting", "human_reply", "system_line", "typing"]
    told = {observation.kind.value: observation for observation in seen}
    assert told["greeting"].latest <= sent.latest
    assert told["typing"].text == ""
    assert "has joined" in told["system_line"].text
    assert told["acknowledged"].latest <= told["typing"].earliest <= told["human_reply"].latest
    assert all(told[kind].evidence == () for kind in ("greeting", "typing", "system_line"))
    assert {proof.kind for proof in told["human_reply"].evidence} == {"screenshot", "transcript"}


def test_an_answer_without_the_servers_time_is_dated_as_it_appeared_whatever_the_page_does_to_its_clock(
    tmp_path: Path,
) -> None:
    tampering = """() => { Date.now = () => 0; window.__changeTimes = () => [0, 0];
      try { Object.defineProperty(window, "__changeTimes", {value: () => [0, 0]}); } catch { /* it is not to be had */ } }"""

    with DemoCompany(tmp_path, answer_after=(1.5, 2.0)) as company:

        async def run(browsers: Browsers) -> Fact:
            async with open_chat(
                browsers, company.shop_url("stockholm"), told_by(DEMO, time=""), ANNA
            ) as session:
                await session.introduce()
                scope = session.entrance.chat
                assert not isinstance(scope, Locator)
                await scope.evaluate(tampering)
                await session.send(QUESTION)
                return (await until_a_person(session))[-1]

        answer = run_chat(run)
        (said,) = [message.at for message in company.sent_chats() if f"m{message.id}" == answer.key]

    assert answer.source == PAGE_CLOCK
    assert said <= answer.latest <= said + timedelta(seconds=1)
    assert answer.latest - answer.earliest < timedelta(seconds=1)


def test_a_page_that_redraws_itself_for_ever_still_says_between_what_an_answer_came() -> None:
    with chat_server(SAGA) as server:

        async def run(browsers: Browsers) -> Fact:
            page = f"{server.url}/page.html?rerender&notime"
            async with open_chat(browsers, page, ACME, ANNA) as session:
                await session.introduce()
                await session.send(QUESTION)
                return (await until_a_person(session))[-1]

        answer = run_chat(run)
        said = datetime.fromisoformat(server.conversations[0][-1]["at"])

    assert answer.earliest - timedelta(seconds=0.5) <= said <= answer.latest


async def begin(browsers: Browsers, server: ChatServer, widget: Widget, who: Visitor) -> Mapping[str, JSON]:
    async with open_chat(browsers, f"{server.url}/page.html", widget, who) as session:
        await session.introduce()
        await session.send(QUESTION)
        return await session.state()


async def come_back(
    browsers: Browsers,
    server: ChatServer,
    widget: Widget,
    who: Visitor,
    state: Mapping[str, JSON],
    since: datetime,
) -> Fact:
    patience = Patience(settle=6.0)
    async with open_chat(browsers, f"{server.url}/page.html", widget, who, state, patience) as session:
        await session.introduce()
        await session.recall(QUESTION)
        async for observation in Watch(session).answers(datetime.now(UTC) + timedelta(seconds=12), since):
            if observation.kind is FactKind.HUMAN_REPLY:
                return observation
    raise AssertionError("nobody answered")


@pytest.mark.parametrize(("who", "source"), [(IN_LONDON, SHOWN_TIME), (ANNA, OUR_CLOCK)])
def test_a_shown_minute_dates_what_came_while_nobody_looked_if_ours_is_shown_right(
    who: Visitor, source: str
) -> None:
    """The chat writes UTC; a visitor in another zone sees by our own message that the times are not hers."""
    since = datetime.now(UTC) - timedelta(hours=9)
    with chat_server(SAGA) as server:
        state = run_chat(lambda browsers: begin(browsers, server, SHOWN_ONLY, who))
        answer = run_chat(lambda browsers: come_back(browsers, server, SHOWN_ONLY, who, state, since))
        said = datetime.fromisoformat(server.conversations[0][-1]["at"])

    assert answer.source == source
    assert answer.earliest <= said <= answer.latest
    if source == SHOWN_TIME:
        assert answer.earliest == said.astimezone(ZoneInfo("UTC")).replace(second=0, microsecond=0)
    else:
        assert answer.earliest == since


def test_a_chat_that_was_just_reopened_may_still_be_loading_what_came_before() -> None:
    widget, since = told_by(ACME, time=""), datetime.now(UTC) - timedelta(hours=9)
    with chat_server(LATER) as server:
        state = run_chat(lambda browsers: begin(browsers, server, widget, ANNA))
        answer = run_chat(lambda browsers: come_back(browsers, server, widget, ANNA, state, since))

    assert (answer.source, answer.earliest) == (OUR_CLOCK, since)


def test_the_servers_time_is_kept_when_the_chat_is_gone_back_to() -> None:
    since = datetime.now(UTC) - timedelta(hours=9)
    with chat_server(SAGA) as server:
        state = run_chat(lambda browsers: begin(browsers, server, ACME, ANNA))
        answer = run_chat(lambda browsers: come_back(browsers, server, ACME, ANNA, state, since))
        said = datetime.fromisoformat(server.conversations[0][-1]["at"])

    assert (answer.source, answer.earliest, answer.latest) == (SERVER_TIME, said, said)


@pytest.mark.parametrize("database", [False, True])
def test_what_is_kept_to_come_back_is_all_that_the_browser_would_keep(database: bool) -> None:
    make = """() => new Promise((done) => { const asked = indexedDB.open("chat", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("said", {keyPath: "id"}).put({id: 1});
      asked.onsuccess = () => { asked.result.close(); done(); }; })"""

    async def run(browsers: Browsers) -> tuple[Mapping[str, JSON], Mapping[str, JSON]]:
        async with open_chat(browsers, f"{server.url}/page.html", ACME, ANNA) as session:
            await session.introduce()
            if database:
                await session.page.evaluate(make)
            ours = await session.state()
            theirs = await session.page.context.storage_state(indexed_db=True)
            return ours, theirs  # type: ignore[return-value]  # Playwright's own type of the same

    with chat_server() as server:
        ours, theirs = run_chat(run)

    assert ours["cookies"] == theirs["cookies"]
    assert _kept(ours, database) == _kept(theirs, database) != []


def _kept(state: Mapping[str, JSON], databases: bool) -> list[object]:
    parts = ("origin", "localStorage", *(("indexedDB",) if databases else ()))
    origins = state["origins"]
    assert isinstance(origins, list)
    return [[each.get(part) for part in parts] for each in origins]


def test_the_command_line_says_of_what_each_observation_is_the_first(tmp_path: Path) -> None:
    acme, state = str(Path(__file__).parent / "widgets" / "acme.yaml"), str(tmp_path / "chat.json")
    told = ("probe", "chat")
    with chat_server(Said("bot", "Thank you.", 0.1), Said("bot", "Soon.", 0.2), SAGA) as server:
        begin = ("--text", QUESTION, "--widget", acme, "--watch", "0", "--state", state, "--yes", "--json")
        begun = CliRunner().invoke(audit_app, [*told, f"{server.url}/page.html", *begin])
        resumed = CliRunner().invoke(audit_app, [*told, "--resume", state, "--watch", "3", "--json"])

    rows = [json.loads(line) for line in (begun.stdout + resumed.stdout).splitlines()]
    assert {row["kind"]: row["first"] for row in rows} == {
        "sent": [],
        "greeting": [],
        "acknowledged": ["anything", "automatic"],
        "bot_message": [],
        "human_reply": ["person"],
    }


def test_an_answer_counts_although_our_message_has_left_a_list_that_draws_only_its_end() -> None:
    bots = [Said("bot", f"Number {place} in the queue.", 0.5 + place / 2, "Robot") for place in range(4)]
    with chat_server(*bots, Said("operator", "Yes, we have two.", 4.0, "Saga")) as server:

        async def run(browsers: Browsers) -> list[FactKind]:
            async with open_chat(browsers, f"{server.url}/page.html?last=3", ACME, ANNA) as session:
                await session.introduce()
                await session.send(QUESTION)
                until = datetime.now(UTC) + timedelta(seconds=14)
                return [seen.kind async for seen in Watch(session).answers(until) if seen.kind not in SIGNS]

        kinds = run_chat(run)

    assert kinds == [
        FactKind.ACKNOWLEDGED, *[FactKind.BOT_MESSAGE] * 3, FactKind.HUMAN_REPLY
    ]  # fmt: skip
