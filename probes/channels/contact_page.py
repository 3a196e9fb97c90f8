"""Finds the e-mail address that a company publishes, as a customer would: on its contact page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from probes.base import Blocked, Evidence, NotSent, Observation, ObservationKind
from probes.browser import BrowserError, Browsers, Page, first_line, open_page, screenshot, within
from probes.consent import expect_consent_banners

ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
CONTACT_LINK = re.compile(
    r"contact|kontakt|customer (care|service)|kundservice|kundtjänst|yhteys|impressum", re.IGNORECASE
)
MOST_CLICKS = 2
READ_SECONDS = 15.0


@dataclass(frozen=True)
class Published:
    """Addresses on a page, best first, and how they stand there."""

    addresses: tuple[str, ...]
    how: str


async def look_for_address(
    browsers: Browsers, page_url: str, expected: str, language: str = "en", time_zone: str = "UTC"
) -> Observation:
    """Open the company's contact page like a customer and note which address it publishes, in how many clicks.

    The fact is noted also when there is none, or another than `expected`. Raises NotSent when the page cannot be
    opened, Blocked when it wants a sign-in or refuses us.
    """
    async with browsers.context(language, time_zone) as context:
        page = await open_page(context)
        earliest = datetime.now(UTC)
        try:
            await expect_consent_banners(page)
            await _load(page, page_url)
            published, clicks = await _search(page)
        except BrowserError as error:
            picture = await screenshot(page, "contact-page")
            sentence = f"The contact page {page_url} could not be opened: {first_line(error)}"
            raise NotSent(sentence, [picture] if picture else []) from error
        picture = await screenshot(page, "contact-page")
        return _address_seen(page_url, expected, published, clicks, earliest, [picture] if picture else [])


async def _load(page: Page, url: str) -> None:
    response = await page.goto(url, wait_until="domcontentloaded")
    if response and response.status in (401, 403, 407, 429):
        picture = await screenshot(page, "refused")
        sentence = f"The contact page {url} refused us with status {response.status}."
        raise Blocked("blocked", sentence, [picture] if picture else [])
    if response and response.status >= 400:
        picture = await screenshot(page, "no-page")
        raise NotSent(
            f"The contact page {url} answered with status {response.status}.", [picture] if picture else []
        )


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
    linked = tuple(dict.fromkeys(_address_of(target) for target in targets if _address_of(target)))
    if linked:
        # A click that brings the link into view also makes any banner over it go away.
        await links.first.click(trial=True)
        return Published(linked, "mailto link")
    text = await page.locator("body").inner_text()
    return Published(tuple(dict.fromkeys(ADDRESS.findall(text))), "printed")


def _address_of(target: str) -> str:
    found = ADDRESS.search(unquote(target[len("mailto:") :].partition("?")[0]))
    return found.group() if found else ""


def _address_seen(
    url: str,
    expected: str,
    published: Published,
    clicks: int,
    earliest: datetime,
    evidence: Sequence[Evidence],
) -> Observation:
    known = {address.casefold() for address in published.addresses}
    matches = expected.casefold() in known
    seen = expected if matches else next(iter(published.addresses), "")
    text = f"The contact page publishes {seen}" if seen else "The contact page publishes no address"
    return Observation(
        ObservationKind.ADDRESS_SEEN,
        earliest,
        datetime.now(UTC),
        source="our clock",
        key=f"address:{url}",
        text=text if matches or not seen else f"{text} instead of {expected}",
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
