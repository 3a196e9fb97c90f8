"""Campaigns: the list, what each does next and what is in its way, adding, changing and pausing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from audit_app.extensions import db
from audit_app.models import Campaign, RoleName
from audit_app.services.campaigns import campaigns as service
from audit_app.services.campaigns import personas, scenarios, service_targets
from audit_app.services.campaigns.obstacles import obstacles
from audit_app.services.company import organisation_zone
from audit_app.web.access import roles
from audit_app.web.button_form import ButtonForm
from audit_app.web.campaigns.forms import CampaignForm, entered_about, entered_at_first
from audit_app.web.form_errors import errors_shown, status_of
from audit_app.web.presentation import request_instant

blueprint = Blueprint("campaigns", __name__, url_prefix="/admin")


@blueprint.get("/campaigns")
@roles(RoleName.ADMIN)
def index() -> str:
    """List the campaigns with their next time and what is in their way."""
    listed, now = service.all_campaigns(db.session), request_instant()
    return render_template(
        "campaigns/index.html",
        campaigns=listed,
        next_slots={each.id: service.next_slots(each, now, 1) for each in listed},
        obstacles={each.id: obstacles(db.session, each, now) for each in listed if each.active},
        now=now,
        zone=organisation_zone(db.session),
    )


@blueprint.get("/campaigns/<int:campaign_id>")
@roles(RoleName.ADMIN)
def campaign(campaign_id: int) -> str:
    """Show what a campaign does next, what is in its way, and what it is made of."""
    shown, now = service.campaign_by_id(db.session, campaign_id), request_instant()
    return render_template(
        "campaigns/show.html",
        campaign=shown,
        form=ButtonForm(),
        running=service.running(db.session, shown),
        next_slots=service.next_slots(shown, now),
        most_a_week=service.most_a_week(shown),
        obstacles=obstacles(db.session, shown, now),
        zone=organisation_zone(db.session),
    )


@blueprint.route("/campaigns/new", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def new_campaign() -> ResponseReturnValue:
    """Add a campaign."""
    form = CampaignForm(data=entered_at_first(request_instant(), organisation_zone(db.session)))
    _offer(form, None)
    if form.validate_on_submit():
        with errors_shown(form):
            added = service.add_campaign(db.session, form.entry)
            db.session.commit()
            flash(f"{added.name} is added.", "success")
            return redirect(url_for("campaigns.campaign", campaign_id=added.id))
    return _form_page(form, None)


@blueprint.route("/campaigns/<int:campaign_id>/change", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def edit_campaign(campaign_id: int) -> ResponseReturnValue:
    """Change a campaign."""
    shown = service.campaign_by_id(db.session, campaign_id)
    form = CampaignForm(data=entered_about(shown, organisation_zone(db.session)))
    _offer(form, shown)
    if form.validate_on_submit():
        with errors_shown(form):
            service.change_campaign(db.session, shown, form.entry)
            db.session.commit()
            flash(f"The changes to {shown.name} are saved.", "success")
            return redirect(url_for("campaigns.campaign", campaign_id=shown.id))
    return _form_page(form, shown)


@blueprint.route("/campaigns/<int:campaign_id>/pause", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def pause_campaign(campaign_id: int) -> ResponseReturnValue:
    """Say what stops, and pause the campaign once that is confirmed."""
    shown, form = service.campaign_by_id(db.session, campaign_id), ButtonForm()
    if form.validate_on_submit():
        service.switch(db.session, shown, on=False)
        db.session.commit()
        flash(f"{shown.name} is paused.", "success")
        return redirect(url_for("campaigns.campaign", campaign_id=shown.id))
    usage = service.running(db.session, shown)
    return render_template("campaigns/pause.html", form=form, campaign=shown, running=usage)


@blueprint.post("/campaigns/<int:campaign_id>/resume")
@roles(RoleName.ADMIN)
def resume_campaign(campaign_id: int) -> ResponseReturnValue:
    """Let a campaign run again."""
    shown = service.campaign_by_id(db.session, campaign_id)
    service.switch(db.session, shown, on=True)
    db.session.commit()
    flash(f"{shown.name} runs again.", "success")
    return redirect(url_for("campaigns.campaign", campaign_id=shown.id))


def _offer(form: CampaignForm, shown: Campaign | None) -> None:
    form.offer(
        service.touchpoints_to_choose(db.session, shown),
        scenarios.all_scenarios(db.session),
        personas.all_personas(db.session),
        service_targets.all_targets(db.session),
    )


def _form_page(form: CampaignForm, shown: Campaign | None) -> ResponseReturnValue:
    zone = organisation_zone(db.session)
    return render_template("campaigns/form.html", form=form, campaign=shown, zone=zone), status_of(form)
