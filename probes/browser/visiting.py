"""Goes to an address that somebody has given, and says what of our own kept a page from working."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from playwright.async_api import BrowserContext, Page, Response
from playwright.async_api import Error as BrowserError

from probes.base import OurFailure
from probes.browser.gate import Gate
from probes.browser.page_memory import closed_for_memory

WEB = ("http", "https")
MOST_NAMED = 3
"""Hosts that a sentence names."""

_gates: WeakKeyDictionary[BrowserContext, Gate] = WeakKeyDictionary()


def note_gate(context: BrowserContext, gate: Gate) -> None:
    """Remember which gate a context goes through."""
    _gates[context] = gate


def refused_hosts(page: Page) -> tuple[str, ...]:
    """List the hosts that a page asked for and that its browser may not reach."""
    gate = _gates.get(page.context)
    return tuple(gate.refused) if gate is not None else ()


def _unreached(page: Page, url: str) -> str:
    gate = _gates.get(page.context)
    return gate.unreached.get(urlsplit(url).hostname or "", "") if gate is not None else ""


def _refusals(page: Page) -> int:
    gate = _gates.get(page.context)
    return gate.refusals if gate is not None else 0


def our_doing(page: Page) -> str:
    """Say in a sentence or two what we have kept from a page, or that we closed it; empty where we did nothing."""
    sentences = [closed_for_memory(page.context)]
    if hosts := refused_hosts(page):
        names = ", ".join(hosts[:MOST_NAMED])
        sentences.append(
            f"The page asked for {names}, which is not public and nobody has allowed: an administrator can, "
            "under Set-up, Private hosts."
        )
    return " ".join(sentence for sentence in sentences if sentence)


async def visit(
    page: Page,
    url: str,
    referer: str | None = None,
    wait_until: Literal["domcontentloaded"] = "domcontentloaded",
) -> Response | None:
    """Go to a page. Raises BrowserError, and OurFailure, naming the host, where the browser may not go there."""
    if urlsplit(url).scheme.casefold() not in WEB:
        raise OurFailure(f"{url} is no address of a page: it begins with https:// or http://.")
    before = _refusals(page)
    try:
        return await page.goto(url, wait_until=wait_until, referer=referer)
    except BrowserError as error:
        if closed_for_memory(page.context) or _refusals(page) > before:
            raise OurFailure(f"{url} could not be opened. {our_doing(page)}") from error
        if why := _unreached(page, url):
            raise BrowserError(why) from error
        raise
