"""Regions: the list, renaming, and deleting one that holds nothing. New ones are entered with a location."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from audit_app.extensions import db
from audit_app.models import RoleName
from audit_app.services.locations import regions as service
from audit_app.web.access import roles
from audit_app.web.button_form import ButtonForm
from audit_app.web.form_errors import errors_shown, status_of
from audit_app.web.locations.forms import RegionForm
from audit_app.web.locations.setup import blueprint


@blueprint.get("/locations/regions")
@roles(RoleName.ADMIN)
def regions() -> str:
    """List the regions with what is in them and who answers for them."""
    listed = service.all_regions(db.session)
    managers = {region.id: service.managers_of(db.session, region) for region in listed}
    return render_template("locations/regions.html", regions=listed, managers=managers)


@blueprint.route("/locations/regions/<int:region_id>", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def edit_region(region_id: int) -> ResponseReturnValue:
    """Rename a region."""
    region = service.region_by_id(db.session, region_id)
    form = RegionForm(data={"name": region.name})
    if form.validate_on_submit():
        with errors_shown(form):
            service.rename_region(db.session, region, form.name.data or "")
            db.session.commit()
            flash(f"The region is called {region.name}.", "success")
            return redirect(url_for("locations.regions"))
    stays = service.deletion_refusal(db.session, region)
    return render_template("locations/region_form.html", form=form, region=region, stays=stays), status_of(
        form
    )


@blueprint.route("/locations/regions/<int:region_id>/delete", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def delete_region(region_id: int) -> ResponseReturnValue:
    """Say what is lost with the region, and delete it once that is confirmed."""
    region = service.region_by_id(db.session, region_id)
    form = ButtonForm()
    if form.validate_on_submit():
        service.delete_region(db.session, region)
        db.session.commit()
        flash(f"The region {region.name} is deleted.", "success")
        return redirect(url_for("locations.regions"))
    return render_template(
        "locations/delete_region.html",
        form=form,
        region=region,
        stays=service.deletion_refusal(db.session, region),
        managers=service.managers_of(db.session, region),
    )
