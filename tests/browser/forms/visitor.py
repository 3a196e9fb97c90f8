"""Somebody who visits contact forms with a browser of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from probes.base import Fact, Message
from probes.browser.browsers import Browsers
from probes.browser.program import find_browser
from probes.channel import Equipment
from probes.channels.contact_form.channel import ContactFormAttempt, open_form
from probes.channels.contact_form.timeouts import FormTimeouts
from probes.forms.mapping import NO_MAPPING, Mapping
from tests.local_hosts import LOCAL

Result = TypeVar("Result")
ADDRESS = "anna.berg+k7m2p9qx@shopper.example"
TEXT = "Hello,\n\nthe lamp that I bought is damaged. What will you do about it?\n\nAnna Berg"
TIME_ZONE = "Europe/Stockholm"
QUICK = FormTimeouts(show=3.0, settle=2.0, click=2.0, confirm=4.0, steady=0.6)


def letter(url: str, language: str = "en", text: str = TEXT) -> Message:
    return Message(
        token="k7m2p9qx",
        channel="contact_form",
        persona_name="Anna Berg",
        from_address=ADDRESS,
        text=text,
        subject="A damaged lamp",
        language=language,
        url=url,
        time_zone=TIME_ZONE,
    )


def today() -> date:
    """The day where the customer is, who counts days by it."""
    return datetime.now(ZoneInfo(TIME_ZONE)).date()


@dataclass(frozen=True)
class Visitor:
    """One browser for all tests of this file."""

    runner: asyncio.Runner
    browsers: Browsers

    def at(
        self,
        message: Message,
        act: Callable[[ContactFormAttempt], Awaitable[Result]],
        mapping: Mapping = NO_MAPPING,
        timeouts: FormTimeouts = QUICK,
    ) -> Result:
        """Open an attempt and do something with it."""

        async def run() -> Result:
            async with open_form(Equipment(self.browsers), message, mapping, timeouts) as attempt:
                return await act(attempt)

        return self.runner.run(run())

    async def visit(self, message: Message, timeouts: FormTimeouts = QUICK) -> Fact:
        """Fill the form in and send it, beside other visits."""
        async with open_form(Equipment(self.browsers), message, NO_MAPPING, timeouts) as attempt:
            await attempt.prepare()
            return await attempt.send()

    def send(self, message: Message, mapping: Mapping = NO_MAPPING, timeouts: FormTimeouts = QUICK) -> Fact:
        """Fill the form in and send it."""

        async def act(attempt: ContactFormAttempt) -> Fact:
            await attempt.prepare()
            return await attempt.send()

        return self.at(message, act, mapping, timeouts)


@contextmanager
def visiting() -> Iterator[Visitor]:
    """Start a browser, and close it afterwards."""
    with asyncio.Runner() as runner:
        browsers = Browsers(find_browser(), allowed=LOCAL)
        runner.run(browsers.__aenter__())
        yield Visitor(runner, browsers)
        runner.run(browsers.__aexit__(None, None, None))
