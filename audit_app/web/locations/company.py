"""The company's own page: its name."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from audit_app.extensions import db
from audit_app.models import RoleName
from audit_app.services import company as service
from audit_app.web.access import roles
from audit_app.web.edit_conflicts import OpenedForm
from audit_app.web.form_errors import errors_shown, status_of
from audit_app.web.locations.setup import blueprint


class CompanyForm(OpenedForm):
    """What is known about the company."""

    name = StringField("Name", description="As it stands above every page.")


@blueprint.route("/company", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def company() -> ResponseReturnValue:
    """Enter the company's name, or change it."""
    known = service.company(db.session)
    form = CompanyForm(data={"name": known.name if known else ""})
    if form.validate_on_submit():
        with errors_shown(form):
            named = service.name_company(db.session, form.name.data or "")
            db.session.commit()
            flash(f"The company is called {named.name}.", "success")
            return redirect(url_for("locations.company" if known else "scores.overview"))
    return render_template("locations/company.html", form=form, known=known is not None), status_of(form)
