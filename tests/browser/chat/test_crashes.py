"""What dies, dies alone: a page, a browser with three chats in it, or the driver cost only the probes that used them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from probes.base import Deferred, Fact, FactKind, OurFailure, ProbeError, SendUnknown
from probes.browser.browsers import Browsers
from probes.browser.program import find_browser
from probes.channels.chat.session import ChatSession, open_chat
from probes.channels.chat.visitor import Patience, Visitor
from probes.channels.chat.watch import Watch
from probes.widgets.files import load_widget
from tests.browser.chat.chat_server import ChatServer, Said, chat_server
from tests.local_hosts import LOCAL

pytestmark = pytest.mark.browser
ACME = load_widget(str(Path(__file__).parent / "widgets" / "acme.yaml"))
ANNA = Visitor("Anna Berg", "anna-7f3@shopper.example")
SAGA = Said("operator", "Yes, we have two.", 2.5, "Saga")
QUICK = Patience(show=20.0, click=5.0, confirm=20.0, settle=1.0, stand=0.5)
"""Longer than a busy machine takes for what comes; nothing here waits for what does not, but where it says so."""
EAT = "() => { const kept = []; setInterval(() => { kept.push(new Array(4e6).fill({})); }, 0); }"


@asynccontextmanager
async def chat(browsers: Browsers, server: ChatServer, ways: str = "") -> AsyncIterator[ChatSession]:
    async with open_chat(browsers, f"{server.url}/page.html?{ways}", ACME, ANNA, patience=QUICK) as session:
        await session.introduce()
        yield session


async def answer(session: ChatSession) -> Fact:
    async for seen in Watch(session).answers(datetime.now(UTC) + timedelta(seconds=60)):
        if seen.kind is FactKind.HUMAN_REPLY:
            return seen
    raise AssertionError("nobody answered")


async def failure_of(step: Awaitable[object]) -> ProbeError:
    with pytest.raises(ProbeError) as told:
        await step
    return told.value


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.05)


def below_us(name: str) -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if name in process.name():
                found.append(process)
    return found


def kill(name: str) -> None:
    """End processes of ours as a machine short of memory would."""
    for process in below_us(name):
        with suppress(psutil.Error):
            process.kill()


async def crash(session: ChatSession, how: str) -> None:
    if how == "memory":
        await session.page.evaluate(EAT)
        async with asyncio.timeout(60):
            while not session.changes.crashed:
                await session.changes.wait(1)
                session.changes.clear()
        return
    devtools = await session.page.context.new_cdp_session(session.page)
    with suppress(Exception):
        async with asyncio.timeout(2):
            await devtools.send("Page.crash")


@pytest.mark.parametrize("how", ["crash", "memory"])
def test_a_page_that_crashes_or_eats_all_memory_dies_alone(how: str) -> None:
    async def run() -> tuple[ProbeError, Fact]:
        async with Browsers(find_browser(), allowed=LOCAL) as browsers, AsyncExitStack() as stack:
            doomed = await stack.enter_async_context(chat(browsers, server))
            well = await stack.enter_async_context(chat(browsers, server))
            await doomed.send("A lamp?")
            await well.send("A chair?")
            await crash(doomed, how)
            return await asyncio.gather(failure_of(answer(doomed)), answer(well))

    with chat_server(SAGA) as server:
        failed, saga = asyncio.run(run())

    assert isinstance(failed, OurFailure)
    assert saga.text == "Yes, we have two."


def test_a_killed_browser_costs_its_three_chats_only_what_each_had_come_to() -> None:
    async def run() -> list[ProbeError | Fact]:
        async with Browsers(find_browser(), allowed=LOCAL) as browsers, AsyncExitStack() as stack:
            ready, clicked, watching = [
                await stack.enter_async_context(chat(browsers, server)) for _ in range(3)
            ]
            await watching.send("A chair?")
            state = await watching.state()
            server.deaf = True
            sending = asyncio.create_task(failure_of(clicked.send("A table?")))
            await until(lambda: server.unheard == ["A table?"])
            kill("chrom")
            failed = [
                await failure_of(ready.send("A lamp?")),
                await sending,
                await failure_of(answer(watching)),
            ]
            server.deaf = False
            async with open_chat(browsers, watching.url, ACME, ANNA, state, QUICK) as again:
                await again.introduce()
                await again.recall("A chair?")
                return [*failed, await answer(again)]

    with chat_server(SAGA) as server:
        ready, clicked, watching, answered = asyncio.run(run())

    assert isinstance(ready, Deferred)
    assert isinstance(clicked, SendUnknown)
    assert isinstance(watching, OurFailure)
    assert isinstance(answered, Fact)
    assert server.own_messages() == ["A chair?"]


def test_a_driver_that_died_is_replaced_before_the_next_chat_fails() -> None:
    async def run() -> Fact:
        async with Browsers(find_browser(), allowed=LOCAL) as browsers:
            async with chat(browsers, server):
                kill("node")
                await asyncio.sleep(0.2)
            async with chat(browsers, server) as session:
                return await session.send("A lamp?")

    with chat_server() as server:
        assert asyncio.run(run()).kind is FactKind.SENT


def test_two_chats_with_profiles_that_find_the_driver_dead_start_one_between_them(tmp_path: Path) -> None:
    async def open_one(browsers: Browsers, name: str) -> None:
        async with browsers.own(tmp_path / name, "en", "UTC"):
            await both.wait()

    async def run() -> int:
        async with Browsers(find_browser(), allowed=LOCAL) as browsers:
            kill("node")
            await asyncio.sleep(0.2)
            await asyncio.gather(open_one(browsers, "one"), open_one(browsers, "two"))
            return len([one for one in below_us("node") if one.status() != psutil.STATUS_ZOMBIE])

    both = asyncio.Barrier(2)
    assert asyncio.run(run()) == 1


def test_a_page_that_begins_to_hang_is_given_up() -> None:
    async def run() -> ProbeError:
        async with (
            Browsers(find_browser(), allowed=LOCAL, step_seconds=2.0) as browsers,
            open_chat(
                browsers, f"{server.url}/page.html?hangs", ACME, ANNA, patience=Patience(show=2.0, click=1.0)
            ) as session,
        ):
            return await failure_of(session.introduce())

    with chat_server() as server:
        assert "The page hangs" in str(asyncio.run(run()))


def test_a_form_that_hangs_after_the_click_is_not_taken_for_one_that_is_gone() -> None:
    assert ACME.offline is not None
    silent = ACME.model_copy(update={"offline": ACME.offline.model_copy(update={"done": ""})})

    async def run(ways: str) -> object:
        async with (
            Browsers(find_browser(), allowed=LOCAL, step_seconds=2.0) as browsers,
            open_chat(
                browsers, f"{server.url}/page.html?{ways}", silent, ANNA, patience=replace(QUICK, confirm=2.0)
            ) as session,
        ):
            await session.introduce()
            if ways == "offline":
                return (await session.send("A lamp?")).kind
            return type(await failure_of(session.send("A lamp?")))

    with chat_server() as server:
        assert asyncio.run(run("offline")) is FactKind.SENT
        assert asyncio.run(run("offline=hangs")) is SendUnknown
