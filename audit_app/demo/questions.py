"""Who writes to the demo's shops, what they ask, and in which words, by country and language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from audit_app.demo.chain import SHOPPER_DOMAIN
from audit_app.models import ChannelName

WORDS = Path(__file__).parent / "words"
"""One file for each language."""


@dataclass(frozen=True, slots=True)
class Shopper:
    """A persona of the demo: key, name, segment and language; the mailbox follows from the key."""

    key: str
    name: str
    segment: str
    language: str

    @property
    def address(self) -> str:
        """The persona's own mailbox."""
        return f"{self.key}@{SHOPPER_DOMAIN}"


SHOPPERS_OF_A_COUNTRY = 3
SHOPPERS = {
    "SE": (
        Shopper("anna.berg", "Anna Berg", "regular", "sv"),
        Shopper("jonas.falk", "Jonas Falk", "lost", "sv"),
        Shopper("emily.carter", "Emily Carter", "newcomer", "en"),
    ),
    "FI": (
        Shopper("aino.korhonen", "Aino Korhonen", "newcomer", "fi"),
        Shopper("mikko.laine", "Mikko Laine", "regular", "fi"),
        Shopper("sofia.lindholm", "Sofia Lindholm", "lost", "sv"),
    ),
    "GB": (
        Shopper("grace.miller", "Grace Miller", "newcomer", "en"),
        Shopper("oliver.shah", "Oliver Shah", "regular", "en"),
        Shopper("katarzyna.nowak", "Katarzyna Nowak", "lost", "en"),
    ),
}
"""Who writes to the shops of each country, in a language that is spoken there; one came from abroad."""
ENGLISH_SPEAKER = SHOPPERS["SE"][2]
"""Who writes to the demo company while it runs: its staff answer in English."""


@dataclass(frozen=True, slots=True)
class Question:
    """A scenario of the demo; its words are in the files of the languages."""

    key: str
    title: str
    complaint: bool = False

    def wordings(self) -> Iterator[tuple[ChannelName, str, str, str]]:
        """Channel, language, subject and text of each wording."""
        for language in languages():
            said = words_in(language)["questions"][self.key]
            yield ChannelName.EMAIL, language, said["subject"], said["email"]
            yield ChannelName.CHAT, language, "", said["chat"]


QUESTIONS = (
    Question("return-without-receipt", "Return without a receipt"),
    Question("delivery-time", "Delivery of a large order"),
    Question("wrong-price", "Complaint: charged more than the label said", complaint=True),
)


def languages() -> list[str]:
    """The languages that the demo's customers write in."""
    return sorted(file.stem for file in WORDS.glob("*.yaml"))


@cache
def words_in(language: str) -> dict[str, Any]:
    """What customers ask and staff answer in a language."""
    read: dict[str, Any] = yaml.safe_load((WORDS / f"{language}.yaml").read_text("utf-8"))
    return read
