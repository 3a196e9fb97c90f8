"""Finds the e-mail address that a company publishes, as a customer would: on its contact page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from probes.base import Evidence, Observation, ObservationKind
from probes.browser import BrowserError, Browsers, Page, first_line, open_page, screenshot, within
from probes.consent import expect_consent_banners

ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
CONTACT_LINK = re.compile(
    r"contact|kontakt|customer (care|service)|kundservice|kundtjänst|yhteys|impressum|atención al cliente"
    r"|контакт|צור קשר|צרו קשר|יצירת קשר",
    re.IGNORECASE,
)
MOST_CLICKS = 2
READ_SECONDS = 15.0
LINK_MS = 5000.0
"""How long a link may take to come into view; one in a closed menu never does, and is published all the same."""


@dataclass(frozen=True)
class Published:
    """Addresses on a page, best first, and how they stand there."""

    addresses: tuple[str, ...]
    how: str


async def look_for_address(
    browsers: Browsers, page_url: str, expected: str, language: str = "en", time_zone: str = "UTC"
) -> Observation:
    """Open the company's contact page like a customer and note which address it publishes, in how many clicks.

    The fact is noted also when there is none, another than `expected`, or no page at all: the mail goes to the
    address on record whatever the page says. Raises OurFailure when there is no browser.
    """
    async with browsers.context(language, time_zone) as context:
        page = await open_page(context)
        earliest = datetime.now(UTC)
        trouble, published, clicks = "", Published((), ""), 0
        try:
            await expect_consent_banners(page)
            trouble = await _load(page, page_url)
            if not trouble:
                published, clicks = await _search(page)
        except BrowserError as error:
            trouble = f"The contact page {page_url} could not be opened: {first_line(error)}"
        picture = await screenshot(page, "contact-page")
        evidence = [picture] if picture else []
        return _address_seen(page_url, expected, published, clicks, earliest, evidence, trouble)


async def _load(page: Page, url: str) -> str:
    """Open the page; returns what is wrong with it in words, or nothing."""
    response = await page.goto(url, wait_until="domcontentloaded")
    if response and response.status in (401, 403, 407, 429):
        return f"The contact page {url} refused us with status {response.status}."
    if response and response.status >= 400:
        return f"The contact page {url} answered with status {response.status}."
    return ""


async def _search(page: Page) -> tuple[Published, int]:
    """Look on the page, and if it has no address, follow what leads to the contact page."""
    for clicks in range(MOST_CLICKS + 1):
        published = await _published(page)
        link = page.get_by_role("link", name=CONTACT_LINK).first
        if published.addresses or clicks == MOST_CLICKS or not await link.is_visible():
            return published, clicks
        await link.click()
        await page.wait_for_load_state("domcontentloaded")
    return Published((), ""), MOST_CLICKS


async def _published(page: Page) -> Published:
    links = page.locator("a[href^='mailto:' i]")
    targets: list[str] = await within(READ_SECONDS, links.evaluate_all("(all) => all.map((a) => a.href)"))
    linked = [_address_of(target) for target in targets if _address_of(target)]
    if linked:
        with suppress(BrowserError):
            # A click that brings the link into view also makes any banner over it go away.
            await links.locator("visible=true").first.click(trial=True, timeout=LINK_MS)
    printed = ADDRESS.findall(await page.locator("body").inner_text())
    return Published(
        tuple(dict.fromkeys([*linked, *printed])), "mailto link" if linked else "printed address"
    )


def _address_of(target: str) -> str:
    found = ADDRESS.search(unquote(target[len("mailto:") :].partition("?")[0]))
    return found.group() if found else ""


def _clicks(count: int) -> str:
    return "1 click" if count == 1 else f"{count} clicks"


def _address_seen(
    url: str,
    expected: str,
    published: Published,
    clicks: int,
    earliest: datetime,
    evidence: Sequence[Evidence],
    trouble: str,
) -> Observation:
    known = {address.casefold() for address in published.addresses}
    matches = expected.casefold() in known
    seen = expected if matches else next(iter(published.addresses), "")
    nothing = trouble or "The contact page publishes no address"
    text = f"The contact page publishes {seen}" if seen else nothing
    return Observation(
        ObservationKind.ADDRESS_SEEN,
        earliest,
        datetime.now(UTC),
        source="our clock",
        key=f"address:{url}",
        text=text if matches or not seen else f"{text} instead of {expected}",
        reasons=(f"It stands there as a {published.how}, {_clicks(clicks)} from {url}",) if seen else (),
        details={
            "url": url,
            "expected": expected,
            "published": list(published.addresses),
            "matches": matches,
            "how": published.how,
            "clicks": clicks,
        },
        evidence=tuple(evidence),
    )
