"""The fictional chain that the demo audits: who its shops are, and how their staff behave.

Both sides of the demo read this one table: the demo company, which plays the chain, and the loader,
which enters the chain into the audit tool. Nothing else is shared between them.
"""

from __future__ import annotations

from dataclasses import dataclass

COMPANY = "Fjord & Field"
DOMAIN = "fjordfield.example"
SHOPPER_DOMAIN = "shopper.example"
"""Where the personas have their mailboxes; the demo company's SMTP and IMAP servers host both domains."""

FIRST_COMPANY_PORT = 8001
"""Where the company's web site listens in the demo; chat, SMTP and IMAP follow on the next three ports."""


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop of the chain: its key, display name, region, town address and IANA time zone."""

    key: str
    name: str
    region: str
    address: str
    time_zone: str

    @property
    def email(self) -> str:
        """The address that the shop's contact page publishes."""
        return f"{self.key}@{DOMAIN}"


SHOPS: tuple[Shop, ...] = (
    Shop("umea", "Umeå", "North", "Rådhusesplanaden 4, 903 28 Umeå", "Europe/Stockholm"),
    Shop("lulea", "Luleå", "North", "Storgatan 51, 972 31 Luleå", "Europe/Stockholm"),
    Shop("sundsvall", "Sundsvall", "North", "Esplanaden 9, 852 31 Sundsvall", "Europe/Stockholm"),
    Shop("oulu", "Oulu", "North", "Kirkkokatu 19, 90100 Oulu", "Europe/Helsinki"),
    Shop("stockholm", "Stockholm City", "Central", "Drottninggatan 53, 111 21 Stockholm", "Europe/Stockholm"),
    Shop("uppsala", "Uppsala", "Central", "Svartbäcksgatan 12, 753 20 Uppsala", "Europe/Stockholm"),
    Shop("orebro", "Örebro", "Central", "Drottninggatan 22, 702 10 Örebro", "Europe/Stockholm"),
    Shop("helsinki", "Helsinki", "Central", "Aleksanterinkatu 21, 00100 Helsinki", "Europe/Helsinki"),
    Shop("gothenburg", "Gothenburg", "South", "Kungsgatan 44, 411 15 Göteborg", "Europe/Stockholm"),
    Shop("malmo", "Malmö", "South", "Södra Förstadsgatan 18, 211 43 Malmö", "Europe/Stockholm"),
    Shop("lund", "Lund", "South", "Stora Södergatan 7, 222 23 Lund", "Europe/Stockholm"),
    Shop("london", "London", "South", "61 Marylebone High Street, London W1U 5HR", "Europe/London"),
)

COUNTRIES = {"Europe/Stockholm": "SE", "Europe/Helsinki": "FI", "Europe/London": "GB"}


def country_of(shop: Shop) -> str:
    """The country that a shop is in, as two letters."""
    return COUNTRIES[shop.time_zone]
