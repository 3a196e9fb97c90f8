"""Evidence as a response: pictures may be shown, everything else is only saved, and nothing is ever rendered."""

from __future__ import annotations

from flask import make_response, request
from werkzeug.wrappers import Response

from audit_app.models import Evidence
from audit_app.services.evidence import delivery

SANDBOX = "sandbox; default-src 'none'"
PICTURE = f"{SANDBOX}; style-src 'unsafe-inline'"
"""A browser draws a picture that is opened by itself on a page of its own making, with a style of its own."""


def evidence_response(evidence: Evidence) -> Response:
    """The bytes as they were kept."""
    sent = delivery(evidence)
    response = make_response(evidence.content)
    response.headers["Content-Type"] = sent.media_type
    response.headers["Content-Security-Policy"] = PICTURE if sent.inline else SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    # A shared machine must not show evidence to the next person: ask again, and be told that nothing changed.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers.set("Content-Disposition", "inline" if sent.inline else "attachment", filename=sent.name)
    response.set_etag(evidence.sha256)
    return response.make_conditional(request)
