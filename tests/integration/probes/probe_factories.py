"""A company to write to, and probes at any stage, for the tests of planning, claims, ledger, mail and worker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.probes.probe import ProbeState
from audit_app.models import (
    Campaign,
    ChannelName,
    ClockName,
    Location,
    Mailbox,
    Persona,
    Probe,
    Scenario,
    Security,
    ServiceTarget,
    Touchpoint,
    Wording,
)
from audit_app.services.probes import steps
from audit_app.services.probes.claims import claim
from audit_app.services.probes.planning import plan_due
from probes import base
from probes.mail import imap
from tests import factories

NOW = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
WORKER = "worker-1"
LEASE = timedelta(minutes=1)
SHOP_ADDRESS = "stockholm@fjordfield.example"


def mailbox_of(session: Session, address: str = "anna.berg@shopper.example") -> Mailbox:
    """Our mailbox with this address."""
    found = session.scalar(select(Mailbox).where(Mailbox.address == address))
    if found is None:
        found = Mailbox(
            address=address,
            smtp_host="127.0.0.1",
            smtp_port=2525,
            smtp_security=Security.NONE,
            imap_host="127.0.0.1",
            imap_port=1143,
            imap_security=Security.NONE,
            username=address,
            password="throw-away",
        )
        session.add(found)
    return found


def touchpoint(
    session: Session,
    location: Location | None = None,
    channel: ChannelName = ChannelName.EMAIL,
    address: str = SHOP_ADDRESS,
    *,
    confirmed: bool = True,
    contact_page: str | None = None,
) -> Touchpoint:
    """A touchpoint of a location, confirmed unless told otherwise."""
    made = Touchpoint(
        location=location or factories.location(session, "stockholm", "Stockholm City", "central"),
        channel=channel,
        address=address,
        contact_page=contact_page,
        widget="demo" if channel is ChannelName.CHAT else "",
        confirmed_at=NOW - timedelta(days=30) if confirmed else None,
    )
    session.add(made)
    return made


def target(session: Session, clock: ClockName = ClockName.ELAPSED) -> ServiceTarget:
    """Ten hours, eight at the stretch, twenty at the cut-off."""
    found = session.scalar(select(ServiceTarget).where(ServiceTarget.name == clock.value))
    return found or ServiceTarget(
        name=clock.value, clock=clock, target_hours=10, stretch_hours=8, cutoff_hours=20
    )


def scenario(session: Session, wordings: int = 1) -> Scenario:
    """A question that can be asked by mail and by chat, each in so many wordings."""
    made = Scenario(key=f"opening-hours-{wordings}", title="Opening hours")
    for number in range(wordings):
        text = f"Hello, when does {{location}} open? ({number}) {{name}}"
        made.wordings.append(Wording(channel=ChannelName.EMAIL, subject="Opening hours", text=text))
        made.wordings.append(Wording(channel=ChannelName.CHAT, text=text))
    session.add(made)
    return made


def campaign(
    session: Session,
    *touchpoints: Touchpoint,
    name: str = "Weekly",
    starts_at: datetime = NOW,
    every: timedelta = timedelta(hours=1),
    daily_cap: int = 50,
    weekly_cap: int = 200,
    wordings: int = 1,
    personas: tuple[str, ...] = ("Anna Berg",),
    clock: ClockName = ClockName.ELAPSED,
) -> Campaign:
    """A running campaign to these touchpoints, flushed."""
    key = f"opening-hours-{wordings}"
    made = Campaign(
        name=name,
        starts_at=starts_at,
        every_minutes=every // timedelta(minutes=1),
        daily_cap=daily_cap,
        weekly_cap=weekly_cap,
        target=target(session, clock),
        touchpoints=list(touchpoints),
        scenarios=[
            session.scalar(select(Scenario).where(Scenario.key == key)) or scenario(session, wordings)
        ],
        personas=[_persona(session, each) for each in personas],
    )
    session.add(made)
    session.flush()
    return made


def _persona(session: Session, name: str) -> Persona:
    key = name.lower().replace(" ", "-")
    found = session.scalar(select(Persona).where(Persona.key == key))
    return found or Persona(key=key, name=name, mailbox=mailbox_of(session))


def planned_probe(session: Session, channel: ChannelName = ChannelName.EMAIL, now: datetime = NOW) -> Probe:
    """A probe that has just been planned."""
    address = SHOP_ADDRESS if channel is ChannelName.EMAIL else "http://127.0.0.1:8100/shops/stockholm"
    to = touchpoint(session, channel=channel, address=address)
    campaign(session, to, name=channel.value, starts_at=now)
    (probe,) = plan_due(session, now)
    return probe


def claimed_probe(session: Session, channel: ChannelName = ChannelName.EMAIL, now: datetime = NOW) -> Probe:
    """A probe that WORKER has taken."""
    planned_probe(session, channel, now)
    (probe,) = claim(session, WORKER, now, 1, LEASE)
    return probe


def sending_probe(session: Session, channel: ChannelName = ChannelName.EMAIL, now: datetime = NOW) -> Probe:
    """A probe that WORKER is about to hand over, or has just handed over."""
    probe = claimed_probe(session, channel, now)
    assert steps.begin_sending(session, probe.id, WORKER, {"cookies": []}, now)
    return probe


def sent_probe(session: Session, channel: ChannelName = ChannelName.EMAIL, now: datetime = NOW) -> Probe:
    """A probe that WORKER has sent at `now`."""
    probe = sending_probe(session, channel, now)
    steps.mark_sent(session, probe.id, WORKER, sent_fact(now), {"cookies": []}, now)
    assert probe.state is ProbeState.SENT
    return probe


def sent_fact(at: datetime, key: str = "sent") -> base.Fact:
    """The channel's word that the message left at `at`."""
    return base.Fact(base.FactKind.SENT, at, at, source=base.OUR_CLOCK, key=key)


