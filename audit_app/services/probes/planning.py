"""Which probes are due: one per touchpoint, channel and slot, within the caps, to confirmed touchpoints only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from audit_app.domain.probes.probe import ProbeState
from audit_app.models import (
    Campaign,
    ChannelName,
    Organisation,
    Persona,
    Probe,
    Scenario,
    Touchpoint,
    Wording,
)
from audit_app.models.campaign import WordingPurpose, campaign_touchpoints
from audit_app.services.probes.channels import supported
from audit_app.services.probes.messages import compose

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Due:
    """A probe that ought to exist: to which touchpoint, for which slot, the how many-th of its campaign."""

    campaign: Campaign
    touchpoint: Touchpoint
    slot: datetime
    number: int

    @property
    def key(self) -> tuple[int, ChannelName, datetime]:
        """What no two probes share."""
        return self.touchpoint.id, self.touchpoint.channel, self.slot


def plan_due(session: Session, now: datetime) -> list[Probe]:
    """Plan the probes of the newest due slot of every running campaign, and return those that are new.

    Slots that nobody was there to plan are skipped: a worker that was away for a week catches up with one probe,
    not with seven. Planning again changes nothing; several workers may plan at once. Wording and persona rotate
    with the slot's number. Nothing is planned beyond a cap, or for a persona whose mailbox is down; once there is
    room again, the slot is still planned as long as it is the newest.
    """
    due = [each for campaign in _running(session, now) for each in _due(session, campaign, now)]
    if not _without_probe(session, due):
        return []
    _lock_touchpoints(session, {each.touchpoint.id for each in due})
    caps = _Caps(session, {each.touchpoint.id for each in due}, now)
    planned = [_plan(each, caps, now) for each in _without_probe(session, due)]
    probes = [probe for probe in planned if probe is not None]
    session.add_all(probes)
    session.flush()
    return probes


def _running(session: Session, now: datetime) -> Sequence[Campaign]:
    not_over = or_(Campaign.ends_at.is_(None), Campaign.ends_at > now)
    return session.scalars(
        select(Campaign).where(Campaign.active, Campaign.starts_at <= now, not_over).order_by(Campaign.id)
    ).all()


def _due(session: Session, campaign: Campaign, now: datetime) -> list[Due]:
    every = timedelta(minutes=campaign.every_minutes)
    number = (now - campaign.starts_at) // every
    slot = campaign.starts_at + number * every
    restored_at = session.scalar(select(Organisation.restored_at))
    if restored_at is not None and slot <= restored_at:
        # It may have been sent after the backup was made; then nobody measured it, and nobody asks twice.
        return []
    return [Due(campaign, touchpoint, slot, number) for touchpoint in reachable(session, campaign)]


def reachable(session: Session, campaign: Campaign) -> Sequence[Touchpoint]:
    """The campaign's touchpoints to which a probe may go and for which there is a driver."""
    return session.scalars(
        select(Touchpoint)
        .join(campaign_touchpoints)
        .where(campaign_touchpoints.c.campaign_id == campaign.id, Touchpoint.is_open)
        .where(Touchpoint.channel.in_(supported()))
        .order_by(Touchpoint.id)
    ).all()


def _without_probe(session: Session, due: Sequence[Due]) -> list[Due]:
    """Those of `due` that are not planned yet, each touchpoint and slot once."""
    wanted = {each.key: each for each in reversed(due)}
    there = select(Probe.touchpoint_id, Probe.channel, Probe.slot).where(
        Probe.touchpoint_id.in_({key[0] for key in wanted}), Probe.slot.in_({key[2] for key in wanted})
    )
    planned = {tuple(row) for row in session.execute(there)} if wanted else set()
    return [each for each in due if wanted[each.key] is each and each.key not in planned]


def _lock_touchpoints(session: Session, touchpoints: Collection[int]) -> None:
    """Lock the touchpoints: two workers that plan at once must not go over a cap together."""
    rows = select(Touchpoint.id).where(Touchpoint.id.in_(touchpoints)).order_by(Touchpoint.id)
    session.execute(rows.with_for_update(key_share=True)).all()


class _Caps:
    """How many probes each touchpoint has had lately, over all campaigns."""

    def __init__(self, session: Session, touchpoints: Collection[int], now: datetime) -> None:
        self._day = _count_since(session, touchpoints, now - DAY)
        self._week = _count_since(session, touchpoints, now - WEEK)

    def has_room(self, due: Due) -> bool:
        touchpoint = due.touchpoint.id
        campaign = due.campaign
        return self._day[touchpoint] < campaign.daily_cap and self._week[touchpoint] < campaign.weekly_cap

    def take(self, due: Due) -> None:
        self._day[due.touchpoint.id] += 1
        self._week[due.touchpoint.id] += 1


def room_at(session: Session, due: Due, now: datetime) -> bool:
    """Whether the caps leave room for one more; the touchpoint is locked, so that nobody else takes it meanwhile."""
    _lock_touchpoints(session, {due.touchpoint.id})
    return _Caps(session, {due.touchpoint.id}, now).has_room(due)


def _count_since(session: Session, touchpoints: Collection[int], since: datetime) -> Counter[int]:
    """Count what went out, or still may; what certainly never left the house bothered nobody."""
    never_left = or_(
        Probe.state == ProbeState.CANCELLED,
        and_(Probe.state == ProbeState.FAILED, Probe.sending_at.is_(None)),
    )
    rows = session.execute(
        select(Probe.touchpoint_id, func.count())
        .where(Probe.touchpoint_id.in_(touchpoints), ~never_left)
        .where(func.coalesce(Probe.sending_at, Probe.planned_at) > since)
        .group_by(Probe.touchpoint_id)
    )
    return Counter({touchpoint_id: int(count) for touchpoint_id, count in rows})


def _plan(due: Due, caps: _Caps, now: datetime) -> Probe | None:
    possible = pairs(due.campaign, due.touchpoint.channel)
    if not possible or not caps.has_room(due):
        return None
    # Neighbours start at different places, so that one slot does not ask everywhere the same.
    wording, persona = possible[(due.number + due.touchpoint.id) % len(possible)]
    if not persona.mailbox.in_order:
        return None
    caps.take(due)
    return compose(due.campaign, due.touchpoint, due.slot, wording, persona, now)


def pairs(campaign: Campaign, channel: ChannelName) -> list[tuple[Wording, Persona]]:
    """Every wording with every persona that speaks its language, in a lasting order."""
    wordings = [wording for scenario in campaign.scenarios for wording in _wordings(scenario, channel)]
    return [
        (wording, persona)
        for persona in campaign.personas
        for wording in wordings
        if wording.language == persona.language
    ]


def _wordings(scenario: Scenario, channel: ChannelName) -> list[Wording]:
    """The wordings for this channel; a contact form without any says what an e-mail would."""
    own = [
        wording
        for wording in scenario.wordings
        if wording.channel is channel and wording.purpose is WordingPurpose.OPENING
    ]
    if own or channel is not ChannelName.CONTACT_FORM:
        return own
    return _wordings(scenario, ChannelName.EMAIL)
