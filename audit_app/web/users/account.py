"""Pages of the person who is signed in."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from audit_app.models import RoleName
from audit_app.web.access import public, signed_in, user_now
from audit_app.web.navigation import landing
from audit_app.web.presentation import ROLE_WORDS
from audit_app.web.users.views import blueprint


@blueprint.get("/home")
@public
def home() -> ResponseReturnValue:
    """Lead to the first page of the person, or to the sign-in page."""
    endpoint = landing(user_now()) if current_user.is_authenticated else "security.login"
    return redirect(url_for(endpoint))


@blueprint.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """Show the person's name, roles, and what they may see."""
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
    return render_template("users/account.html", details=details)
