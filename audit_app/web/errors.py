"""Errors as pages: what happened, and what to do."""

from __future__ import annotations

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from audit_app.domain.errors import AuditError, Conflict, InvalidInput, NotAllowed, NotFound

STATUS: dict[type[AuditError], int] = {NotFound: 404, InvalidInput: 400, Conflict: 409, NotAllowed: 403}

WORDS: dict[int, tuple[str, str]] = {
    400: ("This request cannot be used", "Go back, reload the page and try again."),
    403: (
        "This page is not for your account",
        "Ask an administrator if you need it, or sign in as somebody else.",
    ),
    404: ("There is no such page", "Check the address, or start from the overview."),
    405: ("This address takes no such request", "Go back and use the buttons of the page."),
    409: ("Somebody was faster", "Reload the page to see how it stands now."),
    413: (
        "This is too large",
        "Send something smaller, for example a photo of lower resolution. Nothing was changed.",
    ),
    429: ("Too many attempts", "Wait a minute, then try again."),
    500: (
        "Something went wrong on our side",
        "Try again. If it happens again, tell your administrator the time.",
    ),
}


def page(status: int, message: str = "") -> ResponseReturnValue:
    """The page for `status`, with `message` in the place of the general advice when there is one."""
    title, advice = WORDS.get(status, WORDS[500])
    return render_template("error.html", title=title, message=message or advice, status=status), status


def init_app(app: Flask) -> None:
    """Translate every error into a page."""

    @app.errorhandler(AuditError)
    def foreseen(error: AuditError) -> ResponseReturnValue:
        status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
        return page(status, str(error))

    @app.errorhandler(CSRFError)
    def forged(_error: CSRFError) -> ResponseReturnValue:
        return page(
            400,
            "This form was open for too long or did not come from here. Reload the page and send it again.",
        )

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if error.code == 401:
            return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
        if error.response is not None or error.code is None or error.code < 400:
            return error
        return page(error.code)

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> ResponseReturnValue:
        app.logger.exception("Unforeseen error", exc_info=error)
        return page(500)
