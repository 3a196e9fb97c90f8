"""Locations: the list, adding, changing, and switching off."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from audit_app.domain.errors import InvalidInput
from audit_app.domain.time.holiday_calendar import countries, named_holidays, part_code
from audit_app.extensions import db
from audit_app.models import RoleName
from audit_app.services.locations import locations as service
from audit_app.services.locations.regions import all_regions
from audit_app.web.access import roles
from audit_app.web.button_form import ButtonForm
from audit_app.web.form_errors import errors_shown, status_of
from audit_app.web.locations.forms import LocationForm, country_name, entered_about, likely
from audit_app.web.opening_words import opening_words
from audit_app.web.presentation import request_instant

ONE_PAGE = 50
YEARS_SHOWN = 3
"""Public holidays are shown for this year and the next two; they are kept in all."""

blueprint = Blueprint("locations", __name__, url_prefix="/admin")


@blueprint.get("/locations")
@roles(RoleName.ADMIN)
def index() -> str:
    """List the locations, with search and filters."""
    regions = all_regions(db.session)
    asked = request.args.get("region", "")
    wanted = service.LocationFilter(
        words=request.args.get("q", ""),
        region=asked if asked in {region.key for region in regions} else "",
        off=request.args.get("state") == "off",
    )
    found = service.locations_matching(db.session, wanted)
    pages = max(1, -(-len(found) // ONE_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    shown = found[(page - 1) * ONE_PAGE : page * ONE_PAGE]
    return render_template(
        "locations/index.html",
        locations=shown,
        opening={location.id: opening_words(location.opening_hours) for location in shown},
        total=len(found),
        wanted=wanted,
        kept={key: value for key, value in request.args.items() if key in {"q", "region", "state"} and value},
        filtered=bool(wanted.words or wanted.region or wanted.off),
        page=page,
        pages=pages,
        regions=[(region.key, region.name) for region in regions],
    )


@blueprint.route("/locations/new", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def new_location() -> ResponseReturnValue:
    """Add a location."""
    form = _form(likely(service.newest_location(db.session)))
    if form.validate_on_submit():
        with errors_shown(form):
            location = service.add_location(db.session, form.entry)
            db.session.commit()
            flash(f"{location.name} is added. Its touchpoints come next.", "success")
            return redirect(url_for("locations.index"))
    return _page(form)


@blueprint.route("/locations/<int:location_id>", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def edit_location(location_id: int) -> ResponseReturnValue:
    """Change a location."""
    location = service.location_by_id(db.session, location_id)
    form = _form(entered_about(location))
    if form.validate_on_submit():
        with errors_shown(form):
            service.change_location(db.session, location, form.entry, request_instant())
            db.session.commit()
            flash(f"The changes to {location.name} are saved.", "success")
            return redirect(url_for("locations.index"))
    return _page(form, location=location)


@blueprint.route("/locations/<int:location_id>/switch-off", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def switch_off_location(location_id: int) -> ResponseReturnValue:
    """Say what stops without the location, and switch it off once that is confirmed."""
    location = service.location_by_id(db.session, location_id)
    form = ButtonForm()
    if form.validate_on_submit():
        service.switch(db.session, location, request_instant(), on=False)
        db.session.commit()
        flash(f"{location.name} is switched off.", "success")
        return redirect(url_for("locations.index"))
    usage = service.usage_of(db.session, location)
    return render_template("locations/switch_off.html", form=form, location=location, usage=usage)


@blueprint.post("/locations/<int:location_id>/switch-on")
@roles(RoleName.ADMIN)
def switch_on_location(location_id: int) -> ResponseReturnValue:
    """Use a location again."""
    location = service.location_by_id(db.session, location_id)
    service.switch(db.session, location, request_instant(), on=True)
    db.session.commit()
    flash(f"{location.name} is switched on.", "success")
    return redirect(url_for("locations.edit_location", location_id=location.id))


def _form(about: dict[str, str]) -> LocationForm:
    form = LocationForm(data=about)
    form.offer(all_regions(db.session))
    return form


def _page(form: LocationForm, **named: object) -> ResponseReturnValue:
    return render_template(
        "locations/form.html",
        **{"location": None} | named,
        form=form,
        country=country_name(form.country.data or ""),
        public=_public_holidays(form, request_instant().year),
    ), status_of(form)


def _public_holidays(form: LocationForm, year: int) -> dict[date, str]:
    """The public holidays of what stands in the form, as long as it can be read."""
    country = form.country.data or ""
    if country not in countries():
        return {}
    try:
        part = part_code(country, form.part.data or "")
    except InvalidInput:
        return {}
    return named_holidays(country, part, range(year, year + YEARS_SHOWN))
