"""Where the demo company's services are reached."""

from __future__ import annotations

from dataclasses import dataclass

from audit_app.demo.chain import Shop


@dataclass(frozen=True, slots=True)
class Addresses:
    """What the demo company says of itself when it has started."""

    site_url: str
    chat_url: str
    mail_host: str
    smtp_port: int
    imap_port: int

    def contact_page(self, shop: Shop) -> str:
        """The page that publishes the shop's e-mail address."""
        return f"{self.site_url}/shops/{shop.key}/contact"

    def chat_page(self, shop: Shop) -> str:
        """The page on which the shop's chat opens."""
        return f"{self.site_url}/shops/{shop.key}"
