"""The form of a page, or of a row, that has nothing but a button."""

from __future__ import annotations

from flask_wtf import FlaskForm


class ButtonForm(FlaskForm):
    """Only a button; what it does is on the page. Carries the token against forged requests."""
