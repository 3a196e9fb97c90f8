"""Trying a mailbox out before probes rely on it: signs in, looks, and says in words what fails and what to do.

Blocks, each step with a time-out; call it from a thread. No word of a server is passed on with a secret in it.
"""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from probes.base import OurFailure
from probes.mail.imap import MailAccount, connect_imap, folders_to_read
from probes.mail.oauth import TokenRefused
from probes.mail.smtp import connect_smtp

STEP = 10.0
"""Seconds that one network step may take."""
BETWEEN_LOOKS = 1.0
"""Seconds between two looks for the mail that was sent to ourselves."""
ENCODED = re.compile(r"[A-Za-z0-9+/=_-]{32,}")
"""What may be a token or an encoded password, should a server repeat it."""
MOST_WORDS = 300
"""Characters of what a server said that are repeated."""


class TrialFailed(OurFailure):
    """The mailbox cannot be used as it is entered; the sentence says why and what to do."""


def try_sending(account: MailAccount) -> bool:
    """Sign in to the SMTP server and send nothing; returns False when it asks nobody to sign in.

    Raises TrialFailed.
    """
    with _explained(account, account.smtp_host, account.smtp_port, account.smtp_security):
        smtp = connect_smtp(account, STEP)
        with _closing(smtp):
            smtp.noop()
            return smtp.has_extn("auth")


def try_reading(account: MailAccount) -> list[str]:
    """Sign in to the IMAP server and return the folders that would be read. Raises TrialFailed."""
    with (
        _explained(account, account.imap_host, account.imap_port, account.imap_security),
        connect_imap(account, STEP) as imap,
    ):
        folders = folders_to_read(imap, account.folders) or [account.folders[0]]
        imap.select_folder(account.folders[0], readonly=True)
        return folders


def send_to_ourselves(account: MailAccount, to: str, raw: bytes) -> None:
    """Send a mail from the account to an address that should be its own too. Raises TrialFailed."""
    with _explained(account, account.smtp_host, account.smtp_port, account.smtp_security):
        smtp = connect_smtp(account, STEP)
        with _closing(smtp):
            smtp.sendmail(account.address, [to], raw)


def wait_for(account: MailAccount, message_id: str, seconds: float) -> str:
    """Wait for a mail with this Message-ID; returns the folder it came to, or "" if none did. Raises TrialFailed."""
    deadline = time.monotonic() + seconds
    with (
        _explained(account, account.imap_host, account.imap_port, account.imap_security),
        connect_imap(account, STEP) as imap,
    ):
        while True:
            for folder in folders_to_read(imap, account.folders):
                imap.select_folder(folder, readonly=True)
                if imap.search(["HEADER", "Message-ID", message_id]):
                    return folder
            if time.monotonic() >= deadline:
                return ""
            time.sleep(BETWEEN_LOOKS)


@contextmanager
def _closing(smtp: smtplib.SMTP) -> Iterator[None]:
    try:
        yield
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
    finally:
        smtp.close()


@contextmanager
def _explained(account: MailAccount, host: str, port: int, security: str) -> Iterator[None]:
    where = f"{host}:{port}"
    try:
        yield
    except TokenRefused as error:
        raise TrialFailed(_without_secrets(str(error), account)) from error
    except (smtplib.SMTPAuthenticationError, LoginError) as error:
        raise TrialFailed(
            f"{where} refused the sign-in: {_words(error, account)}. {_advice(account, host)}"
        ) from error
    except (smtplib.SMTPException, IMAPClientError, OSError) as error:
        raise TrialFailed(
            _network(error, host, where, security) or f"{where} answered: {_words(error, account)}."
        ) from error


def _advice(account: MailAccount, host: str) -> str:
    if account.oauth is not None:
        return "Check that the permission was granted for this mailbox and with the scope for mail."
    if host.endswith((".gmail.com", ".google.com")):
        return "Google wants an app password made for this purpose, or OAuth."
    if host.endswith((".office365.com", ".outlook.com")):
        return "Microsoft takes no passwords of most mailboxes any more: choose OAuth."
    return "Check the user name and the password; some providers want an app password made for this purpose."


def _network(error: Exception, host: str, where: str, security: str) -> str:
    """What a failure below the mail protocols means, or nothing."""
    if isinstance(error, socket.gaierror):
        return f"No server called {host} was found. Check the spelling of its name."
    if isinstance(error, ssl.SSLCertVerificationError):
        said = error.verify_message.rstrip(".")
        return f"The certificate of {where} is not valid: {said}. Enter the server by the name in its certificate."
    if isinstance(error, ssl.SSLError):
        return f"{where} does not speak TLS from the start. Choose STARTTLS, or the port for TLS."
    if isinstance(error, ConnectionRefusedError):
        return f"Nothing answers at {where}. Check the port, and whether a firewall is in between."
    if isinstance(error, TimeoutError):
        return (
            f"{where} did not answer in {STEP:.0f} seconds. Check the port and its security (a server that waits for TLS "
            "says nothing), and whether a firewall is in between."
        )
    if isinstance(error, (smtplib.SMTPNotSupportedError, CapabilityError)) and security == "starttls":
        return f"{where} offers no STARTTLS. Choose TLS from the start, and its port."
    if isinstance(error, smtplib.SMTPServerDisconnected) or "EOF" in str(error):
        return f"{where} hung up at once. Check the port and its security: they may not belong together."
    return ""


def _words(error: Exception, account: MailAccount) -> str:
    """The server's own words, shortened."""
    said = error.smtp_error if isinstance(error, smtplib.SMTPResponseException) else str(error)
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        text = f"{code} {answer.decode('utf-8', 'replace')}"
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return _without_secrets(text, account)[:MOST_WORDS].rstrip(".") or type(error).__name__


def _without_secrets(text: str, account: MailAccount) -> str:
    oauth = account.oauth
    secrets = [account.password, oauth.client_secret if oauth else "", oauth.refresh_token if oauth else ""]
    for secret in filter(None, secrets):
        for shape in (secret.encode(), f"\0{account.username}\0{secret}".encode()):
            text = text.replace(base64.b64encode(shape).decode(), "…")
        text = text.replace(secret, "…")
    return ENCODED.sub("…", text)
