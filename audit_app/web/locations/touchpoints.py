"""Touchpoints: the list, adding, changing, confirming as the company's own, and switching off."""

from __future__ import annotations

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from audit_app.domain.errors import AuditError, NotFound
from audit_app.extensions import db
from audit_app.models import ChannelName, Location, RoleName, Touchpoint
from audit_app.services.company import organisation_zone
from audit_app.services.locations import touchpoints as service
from audit_app.services.probes.one_test import campaigns_writing_to
from audit_app.web.access import roles, user_now
from audit_app.web.button_form import ButtonForm
from audit_app.web.form_errors import errors_shown, show_errors, status_of
from audit_app.web.locations.setup import blueprint
from audit_app.web.locations.touchpoint_forms import (
    FORMS,
    ContactFormForm,
    OwnershipForm,
    TouchpointForm,
    entered_about,
)
from audit_app.web.presentation import CHANNEL_WORDS, request_instant

ONE_PAGE = 50


@blueprint.get("/touchpoints")
@roles(RoleName.ADMIN)
def touchpoints() -> str:
    """List the touchpoints, those that wait for a confirmation counted, with search and filters."""
    wanted = service.TouchpointFilter(
        words=request.args.get("q", ""),
        channel=_known(request.args.get("channel", ""), [name.value for name in FORMS]),
        state=_known(request.args.get("state", ""), service.STATES),
    )
    found = service.touchpoints_matching(db.session, wanted)
    pages = max(1, -(-len(found) // ONE_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    return render_template(
        "locations/touchpoints.html",
        touchpoints=found[(page - 1) * ONE_PAGE : page * ONE_PAGE],
        total=len(found),
        waiting=len(service.touchpoints_matching(db.session, service.TouchpointFilter(state="waiting"))),
        wanted=wanted,
        kept={
            key: value for key, value in request.args.items() if key in {"q", "channel", "state"} and value
        },
        filtered=bool(wanted.words or wanted.channel or wanted.state),
        page=page,
        pages=pages,
        channels={name: CHANNEL_WORDS[name] for name in FORMS},
        states=service.STATES,
        zone=organisation_zone(db.session),
    )


@blueprint.route("/touchpoints/new/<channel>", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def new_touchpoint(channel: str) -> ResponseReturnValue:
    """Add a touchpoint of a channel; the page to confirm it comes next."""
    name = _channel(channel)
    form = _form(name, location=request.args.get("location", ""))
    if form.validate_on_submit():
        with errors_shown(form):
            touchpoint = service.add_touchpoint(db.session, form.location.data or "", name, form.entry)
            db.session.commit()
            flash(f"{touchpoint.address} is added. No probe goes there before you confirm it.", "success")
            return redirect(url_for("locations.confirm_touchpoint", touchpoint_id=touchpoint.id))
    return render_template(
        "locations/touchpoint_form.html", form=form, channel=name, touchpoint=None
    ), status_of(form)


@blueprint.route("/touchpoints/<int:touchpoint_id>", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def edit_touchpoint(touchpoint_id: int) -> ResponseReturnValue:
    """Change a touchpoint; another address has to be confirmed again."""
    touchpoint = service.touchpoint_by_id(db.session, touchpoint_id)
    form = _form(touchpoint.channel, **entered_about(touchpoint))
    if form.validate_on_submit():
        with errors_shown(form):
            withdrawn = service.change_touchpoint(db.session, touchpoint, form.entry)
            db.session.commit()
            return _changed(touchpoint, withdrawn)
    return render_template(
        "locations/touchpoint_form.html",
        form=form,
        channel=touchpoint.channel,
        touchpoint=touchpoint,
        campaigns=campaigns_writing_to(db.session, touchpoint),
        zone=organisation_zone(db.session),
    ), status_of(form)


@blueprint.route("/touchpoints/<int:touchpoint_id>/confirm", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def confirm_touchpoint(touchpoint_id: int) -> ResponseReturnValue:
    """Have it said that an address is the company's own and may receive test messages."""
    touchpoint = service.touchpoint_by_id(db.session, touchpoint_id)
    form = OwnershipForm(data={"address": touchpoint.address})
    if form.validate_on_submit():
        by, now = service.person_in_words(user_now()), request_instant()
        try:
            service.confirm(db.session, touchpoint, form.address.data or "", by, now)
        except AuditError as error:
            show_errors(form, error)
            form.address.data = touchpoint.address
        else:
            db.session.commit()
            flash(f"{touchpoint.address} is confirmed. Campaigns may write to it.", "success")
            return redirect(url_for("locations.touchpoints"))
    return render_template("locations/confirm_touchpoint.html", form=form, touchpoint=touchpoint), status_of(
        form
    )


@blueprint.post("/touchpoints/<int:touchpoint_id>/withdraw")
@roles(RoleName.ADMIN)
def withdraw_touchpoint(touchpoint_id: int) -> ResponseReturnValue:
    """Take the confirmation back, at once."""
    touchpoint = service.touchpoint_by_id(db.session, touchpoint_id)
    service.withdraw(db.session, touchpoint)
    db.session.commit()
    flash(f"{touchpoint.address} is no longer confirmed: no probe goes there.", "success")
    return redirect(url_for("locations.edit_touchpoint", touchpoint_id=touchpoint.id))


@blueprint.route("/touchpoints/<int:touchpoint_id>/switch-off", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def switch_off_touchpoint(touchpoint_id: int) -> ResponseReturnValue:
    """Say what stops without the touchpoint, and switch it off once that is confirmed."""
    touchpoint = service.touchpoint_by_id(db.session, touchpoint_id)
    form = ButtonForm()
    if form.validate_on_submit():
        service.switch(db.session, touchpoint, on=False)
        db.session.commit()
        flash(f"{touchpoint.address} is switched off.", "success")
        return redirect(url_for("locations.touchpoints"))
    usage = service.usage_of(db.session, touchpoint)
    return render_template(
        "locations/switch_off_touchpoint.html", form=form, touchpoint=touchpoint, usage=usage
    )


@blueprint.post("/touchpoints/<int:touchpoint_id>/switch-on")
@roles(RoleName.ADMIN)
def switch_on_touchpoint(touchpoint_id: int) -> ResponseReturnValue:
    """Use a touchpoint again; it is confirmed if it was."""
    touchpoint = service.touchpoint_by_id(db.session, touchpoint_id)
    service.switch(db.session, touchpoint, on=True)
    db.session.commit()
    flash(f"{touchpoint.address} is switched on.", "success")
    return redirect(url_for("locations.edit_touchpoint", touchpoint_id=touchpoint.id))


def _form(channel: ChannelName, **data: str) -> TouchpointForm:
    form = FORMS[channel](data=data)
    locations = db.session.scalars(sa.select(Location).where(Location.active).order_by(Location.name))
    form.offer(locations.all(), service.widget_choices(db.session))
    if isinstance(form, ContactFormForm):
        form.read_file()
    return form


def _changed(touchpoint: Touchpoint, withdrawn: bool) -> ResponseReturnValue:
    if withdrawn:
        flash(
            "The changes are saved. The address is another one now: confirm it before probes go there.",
            "warning",
        )
        return redirect(url_for("locations.confirm_touchpoint", touchpoint_id=touchpoint.id))
    flash(f"The changes to {touchpoint.address} are saved.", "success")
    return redirect(url_for("locations.touchpoints"))


def _channel(text: str) -> ChannelName:
    if text not in {name.value for name in FORMS}:
        raise NotFound(f"Probes do not go by “{text[:40]}”. Choose a channel on the list of touchpoints.")
    return ChannelName(text)


def _known(text: str, choices: object) -> str:
    return text if isinstance(choices, (dict, list)) and text in choices else ""
