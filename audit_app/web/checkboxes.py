"""A form field for several of a few choices."""

from __future__ import annotations

from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget


class CheckboxesField(SelectMultipleField):
    """Several of a few choices, each with its own box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
