"""How much the chat driver costs: many chats at once against the demo company, beside a bare script with the same clicks.

    python benchmarks/chat.py [--chats 30] [--rounds 2] [--answer-after 3]

Both do the same in the same browser, one after the other: open the shop's page, get rid of the banner, open the chat,
say who we are, write, and wait until a person has answered. The bare script stops there; the driver also reads the
transcript, takes its pictures and keeps what it needs to come back. Prints time and memory of each and their ratio
(aim: under 1.3), and how far the measured answer times lie from when the company's server took the answer down (aim:
99 of 100 under 100 ms): for the chats that were given the server's time, and for those that were not, in which the
page's own record of its changes has to do. Every second chat is of each kind.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from audit_app.demo.company import DemoCompany
from probes.base import Observation, ObservationKind
from probes.browser import Browsers, find_browser, open_page
from probes.channels.chat_dating import SERVER_TIME
from probes.channels.chat_entrance import Persona
from probes.channels.chat_session import open_chat
from probes.widgets.files import load_widget

QUESTION = "Hello, do you have the lamp from the window in stock?"
ANSWER = '[role="log"] .message--operator:not(.typing)'
MEGABYTE = 1024 * 1024
Chat = Callable[[Browsers, str, "Run", bool], Awaitable[None]]
Times = list[tuple[str, datetime, datetime]]
DEMO = load_widget("demo")
TIMELESS = DEMO.model_copy(update={"messages": DEMO.messages.model_copy(update={"time": ""})})


@dataclass
class Run:
    """One way of doing it: how long, with how much memory at most, and what was measured."""

    seconds: float = 0.0
    peak: int = 0
    answers: list[Observation] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


async def bare(browsers: Browsers, url: str, run: Run, timeless: bool) -> None:
    """The clicks alone."""
    async with browsers.context("en", "Europe/Stockholm") as context:
        page = await open_page(context)
        await page.goto(url, wait_until="domcontentloaded")
        await page.get_by_role("button", name="Only necessary").click()
        await page.locator("fjord-chat").get_by_role("button", name="Open chat").click()
        chat = page.frame_locator("fjord-chat iframe")
        await chat.get_by_label("Your name", exact=True).fill("Anna Berg")
        await chat.get_by_label("Your e-mail", exact=True).fill("anna@shopper.example")
        await chat.get_by_role("button", name="Start chat").click()
        await chat.get_by_role("textbox", name="Message").fill(QUESTION)
        await chat.get_by_role("button", name="Send").click()
        await chat.locator(ANSWER).first.wait_for(timeout=120_000)


async def driven(browsers: Browsers, url: str, run: Run, timeless: bool) -> None:
    """The same by the chat channel; `timeless` leaves the server's times in the page unread."""
    persona = Persona("Anna Berg", "anna@shopper.example", "en", "Europe/Stockholm")
    async with open_chat(browsers, url, TIMELESS if timeless else DEMO, persona) as session:
        await session.introduce()
        await session.state()
        await session.send(QUESTION)
        async for seen in session.watch(datetime.now(UTC) + timedelta(seconds=120)):
            if seen.kind is ObservationKind.HUMAN_REPLY:
                run.answers.append(replace(seen, evidence=()))
                break
        await session.state()


async def measure(chat: Chat, urls: list[str]) -> Run:
    """All at once in one browser of their own."""
    run = Run()
    async with Browsers(find_browser(), contexts_per_browser=1000) as browsers:
        async with browsers.context():
            pass  # the browser's own start is not what is compared
        watcher = asyncio.create_task(_note_memory(run))
        began = time.perf_counter()
        results = await asyncio.gather(
            *(chat(browsers, url, run, place % 2 == 1) for place, url in enumerate(urls)),
            return_exceptions=True,
        )
        run.seconds = time.perf_counter() - began
        watcher.cancel()
    run.failures = [str(result).splitlines()[0] for result in results if isinstance(result, BaseException)]
    return run


async def _note_memory(run: Run) -> None:
    while True:
        run.peak = max(run.peak, await asyncio.to_thread(_memory))
        await asyncio.sleep(0.5)


def _memory() -> int:
    """Memory of this process and its browsers that is theirs alone, in bytes."""
    total = 0
    me = psutil.Process()
    for process in [me, *me.children(recursive=True)]:
        try:
            total += process.memory_full_info().uss
        except psutil.Error:
            continue
    return total


def lags(answers: list[Observation], said: dict[str, datetime]) -> Times:
    """The source of each answer's time, and when it came: by us, at its worse end, and by the company's own record."""
    found = []
    for answer in answers:
        at = said[answer.key]
        found.append((answer.source, max(answer.earliest, answer.latest, key=lambda end: abs(end - at)), at))
    return found


def first_seen(answers: list[Observation], said: dict[str, datetime]) -> list[float]:
    """Milliseconds from an answer to our first look that had it."""
    return [_ms(datetime.fromisoformat(str(each.details["seen"])) - said[each.key]) for each in answers]


def _ms(span: timedelta) -> float:
    return span / timedelta(milliseconds=1)


def percentile(values: list[float], of_hundred: int) -> float:
    """The value below which so many of a hundred lie (NaN without values)."""
    if len(values) < 2:
        return values[0] if values else float("nan")
    return statistics.quantiles(values, n=100, method="inclusive")[of_hundred - 1]


async def compare(urls: list[str], rounds: int) -> tuple[list[Run], list[Run]]:
    """Take turns, so that neither always comes first."""
    ours: list[Run] = []
    theirs: list[Run] = []
    for turn in range(rounds):
        order = [(bare, theirs), (driven, ours)]
        for chat, runs in order if turn % 2 == 0 else reversed(order):
            runs.append(await measure(chat, urls))
    return theirs, ours


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--answer-after", type=float, default=3.0, help="seconds until a person answers")
    chosen = parser.parse_args()
    after = (chosen.answer_after, chosen.answer_after)
    with (
        tempfile.TemporaryDirectory() as folder,
        DemoCompany(Path(folder), answer_after=after) as company,
    ):
        urls = [company.shop_url("stockholm")] * chosen.chats
        theirs, ours = asyncio.run(compare(urls, chosen.rounds))
        answers = [answer for run in ours for answer in run.answers]
        said = {f"m{message.id}": message.at for message in company.sent_chats()}
    for name, runs in (("bare script", theirs), ("chat driver", ours)):
        seconds = ", ".join(f"{run.seconds:.1f} s" for run in runs)
        memory = ", ".join(f"{run.peak / MEGABYTE:.0f} MB" for run in runs)
        print(f"{name}: {seconds}; {memory}; failures: {sum((run.failures for run in runs), []) or 'none'}")
    print(f"time ratio:   {_middle(ours, 'seconds') / _middle(theirs, 'seconds'):.2f}")
    print(f"memory ratio: {_middle(ours, 'peak') / _middle(theirs, 'peak'):.2f}")
    print("answer times against the company's own record, at the worse end of the interval:")
    found = lags(answers, said)
    for name, given in (("with the server's time", True), ("without it", False)):
        _print_lags(
            name, [abs(_ms(at - true)) for source, at, true in found if (source == SERVER_TIME) is given]
        )
    _print_lags("first look that had it", first_seen(answers, said))


def _print_lags(name: str, lag: list[float]) -> None:
    print(
        f"  {name + ':':24} p50 {percentile(lag, 50):.0f} ms, p99 {percentile(lag, 99):.0f} ms ({len(lag)} answers)"
    )


def _middle(runs: list[Run], what: str) -> float:
    return statistics.median(float(getattr(run, what)) for run in runs)


if __name__ == "__main__":
    main()
