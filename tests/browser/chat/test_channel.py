"""The chat channel in the demo company's chat: a real browser, a frame of another origin, a real server."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

import pytest

from audit_app.demo.company import DemoCompany
from probes.base import JSON, Blocked, Fact, FactKind, Message, NotSent, OurFailure, SendUnknown
from probes.browser.browsers import Browsers
from probes.browser.program import find_browser
from probes.channels.chat.channel import ChatAttempt
from probes.channels.chat.session import ChatSession, open_chat
from probes.channels.chat.visitor import Patience, Visitor
from probes.channels.chat.watch import SIGNS, Watch
from probes.widgets.files import load_widget
from tests.browser.chat.chat_server import run_chat
from tests.local_hosts import LOCAL

pytestmark = pytest.mark.browser
ANNA = Visitor("Anna Berg", "anna@shopper.example", "en", "Europe/Stockholm")
QUESTION = "Hello, do you have the lamp from the window in stock?"


@pytest.fixture
def company(tmp_path: Path) -> Iterator[DemoCompany]:
    with DemoCompany(tmp_path / "company", answer_after=(1.5, 2.0)) as running:
        yield running


@asynccontextmanager
async def at_the_shop(
    browsers: Browsers, company: DemoCompany, state: Mapping[str, JSON] | None = None, shop: str = "stockholm"
) -> AsyncIterator[ChatSession]:
    url, waits = company.shop_url(shop), Patience(settle=2.0)
    async with open_chat(browsers, url, load_widget("demo"), ANNA, state, waits) as session:
        await session.introduce()
        yield session


def attempt(session: ChatSession) -> ChatAttempt:
    return ChatAttempt(session, Message("t", "chat", ANNA.name, ANNA.email, QUESTION))


def soon(seconds: float = 20) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def until_a_person_answers(session: ChatSession) -> list[Fact]:
    seen = []
    async for observation in Watch(session).answers(soon()):
        if observation.kind not in SIGNS:
            seen.append(observation)
        if observation.kind is FactKind.HUMAN_REPLY:
            break
    return seen


def test_a_question_is_acknowledged_by_a_bot_and_then_answered_by_a_person(company: DemoCompany) -> None:
    async def chat(browsers: Browsers) -> list[Fact]:
        async with at_the_shop(browsers, company) as session:
            return [await session.send(QUESTION), *await until_a_person_answers(session)]

    sent, *answers = run_chat(chat)
    assert sent.kind is FactKind.SENT
    assert [seen.kind for seen in answers] == [FactKind.ACKNOWLEDGED, FactKind.HUMAN_REPLY]
    assert answers[-1].role == "person"
    assert answers[-1].author
    assert "typing" not in answers[-1].text
    assert all({"screenshot", "transcript"} == {proof.kind for proof in seen.evidence} for seen in answers)


def test_sending_and_answering_have_the_chat_servers_own_times(company: DemoCompany) -> None:
    async def chat(browsers: Browsers) -> list[Fact]:
        async with at_the_shop(browsers, company) as session:
            return [await session.send(QUESTION), *await until_a_person_answers(session)]

    for seen in run_chat(chat):
        proof = next(proof for proof in seen.evidence if proof.kind == "transcript")
        (line,) = [line for line in json.loads(proof.content) if line["id"] == seen.key]
        assert seen.earliest == seen.latest == datetime.fromisoformat(line["at"])
        assert seen.source == "chat server's time"
    (received,) = company.received_chats()
    assert abs((received.at - seen.earliest).total_seconds()) < 20


def test_the_greeting_before_our_message_is_no_answer(company: DemoCompany) -> None:
    async def chat(browsers: Browsers) -> tuple[list[str], list[Fact]]:
        async with at_the_shop(browsers, company, shop="sundsvall") as session:
            greeting = [line.text for line in await session.conversation.read()]
            await session.send(QUESTION)
            return greeting, [
                seen async for seen in Watch(session).answers(soon(1)) if seen.kind not in SIGNS
            ]

    greeting, answers = run_chat(chat)
    assert greeting
    assert not {seen.text for seen in answers} & set(greeting)


def test_opening_a_chat_sends_nothing(company: DemoCompany) -> None:
    async def chat(browsers: Browsers) -> None:
        async with at_the_shop(browsers, company):
            pass

    run_chat(chat)
    assert company.received_chats() == []


def test_an_answer_that_came_while_the_browser_was_closed_is_found_on_reopening(company: DemoCompany) -> None:
    async def begin(browsers: Browsers) -> tuple[Mapping[str, JSON], Fact]:
        async with at_the_shop(browsers, company) as session:
            return await session.state(), await session.send(QUESTION)

    async def return_later(browsers: Browsers) -> list[Fact]:
        async with at_the_shop(browsers, company, state) as session:
            found = await attempt(session).find_sent(datetime.now(UTC))
            return [found] if found else []

    async def wait_for_answer(browsers: Browsers) -> list[Fact]:
        async with at_the_shop(browsers, company, state) as session:
            seen = []
            async for observation in attempt(session).watch(soon()):
                seen.append(observation)
                if observation.kind is FactKind.HUMAN_REPLY:
                    break
            return seen

    state, sent = run_chat(begin)
    json.dumps(state)
    (found,) = run_chat(return_later)
    assert (found.key, found.earliest) == (sent.key, sent.earliest)
    answer = run_chat(wait_for_answer)[-1]
    again = run_chat(wait_for_answer)[-1]
    assert (answer.key, answer.earliest) == (again.key, again.earliest)
    assert len(company.received_chats()) == 1


def test_a_chat_that_was_found_out_on_the_page_can_be_gone_back_to_again_and_again(
    company: DemoCompany,
) -> None:
    async def visit(browsers: Browsers, state: Mapping[str, JSON] | None) -> Mapping[str, JSON]:
        url = company.shop_url("stockholm")
        async with open_chat(browsers, url, "auto", ANNA, state, Patience(settle=2.0)) as session:
            await session.introduce()
            if state is None:
                await session.send(QUESTION)
            assert await attempt(session).find_sent(datetime.now(UTC))
            return await session.state()

    async def visits(browsers: Browsers) -> list[Mapping[str, JSON]]:
        first = await visit(browsers, None)
        second = await visit(browsers, first)
        return [first, second, await visit(browsers, second)]

    states = [cast("Mapping[str, JSON]", state["chat"]) for state in run_chat(visits)]
    assert [state["adapter"] for state in states] == ["demo", "demo", "demo"]
    assert len(company.received_chats()) == 1


def test_a_chat_that_was_saved_but_not_written_in_shows_no_message_of_ours(company: DemoCompany) -> None:
    async def begin(browsers: Browsers) -> Mapping[str, JSON]:
        async with at_the_shop(browsers, company) as session:
            return await session.state()

    async def look(browsers: Browsers) -> Fact | None:
        async with at_the_shop(browsers, company, state) as session:
            return await attempt(session).find_sent(datetime.now(UTC))

    state = run_chat(begin)
    assert run_chat(look) is None


def test_a_conversation_that_the_chat_has_forgotten_is_lost_and_never_begun_anew(
    company: DemoCompany,
) -> None:
    forgotten: Mapping[str, JSON] = {"cookies": [], "origins": []}

    async def watch(browsers: Browsers) -> list[Fact]:
        async with at_the_shop(browsers, company, forgotten) as session:
            with pytest.raises(OurFailure, match="no longer knows"):
                await attempt(session).find_sent(datetime.now(UTC))
            return [seen async for seen in attempt(session).watch(soon())]

    (lost,) = run_chat(watch)
    assert lost.kind is FactKind.LOST
    assert lost.evidence


def test_several_chats_share_one_browser_and_a_worn_one_is_replaced(company: DemoCompany) -> None:
    async def chat(browsers: Browsers, shop: str) -> Fact:
        async with at_the_shop(browsers, company, shop=shop) as session:
            return await session.send(QUESTION)

    async def run() -> list[Fact]:
        async with Browsers(find_browser(), allowed=LOCAL, contexts_per_browser=1) as browsers:
            return list(await asyncio.gather(chat(browsers, "umea"), chat(browsers, "lund")))

    assert [seen.kind for seen in asyncio.run(run())] == [FactKind.SENT] * 2
    assert len(company.received_chats()) == 2


HOSTILE = """<!doctype html><title>Shop</title>
<script>alert('Newsletter?'); window.onbeforeunload = () => 'Stay!';</script>%s"""
CHAT_IN_PAGE = """
<fjord-chat><iframe srcdoc='<label>Message <textarea aria-label="Message"></textarea></label>
<ol role="log"></ol><button onclick="%s">Send</button>'></iframe></fjord-chat>"""


