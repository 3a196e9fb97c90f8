"""The page that shows how far those who rated the same replies agree."""

from __future__ import annotations

from flask import render_template, request

from audit_app.extensions import db
from audit_app.services.replies.agreement import Raters, agreements
from audit_app.web.access import user_now
from audit_app.web.replies.queue import blueprint, judges


@blueprint.get("/probes/agreement")
@judges
def agreement() -> str:
    """Cohen's kappa for each item of the rubric, over the replies that two people have rated."""
    return render_template(
        "replies/agreement.html",
        found=agreements(db.session, user_now(), _raters(request.args.get("raters", ""))),
    )


def _raters(text: str) -> Raters | None:
    """Two people from `3-7`; None for anything else, which shows all."""
    first, dash, second = text.partition("-")
    parts = (first, second)
    if not dash or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        return None
    return int(first), int(second)
