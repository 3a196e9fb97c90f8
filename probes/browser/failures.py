"""What a browser's errors say, in words for people, and a limit for steps that have none of their own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from typing import TypeVar

from playwright.async_api import Error as BrowserError
from playwright.async_api import TimeoutError as BrowserTimeout

Result = TypeVar("Result")

UNREACHED = {
    "ERR_CONNECTION_REFUSED": "nothing answers at this address",
    "ERR_NAME_NOT_RESOLVED": "there is no host of this name",
    "ERR_CERT": "its certificate cannot be trusted",
    "ERR_INTERNET_DISCONNECTED": "this machine has no network",
    "ERR_EMPTY_RESPONSE": "its server closed the line without an answer",
    "ERR_CONNECTION_RESET": "its server broke the line",
    "ERR_TOO_MANY_REDIRECTS": "it leads round in circles",
    "has been closed": "the page or its browser was closed",
    "crashed": "the page crashed",
}
"""What a browser calls pages that it cannot load, in words for people."""
TOO_LATE = re.compile(r"Timeout (\d{1,9})ms exceeded")
METHOD = re.compile(r"^[A-Z][A-Za-z]{1,30}\.\w{1,40}: ")
"""Which of the driver's methods failed, as its errors begin."""


def first_line(error: BrowserError) -> str:
    """Return what a browser's error says in words for people, without its long log of what it tried."""
    said = next(iter(error.message.strip().splitlines()), "no reason given")
    if late := TOO_LATE.search(said):
        return f"the page did not do what was asked within {int(late[1]) / 1000:g} seconds"
    known = next((f"{words} ({code})" for code, words in UNREACHED.items() if code in said), "")
    return known or METHOD.sub("", said)


async def within(seconds: float, step: Awaitable[Result]) -> Result:
    """Await a step that has no time limit of its own. Raises BrowserTimeout, as Playwright's own limits do."""
    try:
        async with asyncio.timeout(seconds):
            return await step
    except TimeoutError as error:
        raise BrowserTimeout(f"The page did not answer within {seconds:g} seconds") from error