@contextmanager
def a_page(html: str, status: int = 200) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def send_on(url: str) -> Fact:
    impatient = Patience(show=2.0, click=1.0, confirm=2.0, settle=0.5)

    async def send() -> Fact:
        async with (
            Browsers(find_browser(), allowed=LOCAL, step_seconds=2.0) as browsers,
            open_chat(browsers, url, load_widget("demo"), ANNA, patience=impatient) as session,
        ):
            await session.introduce()
            return await session.send(QUESTION)

    return asyncio.run(send())


def test_a_page_without_a_chat_sends_nothing_and_shows_what_was_seen() -> None:
    with a_page(HOSTILE % "<p>No chat today</p>") as url, pytest.raises(NotSent) as told:
        send_on(url)
    assert [proof.kind for proof in told.value.evidence] == ["screenshot", "trace"]


@pytest.mark.parametrize(
    ("html", "status", "kind"),
    [("<input type=password>", 200, "login_wall"), ("Go away", 403, "blocked"), ("Who?", 401, "login_wall")],
)
def test_a_way_that_is_closed_to_us_is_named(html: str, status: int, kind: str) -> None:
    with a_page(html, status) as url, pytest.raises(Blocked) as told:
        send_on(url)
    assert told.value.kind == kind


def test_a_message_that_vanishes_after_the_click_leaves_it_unknown() -> None:
    with a_page(HOSTILE % (CHAT_IN_PAGE % "")) as url, pytest.raises(SendUnknown) as told:
        send_on(url)
    assert told.value.evidence


def test_a_page_that_hangs_cannot_hold_us_up() -> None:
    with a_page(HOSTILE % (CHAT_IN_PAGE % "for(;;){}")) as url, pytest.raises(SendUnknown):
        send_on(url)
