"""Evidence as a file: pictures may be shown, everything else is only saved, and nothing is ever rendered."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request
from flask.typing import ResponseReturnValue

from audit_app.extensions import db
from audit_app.services.evidence import delivery, visible_evidence
from audit_app.web.access import signed_in, user_now

blueprint = Blueprint("evidence", __name__)

SANDBOX = "sandbox; default-src 'none'"
PICTURE = f"{SANDBOX}; style-src 'unsafe-inline'"
"""A browser draws a picture that is opened by itself on a page of its own making, with a style of its own."""


@blueprint.get("/evidence/<int:evidence_id>", defaults={"name": ""})
@blueprint.get("/evidence/<int:evidence_id>/<name>")
@signed_in
def show(evidence_id: int, name: str) -> ResponseReturnValue:
    """The bytes as they were kept, for who may see what they prove; the name in the address is for people."""
    evidence = visible_evidence(db.session, user_now(), evidence_id)
    sent = delivery(evidence)
    response: Response = make_response(evidence.content)
    response.headers["Content-Type"] = sent.media_type
    response.headers["Content-Security-Policy"] = PICTURE if sent.inline else SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    # A shared machine must not show evidence to the next person: ask again, and be told that nothing changed.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers.set("Content-Disposition", "inline" if sent.inline else "attachment", filename=sent.name)
    response.set_etag(evidence.sha256)
    return response.make_conditional(request)
