"""The list of locations, and the page of one."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload, selectinload

from audit_app.domain.exact import exact_text
from audit_app.domain.scores.policy import Policy
from audit_app.extensions import db
from audit_app.models import ClockName, Location, RoleName
from audit_app.services.company import organisation_zone
from audit_app.services.locations.visible import locations_visible_to, visible_location
from audit_app.services.scores.comparison import FEW
from audit_app.services.scores.facts import ProbeFact
from audit_app.services.scores.location import LocationResults, location_results
from audit_app.services.scores.overview import overview
from audit_app.services.scores.policies import policy_for
from audit_app.services.scores.trends import is_unfinished
from audit_app.web.access import roles, user_now
from audit_app.web.opening_words import opening_words
from audit_app.web.presentation import hours, request_instant
from audit_app.web.presentation import shown as rounded
from audit_app.web.probe_words import CLOCKS
from audit_app.web.scores.chosen_period import ChosenPeriod
from audit_app.web.scores.overview import blueprint
from audit_app.web.scores.words import within_words

WHO = (RoleName.ADMIN, RoleName.MANAGER, RoleName.CONTACT)


@blueprint.get("/locations")
@roles(*WHO)
def locations() -> ResponseReturnValue:
    """List the locations with their scores of the last weeks, addresses and touchpoints."""
    user, now = user_now(), request_instant()
    query = (
        locations_visible_to(user)
        .where(Location.active)
        .options(joinedload(Location.region), selectinload(Location.touchpoints))
    )
    ordered = sorted(db.session.scalars(query), key=lambda location: (location.region.name, location.name))
    chosen = ChosenPeriod.of(request.args, organisation_zone(db.session), now)
    policy = policy_for(db.session, chosen.period, now)
    seen = overview(db.session, user, chosen.period, chosen.before, chosen.weeks, policy, now)
    return render_template(
        "scores/locations.html",
        locations=ordered,
        chosen=chosen,
        comparisons={row.location.id: row.comparison for row in seen.rows},
    )


@blueprint.get("/locations/<key>")
@roles(*WHO)
def location(key: str) -> ResponseReturnValue:
    """Show the results of one location."""
    # What draws takes half a second to import: neither the start nor any other page waits for it.
    from audit_app.web.scores.charts import response_time_chart

    user, now = user_now(), request_instant()
    shown = visible_location(db.session, user, key)
    chosen = ChosenPeriod.of(request.args, organisation_zone(db.session), now)
    policy = policy_for(db.session, chosen.period, now)
    results = location_results(
        db.session, user, shown, chosen.period, chosen.before, chosen.weeks, policy, now
    )
    unfinished = is_unfinished(chosen.weeks[-1], policy, now)
    summary = response_summary(results)
    comparison = results.comparison
    return render_template(
        "scores/location.html",
        location=shown,
        results=results,
        chosen=chosen,
        policy=policy,
        few=FEW,
        opening=opening_words(shown.opening_hours),
        summary=summary,
        within=within_words(comparison.in_time.hours),
        result=results.result,
        rules=speed_rules(policy, comparison.facts.probes),
        unfinished=unfinished,
        chart=response_time_chart(
            results.response_weeks, policy, chosen.zone, summary, unfinished=unfinished
        ),
    )


def response_summary(results: LocationResults) -> str:
    """What the chart of response times shows, in one sentence or two."""
    weeks = results.response_weeks
    n, in_time = sum(week.n for week in weeks), sum(week.in_time for week in weeks)
    late, never = sum(week.late for week in weeks), sum(week.never for week in weeks)
    unsure = n - in_time - late - never
    targets = {probe.target.target for week in weeks for probe in week.probes}
    counts = f"{in_time} answered {within_words(targets.pop() if len(targets) == 1 else None)}, {late} later, {never} never"
    unclear = f", {unsure} of which nobody can tell whether in time" if unsure else ""
    clocks = {probe.clock for week in weeks for probe in week.probes}
    mixed = " Some hours are elapsed ones and some opening hours." if len(clocks) > 1 else ""
    return f"Response times of {n} probes over {len(weeks)} weeks: {counts}{unclear}.{mixed}"


def speed_rules(policy: Policy, probes: Sequence[ProbeFact]) -> list[str]:
    """How the response times of these probes become values, a sentence for each service target that they have."""
    if policy.at_target is None:
        corners = ", ".join(
            f"{exact_text(each.points)} at {hours(each.hours)}" for each in policy.speed_curve
        )
        return [f"An answer has the value {corners}, none within {hours(policy.cutoff_hours)} 0."]
    targets = {(each.clock, each.target) for each in probes} or {(ClockName.ELAPSED, policy.hours)}
    several = len({clock for clock, _ in targets}) > 1
    ordered = sorted(targets, key=lambda pair: (pair[0], pair[1].target, pair[1].stretch, pair[1].cutoff))
    return [
        f"An answer within {hours(each.stretch)} has the value 100, one at {hours(each.target)} "
        f"{rounded(policy.at_target)}, none within {hours(each.cutoff)} 0"
        f"{', by ' + CLOCKS[clock].lower() if several else ''}."
        for clock, each in ordered
    ]
