"""Half a year of sample history: what happened at each shop, drawn from a fixed seed.

The response times follow what published audits of customer service e-mail report: 23 % are never answered,
37 % within the hour, the rest with a long tail. Shops differ, the North is slower, and Luleå gets worse from
a known week on. Everything here is plain data; `demo.past` enters it into the database.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from audit_app.demo.chain import SHOPS, Shop
from audit_app.demo.questions import QUESTIONS, SHOPPERS_OF_A_COUNTRY
from audit_app.models import ChannelName

SEED = 20260102
WEEKS = 26
DECLINE_SHOP = "lulea"
DECLINE_WEEK = 18
"""The first week, counted from 1, in which the shop of the decline is worse than before."""
LONGEST_HOURS = 72.0


@dataclass(frozen=True, slots=True)
class Profile:
    """How a shop serves: shares of messages never answered and answered within the hour, and how good it is.

    `tail` is the median of the answers that take longer than an hour, in hours; `visits` and `replies` are the
    chance that an auditor finds a point fulfilled.
    """

    never: float
    hour: float
    tail: float
    visits: float
    replies: float


PROFILES: dict[str, Profile] = {
    "umea": Profile(0.30, 0.20, 9.0, 0.84, 0.72),
    "lulea": Profile(0.18, 0.40, 5.0, 0.88, 0.80),
    "sundsvall": Profile(0.34, 0.18, 10.0, 0.80, 0.70),
    "oulu": Profile(0.28, 0.26, 8.0, 0.86, 0.66),
    "stockholm": Profile(0.10, 0.58, 4.0, 0.93, 0.90),
    "uppsala": Profile(0.14, 0.52, 4.0, 0.92, 0.88),
    "orebro": Profile(0.22, 0.38, 5.5, 0.87, 0.80),
    "helsinki": Profile(0.16, 0.50, 4.5, 0.91, 0.86),
    "gothenburg": Profile(0.20, 0.42, 5.0, 0.89, 0.84),
    "malmo": Profile(0.38, 0.24, 7.0, 0.81, 0.68),
    "lund": Profile(0.16, 0.46, 4.5, 0.90, 0.87),
    "london": Profile(0.20, 0.40, 5.0, 0.88, 0.82),
}
DECLINED = replace(PROFILES[DECLINE_SHOP], never=0.45, hour=0.15, tail=11.0, visits=0.74, replies=0.60)


@dataclass(frozen=True, slots=True)
class PastProbe:
    """One message of the past; `answered_after` is None when nobody ever answered."""

    shop: Shop
    channel: ChannelName
    sent_at: datetime
    question: int
    shopper: int
    acknowledged_after: timedelta | None
    answered_after: timedelta | None
    quality: float


@dataclass(frozen=True, slots=True)
class PastVisit:
    """One visit of the past; `quality` is the chance that a question was answered well."""

    shop: Shop
    made_at: datetime
    quality: float


def profile_of(shop: Shop, week: int) -> Profile:
    """How `shop` served in `week`, counted from 1."""
    if shop.key == DECLINE_SHOP and week >= DECLINE_WEEK:
        return DECLINED
    return PROFILES[shop.key]


def first_monday(now: datetime) -> datetime:
    """Midnight UTC of the Monday with which the history begins; its last week ends before this one."""
    midnight = datetime.combine(now.astimezone(UTC).date(), time(0), UTC)
    return midnight - timedelta(days=midnight.weekday(), weeks=WEEKS)


def past_probes(now: datetime, seed: int = SEED) -> Iterator[PastProbe]:
    """Three messages a week to each shop, two by e-mail and one by chat, at all hours of the week."""
    monday = first_monday(now)
    for week in range(1, WEEKS + 1):
        for shop in SHOPS:
            # Its own generator for each shop and week: adding a shop changes nothing at the others.
            draw = random.Random(f"{seed}/{shop.key}/{week}/probes")  # noqa: S311 -- sample data
            start = monday + timedelta(weeks=week - 1)
            for channel in (ChannelName.EMAIL, ChannelName.EMAIL, ChannelName.CHAT):
                yield _probe(draw, shop, profile_of(shop, week), channel, start)


def past_visits(now: datetime, seed: int = SEED) -> Iterator[PastVisit]:
    """A visit to each shop every second week, at some time of day when it is open."""
    monday = first_monday(now)
    for number, shop in enumerate(SHOPS):
        for week in range(1 + number % 2, WEEKS + 1, 2):
            draw = random.Random(f"{seed}/{shop.key}/{week}/visits")  # noqa: S311 -- sample data
            day = (monday + timedelta(weeks=week - 1, days=draw.randrange(6))).date()
            local = datetime.combine(
                day, time(draw.randrange(10, 16), draw.randrange(60)), ZoneInfo(shop.time_zone)
            )
            yield PastVisit(shop, local.astimezone(UTC), profile_of(shop, week).visits)


def _probe(
    draw: random.Random, shop: Shop, profile: Profile, channel: ChannelName, monday: datetime
) -> PastProbe:
    sent_at = monday + timedelta(minutes=draw.randrange(5 * 24 * 60), seconds=draw.randrange(60))
    answered_after = _answer_time(draw, profile)
    return PastProbe(
        shop=shop,
        channel=channel,
        sent_at=sent_at,
        question=draw.randrange(len(QUESTIONS)),
        shopper=draw.randrange(SHOPPERS_OF_A_COUNTRY),
        acknowledged_after=timedelta(seconds=draw.randrange(2, 90)) if draw.random() < 0.8 else None,
        answered_after=answered_after,
        quality=profile.replies,
    )


def _answer_time(draw: random.Random, profile: Profile) -> timedelta | None:
    fate = draw.random()
    if fate < profile.never:
        return None
    if fate < profile.never + profile.hour:
        return timedelta(minutes=draw.triangular(3, 59.5, 20))
    hours = 1.0 + (profile.tail - 1.0) * draw.lognormvariate(0, 0.7)
    return timedelta(hours=min(hours, LONGEST_HOURS))
