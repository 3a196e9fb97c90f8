"""Our mail accounts, as the probes' drivers know them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from audit_app.domain.errors import AuditError
from audit_app.models import Mailbox
from probes.base import ProbeError
from probes.mail import imap as driver
from probes.mail import smtp
from probes.mail.oauth import OAuth, newest_refresh_token


def account_of(mailbox: Mailbox) -> driver.MailAccount:
    """The account that the mail driver signs in to; holds its secrets in memory, never in its repr."""
    return driver.MailAccount(
        address=mailbox.address,
        smtp_host=mailbox.smtp_host,
        smtp_port=mailbox.smtp_port,
        smtp_security=mailbox.smtp_security.value,
        imap_host=mailbox.imap_host,
        imap_port=mailbox.imap_port,
        imap_security=mailbox.imap_security.value,
        username=mailbox.username,
        password=mailbox.password,
        oauth=_oauth_of(mailbox),
    )


def _oauth_of(mailbox: Mailbox) -> OAuth | None:
    if not mailbox.oauth_token_url:
        return None
    return OAuth(
        token_url=mailbox.oauth_token_url,
        client_id=mailbox.oauth_client_id,
        client_secret=mailbox.oauth_client_secret or "",
        refresh_token=mailbox.oauth_refresh_token or "",
        scope=mailbox.oauth_scope,
    )


def keep_renewed_token(session: Session, mailbox: Mailbox, used: driver.MailAccount) -> None:
    """Store the refresh token that the provider handed out in place of the one in `used`, if it did.

    Microsoft does so each time, and lets the old one end after some weeks. A permission that was granted anew in
    the meantime is left as it is.
    """
    if used.oauth is None or mailbox.oauth_refresh_token != used.oauth.refresh_token:
        return
    newest = newest_refresh_token(used.oauth)
    if newest != used.oauth.refresh_token:
        mailbox.oauth_refresh_token = newest
        session.flush()


def check_account(mailbox: Mailbox) -> str:
    """Sign in to both servers of `mailbox` and say that it worked; raises AuditError with the server's words."""
    try:
        driver.check(account_of(mailbox))
        smtp.check(account_of(mailbox))
    except ProbeError as error:
        raise AuditError(f"{error} No probe leaves from it until it answers again.") from error
    return "sending and reading work"
