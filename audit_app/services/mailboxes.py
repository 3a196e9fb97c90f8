"""Our mail accounts, as the probes' drivers know them."""

from __future__ import annotations

from audit_app.domain.errors import AuditError
from audit_app.models import Mailbox
from probes import mailbox as driver
from probes.base import ProbeError


def account_of(mailbox: Mailbox) -> driver.MailAccount:
    """The account that the mail driver signs in to; holds the password in memory, never in its repr."""
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
    )


def check_account(mailbox: Mailbox) -> str:
    """Sign in to both servers of `mailbox` and say that it worked; raises AuditError with the server's words."""
    try:
        driver.check(account_of(mailbox))
    except ProbeError as error:
        raise AuditError(f"{error} No probe leaves from it until it answers again.") from error
    return "sending and reading work"
