"""Our mailboxes: how they and the browsers are, adding, changing, trying out and switching off."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import selectinload

from audit_app.extensions import db
from audit_app.models import AlarmKind, IncomingMail, Mailbox, RoleName
from audit_app.services.company import organisation_zone
from audit_app.services.mailboxes import mailboxes as service
from audit_app.services.mailboxes.accounts import account_of, keep_renewed_token
from audit_app.services.mailboxes.connection_test import Trial, prove_own_address, try_sign_in
from audit_app.services.mailboxes.entry import drafted, entry_about
from audit_app.services.operations.alarms import active_alarms
from audit_app.web.access import roles
from audit_app.web.button_form import ButtonForm
from audit_app.web.form_errors import errors_shown, status_of
from audit_app.web.mailboxes.forms import MailboxForm
from audit_app.web.presentation import request_instant

blueprint = Blueprint("mailboxes", __name__, url_prefix="/admin")


@blueprint.get("/mailboxes")
@roles(RoleName.ADMIN)
def index() -> str:
    """List our mailboxes, those in trouble first, with their folders."""
    in_trouble_first = (Mailbox.down_since.is_(None), Mailbox.active.desc(), Mailbox.address)
    query = sa.select(Mailbox).order_by(*in_trouble_first).options(selectinload(Mailbox.folders))
    stored = sa.select(
        IncomingMail.mailbox_id, IncomingMail.folder, sa.func.count(), sa.func.max(IncomingMail.received_at)
    ).group_by(IncomingMail.mailbox_id, IncomingMail.folder)
    listed = db.session.scalars(query).all()
    return render_template(
        "mailboxes/index.html",
        mailboxes=listed,
        personas={mailbox.id: service.personas_of(db.session, mailbox) for mailbox in listed},
        stored={
            (mailbox, folder): (count, last) for mailbox, folder, count, last in db.session.execute(stored)
        },
        browsers=active_alarms(db.session, AlarmKind.BROWSER),
        zone=organisation_zone(db.session),
    )


@blueprint.route("/mailboxes/new", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def new_mailbox() -> ResponseReturnValue:
    """Add a mailbox, after trying it out if one likes."""
    form, trial = MailboxForm(), None
    if form.validate_on_submit():
        with errors_shown(form):
            if form.save.data:
                mailbox = service.add_mailbox(db.session, form.entry)
                db.session.commit()
                return _saved(
                    mailbox, f"{mailbox.address} is added. The worker begins to read it within a minute."
                )
            trial = _try_out(form, None)
    return render_template("mailboxes/form.html", form=form, trial=trial, mailbox=None), status_of(form)


@blueprint.route("/mailboxes/<int:mailbox_id>", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def edit_mailbox(mailbox_id: int) -> ResponseReturnValue:
    """Change a mailbox, or try out what is entered about it."""
    mailbox = service.mailbox_by_id(db.session, mailbox_id)
    form, trial = MailboxForm(data=asdict(entry_about(mailbox))), None
    if form.validate_on_submit():
        with errors_shown(form):
            if form.save.data:
                service.change_mailbox(db.session, mailbox, form.entry, request_instant())
                db.session.commit()
                words = "The worker uses them within five minutes."
                return _saved(mailbox, f"The changes to {mailbox.address} are saved. {words}")
            trial = _try_out(form, mailbox)
    return render_template(
        "mailboxes/form.html",
        form=form,
        trial=trial,
        mailbox=mailbox,
        personas=service.personas_of(db.session, mailbox),
    ), status_of(form)


@blueprint.route("/mailboxes/<int:mailbox_id>/switch-off", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def switch_off_mailbox(mailbox_id: int) -> ResponseReturnValue:
    """Say what stops without the mailbox, and switch it off once that is confirmed."""
    mailbox = service.mailbox_by_id(db.session, mailbox_id)
    form = ButtonForm()
    if form.validate_on_submit():
        service.switch(db.session, mailbox, on=False)
        db.session.commit()
        flash(f"{mailbox.address} is switched off.", "success")
        return redirect(url_for("mailboxes.index"))
    usage = service.usage_of(db.session, mailbox)
    return render_template("mailboxes/switch_off.html", form=form, mailbox=mailbox, usage=usage)


@blueprint.post("/mailboxes/<int:mailbox_id>/switch-on")
@roles(RoleName.ADMIN)
def switch_on_mailbox(mailbox_id: int) -> ResponseReturnValue:
    """Read a mailbox again, and let probes leave from it."""
    mailbox = service.mailbox_by_id(db.session, mailbox_id)
    service.switch(db.session, mailbox, on=True)
    db.session.commit()
    flash(f"{mailbox.address} is switched on. The worker begins to read it within a minute.", "success")
    return redirect(url_for("mailboxes.edit_mailbox", mailbox_id=mailbox.id))


def _try_out(form: MailboxForm, mailbox: Mailbox | None) -> Trial:
    """Try what was entered, without storing it. No transaction is open meanwhile, for servers may be slow."""
    draft = drafted(form.entry, mailbox)
    used = account_of(draft)
    db.session.rollback()
    trial = prove_own_address(draft, request_instant()) if form.test_address.data else try_sign_in(draft)
    if form.refresh_token.data:
        form.refresh_token.data = trial.refresh_token
    elif mailbox is not None:
        keep_renewed_token(db.session, mailbox, used)
        db.session.commit()
    return trial


def _saved(mailbox: Mailbox, words: str) -> ResponseReturnValue:
    flash(words, "success")
    for warning in service.unusual_settings(mailbox):
        flash(warning, "warning")
    return redirect(url_for("mailboxes.index"))
