"""Sessions in the browser: cookies whose secrets lead to rows on the server, where they can be ended."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from flask import Flask, Response, after_this_request, current_app, g, request, session
from flask_login import user_logged_in, user_logged_out
from flask_security.signals import password_changed
from flask_security.utils import set_request_attr
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from audit_app.config import Settings
from audit_app.domain.session_life import SessionLife
from audit_app.extensions import db
from audit_app.models import User, UserSession
from audit_app.services.users import sessions
from audit_app.web.presentation import request_instant

SESSION_COOKIE = "audit_signin"
DEVICE_COOKIE = "audit_device"


def life_of_sessions() -> SessionLife:
    """How long sessions last by the settings."""
    settings: Settings = current_app.config["AUDIT_SETTINGS"]
    return settings.session_life


def session_now() -> UserSession:
    """The session of this request; only for views that require somebody signed in."""
    row: UserSession = g.user_session
    return row


def device_token() -> str:
    """What the cookie of this device says; empty where nobody has signed in yet."""
    return request.cookies.get(DEVICE_COOKIE, "")


def _load(uniquifier: str) -> User | None:
    """Who the cookies belong to, unless the session has ended on the server."""
    token = request.cookies.get(SESSION_COOKIE, "")
    row = sessions.live_session(db.session, token, life_of_sessions(), request_instant()) if token else None
    if row is None or row.user.fs_uniquifier != uniquifier or not row.user.active:
        return None
    g.user_session = row
    if request_instant() - row.last_seen_at > sessions.SEEN_EVERY:
        g.session_seen = row.id
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return row.user


def _begin(_app: Flask, user: User, **_: object) -> None:
    """Begin a session for somebody who has just proved who they are; a former one of this browser ends."""
    if (former := g.pop("user_session", None)) is not None:
        db.session.delete(former)
    begun = sessions.begin_session(
        db.session,
        user,
        device_token(),
        request.headers.get("User-Agent", ""),
        request.remote_addr or "",
        lasting=session.get("_remember") == "set",
        now=request_instant(),
    )
    db.session.commit()
    g.user_session = begun.row
    after_this_request(partial(_hand_out, begun))


def _hand_out(begun: sessions.Begun, response: Response) -> Response:
    lasting = life_of_sessions().whole if begun.row.lasting else None
    _set_cookie(response, SESSION_COOKIE, begun.token, lasting)
    _set_cookie(response, DEVICE_COOKIE, begun.device_token, sessions.DEVICE_FORGOTTEN)
    return response


def _set_cookie(response: Response, name: str, value: str, lasting: timedelta | None) -> None:
    settings: Settings = current_app.config["AUDIT_SETTINGS"]
    response.set_cookie(name, value, lasting, httponly=True, samesite="Lax", secure=settings.https)


def _end(_app: Flask, **_: object) -> None:
    """End the session of somebody who signs out, with its cookie and whoever holds a copy of it."""
    if (row := g.pop("user_session", None)) is not None:
        db.session.delete(row)
        db.session.commit()
    after_this_request(_take_back)


def _take_back(response: Response) -> Response:
    response.delete_cookie(SESSION_COOKIE)
    return response


def _end_others(_app: Flask, user: User, **_: object) -> None:
    """Whoever chooses a new password stays signed in here, and nowhere else."""
    user.must_change_password = False
    sessions.end_other_sessions(db.session, user, session_now().id)
    db.session.commit()


def _note_seen(_error: BaseException | None) -> None:
    """Note that the session is in use, beside the request, which may only read; it is no reason to fail."""
    if (session_id := g.pop("session_seen", None)) is None:
        return
    try:
        with Session(db.engine) as writing, writing.begin():
            sessions.note_seen(writing, session_id, request_instant())
    except SQLAlchemyError as error:
        current_app.logger.warning("That a session is in use could not be noted: %s", error)


def init_app(app: Flask) -> None:
    """Look up every session on the server; stands after the security extension."""
    app.login_manager.user_loader(_load)  # type: ignore[attr-defined]
    user_logged_in.connect(_begin, app)
    user_logged_out.connect(_end, app)
    password_changed.connect(_end_others, app)


def init_before_database(app: Flask) -> None:
    """Note afterwards which sessions are in use; stands before the database extension, whose end comes first then."""
    app.teardown_appcontext(_note_seen)
