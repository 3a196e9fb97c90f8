"""The page that leads to everything an administrator sets up; on a phone it stands for the rail."""

from __future__ import annotations

from flask import Blueprint, render_template

from audit_app.models import RoleName
from audit_app.web.access import roles, user_now
from audit_app.web.navigation import SET_UP, entries_for

blueprint = Blueprint("operations", __name__, url_prefix="/admin")


@blueprint.get("/")
@roles(RoleName.ADMIN)
def setup() -> str:
    """List the pages of the set-up, each with what it is for."""
    entries = [entry for entry in entries_for(user_now()) if entry.group == SET_UP]
    return render_template("operations/setup.html", entries=entries)
