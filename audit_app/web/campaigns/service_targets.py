"""Service targets: the list with the campaigns that they judge, adding and changing."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from audit_app.extensions import db
from audit_app.models import RoleName, ServiceTarget
from audit_app.services.campaigns import service_targets as service
from audit_app.web.access import roles
from audit_app.web.campaigns.forms import TargetForm
from audit_app.web.campaigns.views import blueprint
from audit_app.web.form_errors import errors_shown, status_of

FIELDS = ("name", "stretch_hours", "target_hours", "cutoff_hours", "clock")


@blueprint.get("/service-targets")
@roles(RoleName.ADMIN)
def targets() -> str:
    """List the service targets with the campaigns that they judge."""
    listed = service.all_targets(db.session)
    return render_template(
        "campaigns/service_targets.html",
        targets=listed,
        campaigns={each.id: service.campaigns_under(db.session, each) for each in listed},
    )


@blueprint.route("/service-targets/new", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def new_target() -> ResponseReturnValue:
    """Add a service target."""
    form = TargetForm()
    if form.validate_on_submit():
        with errors_shown(form):
            added = service.add_target(db.session, form.entry)
            db.session.commit()
            flash(f"{added.name} is added.", "success")
            return redirect(url_for("campaigns.targets"))
    return _form_page(form, None)


@blueprint.route("/service-targets/<int:target_id>", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def edit_target(target_id: int) -> ResponseReturnValue:
    """Change a service target."""
    target = service.target_by_id(db.session, target_id)
    form = TargetForm(data={name: str(getattr(target, name)) for name in FIELDS})
    if form.validate_on_submit():
        with errors_shown(form):
            service.change_target(db.session, target, form.entry)
            db.session.commit()
            flash(f"The changes to {target.name} are saved.", "success")
            return redirect(url_for("campaigns.targets"))
    return _form_page(form, target)


def _form_page(form: TargetForm, target: ServiceTarget | None) -> ResponseReturnValue:
    page = render_template(
        "campaigns/service_target_form.html",
        form=form,
        target=target,
        judged=service.probes_under(db.session, target) if target else 0,
    )
    return page, status_of(form)
