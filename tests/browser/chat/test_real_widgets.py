"""Chats with widgets that nobody here wrote: an open shadow root, plain DOM, and a real chat server."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from probes.base import JSON, Fact, FactKind, NotSent, SendUnknown
from probes.browser.browsers import Browsers
from probes.channels.chat.session import ChatSession, open_chat
from probes.channels.chat.timestamps import SERVER_TIME
from probes.channels.chat.visitor import Patience, Visitor
from probes.channels.chat.watch import SIGNS, Watch
from probes.widgets.files import load_widget
from probes.widgets.schema import Widget
from tests.browser.chat.chat_server import Said, run_chat
from tests.browser.chat.real_widgets import Operator, missing, prosody, prosody_missing, shop

DEEP_CHAT = missing("deep-chat-2.4.2")
WEB_CHAT = missing("botframework-webchat-4.18.1")
CONVERSE = missing("converse.js-14.0.0") or prosody_missing()
SUPCHAT = missing("django-supchat-1.8.0")
LACKING = {
    "n8n": missing("n8n-chat-1.37.0"),
    "typebot": missing("typebot.io-js-0.10.7"),
    "flowise": missing("flowise-embed-3.1.6"),
}
pytestmark = pytest.mark.browser
ANNA = Visitor("Anna Berg", "anna@shopper.example")
QUESTION = "Do you have the lamp from the window?"
SAGA = Said("operator", "Yes, we have **two**.", 0.7, "Saga")


def shops_own(folder: Path, text: str) -> Widget:
    """A widget file as a shop's administrator would write it, on top of one that is shipped."""
    file = folder / "own.yaml"
    file.write_text(textwrap.dedent(text))
    return load_widget(str(file))


async def answers(session: ChatSession, count: int, since: datetime | None = None) -> list[Fact]:
    seen: list[Fact] = []
    async for observation in Watch(session).answers(datetime.now(UTC) + timedelta(seconds=12), since):
        if observation.kind not in SIGNS:
            seen.append(observation)
        if len(seen) == count:
            break
    return seen


def say(url: str, widget: str | Widget, count: int) -> tuple[list[Fact], Mapping[str, JSON]]:
    async def run(browsers: Browsers) -> tuple[list[Fact], Mapping[str, JSON]]:
        async with open_chat(browsers, url, widget, ANNA) as session:
            await session.introduce()
            seen = [await session.send(QUESTION), *await answers(session, count)]
            return seen, await session.state()

    return run_chat(run)


def go_back(url: str, widget: str | Widget, state: Mapping[str, JSON], count: int) -> list[Fact]:
    async def run(browsers: Browsers) -> list[Fact]:
        async with open_chat(browsers, url, widget, ANNA, state, Patience(settle=2)) as session:
            await session.introduce()
            await session.recall(QUESTION)
            return await answers(session, count)

    return run_chat(run)


@pytest.mark.skipif(bool(DEEP_CHAT), reason=DEEP_CHAT)
def test_deep_chat_in_its_shadow_root_is_written_in_answered_and_gone_back_to(tmp_path: Path) -> None:
    widget = shops_own(
        tmp_path,
        """
        extends: deep-chat
        messages: {roles: {person: .deep-chat-outer-container-role-operator}}
        """,
    )
    with shop(SAGA) as server:
        url = f"{server.url}/deep-chat.html"
        (sent, robot, saga), state = say(url, widget, 2)
        again = go_back(url, widget, state, 2)

    assert (sent.text, server.own_messages()) == (QUESTION, [QUESTION])
    assert (robot.kind, robot.text) == (FactKind.ACKNOWLEDGED, "One moment, please.")
    assert (saga.kind, saga.text, saga.author) == (FactKind.HUMAN_REPLY, "Yes, we have two.", "Saga")
    assert [seen.key for seen in again] == [robot.key, saga.key]


@pytest.mark.skipif(bool(DEEP_CHAT), reason=DEEP_CHAT)
def test_deep_chat_is_recognised_by_itself_and_its_unknown_roles_go_to_a_reader() -> None:
    with shop(SAGA) as server:
        (sent, _, saga), _ = say(f"{server.url}/deep-chat.html", "auto", 2)

    assert sent.details["widget"] == "deep-chat"
    assert saga.kind is FactKind.UNCERTAIN_REPLY


@pytest.mark.skipif(bool(WEB_CHAT), reason=WEB_CHAT)
def test_web_chat_shows_nobody_as_a_person_so_its_answers_go_to_a_reader() -> None:
    with shop(SAGA) as server:
        url = f"{server.url}/webchat.html"
        (sent, saga), state = say(url, "auto", 1)
        said = datetime.fromisoformat(server.conversations[0][-1]["at"])
        again = go_back(url, "auto", state, 1)

    assert sent.details["widget"] == "botframework-webchat"
    assert server.own_messages() == [QUESTION]
    assert (saga.kind, saga.text) == (FactKind.UNCERTAIN_REPLY, "Yes, we have two.")
    assert (
        said <= saga.latest < said + timedelta(seconds=5)
    )  # when it appeared; the widget itself asks its server
    assert [seen.text for seen in again] == ["Yes, we have two."]


