"""Holding back those who try passwords, before a password is looked at."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, g, make_response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from audit_app.extensions import db
from audit_app.services.users import sign_in_limits
from audit_app.web import errors
from audit_app.web.access import user_now
from audit_app.web.presentation import request_instant
from audit_app.web.users.sessions import device_token

PASSWORD_ENDPOINTS = frozenset({"security.login", "security.verify", "security.change_password"})
"""Every route of the library that tells whether a password is right."""


def limit_attempts() -> ResponseReturnValue | None:
    """Count an attempt at a password; whoever has to wait is told for how long."""
    if request.method != "POST" or request.endpoint not in PASSWORD_ENDPOINTS:
        return None
    if current_user.is_authenticated:
        keys = sign_in_limits.key_of_person(user_now())
    else:
        keys = keys_of_visitor(request.form.get("email", ""))
    g.attempt_keys = keys
    return counted(keys)


def keys_of_visitor(email: str) -> tuple[str, ...]:
    """By what an attempt for the account `email` is counted."""
    return sign_in_limits.keys_of_sign_in(db.session, email, request.remote_addr or "", device_token())


def counted(keys: tuple[str, ...]) -> ResponseReturnValue | None:
    """Count an attempt by `keys` at once, whatever becomes of it; the page for whoever has to wait, else None."""
    wait = sign_in_limits.count_attempt(db.session, keys, request_instant())
    db.session.commit()
    if wait is None:
        return None
    refusal = make_response(errors.page(429, f"Wait {_words(wait)}, then try again. Nothing was changed."))
    refusal.headers["Retry-After"] = str(max(1, round(wait.total_seconds())))
    return refusal


def _words(wait: timedelta) -> str:
    minutes = -(-wait // timedelta(minutes=1))
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def begin_anew(response: Response) -> Response:
    """After the right password attempts are counted anew; these views lead elsewhere then, and only then."""
    keys = g.pop("attempt_keys", None)
    if keys and response.status_code == 302:
        sign_in_limits.note_success(db.session, keys)
        db.session.commit()
    return response


def init_app(app: Flask) -> None:
    """Check each attempt before its view runs."""
    app.before_request(limit_attempts)
    app.after_request(begin_anew)
