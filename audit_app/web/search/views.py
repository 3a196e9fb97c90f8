"""Finding locations, visits and probes from the box on every page."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from audit_app.extensions import db
from audit_app.models import RoleName
from audit_app.services.probes.shopper import as_read_by
from audit_app.services.search import find
from audit_app.web.access import roles, user_now

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@roles(RoleName.ADMIN, RoleName.MANAGER, RoleName.CONTACT)
def index() -> ResponseReturnValue:
    """Show what of the person's own matches the words in `q`."""
    words = request.args.get("q", "").strip()
    return render_template(
        "search/index.html",
        words=words,
        found=find(db.session, user_now(), words),
        read_by=partial(as_read_by, user_now()),
    )
