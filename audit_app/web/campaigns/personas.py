"""Personas: the list, adding and changing."""

from __future__ import annotations

import sqlalchemy as sa
from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from audit_app.extensions import db
from audit_app.models import Mailbox, RoleName
from audit_app.services.campaigns import personas as service
from audit_app.web.access import roles
from audit_app.web.campaigns.persona_forms import PersonaForm, entered_about
from audit_app.web.campaigns.views import blueprint
from audit_app.web.form_errors import errors_shown, status_of


@blueprint.get("/personas")
@roles(RoleName.ADMIN)
def personas() -> str:
    """List the personas with their mailboxes and campaigns."""
    listed = service.all_personas(db.session)
    return render_template(
        "campaigns/personas.html",
        personas=listed,
        campaigns={persona.id: service.campaigns_of(db.session, persona) for persona in listed},
        languages=service.languages(),
    )


@blueprint.route("/personas/new", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def new_persona() -> ResponseReturnValue:
    """Add a persona."""
    form = _form()
    if form.validate_on_submit():
        with errors_shown(form):
            persona = service.add_persona(db.session, form.entry)
            db.session.commit()
            flash(f"{persona.name} is added.", "success")
            return redirect(url_for("campaigns.personas"))
    return render_template("campaigns/persona_form.html", form=form, persona=None), status_of(form)


@blueprint.route("/personas/<int:persona_id>", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def edit_persona(persona_id: int) -> ResponseReturnValue:
    """Change a persona."""
    persona = service.persona_by_id(db.session, persona_id)
    form = _form(**entered_about(persona, service.campaigns_of(db.session, persona)))
    if form.validate_on_submit():
        with errors_shown(form):
            service.change_persona(db.session, persona, form.entry)
            db.session.commit()
            flash(f"The changes to {persona.name} are saved.", "success")
            return redirect(url_for("campaigns.personas"))
    return render_template("campaigns/persona_form.html", form=form, persona=persona), status_of(form)


def _form(**data: object) -> PersonaForm:
    form = PersonaForm(data=data)
    mailboxes = db.session.scalars(sa.select(Mailbox).order_by(Mailbox.active.desc(), Mailbox.address))
    form.offer(mailboxes.all(), service.campaigns_to_choose(db.session))
    return form
