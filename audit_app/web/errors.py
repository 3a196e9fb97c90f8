"""Errors as pages, or as JSON for scripts: what happened, and what to do."""

from __future__ import annotations

from contextlib import suppress

from flask import Flask, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from audit_app.database import read_only
from audit_app.domain.errors import AuditError, Conflict, InvalidInput, NotAllowed, NotFound
from audit_app.extensions import db

STATUS: dict[type[AuditError], int] = {NotFound: 404, InvalidInput: 400, Conflict: 409, NotAllowed: 403}

WORDS: dict[int, tuple[str, str]] = {
    400: ("This request cannot be used", "Go back, reload the page and try again."),
    401: ("You are not signed in", "Sign in, then try again."),
    403: (
        "This page is not for your account",
        "Ask an administrator if you need it, or sign in as somebody else.",
    ),
    404: ("There is no such page", "Check the address, or start from the first page."),
    405: ("This address takes no such request", "Go back and use the buttons of the page."),
    409: ("This no longer fits", "Reload the page to see how it stands now."),
    413: (
        "This is too large",
        "Send something smaller, for example a photo of lower resolution. Nothing was changed.",
    ),
    429: ("Too many attempts", "Wait a minute, then try again."),
    500: (
        "Something went wrong on our side",
        "Nothing was changed. Try again; if it happens again, tell your administrator the time.",
    ),
    503: (
        "The database does not answer",
        "Nothing was changed. Try again in a minute; if it lasts, tell your administrator.",
    ),
}
OUT_OF_DATE = "This form was open for too long or did not come from here. Reload the page and send it again."
CONFLICTED = (
    "Somebody changed or deleted at the same moment what this needs. Nothing was changed. "
    "Go back and reload the page to see how it stands now."
)


def wants_json() -> bool:
    """Whether the request comes from a script, which has no use for a page."""
    accepted = request.accept_mimetypes
    return request.is_json or accepted.best_match(("text/html", "application/json")) == "application/json"


def page(status: int, message: str = "") -> ResponseReturnValue:
    """The page for `status`, with `message` in the place of the general advice when there is one."""
    title, advice = WORDS.get(status, WORDS[500])
    words = {"title": title, "message": message or advice, "status": status}
    if wants_json():
        return jsonify(error=words), status
    return render_template("error.html", **words), status


NOT_TAKEN = (
    "Nothing new can be saved at the moment",
    "What was saved before is safe, what you have just sent was not saved. A visit's answers stay on your device and "
    "are sent later by themselves. Tell your administrator; when the cause is mended, everything goes on by itself.",
)
MOST_CAUSES = 10
FULL = ("The server's disk is full", NOT_TAKEN[1])


def page_without_database(words: tuple[str, str] = WORDS[503]) -> ResponseReturnValue:
    """A page that asks the database nothing, not even who is signed in."""
    title, message = words
    if wants_json():
        return jsonify(error={"title": title, "message": message, "status": 503}), 503
    template = current_app.jinja_env.get_template("error_without_database.html")
    return template.render(title=title, message=message), 503


def rollback() -> None:
    """Take back what the request had begun; the page that says so only reads."""
    db.session.rollback()
    read_only(db.session)


def show_audit_error(error: AuditError) -> ResponseReturnValue:
    """Say what the error says, after undoing what the request had begun."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    rollback()
    return page(status, str(error))


def csrf_failed(_error: CSRFError) -> ResponseReturnValue:
    """Refuse a form without our token; nothing was done yet."""
    return page(400, OUT_OF_DATE)


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    """Put Flask's own errors into our words, and send the anonymous to the sign-in page."""
    if error.code == 401 and not wants_json():
        here = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("security.login", next=here))
    if error.response is not None or error.code is None or error.code < 400:
        return error
    response = make_response(page(error.code))
    if "Allow" in (headers := dict(error.get_headers())):
        response.headers["Allow"] = headers["Allow"]
    return response


def conflicted(error: Exception) -> ResponseReturnValue:
    """Say that somebody was quicker: the database found out what our own look a moment before could not see."""
    current_app.logger.warning("Two requests crossed at %s", request.path, exc_info=error)
    rollback()
    return page(409, CONFLICTED)


def database_failed(error: DBAPIError) -> ResponseReturnValue:
    """Say what is wrong with the database, and that nothing was lost."""
    current_app.logger.error("The database failed at %s", request.path, exc_info=error)
    with suppress(SQLAlchemyError):
        db.session.rollback()
    said, reading = _words_behind(error), request.method in {"GET", "HEAD", "OPTIONS"}
    if "disk is full" in said or "no space left" in said or "file size" in said:
        return page_without_database(FULL)
    if any(words in said for words in ("readonly", "read-only", "read-write mode")) and not reading:
        return page_without_database(NOT_TAKEN)
    return show_unexpected(error)


def _words_behind(error: BaseException | None) -> str:
    """What an error says and those that led to it: after a full disk even taking back a savepoint fails."""
    said: list[str] = []
    while error is not None and len(said) < MOST_CAUSES:
        said.append(str(getattr(error, "orig", error)))
        error = error.__cause__ or error.__context__
    return " ".join(said).casefold()


def show_unexpected(error: Exception) -> ResponseReturnValue:
    """Log what nobody foresaw and show that it was our fault."""
    current_app.logger.error("Unforeseen error at %s", request.path, exc_info=error)
    try:
        rollback()
        return page(500)
    except SQLAlchemyError:
        return page_without_database()


def init_app(app: Flask) -> None:
    """Translate every error into a page."""
    app.register_error_handler(AuditError, show_audit_error)
    app.register_error_handler(CSRFError, csrf_failed)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(IntegrityError, conflicted)
    app.register_error_handler(StaleDataError, conflicted)
    app.register_error_handler(DBAPIError, database_failed)
    app.register_error_handler(Exception, show_unexpected)
