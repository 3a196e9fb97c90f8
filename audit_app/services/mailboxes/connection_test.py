"""Trying a mailbox out: signing in to both servers, and proving that mail to a probe's own address arrives."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from audit_app.models import Mailbox, Persona
from audit_app.services.mailboxes.accounts import account_of
from audit_app.services.probes.messages import new_token, own_address
from probes.base import OurFailure
from probes.mail.connection_test import send_to_ourselves, try_reading, try_sending, wait_for
from probes.mail.imap import MailAccount
from probes.mail.oauth import newest_refresh_token

SIGN_IN_SECONDS = 25.0
"""After so long a trial ends, whatever the servers do."""
ARRIVES_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What one part of a trial found: what was tried, whether it works, and words with what to do."""

    title: str
    works: bool
    words: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial found; `refresh_token` is the one to use from now on, for a provider may renew it each time."""

    findings: tuple[Finding, ...]
    refresh_token: str = ""

    @property
    def works(self) -> bool:
        """Whether everything that was tried works."""
        return all(finding.works for finding in self.findings)


def try_sign_in(mailbox: Mailbox, seconds: float = SIGN_IN_SECONDS) -> Trial:
    """Sign in to both servers of `mailbox`, stored or not, send nothing, and say what was found within `seconds`."""
    account = account_of(mailbox)
    sending = _begin(lambda: _sending(account))
    reading = _begin(lambda: _reading(account))
    deadline = time.monotonic() + seconds
    findings = tuple(
        Finding(title, *part.result(max(0.0, deadline - time.monotonic())))
        for title, part in (("Sending (SMTP)", sending), ("Receiving (IMAP)", reading))
    )
    return Trial(findings, newest_refresh_token(account.oauth) if account.oauth else "")


def prove_own_address(mailbox: Mailbox, now: datetime, seconds: float = ARRIVES_WITHIN) -> Trial:
    """Send a mail to an address as a probe would have it, and see whether it arrives within `seconds`."""
    account = account_of(mailbox)
    address = own_address(Persona(name="", mailbox=mailbox), new_token())
    proof = _begin(lambda: _arrival(account, address, now, seconds))
    found = Finding(f"Mail to {address}", *proof.result(seconds + SIGN_IN_SECONDS))
    return Trial((found,), newest_refresh_token(account.oauth) if account.oauth else "")


def _sending(account: MailAccount) -> tuple[bool, str]:
    asked = try_sending(account)
    where = f"{account.smtp_host}:{account.smtp_port}"
    return True, (
        f"Signed in to {where}. Nothing was sent."
        if asked
        else f"{where} takes mail from here without a sign-in. Nothing was sent."
    )


def _reading(account: MailAccount) -> tuple[bool, str]:
    folders = try_reading(account)
    words = (
        f"Signed in to {account.imap_host}:{account.imap_port}. Folders that are read: {', '.join(folders)}."
    )
    if not folders[1:]:
        words += " No spam folder was found: an answer that is taken for spam would not be seen."
    return True, words


def _arrival(account: MailAccount, address: str, now: datetime, seconds: float) -> tuple[bool, str]:
    began = time.monotonic()
    letter = _letter(account.address, address, now)
    send_to_ourselves(account, address, letter.as_bytes())
    folder = wait_for(account, str(letter["Message-ID"]), seconds)
    if not folder:
        return False, (
            f"It was sent, but did not arrive within {seconds:.0f} seconds. If it does not come later either, answers to "
            "probes would be lost: ask your provider whether such addresses reach this mailbox, or choose the other kind."
        )
    return (
        True,
        f"Arrived in {folder} within {time.monotonic() - began + 1:.0f} s: answers to probes reach this mailbox.",
    )


def _letter(sender: str, to: str, now: datetime) -> EmailMessage:
    letter = EmailMessage(policy=SMTP)
    letter["From"], letter["To"], letter["Subject"] = sender, to, "Does this address reach us?"
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{uuid.uuid4()}@{sender.rpartition('@')[2]}>"
    letter.set_content("An administrator tries this mailbox out. Nothing needs to be done; discard it.\n")
    return letter


class _Part:
    """Something that is tried in a thread of its own, so that no server can hold up the page."""

    def __init__(self, work: Callable[[], tuple[bool, str]]) -> None:
        self._work, self._done = work, threading.Event()
        self._found = (False, "The trial itself failed. The log of the program says why.")

    def run(self) -> None:
        try:
            self._found = self._work()
        except OurFailure as error:
            self._found = False, str(error)
        finally:
            self._done.set()

    def result(self, seconds: float) -> tuple[bool, str]:
        if not self._done.wait(seconds):
            return (
                False,
                "The server kept us waiting too long. Check its name, port and security, or try again.",
            )
        return self._found


def _begin(work: Callable[[], tuple[bool, str]]) -> _Part:
    part = _Part(work)
    # A daemon: a server that never ends must not keep the process from ending.
    threading.Thread(target=part.run, daemon=True).start()
    return part
