"""The list of locations, and the page of one."""

from __future__ import annotations

from fractions import Fraction

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload, selectinload

from audit_app.domain.exact import exact_text
from audit_app.domain.scores.policy import Policy
from audit_app.domain.scores.scoring import points_for_response
from audit_app.extensions import db
from audit_app.models import Location, RoleName
from audit_app.services.company import organisation_zone
from audit_app.services.locations.visible import locations_visible_to, visible_location
from audit_app.services.scores.comparison import FEW
from audit_app.services.scores.location import LocationResults, location_results
from audit_app.services.scores.policies import current_policy
from audit_app.web.access import roles, user_now
from audit_app.web.opening_words import opening_words
from audit_app.web.presentation import hours, request_instant
from audit_app.web.scores.charts import response_time_chart
from audit_app.web.scores.chosen_period import ChosenPeriod
from audit_app.web.scores.overview import blueprint

WHO = (RoleName.ADMIN, RoleName.MANAGER, RoleName.CONTACT)


@blueprint.get("/locations")
@roles(*WHO)
def locations() -> ResponseReturnValue:
    """List the locations with their addresses, zones and touchpoints."""
    query = locations_visible_to(user_now()).options(
        joinedload(Location.region), selectinload(Location.touchpoints)
    )
    ordered = sorted(db.session.scalars(query), key=lambda location: (location.region.name, location.name))
    return render_template("scores/locations.html", locations=ordered)


@blueprint.get("/locations/<key>")
@roles(*WHO)
def location(key: str) -> ResponseReturnValue:
    """Show the results of one location."""
    user, now = user_now(), request_instant()
    shown = visible_location(db.session, user, key)
    chosen = ChosenPeriod.of(request.args, organisation_zone(db.session), now)
    policy = current_policy(db.session, now)
    results = location_results(
        db.session, user, shown, chosen.period, chosen.before, chosen.weeks, policy, now
    )
    summary = response_summary(results, policy)
    return render_template(
        "scores/location.html",
        location=shown,
        results=results,
        chosen=chosen,
        policy=policy,
        few=FEW,
        opening=opening_words(shown.opening_hours),
        summary=summary,
        chart=response_time_chart(results.response_weeks, policy, chosen.zone, summary),
    )


def response_summary(results: LocationResults, policy: Policy) -> str:
    """What the chart of response times shows, in one sentence."""
    weeks = results.response_weeks
    n, in_time = sum(week.n for week in weeks), sum(week.in_time for week in weeks)
    never = sum(week.never for week in weeks)
    return (
        f"Response times of {n} probes over {len(weeks)} weeks: {in_time} answered within "
        f"{hours(policy.target_hours)}, {n - in_time - never} later, {never} never."
    )


@blueprint.app_template_filter()
def value_at_target(policy: Policy) -> Fraction:
    """The value, 0 to 100, of an answer that comes exactly at the target."""
    return points_for_response(policy, policy.target_hours)


blueprint.add_app_template_filter(exact_text, "exactly")
