"""Setting up: the people who may sign in."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf

from audit_app.domain.errors import AuditError
from audit_app.extensions import db
from audit_app.models import Location, Region, RoleName, User
from audit_app.services.users import passwords, sessions
from audit_app.services.users import users as service
from audit_app.web.access import roles, signed_in, user_now
from audit_app.web.button_form import ButtonForm
from audit_app.web.presentation import ROLE_WORDS, request_instant
from audit_app.web.users.forms import NewUserForm, PasswordForm, UserForm, entered_about
from audit_app.web.users.sessions import life_of_sessions, session_now

blueprint = Blueprint("users", __name__)
ONE_PAGE = 50
FIELDS: dict[type[AuditError], str] = {
    passwords.WeakPassword: "password",
    service.AddressInvalid: "email",
    service.AddressTaken: "email",
}
"""Which field an error is about."""


@blueprint.get("/api/session")
@signed_in
def session_of_device() -> ResponseReturnValue:
    """Who is signed in here, on which device, and the token that their requests carry."""
    user, device = user_now(), session_now().device
    response = jsonify(
        csrf_token=generate_csrf(),
        user={"id": user.id, "name": user.name},
        device={"id": device.id, "name": device.name},
        now=request_instant().isoformat(),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/admin/users")
@roles(RoleName.ADMIN)
def index() -> ResponseReturnValue:
    """List the people, with search, filters and order."""
    wanted = _wanted()
    query = service.users_matching(wanted)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery())) or 0
    pages = max(1, -(-total // ONE_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    return render_template(
        "users/index.html",
        people=db.session.scalars(query.limit(ONE_PAGE).offset((page - 1) * ONE_PAGE)).all(),
        wanted=wanted,
        kept={key: value for key, value in request.args.items() if key in {"q", "role", "state"} and value},
        total=total,
        page=page,
        pages=pages,
        role_words=ROLE_WORDS,
    )


def _wanted() -> service.UserFilter:
    state = request.args.get("state", "")
    return service.UserFilter(
        words=request.args.get("q", ""),
        role=request.args.get("role", ""),
        active={"active": True, "off": False}.get(state),
        sort=request.args.get("sort", "name"),
        descending=bool(request.args.get("descending")),
    )


@blueprint.route("/admin/users/new", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def new_user() -> ResponseReturnValue:
    """Add a person; a password that was made for them is shown once, on the page that answers."""
    form = NewUserForm(*_scopes())
    if form.validate_on_submit():
        password = form.password.data or passwords.generated_password()
        try:
            user = service.add_user(
                db.session,
                password=password,
                now=request_instant(),
                must_change_password=True,
                **form.entered,
            )
        except AuditError as error:
            _show_error(form, error)
        else:
            db.session.commit()
            return _password_given(user, password, bool(form.password.data), f"{user.name} is added.")
    return render_template("users/new.html", form=form), _status(form)


@blueprint.route("/admin/users/<int:user_id>", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def edit_user(user_id: int) -> ResponseReturnValue:
    """Change who a person is and what they may see."""
    user = service.user_by_id(db.session, user_id)
    form = UserForm(*_scopes(), data=entered_about(user))
    if form.validate_on_submit():
        try:
            service.change_user(db.session, user, **form.entered)
        except AuditError as error:
            _show_error(form, error)
        else:
            db.session.commit()
            flash(f"The changes to {user.name} are saved.", "success")
            # Whoever gives up the role has no list of users any more.
            return redirect(url_for("users.index" if user_now().is_a(RoleName.ADMIN) else "users.home"))
    signed_in_at = sessions.sessions_of(db.session, user, life_of_sessions(), request_instant())
    return render_template(
        "users/edit.html", form=form, user=user, own=user.id == user_now().id, sessions=signed_in_at
    ), _status(form)


@blueprint.post("/admin/users/<int:user_id>/sessions/end")
@roles(RoleName.ADMIN)
def end_sessions_of(user_id: int) -> ResponseReturnValue:
    """Sign a person out on every device."""
    user = service.user_by_id(db.session, user_id)
    sessions.end_sessions(db.session, user)
    db.session.commit()
    flash(f"{user.name} is signed out everywhere.", "success")
    return redirect(url_for("users.edit_user", user_id=user.id))


@blueprint.route("/admin/users/<int:user_id>/password", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def reset_password(user_id: int) -> ResponseReturnValue:
    """Give a person a new password, which signs them out everywhere."""
    user = service.user_by_id(db.session, user_id)
    form = PasswordForm()
    if form.validate_on_submit():
        password = form.password.data or passwords.generated_password()
        try:
            service.set_password(db.session, user, password, must_change_password=user.id != user_now().id)
        except AuditError as error:
            _show_error(form, error)
        else:
            db.session.commit()
            return _password_given(
                user, password, bool(form.password.data), f"{user.name} has a new password."
            )
    return render_template("users/reset_password.html", form=form, user=user), _status(form)


@blueprint.route("/admin/users/<int:user_id>/deactivate", methods=["GET", "POST"])
@roles(RoleName.ADMIN)
def deactivate_user(user_id: int) -> ResponseReturnValue:
    """Say what ends when the account is switched off, and switch it off once that is confirmed."""
    user = service.user_by_id(db.session, user_id)
    form = ButtonForm()
    if form.validate_on_submit():
        service.deactivate(db.session, user, by=user_now())
        db.session.commit()
        flash(f"The account of {user.name} is switched off.", "success")
        return redirect(url_for("users.index"))
    waiting = service.open_assignments(db.session, user)
    return render_template("users/deactivate.html", form=form, user=user, waiting=waiting)


@blueprint.post("/admin/users/<int:user_id>/reactivate")
@roles(RoleName.ADMIN)
def reactivate_user(user_id: int) -> ResponseReturnValue:
    """Switch an account on again."""
    user = service.user_by_id(db.session, user_id)
    service.reactivate(db.session, user)
    db.session.commit()
    flash(f"{user.name} can sign in again.", "success")
    return redirect(url_for("users.edit_user", user_id=user.id))


def _scopes() -> tuple[list[Region], list[Location]]:
    regions = db.session.scalars(sa.select(Region).order_by(Region.name))
    locations = db.session.scalars(sa.select(Location).where(Location.active).order_by(Location.name))
    return list(regions), list(locations)


def _show_error(form: FlaskForm, error: AuditError) -> None:
    """Show the error at the field that it is about, so that the summary leads there."""
    field = next((name for kind, name in FIELDS.items() if isinstance(error, kind)), None)
    if field is None:
        form.form_errors.append(str(error))
    else:
        form[field].errors = [str(error)]


def _status(form: FlaskForm) -> int:
    return 422 if form.errors else 200


def _password_given(user: User, password: str, typed: bool, words: str) -> ResponseReturnValue:
    if typed:
        flash(words, "success")
        return redirect(url_for("users.index"))
    # Rendered at once instead of kept for the next page: a cookie is no place for a password.
    return render_template("users/password_once.html", user=user, password=password, words=words)
