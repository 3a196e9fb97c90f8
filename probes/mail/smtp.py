"""Mail that we send: SMTP, up to the word of the server that it has taken the message. Blocks; call it from a thread."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parseaddr
from typing import TypeAlias

from probes.base import Deferred, Fact, FactKind, NotSent, Proof, Rejected, SendUnknown
from probes.mail.imap import TIMEOUT, MailAccount
from probes.mail.oauth import TokenRefused, sign_in_smtp

Clock: TypeAlias = Callable[[], datetime]

COMPANYS_OWN_REFUSALS = re.compile(r"\b5\.(?:1\.(?!0*[78]\b)\d+|[2346]\.\d+)")
"""Enhanced status codes (RFC 3463) about the address, the mailbox or its system; 5.1.7, 5.1.8, 5.5 and 5.7 are
about us."""
ABOUT_US = re.compile(
    r"relay|rcpthosts|authent|sender|spam|block|black|banned|reputation|policy|helo|spf|dkim|dmarc|rbl|dnsbl",
    re.IGNORECASE,
)
"""Words of servers without such codes that refuse us and not the address."""


def utc_now() -> datetime:
    """Return the time on our clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Unfinished:
    """A mail that a server has but for the dot that completes it; without that no server delivers anything."""

    account: MailAccount
    raw: bytes = field(repr=False)
    to: str
    message_id: str
    earliest: datetime
    smtp: smtplib.SMTP = field(repr=False)
    line: ExitStack = field(repr=False)


def send(account: MailAccount, raw: bytes, clock: Clock = utc_now, *, copy: bool = True) -> Fact:
    """Transmit and complete a mail at once; raises what the two raise."""
    return complete(transmit(account, raw, clock, copy=copy), clock)


def transmit(account: MailAccount, raw: bytes, clock: Clock = utc_now, *, copy: bool = True) -> Unfinished:
    """Give a server a composed mail for its `To` address and, unseen, for our own mailbox, in one SMTP transaction.

    The `copy` proves after a crash that the message left. Raises NotSent, Deferred (a NotSent) when trying again later
    may help, and Rejected when the company's server refuses its own address.
    """
    headers = message_from_bytes(raw, policy=policy.default)
    message_id, to = str(headers["Message-ID"]), parseaddr(str(headers["To"]))[1]
    earliest = clock()
    with ExitStack() as line:
        smtp = line.enter_context(_smtp(account))
        _name_sender(smtp, parseaddr(str(headers["From"]))[1])
        _name_recipient(smtp, to, earliest, clock, raw)
        if copy:
            _name_copy(smtp, account.address)
        _hand_over(smtp, raw)
        return Unfinished(account, raw, to, message_id, earliest, smtp, line.pop_all())


def complete(mail: Unfinished, clock: Clock = utc_now) -> Fact:
    """Send the dot that completes a mail, and hear whether the server takes it.

    Raises NotSent or Deferred when the server refused it, SendUnknown when nobody can tell whether it took it.
    """
    with mail.line:
        answer = _end(mail.smtp)
    return Fact(
        FactKind.SENT,
        mail.earliest,
        clock(),
        source="SMTP server's answer",
        key=mail.message_id,
        role="visitor",
        details={"to": mail.to, "server": mail.account.smtp_host, "answer": answer},
        evidence=(Proof("raw_mail", "message/rfc822", "sent.eml", mail.raw),),
    )


def break_off(mail: Unfinished) -> None:
    """Hang up on an unfinished mail, without a word: a polite end of the session would become part of its text."""
    with mail.line:
        mail.smtp.close()


def check(account: MailAccount) -> None:
    """Sign in to the SMTP server and send nothing. Raises NotSent."""
    with _smtp(account) as smtp:
        smtp.noop()


@contextmanager
def _smtp(account: MailAccount) -> Iterator[smtplib.SMTP]:
    """Give a connection that is signed in; whatever goes wrong before a message is complete is NotSent or Deferred."""
    where = f"the mail server {account.smtp_host}:{account.smtp_port}"
    try:
        smtp = connect_smtp(account)
    except (OSError, smtplib.SMTPException, TokenRefused) as error:
        code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0
        raise _not_sent(code, f"{where} could not be used ({_words(error)}).") from error
    try:
        yield smtp
    except (OSError, smtplib.SMTPException) as error:
        raise Deferred(f"Nothing was sent: {where} broke off ({_words(error)}).") from error
    finally:
        _hang_up(smtp)


