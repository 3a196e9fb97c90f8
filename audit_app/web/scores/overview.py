"""The overview: how all locations stand, and what needs attention."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from audit_app.extensions import db
from audit_app.models import RoleName, User
from audit_app.services.company import organisation_zone
from audit_app.services.scores import overview as service
from audit_app.services.scores.policies import policy_for
from audit_app.services.scores.trends import is_unfinished
from audit_app.web.access import roles, user_now
from audit_app.web.presentation import request_instant
from audit_app.web.scores.chosen_period import ChosenPeriod
from audit_app.web.scores.first_steps import first_steps
from audit_app.web.scores.table import SORT_WORDS, Table
from audit_app.web.scores.words import (
    change_notes,
    interval_words,
    score_notes,
    share_beside,
    too_little,
    within_words,
)

blueprint = Blueprint("scores", __name__)


@blueprint.get("/")
@roles(RoleName.ADMIN, RoleName.MANAGER, RoleName.CONTACT)
def overview() -> ResponseReturnValue:
    """Show the locations that the person may see."""
    user, now = user_now(), request_instant()
    chosen = ChosenPeriod.of(request.args, organisation_zone(db.session), now)
    policy = policy_for(db.session, chosen.period, now)
    seen = service.overview(db.session, user, chosen.period, chosen.before, chosen.weeks, policy, now)
    table = Table.of(request.args)
    nothing_yet = seen.total.now is None and seen.total.before is None
    return render_template(
        "scores/overview.html",
        seen=seen,
        steps=first_steps(db.session, user) if nothing_yet else [],
        chosen=chosen,
        policy=policy,
        table=table,
        rows=table.rows(seen.rows),
        regions=sorted({(row.location.region.key, row.location.region.name) for row in seen.rows}),
        sorts=tuple(SORT_WORDS.items()),
        falling_points=service.FALLING_POINTS,
        unfinished=is_unfinished(chosen.weeks[-1], policy, now),
        whose="Chain" if seen.whole_chain else possessive(user),
    )


def possessive(user: User) -> str:
    """What a score over only some locations is called."""
    return "Your regions" if user.is_a(RoleName.MANAGER) else "Your locations"


for sentence in (interval_words, within_words, share_beside, score_notes, too_little, change_notes):
    blueprint.add_app_template_filter(sentence)
