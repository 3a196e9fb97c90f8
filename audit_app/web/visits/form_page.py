"""The form of a checklist version without answers: a page that never changes, for a device to keep."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache

from flask import Blueprint, Response, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from audit_app.domain.errors import NotFound
from audit_app.extensions import db
from audit_app.models import ChecklistVersion
from audit_app.services.visits.forms import form_for
from audit_app.web.access import signed_in, user_now
from audit_app.web.visits.forms import NOT_APPLICABLE, blank_sections

pages = Blueprint("visit_forms", __name__)

TEMPLATES = ("visits/form_page.html", "visits/_question.html", "_macros/ui.html", "_styles.html")
HALF = 32
"""Characters of each of the two hashes that a form's address holds: of its content, and of what draws it."""
LANGUAGE = "en"
"""Of the words around the questions."""
FOR_EVER = "private, immutable, max-age=31536000"


def form_address(version: ChecklistVersion) -> str:
    """The address of the page with this version as it is drawn now."""
    return url_for("visit_forms.show", form_hash=version.content_hash[:HALF] + _drawn_by())


@cache
def _drawn_by() -> str:
    """What changes with the templates and the language."""
    digest = hashlib.sha256(LANGUAGE.encode())
    for name in TEMPLATES:
        loader = current_app.jinja_env.loader
        assert loader is not None  # noqa: S101 -- Flask always has one
        digest.update(loader.get_source(current_app.jinja_env, name)[0].encode())
    return digest.hexdigest()[:HALF]


@pages.get("/form/<form_hash>")
@signed_in
def show(form_hash: str) -> ResponseReturnValue:
    """The form as it is drawn now; another drawing of it is kept by the devices that have it, not here."""
    if len(form_hash) != 2 * HALF or form_hash[HALF:] != _drawn_by():
        raise NotFound("This form is drawn anew now. Open My visits, and choose the visit there.")
    version = form_for(db.session, user_now(), form_hash[:HALF])
    # Nothing on it is of a person or a secret, so that its length under compression tells nobody anything.
    response = compressed(make_response(_page(version)))
    response.headers["Cache-Control"] = FOR_EVER
    response.set_etag(form_hash)
    return response


_pages: dict[str, str] = {}
"""What was drawn last, by the content hash; one page, since devices ask for each form once."""


def _page(version: ChecklistVersion) -> str:
    key = version.content_hash
    if (drawn := _pages.get(key)) is not None:
        return drawn
    form = version.form
    page = render_template(
        "visits/form_page.html",
        form=form,
        content_hash=key,
        sections=blank_sections(form),
        na=NOT_APPLICABLE,
        standards=form.standards,
    )
    _pages.clear()
    _pages[key] = page
    return page


def compressed(response: Response) -> Response:
    """The response in gzip, where the browser takes that."""
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(response.get_data(), 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
