"""Where a mail belongs."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from audit_app.web.query_args import LARGEST_ID


class AssignForm(FlaskForm):
    """Which probe a mail answers."""

    probe = IntegerField(
        "Number of the probe",
        validators=[
            InputRequired("Enter the number of the probe, for example 17."),
            NumberRange(1, LARGEST_ID, "Enter the number of a probe, for example 17."),
        ],
    )
