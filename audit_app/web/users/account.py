"""Pages of the person who is signed in."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from audit_app.extensions import db
from audit_app.models import RoleName
from audit_app.services.users import sessions as service
from audit_app.web.access import public, signed_in, user_now
from audit_app.web.navigation import landing
from audit_app.web.presentation import ROLE_WORDS, request_instant
from audit_app.web.users.sessions import life_of_sessions, session_now
from audit_app.web.users.views import blueprint


@blueprint.get("/home")
@public
def home() -> ResponseReturnValue:
    """Lead to the first page of the person, or to the sign-in page."""
    if not current_user.is_authenticated:
        return redirect(url_for("security.login"))
    user = user_now()
    only = user.locations[0] if len(user.locations) == 1 else None
    if only and only.active and {role.name for role in user.roles} == {RoleName.CONTACT}:
        return redirect(url_for("scores.location", key=only.key))
    return redirect(url_for(landing(user)))


@blueprint.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """Show the person's name, roles, what they may see, and where they are signed in."""
    user = user_now()
    details = [
        ("Name", user.name),
        ("E-mail address", user.email),
        ("Roles", ", ".join(ROLE_WORDS[RoleName(role.name)] for role in user.roles) or "None"),
    ]
    if user.regions:
        details.append(("Regions", ", ".join(region.name for region in user.regions)))
    if user.locations:
        details.append(("Locations", ", ".join(location.name for location in user.locations)))
    signed_in_at = service.sessions_of(db.session, user, life_of_sessions(), request_instant())
    return render_template(
        "users/account.html", details=details, sessions=signed_in_at, here=session_now().id
    )


@blueprint.post("/account/sessions/<int:session_id>/end")
@signed_in
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign the person out on one other device."""
    service.end_session(db.session, user_now(), session_id)
    db.session.commit()
    flash("You are signed out there.", "success")
    return redirect(url_for("users.account"))


@blueprint.post("/account/sessions/end")
@signed_in
def end_sessions() -> ResponseReturnValue:
    """Sign the person out on every device, this one too."""
    service.end_sessions(db.session, user_now())
    db.session.commit()
    flash("You are signed out everywhere. Sign in again to go on here.", "success")
    return redirect(url_for("security.login"))
