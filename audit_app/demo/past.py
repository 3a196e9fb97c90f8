"""Entering the sample history through the same services that real visits and probes go through."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.demo.answers import answer_by_chance
from audit_app.demo.chain import COMPANY, country_of
from audit_app.demo.evidence import chat_seen, mail_back, sent_mail
from audit_app.demo.history import SEED, PastProbe, PastVisit, first_monday, past_probes, past_visits
from audit_app.demo.loader import HISTORY_CAMPAIGNS
from audit_app.demo.questions import words_in
from audit_app.demo.replies import Tone, answer, rating, second_rating, text_of
from audit_app.domain.checklists.checklist import Answer as CheckedAnswer
from audit_app.domain.checklists.checklist import parse_answer, stored_answer
from audit_app.domain.probes.probe import ProbeState
from audit_app.domain.replies.quality import Share, reply_quality
from audit_app.models import (
    Answer,
    Campaign,
    ChannelName,
    ChecklistVersion,
    Location,
    Probe,
    ReplyRating,
    Touchpoint,
    User,
    Visit,
)
from audit_app.services.checklists.versions import newest_version
from audit_app.services.probes.ledger import looked, record
from audit_app.services.probes.messages import compose
from audit_app.services.scores.scores import store_weekly_scores
from audit_app.services.visits.recording import submit_visit
from probes.base import Fact, FactKind, Proof
from probes.channels.email import RECEIPT_TIME

NOT_APPLICABLE_SHARE = 0.04
RATED_TWICE = 0.4
"""The share of the region's replies that its own manager has rated as well."""
EVIDENCE_KEPT = timedelta(weeks=4)
"""How far back each probe has all that it would have brought home."""
VISIT_LASTS = timedelta(minutes=40)


@dataclass(frozen=True, slots=True)
class Cast:
    """The rows that the history refers to, looked up once."""

    campaigns: dict[str, Campaign]
    version: ChecklistVersion
    locations: dict[str, Location]
    touchpoints: dict[tuple[int, ChannelName], Touchpoint]
    auditor: User
    manager: User
    second_rater: User


def load_past(session: Session, now: datetime, seed: int = SEED) -> None:
    """Enter 26 weeks of visits, probes and ratings, and the weekly scores that follow from them."""
    cast = _cast(session)
    for visit in past_visits(now, seed):
        _enter_visit(session, cast, visit, seed)
    for number, probe in enumerate(past_probes(now, seed)):
        draw = random.Random(f"{seed}/{number}/reply")  # noqa: S311 -- sample data
        _enter_probe(session, cast, probe, draw, proved=probe.sent_at >= now - EVIDENCE_KEPT)
    session.flush()
    store_weekly_scores(session, first_monday(now) - timedelta(days=1), now, now)


def _cast(session: Session) -> Cast:
    people = {user.email: user for user in session.scalars(select(User))}
    return Cast(
        campaigns={
            country: session.scalars(select(Campaign).where(Campaign.name == name)).one()
            for country, name in HISTORY_CAMPAIGNS.items()
        },
        version=newest_version(session, "store-visit"),
        locations={location.key: location for location in session.scalars(select(Location))},
        touchpoints={
            (touchpoint.location_id, touchpoint.channel): touchpoint
            for touchpoint in session.scalars(select(Touchpoint))
        },
        auditor=people["auditor@demo.example"],
        manager=people["manager@demo.example"],
        second_rater=people["north@demo.example"],
    )


def _enter_visit(session: Session, cast: Cast, past: PastVisit, seed: int) -> None:
    draw = random.Random(f"{seed}/{past.shop.key}/{past.made_at.isoformat()}/answers")  # noqa: S311 -- sample data
    ended = past.made_at + VISIT_LASTS
    visit = Visit(
        client_id=str(uuid.UUID(int=draw.getrandbits(128), version=4)),
        location=cast.locations[past.shop.key],
        version=cast.version,
        auditor=cast.auditor,
        started_at=past.made_at,
    )
    for question in cast.version.form.questions:
        if question.allow_na and draw.random() < NOT_APPLICABLE_SHARE:
            checked = CheckedAnswer(not_applicable=True)
        else:
            # Critical points are missed less often: that is why they are watched.
            good = past.quality + (1 - past.quality) / 2 if question.critical else past.quality
            checked = CheckedAnswer(parse_answer(question, answer_by_chance(question, good, draw)))
        visit.answers.append(
            Answer(
                path=question.key,
                value=stored_answer(checked)["value"],
                not_applicable=checked.not_applicable,
                saved_at=ended,
            )
        )
    session.add(visit)
    session.flush()
    submit_visit(session, visit, ended)


