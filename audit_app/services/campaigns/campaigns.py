"""Campaigns: what is asked where, by whom, how often and within which limits.

Nothing here deletes a campaign: it is paused, and what it measured stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from audit_app.domain.errors import InvalidInput, NotFound
from audit_app.domain.time.period import ONE_DAY, midnight
from audit_app.models import Campaign, Location, Persona, Probe, Scenario, ServiceTarget, Touchpoint
from audit_app.services.company import organisation_zone
from audit_app.services.entry.fields import (
    FieldErrors,
    all_or_nothing,
    check_name,
    local_day,
    local_moment,
    moment_text,
)
from audit_app.services.probes.pending import probes_under_way

Row = TypeVar("Row", Touchpoint, Scenario, Persona)

LONGEST_NAME = 200
LEAST_MINUTES, MOST_MINUTES = 15, 366 * 24 * 60
MOST_A_WEEK = 1000
_WHOLE = (
    joinedload(Campaign.target),
    selectinload(Campaign.touchpoints).joinedload(Touchpoint.location),
    selectinload(Campaign.scenarios).selectinload(Scenario.wordings),
    selectinload(Campaign.personas).joinedload(Persona.mailbox),
)


@dataclass(frozen=True, slots=True)
class CampaignEntry:
    """What is entered about a campaign; None stands for what is no whole number.

    Touchpoints, scenarios, personas and the service target by their numbers; the first time and the last day as
    people write them, in the organisation's zone.
    """

    name: str
    target: int | None
    starts_at: str
    every_minutes: int | None
    ends_on: str = ""
    touchpoints: Sequence[int] = ()
    scenarios: Sequence[int] = ()
    personas: Sequence[int] = ()
    daily_cap: int | None = 3
    weekly_cap: int | None = 10


@dataclass(frozen=True, slots=True)
class Running:
    """How many probes of a campaign are planned, wait for an answer, and were planned in all."""

    planned: int
    waiting: int
    all: int


def all_campaigns(session: Session) -> Sequence[Campaign]:
    """All campaigns, the active ones first, by their names, with all that they name."""
    query = select(Campaign).options(*_WHOLE).order_by(Campaign.active.desc(), Campaign.name)
    return session.scalars(query).all()


def campaign_by_id(session: Session, campaign_id: int) -> Campaign:
    """The campaign with the number and all that it names; raises NotFound."""
    found = session.get(Campaign, campaign_id, options=_WHOLE)
    if found is None:
        raise NotFound(f"There is no campaign {campaign_id}. Choose one from the list of campaigns.")
    return found


def touchpoints_to_choose(session: Session, campaign: Campaign | None) -> Sequence[Touchpoint]:
    """What a campaign may write to: what is in it already comes first, then all that is switched on."""
    inside = {touchpoint.id for touchpoint in campaign.touchpoints} if campaign else set[int]()
    found = session.scalars(
        select(Touchpoint)
        .join(Touchpoint.location)
        .options(joinedload(Touchpoint.location))
        .where((Touchpoint.active & Location.active) | Touchpoint.id.in_(inside))
        .order_by(Location.name, Touchpoint.channel, Touchpoint.address)
    )
    return sorted(found, key=lambda touchpoint: touchpoint.id not in inside)


def add_campaign(session: Session, entry: CampaignEntry) -> Campaign:
    """Add a campaign; it runs from its start on. Raises InvalidFields."""
    campaign = Campaign()
    with session.no_autoflush:
        _fill(session, campaign, entry)
    with all_or_nothing(session, "name"):
        session.add(campaign)
    return campaign


def change_campaign(session: Session, campaign: Campaign, entry: CampaignEntry) -> None:
    """Change a campaign; its service target only while it has no probes. Raises InvalidFields."""
    with all_or_nothing(session, "name"), session.no_autoflush:
        _fill(session, campaign, entry)


def switch(session: Session, campaign: Campaign, *, on: bool) -> None:
    """Let a campaign run, or pause it: then nothing of it is planned or sent, and answers still count."""
    campaign.active = on
    session.flush()


def running(session: Session, campaign: Campaign) -> Running:
    """What of the campaign is under way; its tests go out also while it is paused, and count nowhere."""
    its_own = (Probe.campaign_id == campaign.id) & Probe.is_test.is_(False)
    count = select(func.count(Probe.id)).where(its_own)
    under_way = probes_under_way(session, its_own)
    return Running(planned=under_way.planned, waiting=under_way.waiting, all=session.scalar(count) or 0)


def next_slots(campaign: Campaign, now: datetime, count: int = 3) -> list[datetime]:
    """The next times at which its touchpoints are written to; none when it is paused or over."""
    if not campaign.active:
        return []
    every = timedelta(minutes=campaign.every_minutes)
    passed = max(0, -((campaign.starts_at - now) // every))
    slots = [campaign.starts_at + number * every for number in range(passed, passed + count)]
    return [slot for slot in slots if campaign.ends_at is None or slot < campaign.ends_at]


def last_day(campaign: Campaign, zone: ZoneInfo) -> date | None:
    """The last day in the local time of `zone` on which it writes; None for one that goes on until it is paused."""
    if campaign.ends_at is None:
        return None
    return (campaign.ends_at - timedelta(microseconds=1)).astimezone(zone).date()


def most_a_week(campaign: Campaign) -> float:
    """The most probes that one of its touchpoints gets of it in a week, by its interval and its caps."""
    return min(7 * 24 * 60 / campaign.every_minutes, campaign.weekly_cap, 7 * campaign.daily_cap)


def _fill(session: Session, campaign: Campaign, entry: CampaignEntry) -> None:
    errors, name, zone = FieldErrors(), " ".join(entry.name.split()), organisation_zone(session)
    with errors.field("name"):
        check_name(session, campaign, name, LONGEST_NAME, "campaign")
    with errors.field("touchpoints"):
        touchpoints = _chosen(session, Touchpoint, entry.touchpoints, "where it writes to")
    with errors.field("scenarios"):
        scenarios = _chosen(session, Scenario, entry.scenarios, "what it asks")
    with errors.field("personas"):
        personas = _chosen(session, Persona, entry.personas, "who writes")
    with errors.field("target"):
        target = _target(session, entry.target)
    with errors.field("starts_at"):
        starts_at = _first_time(campaign, entry.starts_at, zone)
    with errors.field("ends_on"):
        ends_at = _end(campaign, entry.ends_on, zone)
    with errors.field("every"):
        every = _whole(entry.every_minutes, LEAST_MINUTES, MOST_MINUTES, "from 15 minutes to a year")
    with errors.field("daily_cap"):
        daily = _whole(entry.daily_cap, 1, MOST_A_WEEK, f"a number from 1 to {MOST_A_WEEK}")
    with errors.field("weekly_cap"):
        weekly = _whole(entry.weekly_cap, 1, MOST_A_WEEK, f"a number from 1 to {MOST_A_WEEK}")
    errors.raise_if_any()
    with errors.field("ends_on"):
        if ends_at is not None and ends_at <= starts_at:
            raise InvalidInput("It ends before it begins. Enter a later day, or none.")
    errors.raise_if_any()
    campaign.name, campaign.target, campaign.every_minutes = name, target, every
    campaign.starts_at, campaign.ends_at = starts_at, ends_at
    campaign.daily_cap, campaign.weekly_cap = daily, weekly
    campaign.touchpoints, campaign.scenarios, campaign.personas = touchpoints, scenarios, personas


def _first_time(campaign: Campaign, text: str, zone: ZoneInfo) -> datetime:
    """The first time that was entered; the one that the campaign has where it is written the same.

    Every slot is counted from it: seconds that a script set, or the second of two hours when the clocks go back, would
    be lost in writing, all slots would move, and the newest would be sent once more.
    """
    if campaign.id is not None and text.strip() == moment_text(campaign.starts_at, zone):
        return campaign.starts_at
    return local_moment(text, zone)


def _end(campaign: Campaign, text: str, zone: ZoneInfo) -> datetime | None:
    """The midnight after the last day that was entered; the end that the campaign has where that lies on this day."""
    if not text.strip():
        return None
    day = local_day(text)
    if campaign.id is not None and day == last_day(campaign, zone):
        return campaign.ends_at
    return midnight(day + ONE_DAY, zone)


def _chosen(session: Session, kind: type[Row], numbers: Sequence[int], what: str) -> list[Row]:
    rows = session.scalars(select(kind).where(kind.id.in_(numbers)).order_by(kind.id)).all()
    if not rows:
        raise InvalidInput(f"Choose {what}.")
    return list(rows)


def _target(session: Session, number: int | None) -> ServiceTarget:
    target = session.get(ServiceTarget, number) if number is not None else None
    if target is None:
        raise InvalidInput("Choose the service target by which its probes are judged.")
    return target


def _whole(number: int | None, least: int, most: int, words: str) -> int:
    if number is None or not least <= number <= most:
        raise InvalidInput(f"Enter {words}.")
    return number
