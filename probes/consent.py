"""Gets consent banners out of the way, as a customer would, preferring the least consent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

from probes.browser import BrowserError, Locator, Page

REFUSE = (
    r"only necessary", r"(only |strictly )?necessary( cookies)?( only)?", r"(reject|decline|refuse|deny)( all)?( cookies)?",
    r"essential( cookies)? only", r"(bara|endast) nödvändiga( (cookies|kakor))?", r"(avvisa|neka)( alla)?",
    r"nur (notwendige|erforderliche|essenzielle)( cookies)?( akzeptieren)?", r"(alle )?ablehnen",
    r"(tout )?refuser( tout)?", r"continuer sans accepter", r"vain välttämättömät( evästeet)?", r"hylkää( kaikki)?",
)  # fmt: skip
ACCEPT = (
    r"(accept|allow|agree to)( all)?( cookies)?", r"i (agree|accept)", r"(acceptera|godkänn|tillåt)( alla)?( (cookies|kakor))?",
    r"alle(s)? (akzeptieren|annehmen|zulassen)", r"(alle cookies )?(akzeptieren|zustimmen)", r"(tout )?accepter( tout)?",
    r"hyväksy( kaikki)?( evästeet)?",
)  # fmt: skip


async def expect_consent_banners(page: Page, own_words: Sequence[str] = ()) -> None:
    """Dismiss a banner whenever one stands in the way of a step, also one that comes back later.

    `own_words` are the buttons of a known page, best first, tried before the usual words.
    """
    any_button = page.get_by_role("button", name=_whole([*_literally(own_words), *REFUSE, *ACCEPT])).first

    async def dismiss() -> None:
        with suppress(BrowserError):
            if button := await banner_button(page, own_words):
                await button.click(timeout=3000)

    await page.add_locator_handler(any_button, dismiss)


async def banner_button(page: Page, own_words: Sequence[str] = ()) -> Locator | None:
    """Return the button by which a banner that shows now would be dismissed, or None. Raises BrowserError."""
    for choice in (*_literally(own_words), _either(REFUSE), _either(ACCEPT)):
        button = page.get_by_role("button", name=_whole([choice])).first
        if await button.is_visible():
            return button
    return None


def _literally(own_words: Sequence[str]) -> tuple[str, ...]:
    return tuple(re.escape(word) for word in own_words)


def _either(words: Sequence[str]) -> str:
    return "|".join(f"(?:{word})" for word in words)


def _whole(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"^\s*(?:{_either(words)})\s*[.!]?\s*$", re.IGNORECASE)
