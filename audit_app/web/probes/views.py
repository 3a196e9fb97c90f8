"""The pages of probes: the list, and one probe's time line."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, render_template, request

from audit_app.extensions import db
from audit_app.models import IncomingMail, Probe, RoleName, can_be_taken_back, mails_of
from audit_app.services.company import organisation_zone
from audit_app.services.mail.unmatched import waiting_mails
from audit_app.services.probes.list import ProbeFilter, probe_choices, probe_page
from audit_app.services.probes.shopper import as_read_by
from audit_app.services.probes.timeline import timeline_of
from audit_app.services.probes.visible import may_judge, visible_probe
from audit_app.services.replies import ratings as rating_service
from audit_app.services.replies.queue import waiting_replies
from audit_app.services.scores.overview import mailboxes_down
from audit_app.web import probe_words as words
from audit_app.web.access import roles, user_now
from audit_app.web.button_form import ButtonForm
from audit_app.web.presentation import request_instant
from audit_app.web.probes import words as page_words
from audit_app.web.probes.forms import read_filter
from audit_app.web.query_args import number_in

blueprint = Blueprint("probes", __name__)
blueprint.add_app_template_filter(words.foreign)

FILTERS = {
    "q",
    "location",
    "region",
    "channel",
    "campaign",
    "outcome",
    "week",
    "from",
    "to",
    "sort",
    "descending",
}

readers = roles(RoleName.ADMIN, RoleName.MANAGER, RoleName.CONTACT)


@blueprint.get("/probes")
@readers
def index() -> str:
    """The probes that somebody may see, by filters."""
    wanted, problems = read_filter(request.args)
    number = request.args.get("page", 1, type=int)
    kept = {name: value for name, value in request.args.items() if value and name in FILTERS}
    judges_any = user_now().is_a(RoleName.ADMIN, RoleName.MANAGER)
    zone = organisation_zone(db.session)
    return render_template(
        "probes/index.html",
        found=probe_page(db.session, user_now(), wanted, number, request_instant()),
        choices=probe_choices(db.session, user_now()),
        wanted=wanted,
        filtered=wanted != ProbeFilter(order=wanted.order, descending=wanted.descending),
        problems=problems,
        kept=kept,
        unsorted={name: value for name, value in kept.items() if name not in ("sort", "descending")},
        words=words,
        may_judge=judges_any,
        read_by=partial(as_read_by, user_now()),
        weeks=words.recent_weeks(request_instant().astimezone(zone).date()),
        zone=zone.key,
        mailboxes_down=mailboxes_down(db.session) if judges_any else [],
        waiting_replies=waiting_replies(db.session, user_now()) if judges_any else 0,
        waiting_mails=waiting_mails(db.session) if user_now().is_a(RoleName.ADMIN) else None,
    )


@blueprint.get("/probes/<int:probe_id>")
@readers
def show(probe_id: int) -> str:
    """One probe: its verdict, its times and everything that was observed."""
    probe = visible_probe(db.session, user_now(), probe_id)
    return render_template("probes/show.html", undo=_just_assigned(probe), form=ButtonForm(), **_shown(probe))


def _just_assigned(probe: Probe) -> IncomingMail | None:
    """The mail that was assigned to the probe a moment ago, so that one press takes it back."""
    if not user_now().is_a(RoleName.ADMIN):
        return None
    number = number_in(request.args.get("assigned", ""))
    return next((mail for mail in mails_of(probe) if mail.id == number and can_be_taken_back(mail)), None)


@blueprint.get("/probes/<int:probe_id>/live")
@readers
def live(probe_id: int) -> str:
    """The part of the page that changes while the probe is open."""
    probe = visible_probe(db.session, user_now(), probe_id)
    return render_template("probes/_live.html", form=ButtonForm(), **_shown(probe))


def _shown(probe: Probe) -> dict[str, object]:
    ratings = rating_service.ratings_of(db.session, probe)
    return {
        "timeline": timeline_of(probe, request_instant()),
        "probe": probe,
        "location": probe.touchpoint.location,
        "zone": probe.touchpoint.location.zone,
        "ratings": ratings,
        "mean": rating_service.mean_quality(ratings),
        "own": rating_service.own_rating(db.session, probe, user_now()),
        "may_judge": may_judge(user_now(), probe),
        "may_move_mail": user_now().is_a(RoleName.ADMIN),
        "words": words,
        "page_words": page_words,
        "read_as": as_read_by(user_now(), probe),
    }
