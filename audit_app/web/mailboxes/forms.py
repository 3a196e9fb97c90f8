"""The form of a mailbox. What is wrong with a field, the services say; the command line hears it from them too."""

from __future__ import annotations

from typing import Any

from wtforms import PasswordField, RadioField, SelectField, StringField, SubmitField
from wtforms.validators import Optional
from wtforms.widgets import PasswordInput

from audit_app.models import AddressStyle, Security
from audit_app.services.mailboxes.entry import MailboxEntry, SignIn
from audit_app.web.edit_conflicts import OpenedForm

SECURITIES = {
    Security.TLS.value: "TLS from the start",
    Security.STARTTLS.value: "STARTTLS",
    Security.NONE.value: "None: within one network only",
}
SIGN_INS = {
    SignIn.PASSWORD.value: "User name and password",
    SignIn.GOOGLE.value: "OAuth with Google",
    SignIn.MICROSOFT.value: "OAuth with Microsoft",
    SignIn.OTHER.value: "OAuth with another provider",
}
STYLES = {
    AddressStyle.PLUS.value: "Plus addresses, like anna+k7m2p9qx@provider.example. Most providers know them; staff may notice the plus.",
    AddressStyle.CATCH_ALL.value: "Catch-all, like anna.berg.m2p9q8@domain.example. For a domain of yours whose mail all comes to this "
    "mailbox; nothing gives the probe away.",
}


class SecretField(PasswordField):
    """A secret: a stored one never comes here, one that was just typed is not lost to another field's mistake."""

    widget = PasswordInput(hide_value=False)


class MailboxForm(OpenedForm):
    """Everything about one of our mailboxes, and three things to do with it."""

    address = StringField(
        "E-mail address", description="The mailbox's own. Each probe gets an address made of it."
    )
    address_style = RadioField("An address for each probe", choices=STYLES, default=AddressStyle.PLUS.value)
    sign_in = RadioField("How to sign in", choices=SIGN_INS, default=SignIn.PASSWORD.value)
    username = StringField(
        "User name", description="Often the whole address; leave it empty if so.", validators=[Optional()]
    )
    password = SecretField("Password")
    client_id = StringField(
        "Client id", description="Of the application that you registered with the provider."
    )
    client_secret = SecretField("Client secret", validators=[Optional()])
    refresh_token = SecretField(
        "Refresh token",
        description="Granted once by signing in to this mailbox; access tokens are fetched with it.",
    )
    token_url = StringField(
        "Address that hands out access tokens", description="Your provider's token endpoint."
    )
    scope = StringField(
        "Scope", description="What to ask for, if your provider wants it.", validators=[Optional()]
    )
    smtp_host = StringField(
        "Server", description="For example smtp.gmail.com (Google) or smtp.office365.com (Microsoft)."
    )
    smtp_port = StringField("Port", default="587")
    smtp_security = SelectField("Security", choices=SECURITIES, default=Security.STARTTLS.value)
    imap_host = StringField(
        "Server", description="For example imap.gmail.com (Google) or outlook.office365.com (Microsoft)."
    )
    imap_port = StringField("Port", default="993")
    imap_security = SelectField("Security", choices=SECURITIES, default=Security.TLS.value)
    save = SubmitField()
    test_sign_in = SubmitField()
    test_address = SubmitField()

    @property
    def entry(self) -> MailboxEntry:
        """What was entered, as the services take it."""
        texts: dict[str, Any] = {
            name: self[name].data or ""
            for name in ("address", "username", "password", "client_id", "client_secret", "refresh_token")
        } | {name: self[name].data or "" for name in ("token_url", "scope", "smtp_host", "imap_host")}
        return MailboxEntry(
            **texts,
            address_style=AddressStyle(self.address_style.data),
            sign_in=SignIn(self.sign_in.data),
            smtp_port=_number(self.smtp_port.data),
            smtp_security=Security(self.smtp_security.data),
            imap_port=_number(self.imap_port.data),
            imap_security=Security(self.imap_security.data),
        )


def _number(text: str | None) -> int:
    """The port that was typed; 0, which is none, for anything else."""
    cleaned = (text or "").strip()
    return int(cleaned) if cleaned.isascii() and cleaned.isdigit() and len(cleaned) < 10 else 0
