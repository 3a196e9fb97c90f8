"""The sign-in form."""

from __future__ import annotations

from flask_security.forms import LoginForm
from flask_security.utils import validate_redirect_url
from wtforms import Field


class SignInForm(LoginForm):
    """The library's form, but a return address that is not ours is dropped instead of failing the sign-in."""

    def validate_next(self, field: Field) -> None:
        """Keep only addresses of our own site."""
        if field.data and not validate_redirect_url(field.data):
            field.data = ""
