"""Scenarios: the list, adding and changing, their wordings, and deleting what no probe asks."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from audit_app.extensions import db
from audit_app.models import RoleName, Scenario, Wording
from audit_app.services.campaigns import scenarios as service
from audit_app.services.campaigns.personas import languages
from audit_app.web.access import roles
from audit_app.web.button_form import ButtonForm
from audit_app.web.campaigns.scenario_forms import (
    ScenarioForm,
    WordingForm,
    entered_about,
    entered_wording,
)
from audit_app.web.campaigns.views import blueprint
from audit_app.web.form_errors import errors_shown, status_of


@blueprint.get("/scenarios")
@roles(RoleName.ADMIN)
def scenarios() -> str:
    """List the scenarios with the wordings that they have and the campaigns that ask them."""
    listed = service.all_scenarios(db.session)
    return render_template(
        "campaigns/scenarios.html",
        scenarios=listed,
        campaigns={each.id: service.campaigns_asking(db.session, each) for each in listed},
        languages=languages(),
    )


@blueprint.route("/scenarios/new", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def new_scenario() -> ResponseReturnValue:
    """Add a scenario, and go on to its first wording."""
    form = ScenarioForm()
    if form.validate_on_submit():
        with errors_shown(form):
            scenario = service.add_scenario(db.session, form.entry)
            db.session.commit()
            flash(f"“{scenario.title}” is added. Enter how it is asked.", "success")
            return redirect(url_for("campaigns.new_wording", scenario_id=scenario.id))
    return render_template("campaigns/new_scenario.html", form=form), status_of(form)


@blueprint.route("/scenarios/<int:scenario_id>", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def edit_scenario(scenario_id: int) -> ResponseReturnValue:
    """Show a scenario with its wordings, and change what is asked."""
    scenario = service.scenario_by_id(db.session, scenario_id)
    form = ScenarioForm(data=entered_about(scenario))
    if form.validate_on_submit():
        with errors_shown(form):
            service.change_scenario(db.session, scenario, form.entry)
            db.session.commit()
            flash(f"The changes to “{scenario.title}” are saved.", "success")
            return redirect(url_for("campaigns.scenarios"))
    page = render_template(
        "campaigns/scenario.html",
        form=form,
        scenario=scenario,
        campaigns=service.campaigns_asking(db.session, scenario),
        asked=service.probes_asking(db.session, scenario),
        languages=languages(),
    )
    return page, status_of(form)


@blueprint.route("/scenarios/<int:scenario_id>/delete", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def delete_scenario(scenario_id: int) -> ResponseReturnValue:
    """Say what is lost with a scenario, and delete it once that is confirmed."""
    scenario = service.scenario_by_id(db.session, scenario_id)
    form = ButtonForm()
    if form.validate_on_submit():
        service.delete_scenario(db.session, scenario)
        db.session.commit()
        flash(f"“{scenario.title}” is deleted.", "success")
        return redirect(url_for("campaigns.scenarios"))
    return render_template(
        "campaigns/delete_scenario.html",
        form=form,
        scenario=scenario,
        campaigns=service.campaigns_asking(db.session, scenario),
        asked=service.probes_asking(db.session, scenario),
    )


@blueprint.route("/scenarios/<int:scenario_id>/wordings/new", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def new_wording(scenario_id: int) -> ResponseReturnValue:
    """Add a wording."""
    return _wording_page(service.scenario_by_id(db.session, scenario_id), None)


@blueprint.route("/scenarios/<int:scenario_id>/wordings/<int:wording_id>", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def edit_wording(scenario_id: int, wording_id: int) -> ResponseReturnValue:
    """Change a wording."""
    scenario = service.scenario_by_id(db.session, scenario_id)
    return _wording_page(scenario, service.wording_of(scenario, wording_id))


@blueprint.route("/scenarios/<int:scenario_id>/wordings/<int:wording_id>/delete", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def delete_wording(scenario_id: int, wording_id: int) -> ResponseReturnValue:
    """Show once more what a wording says, and delete it once that is confirmed."""
    scenario = service.scenario_by_id(db.session, scenario_id)
    wording = service.wording_of(scenario, wording_id)
    form = ButtonForm()
    if form.validate_on_submit():
        service.delete_wording(db.session, wording)
        db.session.commit()
        flash("The wording is deleted.", "success")
        return redirect(url_for("campaigns.edit_scenario", scenario_id=scenario.id))
    return render_template(
        "campaigns/delete_wording.html", form=form, scenario=scenario, wording=wording, languages=languages()
    )


def _wording_page(scenario: Scenario, wording: Wording | None) -> ResponseReturnValue:
    form = WordingForm(data=entered_wording(scenario, wording))
    form.offer()
    if form.validate_on_submit():
        with errors_shown(form):
            service.save_wording(db.session, scenario, wording, form.entry)
            db.session.commit()
            flash("The wording is saved.", "success")
            return redirect(url_for("campaigns.edit_scenario", scenario_id=scenario.id))
    page = render_template("campaigns/wording_form.html", form=form, scenario=scenario, wording=wording)
    return page, status_of(form)
