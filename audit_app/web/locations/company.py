"""The company's own page: its name, and the mailbox for our own mail."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField

from audit_app.extensions import db
from audit_app.models import Mailbox, RoleName
from audit_app.services import company as service
from audit_app.services.notices.outbox import notices_mailbox
from audit_app.web.access import roles
from audit_app.web.edit_conflicts import OpenedForm
from audit_app.web.form_errors import errors_shown, status_of
from audit_app.web.locations.forms import zone_choices
from audit_app.web.locations.setup import blueprint


class CompanyForm(OpenedForm):
    """What is known about the company."""

    name = StringField("Name", description="As it stands above every page.")
    time_zone = SelectField(
        "Reporting time zone",
        description="Days, weeks and months of every figure are those of this zone, wherever a location is.",
        validate_choice=False,
    )
    notices_mailbox = SelectField(
        "Mailbox for our own mail",
        description="Mail of this program leaves from it, for example after a forgotten password. "
        "Without one, people ask an administrator.",
        validate_choice=False,
    )
    quick_seconds = StringField(
        "Doubted within, in seconds",
        description="An answer by mail that came sooner after our message waits for a decision, "
        "whatever it says. 60 fits people; a company that answers in seconds, such as the demo, needs less.",
    )
    at_once_seconds = StringField(
        "A program within, in seconds",
        description="One that came sooner and takes up no word of our question counts as automatic.",
    )


@blueprint.route("/company", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def company() -> ResponseReturnValue:
    """Enter the company's name and the mailbox for our own mail, or change them."""
    known = service.company(db.session)
    mailboxes = db.session.scalars(sa.select(Mailbox).where(Mailbox.active).order_by(Mailbox.address)).all()
    chosen = notices_mailbox(db.session)
    form = CompanyForm(
        data={
            "name": known.name,
            "notices_mailbox": chosen.address if chosen else "",
            "time_zone": known.time_zone,
            "quick_seconds": str(known.quick_seconds),
            "at_once_seconds": str(known.at_once_seconds),
        }
        if known
        else {}
    )
    form.time_zone.choices = zone_choices(form.time_zone.data)
    form.notices_mailbox.choices = [("", "None"), *((box.address, box.address) for box in mailboxes)]
    if form.validate_on_submit():
        with errors_shown(form):
            before = service.organisation_zone(db.session)
            named = service.name_company(
                db.session, form.name.data or "", form.notices_mailbox.data or "", form.time_zone.data or ""
            )
            if known:
                service.set_quickest(
                    db.session, named, form.quick_seconds.data or "", form.at_once_seconds.data or ""
                )
            db.session.commit()
            flash(_saved(named.name, before, service.organisation_zone(db.session)), "success")
            return redirect(url_for("locations.company" if known else "scores.overview"))
    return render_template("locations/company.html", form=form, known=known is not None), status_of(form)


def _saved(name: str, before: ZoneInfo, zone: ZoneInfo) -> str:
    saved = f"Saved. The company is called {name}."
    if zone == before:
        return saved
    return (
        f"{saved} Figures are taken by the days of {zone.key} from now on; stored weeks are computed again."
    )
