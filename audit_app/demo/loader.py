"""Entering the demo's chain into an empty database: everything that is set up before the first probe."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.config import PROJECT_ROOT
from audit_app.demo.accounts import add_accounts
from audit_app.demo.addresses import Addresses
from audit_app.demo.chain import COMPANY, SHOPS, Shop, country_of
from audit_app.demo.company import SHOPPER_PASSWORD
from audit_app.demo.questions import ENGLISH_SPEAKER, QUESTIONS, SHOPPERS, Shopper
from audit_app.domain.checklists.file import load_checklist
from audit_app.domain.time.clock import OpeningHours, Period, Weekday
from audit_app.models import (
    Assignment,
    Campaign,
    ChannelName,
    Checklist,
    Location,
    Mailbox,
    Organisation,
    Persona,
    PrivateHost,
    Region,
    Scenario,
    Security,
    ServiceTarget,
    Touchpoint,
    User,
    Wording,
)
from audit_app.services.checklists.versions import store_checklist

LIVE_SHOP = "stockholm"
"""The shop to which the live probes go: its staff always answer."""
LIVE_CAMPAIGN = "Live demo"
HISTORY_CAMPAIGNS = {
    "SE": "Weekly messages, Sweden",
    "FI": "Weekly messages, Finland",
    "GB": "Weekly messages, London",
}
"""One for the shops of each country, whose customers write in its languages."""
LIVE_EVERY = timedelta(hours=1)
WEEKDAYS = tuple(Weekday)[:5]


def is_loaded(session: Session) -> bool:
    """Whether the database already holds an organisation."""
    return session.scalar(select(Organisation.id)) is not None


def load_chain(session: Session, addresses: Addresses, now: datetime) -> None:
    """Enter the chain, its people, checklists, campaigns and the auditor's assignments."""
    session.add(
        Organisation(
            name=COMPANY,
            sample_data=True,
            time_zone="Europe/Stockholm",
            quick_seconds=5,
            at_once_seconds=1,
        )
    )
    session.add(
        PrivateHost(
            address="127.0.0.1", allowed=True, note="The demo company, on this machine", answered_at=now
        )
    )
    _add_locations(session, addresses, now)
    session.flush()
    add_accounts(session, now)
    for file in sorted((PROJECT_ROOT / "checklists").glob("*.yaml")):
        store_checklist(session, load_checklist(file), now)
    _add_campaigns(session, addresses, now)
    session.flush()
    _add_assignments(session, now)


def point_at(session: Session, addresses: Addresses) -> None:
    """Follow the demo company to its ports of today."""
    shops = {shop.key: shop for shop in SHOPS}
    for touchpoint in session.scalars(select(Touchpoint)):
        shop = shops[touchpoint.location.key]
        if touchpoint.channel is ChannelName.CHAT:
            touchpoint.address = addresses.chat_page(shop)
        elif touchpoint.channel is ChannelName.CONTACT_FORM:
            touchpoint.address = addresses.contact_page(shop)
        else:
            touchpoint.contact_page = addresses.contact_page(shop)
    for mailbox in session.scalars(select(Mailbox)):
        mailbox.smtp_host = mailbox.imap_host = addresses.mail_host
        mailbox.smtp_port, mailbox.imap_port = addresses.smtp_port, addresses.imap_port


def _add_locations(session: Session, addresses: Addresses, now: datetime) -> None:
    regions = {
        name: Region(key=name.lower(), name=name) for name in dict.fromkeys(shop.region for shop in SHOPS)
    }
    session.add_all(regions.values())
    for shop in SHOPS:
        session.add(
            Location(
                key=shop.key,
                name=shop.name,
                address=shop.address,
                region=regions[shop.region],
                time_zone=shop.time_zone,
                opening_hours=_opening_hours(shop).model_dump(mode="json"),
                touchpoints=_touchpoints(shop, addresses, now),
            )
        )


def _touchpoints(shop: Shop, addresses: Addresses, now: datetime) -> list[Touchpoint]:
    return [
        Touchpoint(
            channel=ChannelName.EMAIL,
            address=shop.email,
            contact_page=addresses.contact_page(shop),
            confirmed_at=now,
        ),
        Touchpoint(channel=ChannelName.CONTACT_FORM, address=addresses.contact_page(shop), confirmed_at=now),
        Touchpoint(
            channel=ChannelName.CHAT, address=addresses.chat_page(shop), widget="demo", confirmed_at=now
        ),
    ]