def connect_smtp(account: MailAccount, timeout: float = TIMEOUT) -> smtplib.SMTP:
    """Connect and sign in. Raises OSError, smtplib.SMTPException or TokenRefused."""
    # Without a name of our own smtplib asks the resolver for one, which is slow and betrays the machine.
    name = account.address.rpartition("@")[2]
    smtp: smtplib.SMTP
    if account.smtp_security == "tls":
        context = ssl.create_default_context()
        smtp = smtplib.SMTP_SSL(account.smtp_host, account.smtp_port, name, timeout=timeout, context=context)
    else:
        smtp = smtplib.SMTP(account.smtp_host, account.smtp_port, name, timeout=timeout)
    try:
        smtp.ehlo_or_helo_if_needed()
        if account.smtp_security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        if account.oauth is not None:
            sign_in_smtp(smtp, account.username or account.address, account.oauth)
        elif account.username and smtp.has_extn("auth"):
            smtp.login(account.username, account.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _hang_up(smtp: smtplib.SMTP) -> None:
    try:
        smtp.quit()
    except (OSError, smtplib.SMTPException):
        smtp.close()


def _name_sender(smtp: smtplib.SMTP, sender: str) -> None:
    code, answer = smtp.mail(sender)
    if code != 250:
        raise _not_sent(code, f"our mail server refused the sender {sender} ({_say(code, answer)}).")


def _name_recipient(smtp: smtplib.SMTP, to: str, earliest: datetime, clock: Clock, raw: bytes) -> None:
    code, answer = smtp.rcpt(to)
    if code in (250, 251):
        return
    said = _say(code, answer)
    if not _is_companys_refusal(code, said):
        raise _not_sent(code, f"the mail server does not take mail for {to} now ({said}).")
    observation = Fact(
        FactKind.BOUNCED,
        earliest,
        clock(),
        source="SMTP server's answer",
        key=f"rcpt:{to}",
        text=said,
        reasons=(f"The mail server refused the address {to}: {said}",),
        evidence=(Proof("raw_mail", "message/rfc822", "refused.eml", raw),),
    )
    raise Rejected(f"The address {to} was refused: {said}", observation)


def _is_companys_refusal(code: int, said: str) -> bool:
    """Tell a dead address from a quarrel with us; without an enhanced code, 550 to 553 are about the address.

    In doubt it is ours.
    """
    if re.search(r"\b5\.\d+\.\d+\b", said):
        return code >= 500 and COMPANYS_OWN_REFUSALS.search(said) is not None
    return code in (550, 551, 552, 553) and ABOUT_US.search(said) is None


def _name_copy(smtp: smtplib.SMTP, address: str) -> None:
    code, answer = smtp.rcpt(address)
    if code not in (250, 251):
        raise _not_sent(code, f"our own mailbox {address} was refused ({_say(code, answer)}).")


def _hand_over(smtp: smtplib.SMTP, raw: bytes) -> None:
    code, answer = smtp.docmd("DATA")
    if code != 354:
        raise _not_sent(code, f"the mail server refused the message ({_say(code, answer)}).")
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw).removesuffix(b"\r\n") + b"\r\n"
    smtp.send(re.sub(rb"(?m)^\.", b"..", lines))


def _end(smtp: smtplib.SMTP) -> str:
    # The dot is the point of no return.
    try:
        smtp.send(b".\r\n")
        code, answer = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise SendUnknown(
            f"The mail server fell silent after the message was complete ({_words(error)})."
        ) from error
    said = _say(code, answer)
    if code == 250:
        return said
    if code // 100 in (4, 5):
        raise _not_sent(code, f"the mail server refused the message ({said}).")
    raise SendUnknown(f"The mail server's answer to the complete message cannot be understood ({said}).")


def _not_sent(code: int, why: str) -> NotSent:
    """What a refusal is: for good with a code of 500 and more, else for now (RFC 5321, 4.2.1)."""
    return (NotSent if code >= 500 else Deferred)(f"Nothing was sent: {why}")


def _say(code: int, answer: bytes) -> str:
    return f"{code} {answer.decode('utf-8', 'replace')}".strip()


def _words(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _say(error.smtp_code, said if isinstance(said, bytes) else str(said).encode())
    return str(error) or type(error).__name__
