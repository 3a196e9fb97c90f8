"""Putting the web application together."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import sqlalchemy as sa
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from audit_app.config import PROJECT_ROOT, Settings
from audit_app.database import engine_options, prepare_engine
from audit_app.extensions import bootstrap, csrf, db, security, user_datastore
from audit_app.models.types import use_sealing_key
from audit_app.web import BLUEPRINTS, access, errors, headers, navigation, null_bytes, presentation
from audit_app.web.users import sessions, sign_in
from audit_app.web.users.sign_in_form import SignInForm

LARGEST_ROW_NUMBER = 2**31 - 1
"""A larger number in an address leads nowhere; the database would refuse it with an error."""


def build(settings: Settings) -> Flask:
    """Return the application for `settings`; raises InvalidInput when its keys cannot be kept."""
    use_sealing_key(settings.sealing_key)
    app = Flask(
        "audit_app",
        instance_path=str(settings.instance.resolve()),
        template_folder=str(PROJECT_ROOT / "audit_app" / "templates"),
        static_folder=str(PROJECT_ROOT / "audit_app" / "static"),
    )
    app.config.from_mapping(configuration(settings))
    app.url_map.converters["int"] = partial(IntegerConverter, max=LARGEST_ROW_NUMBER)  # type: ignore[assignment]
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    # Before the extensions: whichever of them asks the database first, a reading request only reads.
    access.init_app(app)
    sessions.init_before_database(app)
    for extension in (db, csrf, bootstrap):
        extension.init_app(app)
    security.init_app(app, user_datastore, login_form=SignInForm)
    sessions.init_app(app)
    # It would ask the database who is there even for a stylesheet; access.py is what decides here.
    security.principal.identity_loaders.clear()
    with app.app_context():
        prepare_engine(db.engine)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for part in (errors, headers, navigation, presentation, sign_in, null_bytes):
        part.init_app(app)
    return app


def configuration(settings: Settings) -> dict[str, object]:
    """Flask's and its extensions' configuration for `settings`."""
    url = sa.make_url(settings.database)
    return {
        "AUDIT_SETTINGS": settings,
        "SECRET_KEY": settings.session_key,
        "MAX_CONTENT_LENGTH": settings.upload_limit,
        "MAX_FORM_MEMORY_SIZE": settings.upload_limit,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_NAME": "audit_session",
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": settings.https,
        "REMEMBER_COOKIE_NAME": "audit_remember",
        "REMEMBER_COOKIE_DURATION": timedelta(days=settings.session_days),
        "PERMANENT_SESSION_LIFETIME": timedelta(days=settings.session_days),
        "SQLALCHEMY_ENGINES": {"default": {"url": url, **engine_options(url)}},
        "BOOTSTRAP_SERVE_LOCAL": True,
        "WTF_CSRF_TIME_LIMIT": None,
        **SECURITY,
        # Only signs tokens for features that are off; the user's own salt is in each argon2 hash.
        "SECURITY_PASSWORD_SALT": settings.session_key,
    }


SECURITY: dict[str, object] = {
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
    "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_LOGIN_URL": "/sign-in",
    "SECURITY_LOGOUT_URL": "/sign-out",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_POST_LOGIN_VIEW": "/home",
    "SECURITY_POST_LOGOUT_VIEW": "/sign-in",
    "SECURITY_CHANGEABLE": True,
    "SECURITY_CHANGE_URL": "/account/password",
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
    "SECURITY_REDIRECT_VALIDATE_MODE": None,
    "SECURITY_JOIN_USER_ROLES": False,
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_FLASH_MESSAGES": True,
    "SECURITY_MSG_PASSWORD_CHANGE": ("Your password is changed.", "success"),
}