@pytest.mark.skipif(bool(CONVERSE), reason=CONVERSE)
def test_converse_with_a_real_chat_server_times_the_person_who_answers(tmp_path: Path) -> None:
    widget = shops_own(
        tmp_path,
        """
        extends: converse
        messages: {names: {person: 'saga@shop[.]localhost'}}
        """,
    )

    async def run(browsers: Browsers, url: str, port: int) -> tuple[list[Fact], Operator, Mapping[str, JSON]]:
        saga = Operator(port, "saga", "Yes, we have two.")
        await saga.come_in()
        try:
            async with open_chat(browsers, url, widget, ANNA) as session:
                await session.introduce()
                seen = [await session.send(QUESTION), *await answers(session, 1)]
                return seen, saga, await session.state()
        finally:
            await saga.disconnect()

    with shop() as server, prosody(tmp_path / "prosody", ("saga",)) as (port, web):
        url = f"{server.url}/converse.html?port={web}"
        (sent, answer), saga, state = run_chat(lambda browsers: run(browsers, url, port))
        lost = go_back(url, widget, state, 1)

    assert [text for text, _ in saga.received] == [QUESTION]
    assert sent.earliest <= saga.received[0][1]
    assert (answer.kind, answer.text) == (FactKind.HUMAN_REPLY, "Yes, we have two.")
    assert saga.answered_at is not None
    assert saga.answered_at <= answer.latest < saga.answered_at + timedelta(seconds=2)
    # An anonymous guest is somebody else after coming back: the history is gone, and that is ours.
    assert [seen.kind for seen in lost] == [FactKind.LOST]


def watched(
    page: str, widget: str | Widget, *answers: Said, seconds: float = 5.0
) -> tuple[list[Fact], list[str]]:
    """Say something on a page of the shop, watch it so long, and return what was told and what the company got."""

    async def run(browsers: Browsers) -> list[Fact]:
        async with open_chat(browsers, f"{server.url}/{page}.html", widget, ANNA) as session:
            await session.introduce()
            sent = await session.send(QUESTION)
            until = datetime.now(UTC) + timedelta(seconds=seconds)
            return [sent, *[seen async for seen in Watch(session).answers(until) if seen.kind not in SIGNS]]

    with shop(*answers) as server:
        return run_chat(run), server.own_messages()


BOT = Said("bot", "Yes, we have two.")


@pytest.mark.parametrize("page", ["n8n", "typebot", "flowise"])
@pytest.mark.parametrize("described", [True, False], ids=["described", "by its looks"])
def test_the_widget_of_a_builder_of_bots_is_opened_written_in_and_its_bot_known(
    page: str, described: bool
) -> None:
    if why := LACKING[page]:
        pytest.skip(why)
    (sent, robot), received = watched(page, "auto" if described else "generic", BOT)

    assert (sent.details["widget"], received) == (page if described else "generic", [QUESTION])
    assert robot.text == "Yes, we have two."
    assert robot.kind in (
        (FactKind.ACKNOWLEDGED,) if described else (FactKind.ACKNOWLEDGED, FactKind.UNCERTAIN_REPLY)
    )


@pytest.mark.parametrize(
    ("widget", "kind"), [("auto", FactKind.HUMAN_REPLY), ("generic", FactKind.UNCERTAIN_REPLY)]
)
def test_supchat_answers_by_a_person_with_the_servers_own_time(widget: str, kind: FactKind) -> None:
    if SUPCHAT:
        pytest.skip(SUPCHAT)
    (sent, saga), received = watched("supchat", widget, Said("operator", "Yes, two.", 0.7))

    assert received == [QUESTION]
    assert (saga.kind, saga.text, saga.source) == (kind, "Yes, two.", SERVER_TIME)
    assert sent.earliest <= saga.earliest


def test_supchat_that_refuses_our_message_does_not_count_as_sent() -> None:
    if SUPCHAT:
        pytest.skip(SUPCHAT)

    async def run(browsers: Browsers) -> str:
        quick = Patience(confirm=6.0)
        async with open_chat(browsers, f"{server.url}/supchat.html", "auto", ANNA, patience=quick) as session:
            await session.introduce()
            server.deaf = True
            with pytest.raises((NotSent, SendUnknown)) as told:
                await session.send(QUESTION)
            return str(told.value)

    with shop(SAGA) as server:
        assert run_chat(run)
