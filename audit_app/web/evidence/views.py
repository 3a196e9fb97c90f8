"""Evidence as a file, for who may see what it proves."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from audit_app.extensions import db
from audit_app.services.evidence import visible_evidence
from audit_app.web.access import signed_in, user_now
from audit_app.web.evidence_response import evidence_response

blueprint = Blueprint("evidence", __name__)


@blueprint.get("/evidence/<int:evidence_id>", defaults={"name": ""})
@blueprint.get("/evidence/<int:evidence_id>/<name>")
@signed_in
def show(evidence_id: int, name: str) -> ResponseReturnValue:
    """The bytes as they were kept, for who may see what they prove; the name in the address is for people."""
    return evidence_response(visible_evidence(db.session, user_now(), evidence_id))
