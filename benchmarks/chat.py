"""How much the chat driver costs: many chats at once against the demo company, beside a bare script with the same clicks.

    python benchmarks/chat.py [--chats 30] [--rounds 4] [--answer-after 3]

Both do the same: open the shop's page, get rid of the banner, open the chat, say who we are, write, and wait until a
person has answered. The bare script stops there; the driver also reads the transcript, takes its pictures and keeps
what it needs to come back. Each side runs in a process of its own with a browser of its own, first one chat to warm up
and then all at once; who comes first changes from round to round. The company runs in another process.

Prints for each round the time, the processor time and the greatest memory of all processes of each side (Python,
Playwright's driver, browser; what some share is counted by their shares), and over the rounds the ratios with their
range (aim: time and memory under 1.3). Then how far the measured answer times lie from when the company's server took
the answer down (aim: 99 of 100 under 100 ms): for the chats that were given the server's time, and for those that were
not, in which the page's own record of its changes has to do. Every second chat is of each kind.

Last it prints how long the page's signal takes: from the insertion of a message, stamped in the page as it puts it in,
to when this process has been told that the page changed (aim: 50 ms), in one chat at a time and in all at once. With
`--rounds 0` it does that alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import psutil
from playwright.async_api import ViewportSize, async_playwright

from audit_app.demo.company import DemoCompany
from probes.base import Fact, FactKind
from probes.browser.browsers import Browsers, Frame
from probes.browser.program import find_browser
from probes.browser.reach import allowed_from
from probes.channels.chat.session import open_chat
from probes.channels.chat.timestamps import SERVER_TIME
from probes.channels.chat.visitor import Visitor
from probes.channels.chat.watch import Watch
from probes.widgets.files import load_widget

QUESTION = "Hello, do you have the lamp from the window in stock?"
ANSWER = '[role="log"] .message--operator:not(.typing)'
WATCH_SECONDS = 180.0
LOOK_SECONDS = 0.2
"""Between two looks at the processor time of all processes."""
WEIGH_SECONDS = 1.0
"""Between two looks at their memory, which itself takes some processor time."""
MEGABYTE = 1024 * 1024
Answers = list[Fact]
Chat = Callable[[bool], Awaitable[Answers]]
"""Holds one chat; the argument leaves the server's times in the page unread."""
VIEWPORT: ViewportSize = {"width": 1280, "height": 900}
DEMO = load_widget("demo")
ALONE = 10
"""So many chats, one after another, tell how long the signal takes in one chat alone."""
STAMP = """(() => {
  const append = Element.prototype.append;
  window.inserted = [];
  Element.prototype.append = function (...items) {
    append.apply(this, items);
    if (this.id !== "log" || items[0].matches(".typing, .message--visitor")) return;
    window.inserted.push(Date.now());
  };
})()"""
"""Notes when the demo company's chat puts a message of somebody else into its page."""
TIMELESS = DEMO.model_copy(update={"messages": DEMO.messages.model_copy(update={"time": ""})})


# --- the two sides, in a process of their own ---------------------------------------------------------------------

LOCAL = allowed_from(["127.0.0.0/8", "::1"])


@asynccontextmanager
async def bare(url: str) -> AsyncGenerator[Chat, None]:
    """The clicks alone, by Playwright alone."""

    async def chat(timeless: bool) -> Answers:
        context = await browser.new_context(locale="en", timezone_id="Europe/Stockholm", viewport=VIEWPORT)
        page = await context.new_page()
        await page.goto(url, wait_until="domcontentloaded")
        await page.get_by_role("button", name="Only necessary").click()
        await page.locator("fjord-chat").get_by_role("button", name="Open chat").click()
        frame = page.frame_locator("fjord-chat iframe")
        await frame.get_by_label("Your name", exact=True).fill("Anna Berg")
        await frame.get_by_label("Your e-mail", exact=True).fill("anna@shopper.example")
        await frame.get_by_role("button", name="Start chat").click()
        await frame.get_by_role("textbox", name="Message").fill(QUESTION)
        await frame.get_by_role("button", name="Send").click()
        await frame.locator(ANSWER).first.wait_for(timeout=WATCH_SECONDS * 1000)
        await context.close()
        return []

    async with async_playwright() as playwright:
        args = [] if os.geteuid() else ["--no-sandbox"]  # Chromium's sandbox refuses to run as root
        browser = await playwright.chromium.launch(executable_path=find_browser(), args=args)
        yield chat
        await browser.close()


