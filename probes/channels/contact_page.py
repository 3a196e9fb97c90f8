"""Finds the e-mail address that a company publishes, as a customer would: on its contact page."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache

from probes.base import OUR_CLOCK, Fact, FactKind, OurFailure, Proof
from probes.browser.activity import Activity
from probes.browser.browsers import (
    BrowserError,
    Browsers,
    Locator,
    Page,
    first_line,
    open_page,
    screenshot,
    within,
)
from probes.browser.consent import dismiss_consent_banner, expect_consent_banners
from probes.browser.scripts import script
from probes.browser.visiting import visit
from probes.channels.published_address import How, published_addresses
from probes.forms.words import LANGUAGES, words_of

MOST_CLICKS = 2
"""Links that a customer is taken to follow in search of an address."""
READ_SECONDS = 15.0
SETTLE_SECONDS = 3.0
"""How long a page may take to show what its scripts fetch."""
LATE_SECONDS = 2.0
"""How much longer a page without an address is looked at: some scripts begin late, and it is the company we speak of."""
LINK_MS = 2000.0
"""How long an address may take to come into view; one in a closed menu never does, and is published all the same."""
READ = script(__package__, "contact_page")


async def look_for_address(
    browsers: Browsers, page_url: str, expected: str, language: str = "en", time_zone: str = "UTC"
) -> Fact:
    """Open the company's contact page like a customer and note which address it publishes, in how many clicks.

    The fact is noted also when there is none, another than `expected`, or no page at all: the mail goes to the
    address on record whatever the page says. Raises OurFailure when there is no browser.
    """
    async with browsers.context(language, time_zone) as context:
        page = await open_page(context)
        earliest = datetime.now(UTC)
        trouble, clicks = "", 0
        published: Mapping[str, How] = {}
        try:
            await expect_consent_banners(page)
            trouble = await _load(page, page_url)
            if not trouble:
                published, clicks = await _search(page)
                await _show(page, _seen(published, expected))
        except BrowserError as error:
            trouble = f"The contact page {page_url} could not be opened: {first_line(error)}"
        except OurFailure as error:
            trouble = str(error)
        picture = await screenshot(page, "contact-page")
        evidence = [picture] if picture else []
        return _address_seen(page_url, expected, published, clicks, earliest, evidence, trouble)


async def _load(page: Page, url: str) -> str:
    """Open the page; returns what is wrong with it in words, or nothing."""
    response = await visit(page, url)
    if response and response.status in (401, 403, 407, 429, 451):
        return f"The contact page {url} refused us with status {response.status}."
    if response and response.status >= 400:
        return f"The contact page {url} answered with status {response.status}."
    return ""


async def _search(page: Page) -> tuple[Mapping[str, How], int]:
    """Look on the page, and if it has no address, follow what leads to the contact page."""
    activity, clicks = Activity(page), 0
    while True:
        await activity.settle(SETTLE_SECONDS)
        await dismiss_consent_banner(page)
        if published := await _published(page):
            return published, clicks
        more = await _follow(page) if clicks < MOST_CLICKS else 0
        if not more:
            return await _published_late(page), clicks
        clicks += more


async def _published(page: Page) -> Mapping[str, How]:
    return published_addresses(**await within(READ_SECONDS, page.evaluate(READ)))


async def _published_late(page: Page) -> Mapping[str, How]:
    end = time.monotonic() + LATE_SECONDS
    while not (published := await _published(page)) and time.monotonic() < end:
        await asyncio.sleep(0.25)
    return published


async def _follow(page: Page) -> int:
    """Go where the page says that one can write; returns how many clicks that took, 0 if there is no such link."""
    links = page.get_by_role("link", name=_contact_link(), include_hidden=True)
    seen = links.locator("visible=true").first
    link = seen if await seen.count() else links.first
    if not await link.count() or await _leads_here(page, link):
        return 0
    target = await link.evaluate("(link) => link.href")
    if link is seen and await link.get_attribute("target") != "_blank":
        await link.click()
        await page.wait_for_load_state("domcontentloaded")
        return 1
    await visit(page, target)
    # Another click opens the menu that it is in.
    return 1 if link is seen else 2


async def _leads_here(page: Page, link: Locator) -> bool:
    return bool(await link.evaluate("(link) => link.href.split('#')[0] === location.href.split('#')[0]"))


@cache
def _contact_link() -> re.Pattern[str]:
    phrases = (re.escape(phrase) for tag in LANGUAGES for phrase in words_of(tag).buttons.contact)
    return re.compile(rf"^\W*(?:{'|'.join(dict.fromkeys(phrases))})", re.IGNORECASE)


async def _show(page: Page, address: str) -> None:
    """Bring the address into view, for the picture."""
    if address:
        with suppress(BrowserError):
            await page.get_by_text(address).first.scroll_into_view_if_needed(timeout=LINK_MS)


def _seen(published: Mapping[str, How], expected: str) -> str:
    """Return the expected address as it stands there, else the first that does, else nothing."""
    same = (address for address in published if address.casefold() == expected.casefold())
    return next(same, next(iter(published), ""))


def _clicks(count: int) -> str:
    return "1 click" if count == 1 else f"{count} clicks"


def _address_seen(
    url: str,
    expected: str,
    published: Mapping[str, How],
    clicks: int,
    earliest: datetime,
    evidence: Sequence[Proof],
    trouble: str,
) -> Fact:
    seen = _seen(published, expected)
    matches = seen.casefold() == expected.casefold()
    how = published.get(seen, "")
    nothing = trouble or "The contact page publishes no address"
    text = f"The contact page publishes {seen}" if seen else nothing
    return Fact(
        FactKind.ADDRESS_SEEN,
        earliest,
        datetime.now(UTC),
        source=OUR_CLOCK,
        key=f"address:{url}",
        text=text if matches or not seen else f"{text} instead of {expected}",
        reasons=(f"It stands there as a {how}, {_clicks(clicks)} from {url}",) if seen else (),
        details={
            "url": url,
            "expected": expected,
            "published": list(published),
            "matches": matches,
            "how": how,
            "clicks": clicks,
        },
        evidence=tuple(evidence),
    )
