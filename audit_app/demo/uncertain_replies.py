"""What waits for a person in the demo: replies that no rule can judge, and a mail that matches no probe.

They come in as real mail does, so that the review queue and the page of stray mail show what the rules make of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.demo.chain import COMPANY, SHOPS, Shop
from audit_app.demo.evidence import sent_mail
from audit_app.demo.loader import HISTORY_CAMPAIGNS
from audit_app.demo.questions import ENGLISH_SPEAKER
from audit_app.domain.probes.probe import ProbeState
from audit_app.models import Campaign, ChannelName, Location, Mailbox, Probe, Touchpoint
from audit_app.services.mail.intake import Arrival, store_new_mail
from audit_app.services.mail.judging import judge_within
from audit_app.services.probes.ledger import record
from audit_app.services.probes.messages import compose
from probes.base import Fact, FactKind
from probes.mail import imap as driver

FOLDER = "Sample"
"""A folder that no worker reads, so that the mailboxes' own folders begin with their first mail."""
STAFF_WRITES_AFTER = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class UncertainReply:
    """A reply that a person has to judge: from which shop, how long ago we wrote, and its words."""

    shop: str
    sent: timedelta
    subject: str
    text: str


UNCERTAIN_REPLIES = (
    UncertainReply(
        "umea",
        timedelta(hours=6),
        "Re: Delivery of a dining table",
        "We have received your email and passed it to the warehouse; Elin there says that Thursday evening would do.",
    ),
    UncertainReply(
        "malmo",
        timedelta(hours=27),
        "You have received a secure message",
        f"You have received a secure message from {COMPANY} Malmö.\n\nTo read it, open the message portal. "
        "The message can be read for 30 days.",
    ),
)
STRAY = (
    "Hello,\n\nabout your table: I have asked at the warehouse, and we can deliver on a Thursday evening for 490. "
    "Shall I put you down for next week?\n\nIda\n" + f"{COMPANY} Umeå"
)
QUESTION = 1
"""Of the scenarios of the demo, the delivery of a large order."""


def load_uncertain_replies(session: Session, now: datetime) -> None:
    """Enter two doubtful replies to recent probes, and one mail that came to a shopper's bare address."""
    shops = {shop.key: shop for shop in SHOPS}
    for reply in UNCERTAIN_REPLIES:
        shop = shops[reply.shop]
        probe = _sent_probe(session, shop, reply, now - reply.sent)
        came = now - reply.sent + STAFF_WRITES_AFTER
        mail = _mail(shop.email, probe.from_address, reply.subject, reply.text)
        _comes_in(session, ENGLISH_SPEAKER.address, mail, came)
    stray = _mail("ida@fjordfield.example", ENGLISH_SPEAKER.address, "Your table", STRAY)
    _comes_in(session, ENGLISH_SPEAKER.address, stray, now - timedelta(hours=1))


def _sent_probe(session: Session, shop: Shop, reply: UncertainReply, at: datetime) -> Probe:
    campaign = session.scalars(select(Campaign).where(Campaign.name == HISTORY_CAMPAIGNS["SE"])).one()
    touchpoint = session.scalars(
        select(Touchpoint)
        .join(Location)
        .where(Location.key == shop.key, Touchpoint.channel == ChannelName.EMAIL)
    ).one()
    wordings = campaign.scenarios[QUESTION].wordings
    persona = next(each for each in campaign.personas if each.name == ENGLISH_SPEAKER.name)
    wording = next(
        each for each in wordings if each.channel is ChannelName.EMAIL and each.language == persona.language
    )
    probe = compose(campaign, touchpoint, at.replace(second=0, microsecond=0), wording, persona, at)
    probe.state, probe.sending_at = ProbeState.SENT, at
    session.add(probe)
    proof = (sent_mail(probe, at),)
    sent = Fact(FactKind.SENT, at, at, source="SMTP server's answer", key=probe.token, evidence=proof)
    record(session, probe, [sent], at)
    return probe


def _mail(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{COMPANY} <{sender}>", to, subject
    mail["Message-ID"] = make_msgid(domain="fjordfield.example")
    mail.set_content(text)
    return mail


def _comes_in(session: Session, address: str, mail: EmailMessage, at: datetime) -> None:
    mailbox = session.scalars(select(Mailbox).where(Mailbox.address == address)).one()
    number = int(at.timestamp())
    fetched = driver.FetchedMail(FOLDER, 1, number, at, mail.as_bytes())
    store_new_mail(session, mailbox, [Arrival.of(fetched)], at)
    judge_within(session, at)
