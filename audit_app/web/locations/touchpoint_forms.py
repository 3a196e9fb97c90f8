"""The forms of touchpoints: one for each channel, with the fields that it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Optional

from audit_app.models import ChannelName, Location, Touchpoint
from audit_app.services.locations.form_mappings import MOST_CHARACTERS
from audit_app.services.locations.touchpoints import TouchpointEntry
from audit_app.web.edit_conflicts import OpenedForm


class TouchpointForm(OpenedForm):
    """What all channels have."""

    location = SelectField("Location", validate_choice=False)
    address = StringField()

    def offer(self, locations: Sequence[Location], widgets: Sequence[tuple[str, str]]) -> None:
        """Set what can be chosen."""
        self.location.choices = [("", "Choose a location"), *((each.key, each.name) for each in locations)]
        if "widget" in self:
            self["widget"].choices = list(widgets)

    @property
    def entry(self) -> TouchpointEntry:
        """What was entered, as the services take it."""
        named = {
            name: self[name].data or "" for name in ("contact_page", "widget", "form_mapping") if name in self
        }
        return TouchpointEntry(address=self.address.data or "", **named)


class EmailForm(TouchpointForm):
    """An e-mail address that customers write to."""

    address = StringField("E-mail address", description="The company's own, as customers know it.")
    contact_page = StringField(
        "Page where customers find the address",
        description="Each probe opens it first, as a customer would, and notes what it says; "
        "the mail goes to the address above all the same.",
        validators=[Optional()],
    )


class ContactFormForm(TouchpointForm):
    """A page with a contact form."""

    address = StringField("Page with the form", description="Copy it from the browser, with https://.")
    form_mapping = TextAreaField(
        "Mapping",
        description="Only for a form that is not understood by itself: YAML that says which field is which.",
        validators=[Optional()],
    )
    mapping_file = FileField(
        "Mapping from a file", description="It takes the place of the text above.", validators=[Optional()]
    )

    def read_file(self) -> None:
        """Put the file that was chosen, if any, into the field for the text, where it can be seen and put right."""
        file = self.mapping_file.data
        if not isinstance(file, FileStorage) or not file.filename:
            return
        # One more than may be kept, so that a file that is too long is told and not cut.
        raw = file.stream.read(4 * MOST_CHARACTERS + 1)
        self.form_mapping.data = raw.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")


class ChatForm(TouchpointForm):
    """A page with a chat."""

    address = StringField("Page with the chat", description="Copy it from the browser, with https://.")
    widget = SelectField(
        "Chat widget",
        description="Choose “Find out on the page” unless you know the kind of chat.",
        validate_choice=False,
    )


FORMS: dict[ChannelName, type[TouchpointForm]] = {
    ChannelName.EMAIL: EmailForm,
    ChannelName.CONTACT_FORM: ContactFormForm,
    ChannelName.CHAT: ChatForm,
}


class OwnershipForm(FlaskForm):
    """The statement without which no probe goes anywhere."""

    address = HiddenField()
    ours = BooleanField(
        validators=[DataRequired("Tick the statement if it is true. Otherwise leave the page.")]
    )


def entered_about(touchpoint: Touchpoint) -> dict[str, Any]:
    """What the form shows before anything is changed."""
    return {
        "location": touchpoint.location.key,
        "address": touchpoint.address,
        "contact_page": touchpoint.contact_page or "",
        "widget": touchpoint.widget or "auto",
        "form_mapping": touchpoint.form_mapping,
    }