def _enter_probe(session: Session, cast: Cast, past: PastProbe, draw: random.Random, *, proved: bool) -> None:
    location, campaign = cast.locations[past.shop.key], cast.campaigns[country_of(past.shop)]
    scenario, persona = campaign.scenarios[past.question], campaign.personas[past.shopper]
    probe = compose(
        campaign,
        cast.touchpoints[location.id, past.channel],
        past.sent_at.replace(second=0),
        next(
            each
            for each in scenario.wordings
            if each.channel is past.channel and each.language == persona.language
        ),
        persona,
        past.sent_at - timedelta(seconds=30),
    )
    probe.state, probe.sending_at = ProbeState.SENT, past.sent_at - timedelta(seconds=2)
    session.add(probe)
    staff, tone = _answerer(draw, past)
    facts = _facts(past, probe, staff, tone)
    if proved:
        facts = _proved(past, probe, facts)
    record(session, probe, facts, max(fact.latest for fact in facts))
    end = past.sent_at + timedelta(hours=campaign.target.cutoff_hours, minutes=1)
    looked(session, probe, end, end)
    # Nobody looks at the demo company for what is invented here.
    probe.next_look_at = None
    last = facts[-1]
    if tone is not None and last.kind is FactKind.HUMAN_REPLY:
        rated = rating(draw, tone, scenario.complaint)
        _rate(session, cast.manager, probe, rated, last.latest + timedelta(days=1))
        if location.region in cast.second_rater.regions and draw.random() < RATED_TWICE:
            twice = second_rating(draw, rated)
            _rate(session, cast.second_rater, probe, twice, last.latest + timedelta(days=1, hours=3))


def _answerer(draw: random.Random, past: PastProbe) -> tuple[str, Tone | None]:
    """Who answered and how; nobody where no answer came."""
    return ("", None) if past.answered_after is None else answer(draw, past.quality, country_of(past.shop))


def _proved(past: PastProbe, probe: Probe, facts: Sequence[Fact]) -> list[Fact]:
    """The facts, each with what its channel brings home for it."""
    if past.channel is ChannelName.CHAT:
        return [
            replace(fact, evidence=chat_seen(probe, past.shop, facts[: place + 1]))
            for place, fact in enumerate(facts)
        ]
    return [replace(fact, evidence=(_mail_of(past, probe, fact),)) for fact in facts]


def _mail_of(past: PastProbe, probe: Probe, fact: Fact) -> Proof:
    if fact.kind is FactKind.SENT:
        return sent_mail(probe, fact.latest)
    automatic = fact.kind is FactKind.ACKNOWLEDGED
    author = fact.author or f"{COMPANY} {past.shop.name}"
    return mail_back(probe, past.shop, author, fact.text, fact.latest, automatic=automatic)


def _facts(past: PastProbe, probe: Probe, staff: str, tone: Tone | None) -> list[Fact]:
    by_mail = past.channel is ChannelName.EMAIL
    server = RECEIPT_TIME if by_mail else "chat server's time"
    facts = [_fact(FactKind.SENT, past.sent_at, "SMTP server's answer" if by_mail else server, probe.token)]
    if past.acknowledged_after is not None:
        facts.append(
            _fact(
                FactKind.ACKNOWLEDGED,
                past.sent_at + past.acknowledged_after,
                server,
                f"{probe.token}/acknowledgement",
                text=words_in(probe.language)["acknowledgement"],
                reasons=("It says that it is an automatic acknowledgement",),
            )
        )
    if past.answered_after is not None and tone is not None:
        signed = f"{staff}, {COMPANY} {past.shop.name}"
        facts.append(
            _fact(
                FactKind.HUMAN_REPLY,
                past.sent_at + past.answered_after,
                server,
                f"{probe.token}/reply",
                author=staff,
                text=text_of(tone, probe.scenario.key, probe.language, probe.persona.name, signed),
                role="person",
                reasons=("It answers the question in words of its own",),
            )
        )
    return sorted(facts, key=lambda fact: fact.latest)


def _fact(
    kind: FactKind,
    at: datetime,
    source: str,
    key: str,
    *,
    text: str = "",
    author: str = "",
    role: str = "",
    reasons: tuple[str, ...] = (),
) -> Fact:
    return Fact(kind, at, at, source=source, key=key, text=text, author=author, role=role, reasons=reasons)


def _rate(session: Session, rater: User, probe: Probe, items: dict[str, Share], at: datetime) -> None:
    session.add(
        ReplyRating(
            probe=probe,
            rater=rater,
            items={key: share.value for key, share in items.items()},
            quality=reply_quality(items),
            created_at=at.astimezone(UTC),
        )
    )
