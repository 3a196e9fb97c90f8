"""What the demo's personas ask, and in which words."""

from __future__ import annotations

from dataclasses import dataclass

from audit_app.demo.chain import SHOPPER_DOMAIN
from audit_app.models import ChannelName


@dataclass(frozen=True, slots=True)
class Shopper:
    """A persona of the demo: key, name and segment; the mailbox follows from the key."""

    key: str
    name: str
    segment: str

    @property
    def address(self) -> str:
        """The persona's own mailbox."""
        return f"{self.key}@{SHOPPER_DOMAIN}"


SHOPPERS = (
    Shopper("anna.berg", "Anna Berg", "newcomer"),
    Shopper("jonas.falk", "Jonas Falk", "regular"),
    Shopper("maria.lind", "Maria Lind", "lost"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """A scenario of the demo with one wording for e-mail and one for chat."""

    key: str
    title: str
    subject: str
    email: str
    chat: str
    complaint: bool = False

    def wordings(self) -> tuple[tuple[ChannelName, str, str], ...]:
        """Channel, subject and text of each wording."""
        return ((ChannelName.EMAIL, self.subject, self.email), (ChannelName.CHAT, "", self.chat))


QUESTIONS = (
    Question(
        "return-without-receipt",
        "Return without a receipt",
        "Returning a lamp without the receipt",
        "Hello,\n\nI bought a floor lamp in your shop in {location} last week and would like to return it. "
        "Unfortunately I have lost the receipt, but I paid by card. Is that possible, and what should I bring?\n\n"
        "Kind regards\n{name}",
        "Hi, I bought a floor lamp at {location} last week but lost the receipt. Can I still return it?",
    ),
    Question(
        "delivery-time",
        "Delivery of a large order",
        "Delivery of a dining table",
        "Hello,\n\nhow long does it take to have a dining table delivered from {location}, and can the delivery be "
        "in the evening? I would also like to know what it costs.\n\nThank you\n{name}",
        "Hello! How long does delivery of a dining table from {location} take, and can it come in the evening?",
    ),
    Question(
        "wrong-price",
        "Complaint: charged more than the label said",
        "Charged more than the label said",
        "Hello,\n\nyesterday I bought two cushions in {location}. The label said 149, but I was charged 199 for each and "
        "noticed it only at home. I am rather disappointed. What will you do about it?\n\n{name}",
        "Hello, I was charged 199 instead of the 149 on the label for two cushions at {location} yesterday. "
        "What can you do about it?",
        complaint=True,
    ),
)
