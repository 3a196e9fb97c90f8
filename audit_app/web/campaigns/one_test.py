"""Sending one test probe of a campaign, and the page on which test probes stand alone."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from audit_app.extensions import db
from audit_app.models import Campaign, RoleName
from audit_app.services.campaigns import campaigns as service
from audit_app.services.company import organisation_zone
from audit_app.services.probes.one_test import OneTest, plan_test, test_probes_of
from audit_app.web.access import roles
from audit_app.web.button_form import ButtonForm
from audit_app.web.campaigns.forms import touchpoint_words
from audit_app.web.campaigns.views import blueprint
from audit_app.web.form_errors import errors_shown, status_of
from audit_app.web.presentation import request_instant
from audit_app.web.query_args import number_in


class OneTestForm(ButtonForm):
    """Where it goes, what it asks and as whom."""

    touchpoint = SelectField("To", validate_choice=False)
    scenario = SelectField("Asks", validate_choice=False)
    persona = SelectField("As", validate_choice=False)

    def offer(self, campaign: Campaign) -> None:
        """Set what can be chosen: what the campaign holds."""
        self.touchpoint.choices = [(str(each.id), touchpoint_words(each)) for each in campaign.touchpoints]
        self.scenario.choices = [(str(each.id), each.title) for each in campaign.scenarios]
        self.persona.choices = [(str(each.id), each.name) for each in campaign.personas]

    @property
    def entry(self) -> OneTest:
        """What was chosen."""
        return OneTest(
            number_in(self.touchpoint.data or ""),
            number_in(self.scenario.data or ""),
            number_in(self.persona.data or ""),
        )


@blueprint.route("/campaigns/<int:campaign_id>/test", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def test_probe(campaign_id: int) -> ResponseReturnValue:
    """Send one test probe now, and list those that were sent."""
    campaign = service.campaign_by_id(db.session, campaign_id)
    form = OneTestForm(data={"touchpoint": request.args.get("touchpoint", "")})
    form.offer(campaign)
    if form.validate_on_submit():
        with errors_shown(form):
            probe = plan_test(db.session, campaign, form.entry, request_instant())
            db.session.commit()
            flash(
                "The test probe is planned. A worker sends it within seconds; it counts nowhere.", "success"
            )
            return redirect(url_for("probes.show", probe_id=probe.id))
    return render_template(
        "campaigns/test_probe.html",
        form=form,
        campaign=campaign,
        probes=test_probes_of(db.session, campaign),
        zone=organisation_zone(db.session),
    ), status_of(form)
