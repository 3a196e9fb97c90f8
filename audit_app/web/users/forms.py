"""The forms of the users' pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length, Optional

from audit_app.models import Location, Region, RoleName, User
from audit_app.services.users.passwords import PASSWORD_LEAST
from audit_app.services.users.users import ROLE_DESCRIPTIONS
from audit_app.web.checkboxes import CheckboxesField
from audit_app.web.edit_conflicts import OpenedForm
from audit_app.web.presentation import ROLE_WORDS


def _role_choices() -> list[tuple[str, str]]:
    words = {role: text[0].lower() + text[1:] for role, text in ROLE_DESCRIPTIONS.items()}
    return [(role.value, f"{ROLE_WORDS[role]}: {words[role]}") for role in RoleName]


class UserForm(OpenedForm):
    """Who a person is and what they may see."""

    name = StringField(
        "Name",
        validators=[DataRequired("Enter the person's name."), Length(max=200)],
        filters=[lambda text: text and text.strip()],
    )
    email = StringField(
        "E-mail address",
        description="They sign in with it.",
        validators=[DataRequired("Enter an e-mail address."), Length(max=255)],
        filters=[lambda text: text and text.strip()],
    )
    roles = CheckboxesField(
        "Roles", choices=_role_choices, validators=[DataRequired("Choose at least one role.")]
    )
    regions = CheckboxesField("Regions", description="For managers: the regions whose results they see.")
    locations = CheckboxesField(
        "Locations", description="For location contacts: the locations that are theirs."
    )

    def __init__(self, regions: Sequence[Region], locations: Sequence[Location], **named: Any) -> None:
        super().__init__(**named)
        self.regions.choices = [(region.key, region.name) for region in regions]
        self.locations.choices = [(location.key, location.name) for location in locations]

    @property
    def entered(self) -> dict[str, Any]:
        """What was entered, as the services take it."""
        return {
            field.short_name: field.data
            for field in (self.name, self.email, self.roles, self.regions, self.locations)
        }


class PasswordForm(FlaskForm):
    """A password that an administrator gives."""

    password = PasswordField(
        "Password",
        description=f"At least {PASSWORD_LEAST} characters. Leave it empty to have one made and shown once.",
        validators=[Optional()],
    )


class NewUserForm(UserForm, PasswordForm):
    """Everything about a new person."""

    password = PasswordField(
        "First password", description=PasswordForm.password.kwargs["description"], validators=[Optional()]
    )


def entered_about(user: User) -> dict[str, Any]:
    """What the form shows before anything is changed."""
    return {
        "name": user.name,
        "email": user.email,
        "roles": [role.name for role in user.roles],
        "regions": [region.key for region in user.regions],
        "locations": [location.key for location in user.locations],
    }
