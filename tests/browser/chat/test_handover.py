"""Through the bot to a person: what is pressed or said, how often, and what is known of it after a crash."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest

from probes.base import JSON, Fact, FactKind
from probes.browser.browsers import Browsers
from probes.channels.chat.session import ChatSession, open_chat
from probes.channels.chat.visitor import Patience, Visitor
from probes.channels.chat.vocabulary import LANGUAGES, leads_to_person, sentence_for
from probes.channels.chat.watch import Watch
from probes.widgets.files import load_widget
from probes.widgets.schema import Messages
from tests.browser.chat.chat_server import ChatServer, chat_server, run_chat

pytestmark = pytest.mark.browser
ANNA = Visitor("Anna Berg", "anna-7f3@shopper.example")
QUESTION = "Do you have the lamp from the window?"
ASK = sentence_for("en")
ROLES = {"visitor": ".me", "bot": ".bot", "person": ".person", "system": ".note"}
SHOP = load_widget("generic").model_copy(
    update={"messages": Messages.model_validate({"item": ".row", "text": ".text", "roles": ROLES})}
)
OUR_SIDE = (FactKind.ASKING_PERSON, FactKind.ASKED_PERSON, FactKind.NO_PERSON, FactKind.HUMAN_REPLY)


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def said_by_us(session: ChatSession) -> list[str]:
    said: list[str] = await session.page.evaluate(
        "() => JSON.parse(localStorage.getItem('said')).filter(({who}) => who === 'me').map(({text}) => text)"
    )
    return said


def talk(server: ChatServer, how: str, ask: str = ASK, seconds: float = 12.0) -> tuple[list[Fact], list[str]]:
    """Say something to the bot, watch so long, and return what was told and all that we said."""

    async def run(browsers: Browsers) -> tuple[list[Fact], list[str]]:
        async with open_chat(browsers, f"{server.url}/bot.html?how={how}", SHOP, ANNA) as session:
            await session.introduce()
            await session.send(QUESTION)
            told = [seen async for seen in Watch(session, ask).answers(soon(seconds))]
            return [seen for seen in told if seen.kind in OUR_SIDE], await said_by_us(session)

    return run_chat(run)


@pytest.mark.parametrize(("how", "words"), [("button", "Talk to a person"), ("sentence", ASK)])
def test_a_bot_is_asked_for_a_person_once_who_then_answers(how: str, words: str) -> None:
    with chat_server() as server:
        (asking, asked, saga), said = talk(server, how)

    assert said == [QUESTION, words]
    assert (asking.kind, asked.kind, saga.kind) == (
        FactKind.ASKING_PERSON, FactKind.ASKED_PERSON, FactKind.HUMAN_REPLY
    )  # fmt: skip
    assert (asking.text, asked.text, saga.text) == (words, words, "Yes, we have two. Saga")
    assert asking.details["how"] == ("pressed" if how == "button" else "written")
    assert asking.latest <= asked.latest <= saga.latest
    assert {"screenshot", "transcript"} == {proof.kind for proof in asked.evidence}


def test_a_bot_that_refuses_is_told_of_with_its_words_and_asked_no_more() -> None:
    with chat_server() as server:
        told, said = talk(server, "refused")

    assert said == [QUESTION, ASK]
    assert [seen.kind for seen in told] == list(OUR_SIDE[:3])
    assert "no agents are available" in told[-1].text
    assert told[-1].evidence


def test_a_promise_is_waited_for_and_not_asked_again() -> None:
    with chat_server() as server:
        told, said = talk(server, "promised")

    assert said == [QUESTION, ASK]
    assert [seen.kind for seen in told] == list(OUR_SIDE[:2])


@pytest.mark.parametrize(("how", "ask"), [("unasked", ASK), ("sentence", "")])
def test_nobody_asks_where_a_person_came_unasked_or_the_scenario_says_nothing(how: str, ask: str) -> None:
    with chat_server() as server:
        told, said = talk(server, how, ask, 6.0)

    assert said == [QUESTION]
    assert FactKind.ASKING_PERSON not in [seen.kind for seen in told]


@pytest.mark.parametrize("died", ["before the click", "after the click"])
def test_who_died_while_asking_never_says_it_twice_and_finds_what_was_said(died: str) -> None:
    """Whoever receives `asking_person` has stored it when it wants the next fact, and not before."""

    async def begin(browsers: Browsers) -> Mapping[str, JSON]:
        async with open_chat(browsers, url, SHOP, ANNA) as session:
            await session.introduce()
            await session.send(QUESTION)
            async with aclosing(Watch(session, ASK).answers(soon(15))) as facts:
                async for seen in facts:
                    if seen.kind is (
                        FactKind.ASKING_PERSON if died == "before the click" else FactKind.ASKED_PERSON
                    ):
                        break
            return await session.state()

    async def again(browsers: Browsers, state: Mapping[str, JSON]) -> tuple[list[Fact], list[str]]:
        async with open_chat(browsers, url, SHOP, ANNA, state, Patience(settle=1.0)) as session:
            await session.introduce()
            await session.recall(QUESTION)
            told = [seen async for seen in Watch(session, ASK, asked=1).answers(soon(6), datetime.now(UTC))]
            return [seen for seen in told if seen.kind in OUR_SIDE], await said_by_us(session)

    with chat_server() as server:
        url = f"{server.url}/bot.html?how=promised"
        state = run_chat(begin)
        told, said = run_chat(lambda browsers: again(browsers, state))

    assert FactKind.ASKING_PERSON not in [seen.kind for seen in told]
    assert said == [QUESTION, *([ASK] if died == "after the click" else [])]
    assert [seen.key for seen in told] == (["asked_person-1"] if died == "after the click" else [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_sentence_and_does_not_take_it_for_a_button(language: str) -> None:
    assert sentence_for(language)
    assert not leads_to_person(sentence_for(language))


@pytest.mark.parametrize(
    "name", ["Talk to a person", "Människa", "Mitarbeiter", "Un conseiller", "Оператор", "נציג", "Operatore"]
)
def test_a_choice_that_leads_to_a_person_is_known_in_the_languages_of_chats(name: str) -> None:
    assert leads_to_person(name)


@pytest.mark.parametrize(
    "name", ["Opening hours", "Delivery", "Send", "Close chat", "Personal data", "Agent login page"]
)
def test_other_buttons_do_not(name: str) -> None:
    assert not leads_to_person(name)
