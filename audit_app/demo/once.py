"""`audit-app demo --once`: one visit, one e-mail and one chat run to their end, and the score that they make."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.config import Settings
from audit_app.database import transaction
from audit_app.demo import runner
from audit_app.demo.answers import answer_by_chance
from audit_app.demo.history import SEED
from audit_app.demo.loader import LIVE_CAMPAIGN, LIVE_SHOP
from audit_app.domain.exact import read_exact
from audit_app.domain.probes.response_time import Outcome
from audit_app.domain.time.period import Period
from audit_app.models import Assignment, Campaign, ChannelName, Location, Probe
from audit_app.services.company import organisation_zone
from audit_app.services.scores.explain import explain
from audit_app.services.scores.policies import current_policy
from audit_app.services.visits.edits import new_edit, take_edits
from audit_app.services.visits.recording import start_visit, submit_visit

ALL_SECONDS = 160.0
"""How long after its start it stops waiting for answers, so that ending everything fits into three minutes."""
LOOK_SECONDS = 0.5
VISIT_QUALITY = 0.9
"""The chance that the visit finds a point fulfilled, so that its score has something to explain."""
SCORED_DAYS = timedelta(days=28)
CHANNELS = (ChannelName.EMAIL, ChannelName.CHAT)


@dataclass(frozen=True, slots=True)
class OnceResult:
    """What came of it, and whether all of it happened."""

    report: dict[str, Any]
    complete: bool

    def lines(self) -> Iterator[str]:
        """The report for people, a line each."""
        yield f"visit: score {self.report['visit']['score']}"
        for channel in CHANNELS:
            facts = self.report[channel.value]
            yield f"{channel.value}: {facts['verdict']}, {facts['seconds']} s after sending"
        score = self.report["score"]
        yield f"score of {score['location']}: {score['value']}, band {score['band']}"
        yield "All of it happened." if self.complete else "Not all of it happened; see the lines above."


def run(settings: Settings, say: runner.Say) -> OnceResult:
    """Start the demo on free ports, let it run until both probes are answered, and report."""
    deadline = time.monotonic() + ALL_SECONDS
    with runner.running(settings, say, runner.company_ports(0), runner.free_port(settings.host)) as demo:
        say("Filling in a store visit …")
        with transaction(demo.engine) as session:
            visit_score = _fill_in_visit(session)
        say("Waiting for the answers to one e-mail and one chat …")
        _wait_for_answers(demo, deadline)
        with transaction(demo.engine) as session:
            return _report(session, visit_score)


def _fill_in_visit(session: Session) -> dict[str, Any]:
    now = datetime.now(UTC)
    assignment = session.scalars(
        select(Assignment).join(Assignment.location).where(Location.key == LIVE_SHOP)
    ).one()
    visit = start_visit(session, assignment.auditor, assignment, str(uuid.uuid4()), now)
    draw = random.Random(SEED)  # noqa: S311 -- sample data
    answers = {q.key: answer_by_chance(q, VISIT_QUALITY, draw) for q in visit.version.form.questions}
    take_edits(
        session, visit, [new_edit(key, {"value": value}, 0, now) for key, value in answers.items()], None, now
    )
    submit_visit(session, visit, now)
    return {"score": None if visit.score is None else float(visit.score)}


def _wait_for_answers(demo: runner.Demo, deadline: float) -> None:
    while time.monotonic() < deadline:
        demo.processes.check()
        with transaction(demo.engine) as session:
            probes = _live_probes(session)
            if len(probes) == len(CHANNELS) and all(
                probe.outcome is Outcome.ANSWERED for probe in probes.values()
            ):
                return
        time.sleep(LOOK_SECONDS)


def _live_probes(session: Session) -> dict[ChannelName, Probe]:
    """The first live probe of each channel."""
    found = session.scalars(
        select(Probe)
        .join(Probe.campaign)
        .where(Campaign.name == LIVE_CAMPAIGN, Probe.channel.in_(CHANNELS))
        .order_by(Probe.id.desc())
    )
    return {probe.channel: probe for probe in found}


def _report(session: Session, visit: dict[str, Any]) -> OnceResult:
    probes = _live_probes(session)
    report: dict[str, Any] = {"visit": visit}
    for channel in CHANNELS:
        report[channel.value] = _facts(probes.get(channel))
    location = session.scalars(select(Location).where(Location.key == LIVE_SHOP)).one()
    now = datetime.now(UTC)
    score = explain(
        session,
        location,
        Period(now - SCORED_DAYS, now + timedelta(minutes=1)),
        organisation_zone(session),
        current_policy(session, now),
        now,
    )
    report["score"] = {
        "location": location.key,
        "value": None if score["value"] is None else float(read_exact(score["value"]["fraction"])),
        "band": score["band"],
        "components": score["components"],
    }
    complete = (
        visit["score"] is not None
        and score["value"] is not None
        and all(_happened(report[channel.value]) for channel in CHANNELS)
    )
    return OnceResult(report, complete)


def _facts(probe: Probe | None) -> dict[str, Any]:
    if probe is None:
        return dict.fromkeys(("sent_at", "acknowledged_at", "answered_at", "seconds", "verdict"))
    return {
        "sent_at": _iso(probe.sent_earliest),
        "acknowledged_at": _iso(probe.acknowledged_at),
        "answered_at": _iso(probe.answered_latest),
        "seconds": probe.elapsed_seconds,
        "verdict": probe.outcome.value,
    }


def _happened(facts: dict[str, Any]) -> bool:
    """Sent, acknowledged automatically, then answered by a person, in this order."""
    times = [facts["sent_at"], facts["acknowledged_at"], facts["answered_at"]]
    return None not in times and facts["verdict"] == Outcome.ANSWERED.value and facts["seconds"] is not None


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