@asynccontextmanager
async def driven(url: str) -> AsyncGenerator[Chat, None]:
    """The same by the chat channel."""
    persona = Visitor("Anna Berg", "anna@shopper.example", "en", "Europe/Stockholm")

    async def chat(timeless: bool) -> Answers:
        answers: Answers = []
        async with open_chat(browsers, url, TIMELESS if timeless else DEMO, persona) as session:
            await session.introduce()
            await session.state()
            await session.send(QUESTION)
            async for seen in Watch(session).answers(datetime.now(UTC) + timedelta(seconds=WATCH_SECONDS)):
                if seen.kind is FactKind.HUMAN_REPLY:
                    answers.append(seen)
                    break
            await session.state()
        return answers

    async with Browsers(
        find_browser(), allowed=LOCAL, contexts_per_browser=1000, most_pages=1000
    ) as browsers:
        yield chat


@asynccontextmanager
async def signalled(url: str) -> AsyncGenerator[Callable[[], Awaitable[list[float]]], None]:
    """The same by the chat channel, for what it takes until it has been told of each message (in ms)."""
    persona = Visitor("Anna Berg", "anna@shopper.example", "en", "Europe/Stockholm")

    async def chat() -> list[float]:
        told: list[float] = []
        async with open_chat(browsers, url, DEMO, persona) as session:
            hear = session.changes._hear

            def note() -> None:
                told.append(time.time() * 1000)
                hear()

            session.changes._hear = note  # type: ignore[method-assign]
            await session.page.context.add_init_script(STAMP)
            await session.introduce()
            await session.send(QUESTION)
            async for seen in Watch(session).answers(datetime.now(UTC) + timedelta(seconds=WATCH_SECONDS)):
                if seen.kind is FactKind.HUMAN_REPLY:
                    break
            inserted = await cast("Frame", session.entrance.chat).evaluate("window.inserted")
        return [min(at for at in told if at >= since) - since for since in inserted]

    async with Browsers(
        find_browser(), allowed=LOCAL, contexts_per_browser=1000, most_pages=1000
    ) as browsers:
        yield chat


SIDES = {"bare script": bare, "chat driver": driven}
SIGNALS = "signals"


