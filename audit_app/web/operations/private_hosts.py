"""The page of hosts that are not public and that probes may reach, and deciding on each."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField

from audit_app.extensions import db
from audit_app.models import RoleName
from audit_app.services.operations import private_hosts as service
from audit_app.web.access import roles, user_now
from audit_app.web.button_form import ButtonForm
from audit_app.web.form_errors import errors_shown, status_of
from audit_app.web.operations.views import blueprint
from audit_app.web.presentation import request_instant


class PrivateHostForm(FlaskForm):
    """A host or network that is to be allowed."""

    address = StringField(
        "Host, address or network", description="For example intranet.example.org, 10.1.2.3 or 10.1.0.0/16."
    )
    note = StringField(
        "What it is for", description="For whoever reads this list later. You may leave it empty."
    )


@blueprint.route("/private-hosts", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def private_hosts() -> ResponseReturnValue:
    """List the hosts with what was decided, and allow another."""
    form = PrivateHostForm()
    if form.validate_on_submit():
        with errors_shown(form):
            host = service.allow(
                db.session, form.address.data or "", form.note.data or "", user_now(), request_instant()
            )
            db.session.commit()
            flash(f"Probes may reach {host.address}.", "success")
            return redirect(url_for("operations.private_hosts"))
    hosts = service.private_hosts(db.session)
    return render_template(
        "operations/private_hosts.html",
        form=form,
        button=ButtonForm(),
        hosts=hosts,
        waiting=sum(host.answered_at is None for host in hosts),
    ), status_of(form)


@blueprint.post("/private-hosts/<int:host_id>")
@roles(RoleName.ADMIN)
def answer_private_host(host_id: int) -> ResponseReturnValue:
    """Allow or refuse one host of the list."""
    host = service.private_host(db.session, host_id)
    if ButtonForm().validate_on_submit():
        may_be_reached = request.form.get("allow") == "yes"
        service.answer(host, user_now(), request_instant(), may_be_reached=may_be_reached)
        db.session.commit()
        flash(f"Probes {'may' if may_be_reached else 'may not'} reach {host.address}.", "success")
    return redirect(url_for("operations.private_hosts"))
