"""Holding back those who try passwords: so many attempts a minute per network address and per account."""

from __future__ import annotations

from flask import Flask, request
from flask_login import current_user

from audit_app.extensions import limiter

ATTEMPTS = "10 per minute"

PASSWORD_ENDPOINTS = frozenset({"security.login", "security.verify", "security.change_password"})
"""Every route that tells whether a password is right."""


def account_tried() -> str:
    """The account whose password is being tried."""
    if current_user.is_authenticated:
        return f"account:{current_user.id}"
    return f"account:{request.form.get('email', '').strip().casefold()}"


def limit_attempts() -> None:
    """Count an attempt; the eleventh within a minute is refused before its password is looked at."""
    if request.method != "POST" or request.endpoint not in PASSWORD_ENDPOINTS:
        return
    with limiter.limit(ATTEMPTS), limiter.limit(ATTEMPTS, key_func=account_tried):
        return


def init_app(app: Flask) -> None:
    """Check each attempt before its view runs."""
    app.before_request(limit_attempts)