async def run_side(name: str, url: str, chats: int) -> None:
    """Warm up, say so on standard output, wait for a line, and then print what all chats at once came to."""
    async with SIDES[name](url) as chat:
        await chat(True)
        print(flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        began = time.perf_counter()
        each = (chat(place % 2 == 1) for place in range(chats))
        results = await asyncio.gather(*each, return_exceptions=True)
        seconds = time.perf_counter() - began
    answers = [answer for result in results if isinstance(result, list) for answer in result]
    failures = [str(result).splitlines()[0] for result in results if isinstance(result, BaseException)]
    print(json.dumps({"seconds": seconds, "failures": failures, "answers": list(map(_as_json, answers))}))


def _as_json(answer: Fact) -> dict[str, str]:
    times = {"earliest": answer.earliest.isoformat(), "latest": answer.latest.isoformat()}
    return times | {"key": answer.key, "source": answer.source, "seen": str(answer.details["seen"])}


async def run_signals(url: str, chats: int) -> None:
    """Print how long the signals took, in one chat after another and in all at once."""
    async with signalled(url) as chat:
        await chat()
        alone = [lag for _ in range(ALONE) for lag in await chat()]
        print_lag("one chat alone", alone, "messages")
        each = await asyncio.gather(*(chat() for _ in range(chats)))
        print_lag(f"{chats} chats at once", [lag for lags in each for lag in lags], "messages")


# --- measuring them -----------------------------------------------------------------------------------------------


@dataclass
class Run:
    """What one side took in one round."""

    seconds: float
    failures: list[str]
    answers: list[dict[str, str]]
    processor: float = 0.0
    """Seconds of processor time."""
    peak: int = 0
    """Bytes."""
    company: float = 0.0
    """Seconds of processor time that the demo company needed meanwhile."""


class Tree:
    """What a process and all that it has started use, as far as is seen."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._used: dict[int, float] = {}
        self.peak = 0

    def processor(self) -> float:
        """Look at all of them, and return the seconds of processor time so far; what has ended stays counted."""
        for process in self._all():
            with suppress(psutil.Error):
                times = process.cpu_times()
                self._used[process.pid] = times.user + times.system
        return sum(self._used.values())

    def weigh(self) -> None:
        """Note how much memory they have now, if that is more than ever."""
        weight = 0
        for process in self._all():
            with suppress(psutil.Error):
                weight += process.memory_full_info().pss
        self.peak = max(self.peak, weight)

    def _all(self) -> list[psutil.Process]:
        return [self._root, *self._root.children(recursive=True)]


def measure(name: str, url: str, chats: int) -> Run:
    """Have one side hold its chats, and look at its processes meanwhile."""
    command = [sys.executable, __file__, "--side", name, "--url", url, "--chats", str(chats)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as side:
        assert side.stdin is not None  # noqa: S101 -- for the type checker
        assert side.stdout is not None  # noqa: S101 -- for the type checker
        side.stdout.readline()  # it is warm
        tree = Tree(side.pid)
        before, ours, looking = tree.processor(), time.process_time(), -time.thread_time()
        print(file=side.stdin, flush=True)
        weighed = time.monotonic()
        while not select.select([side.stdout], [], [], LOOK_SECONDS)[0]:
            used = tree.processor()
            if time.monotonic() - weighed > WEIGH_SECONDS:
                tree.weigh()
                weighed = time.monotonic()
        looking += time.thread_time()
        run = Run(**json.loads(side.stdout.readline()))
    run.processor, run.peak = used - before, tree.peak
    run.company = time.process_time() - ours - looking
    return run


def compare(url: str, chats: int, rounds: int) -> dict[str, list[Run]]:
    """Take turns, so that neither always comes first."""
    runs: dict[str, list[Run]] = {name: [] for name in SIDES}
    for turn in range(rounds):
        for name in list(SIDES) if turn % 2 == 0 else reversed(SIDES):
            run = measure(name, url, chats)
            runs[name].append(run)
            print(
                f"{turn + 1}. {name}: {run.seconds:.1f} s, {run.processor:.1f} s of processor time"
                f" (the company {run.company:.1f} s), {run.peak / MEGABYTE:.0f} MB;"
                f" failures: {run.failures or 'none'}",
                flush=True,
            )
    return runs


# --- what came of it ----------------------------------------------------------------------------------------------


def lags(answers: Sequence[dict[str, str]], said: dict[str, datetime]) -> list[tuple[str, float]]:
    """The source of each answer's time, and how far its worse end lies from the company's own record, in ms."""
    return [
        (answer["source"], max(abs(_ms(answer[end], said[answer["key"]])) for end in ("earliest", "latest")))
        for answer in answers
    ]


def _ms(at: str, since: datetime) -> float:
    return (datetime.fromisoformat(at) - since) / timedelta(milliseconds=1)


def percentile(values: list[float], of_hundred: int) -> float:
    """The value below which so many of a hundred lie (NaN without values)."""
    if len(values) < 2:
        return values[0] if values else float("nan")
    return statistics.quantiles(values, n=100, method="inclusive")[of_hundred - 1]


def print_ratios(runs: dict[str, list[Run]]) -> None:
    """The middle of the ratios of the rounds, and the least and the greatest of them."""
    pairs = list(zip(runs["chat driver"], runs["bare script"], strict=True))
    for name, part in (("time", "seconds"), ("processor time", "processor"), ("memory", "peak")):
        ratios = [getattr(ours, part) / getattr(theirs, part) for ours, theirs in pairs]
        print(f"{name} ratio: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


def print_lags(answers: Sequence[dict[str, str]], said: dict[str, datetime]) -> None:
    """How far off the answer times are, by where they come from, and when we saw the answers first."""
    print("answer times against the company's own record, at the worse end of the interval:")
    found = lags(answers, said)
    shown = {
        "with the server's time": [lag for source, lag in found if source == SERVER_TIME],
        "without it": [lag for source, lag in found if source != SERVER_TIME],
        "first look that had it": [_ms(answer["seen"], said[answer["key"]]) for answer in answers],
    }
    for name, lag in shown.items():
        print_lag(name, lag, "answers")


def print_lag(name: str, lag: list[float], of_what: str) -> None:
    """The middle, and what one in a hundred exceeds."""
    print(
        f"  {name}: p50 {percentile(lag, 50):.0f} ms, p99 {percentile(lag, 99):.0f} ms ({len(lag)} {of_what})",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chats", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--answer-after", type=float, default=3.0, help="seconds until a person answers")
    parser.add_argument("--side", choices=[*SIDES, SIGNALS], help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.side == SIGNALS:
        asyncio.run(run_signals(chosen.url, chosen.chats))
        return
    if chosen.side:
        asyncio.run(run_side(chosen.side, chosen.url, chosen.chats))
        return
    after = (chosen.answer_after, chosen.answer_after)
    with (
        tempfile.TemporaryDirectory() as folder,
        DemoCompany(Path(folder), answer_after=after) as company,
    ):
        url = company.shop_url("stockholm")
        runs = compare(url, chosen.chats, chosen.rounds)
        said = {f"m{message.id}": message.at for message in company.sent_chats()}
        print("from a message in the page to our being told that it changed:", flush=True)
        command = [sys.executable, __file__, "--side", SIGNALS, "--url", url, "--chats", str(chosen.chats)]
        subprocess.run(command, check=True)
    if not chosen.rounds:
        return
    print_ratios(runs)
    print_lags([answer for run in runs["chat driver"] for answer in run.answers], said)


if __name__ == "__main__":
    main()