def fact(kind: str, at: datetime, key: str = "", latest: datetime | None = None) -> base.Fact:
    """Something that a channel saw at `at`, with a picture of it."""
    picture = base.Proof("screenshot", "image/png", "seen.png", f"{kind} {at}".encode())
    return base.Fact(
        base.FactKind(kind),
        at,
        latest or at,
        source="chat server's time",
        key=key or f"{kind}-{at:%H%M%S}",
        text="We open at ten.",
        evidence=(picture,),
    )


def letter(
    to: str,
    at: datetime,
    *,
    uid: int = 1,
    sender: str = f"Kim <{SHOP_ADDRESS}>",
    text: str = "Hello Anna, we open at ten on weekdays and at eleven on Sundays. Kim",
    message_id: str = "",
    folder: str = "INBOX",
    uidvalidity: int = 7,
    **headers: str,
) -> imap.FetchedMail:
    """A mail as it lies in our mailbox."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, headers.pop("Subject", "Re: Opening hours")
    mail["Message-ID"] = message_id or f"<{uid}-{at.timestamp()}@fjordfield.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return imap.FetchedMail(folder, uidvalidity, uid, at, mail.as_bytes())


def advance_to_sent(session: Session, now: datetime = NOW) -> Probe:
    """Plan what is due, which has to be one probe, and send it at `now`."""
    (probe,) = plan_due(session, now)
    (claimed,) = claim(session, WORKER, now, 1, LEASE)
    assert steps.begin_sending(session, claimed.id, WORKER, {"cookies": []}, now)
    steps.mark_sent(session, probe.id, WORKER, sent_fact(now), {"cookies": []}, now)
    return probe


def at_once(tasks: Sequence[Callable[[], None]]) -> None:
    """Run each task in a thread of its own, all of them started at the same moment, and wait for all."""
    barrier = threading.Barrier(len(tasks))

    def run(task: Callable[[], None]) -> None:
        barrier.wait()
        task()

    with ThreadPoolExecutor(len(tasks)) as threads:
        for done in [threads.submit(run, task) for task in tasks]:
            done.result()