def _opening_hours(shop: Shop) -> OpeningHours:
    """Weekdays ten to seven, Saturdays ten to five, closed on the country's public holidays."""
    week = {day: (Period(opens=time(10), closes=time(19)),) for day in WEEKDAYS}
    week[Weekday.SATURDAY] = (Period(opens=time(10), closes=time(17)),)
    return OpeningHours(weekly=week, country=country_of(shop))


def _add_campaigns(session: Session, addresses: Addresses, now: datetime) -> None:
    target = ServiceTarget(name="Ten hours", target_hours=10, stretch_hours=8, cutoff_hours=20)
    personas = {
        country: [_persona(shopper, addresses) for shopper in shoppers]
        for country, shoppers in SHOPPERS.items()
    }
    scenarios = [
        Scenario(
            key=question.key,
            title=question.title,
            complaint=question.complaint,
            wordings=[
                Wording(channel=channel, language=language, subject=subject, text=text)
                for channel, language, subject, text in question.wordings()
            ],
        )
        for question in QUESTIONS
    ]
    touchpoints = session.scalars(select(Touchpoint).order_by(Touchpoint.id)).all()
    live = [touchpoint for touchpoint in touchpoints if touchpoint.location.key == LIVE_SHOP]
    shared = {"target": target, "scenarios": scenarios}
    shops = {shop.key: shop for shop in SHOPS}
    english = next(each for each in personas["SE"] if each.name == ENGLISH_SPEAKER.name)
    session.add_all(
        [
            *(
                Campaign(
                    name=name,
                    active=False,
                    starts_at=now - timedelta(weeks=26),
                    ends_at=now,
                    every_minutes=7 * 24 * 60,
                    touchpoints=[
                        each for each in touchpoints if country_of(shops[each.location.key]) == country
                    ],
                    personas=personas[country],
                    **shared,
                )
                for country, name in HISTORY_CAMPAIGNS.items()
            ),
            Campaign(
                name=LIVE_CAMPAIGN,
                starts_at=now,
                every_minutes=int(LIVE_EVERY.total_seconds() // 60),
                daily_cap=24,
                weekly_cap=168,
                touchpoints=live,
                personas=[english],
                **shared,
            ),
        ]
    )


def _persona(shopper: Shopper, addresses: Addresses) -> Persona:
    return Persona(
        key=shopper.key,
        name=shopper.name,
        segment=shopper.segment,
        language=shopper.language,
        mailbox=Mailbox(
            address=shopper.address,
            smtp_host=addresses.mail_host,
            smtp_port=addresses.smtp_port,
            smtp_security=Security.NONE,
            imap_host=addresses.mail_host,
            imap_port=addresses.imap_port,
            imap_security=Security.NONE,
            username=shopper.address,
            password=SHOPPER_PASSWORD,
        ),
    )


ASSIGNMENTS: tuple[tuple[str, str, int], ...] = (
    ("umea", "store-visit", -1),
    (LIVE_SHOP, "store-visit", 0),
    ("uppsala", "store-visit", 2),
    ("malmo", "phone-call", 4),
    ("london", "complaint-handling", 9),
)
"""Location, checklist and in how many days the visit is due."""


def _add_assignments(session: Session, now: datetime) -> None:
    auditor = session.scalars(select(User).where(User.email == "auditor@demo.example")).one()
    for location_key, checklist_key, days in ASSIGNMENTS:
        location = session.scalars(select(Location).where(Location.key == location_key)).one()
        session.add(
            Assignment(
                location=location,
                checklist=session.scalars(select(Checklist).where(Checklist.key == checklist_key)).one(),
                auditor=auditor,
                due_from=now - timedelta(days=7),
                due_until=_evening(now + timedelta(days=days), location.zone),
            )
        )


def _evening(day: datetime, zone: ZoneInfo) -> datetime:
    """Six in the evening of `day` where the location is; for a visit due today at the latest midnight there."""
    local = day.astimezone(zone)
    evening = local.replace(hour=18, minute=0, second=0, microsecond=0)
    if evening <= local:
        evening = local.replace(hour=23, minute=59, second=0, microsecond=0)
    return evening.astimezone(UTC)
