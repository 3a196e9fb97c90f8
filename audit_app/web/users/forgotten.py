"""The pages of a forgotten password."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from audit_app.config import Settings
from audit_app.extensions import db
from audit_app.services.users import forgotten as service
from audit_app.services.users.passwords import PASSWORD_LEAST, WeakPassword
from audit_app.web.access import public
from audit_app.web.presentation import request_instant
from audit_app.web.users.sign_in import counted, keys_of_visitor
from audit_app.web.users.views import blueprint


class ForgottenForm(FlaskForm):
    """Whose password it is."""

    email = StringField(
        "E-mail address",
        validators=[DataRequired("Enter the e-mail address that you sign in with."), Length(max=255)],
    )


class NewPasswordForm(FlaskForm):
    """The new password, twice."""

    password = PasswordField(
        "New password",
        description=f"At least {PASSWORD_LEAST} characters. Several words are easy to remember.",
        validators=[DataRequired("Enter a new password.")],
    )
    again = PasswordField(
        "New password again",
        validators=[EqualTo("password", "Enter the same password in both fields.")],
    )


@blueprint.route("/forgotten-password", methods=["GET", "POST"])
@public
def forgotten_password() -> ResponseReturnValue:
    """Send a link to whoever forgot the password; says the same whether or not there is such an account."""
    form = ForgottenForm()
    possible = service.can_reset(db.session)
    if possible and form.validate_on_submit():
        email = form.email.data or ""
        if refusal := counted(tuple(f"link-{key}" for key in keys_of_visitor(email))):
            return refusal
        service.send_link(db.session, email, _link, request_instant())
        db.session.commit()
        return render_template("users/link_sent.html")
    return render_template("users/forgotten.html", form=form, possible=possible), 422 if form.errors else 200


def _link(token: str) -> str:
    """The page of a link at our own address: what a request calls us may be an attacker's."""
    settings: Settings = current_app.config["AUDIT_SETTINGS"]
    return settings.web_address + url_for("users.choose_password", token=token)


@blueprint.route("/forgotten-password/<token>", methods=["GET", "POST"])
@public
def choose_password(token: str) -> ResponseReturnValue:
    """Choose a new password by a link; the link ends with it, and every session too."""
    form = NewPasswordForm()
    reset = service.reset_of(db.session, token, request_instant())
    if form.validate_on_submit():
        try:
            service.choose_password(db.session, token, form.password.data or "", request_instant())
        except WeakPassword as weak:
            form.password.errors = [str(weak)]
        else:
            db.session.commit()
            flash("Your new password is saved. Sign in with it.", "success")
            return redirect(url_for("security.login"))
    return render_template("users/choose_password.html", form=form, user=reset.user), (
        422 if form.errors else 200
    )
