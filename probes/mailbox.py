"""Our own mailbox: SMTP out, IMAP in. Everything here blocks, with time-outs; call it from a thread.

The mailbox is only ever read (EXAMINE, BODY.PEEK), so another mail program beside it sees nothing change.
"""

from __future__ import annotations

import re
import selectors
import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parseaddr
from typing import Any, Literal, TypeAlias

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from probes.base import Evidence, MailboxDown, NotSent, Observation, ObservationKind, Rejected, SendUnknown
from probes.oauth import OAuth, TokenRefused, sign_in_imap, sign_in_smtp

Security: TypeAlias = Literal["none", "starttls", "tls"]
Clock: TypeAlias = Callable[[], datetime]

TIMEOUT = 30.0
"""Seconds that one network step may take."""
BATCH = 20
STOP_SLICE = 0.5
"""Seconds between two looks at the stop event while the server has nothing to say."""
FIRST_STRETCH, IDLE_STRETCH = 1.0, 60.0
"""Seconds of listening at a time, each twice the last."""
COMPANYS_OWN_REFUSALS = re.compile(r"5\.[1-4]\.\d+|5\.6\.\d+")
"""Enhanced status codes (RFC 3463) about the address, the mailbox or its system; 5.5 and 5.7 are about us."""


@dataclass(frozen=True)
class MailAccount:
    """A mailbox of ours: where its mail leaves from and arrives at. An empty user name means no sign-in.

    With `oauth` it is signed in to by XOAUTH2 instead of the password.
    """

    address: str
    smtp_host: str
    smtp_port: int
    imap_host: str
    imap_port: int
    smtp_security: Security = "starttls"
    imap_security: Security = "tls"
    username: str = ""
    password: str = field(default="", repr=False)
    oauth: OAuth | None = None
    folders: tuple[str, ...] = ("INBOX", "Junk", "Spam")


@dataclass(frozen=True)
class Position:
    """How far a folder has been read: all up to `last_uid`, as long as `uidvalidity` stays the same."""

    uidvalidity: int
    last_uid: int


@dataclass(frozen=True)
class IncomingMail:
    """One raw message as it lies in our mailbox; `received_at` is the server's time, exact to the second."""

    folder: str
    uidvalidity: int
    uid: int
    received_at: datetime
    raw: bytes = field(repr=False)


def utc_now() -> datetime:
    """Return the time on our clock."""
    return datetime.now(UTC)


# --- out -----------------------------------------------------------------------------------------------------


def send(account: MailAccount, raw: bytes, clock: Clock = utc_now) -> Observation:
    """Send a composed mail to its `To` address and, unseen, to our own mailbox, in one SMTP transaction.

    The copy proves after a crash that the message left. Raises NotSent as long as the message was not
    complete, Rejected when the company's server refuses its own address, SendUnknown when the server fell silent
    after the message was complete.
    """
    headers = message_from_bytes(raw, policy=policy.default)
    message_id, to = str(headers["Message-ID"]), parseaddr(str(headers["To"]))[1]
    earliest = clock()
    with _smtp(account) as smtp:
        _name_sender(smtp, parseaddr(str(headers["From"]))[1])
        _name_recipient(smtp, to, earliest, clock, raw)
        _name_copy(smtp, account.address)
        answer = _hand_over(smtp, raw)
    return Observation(
        ObservationKind.SENT,
        earliest,
        clock(),
        source="SMTP server's answer",
        key=message_id,
        role="visitor",
        details={"to": to, "server": account.smtp_host, "answer": answer},
        evidence=(Evidence("raw_mail", "message/rfc822", "sent.eml", raw),),
    )


@contextmanager
def _smtp(account: MailAccount) -> Iterator[smtplib.SMTP]:
    """Give a connection that is signed in; whatever goes wrong before a message is complete is NotSent."""
    where = f"the mail server {account.smtp_host}:{account.smtp_port}"
    try:
        smtp = _connect_smtp(account)
    except (OSError, smtplib.SMTPException, TokenRefused) as error:
        raise NotSent(f"Nothing was sent: {where} could not be used ({_words(error)}).") from error
    try:
        yield smtp
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"Nothing was sent: {where} broke off ({_words(error)}).") from error
    finally:
        _hang_up(smtp)


def _connect_smtp(account: MailAccount) -> smtplib.SMTP:
    # Without a name of our own smtplib asks the resolver for one, which is slow and betrays the machine.
    name = account.address.rpartition("@")[2]
    smtp: smtplib.SMTP
    if account.smtp_security == "tls":
        context = ssl.create_default_context()
        smtp = smtplib.SMTP_SSL(account.smtp_host, account.smtp_port, name, timeout=TIMEOUT, context=context)
    else:
        smtp = smtplib.SMTP(account.smtp_host, account.smtp_port, name, timeout=TIMEOUT)
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
        raise NotSent(
            f"Nothing was sent: our mail server refused the sender {sender} ({_say(code, answer)})."
        )


def _name_recipient(smtp: smtplib.SMTP, to: str, earliest: datetime, clock: Clock, raw: bytes) -> None:
    code, answer = smtp.rcpt(to)
    if code in (250, 251):
        return
    said = _say(code, answer)
    if not _is_companys_refusal(code, said):
        raise NotSent(f"Nothing was sent: the mail server does not take mail for {to} now ({said}).")
    observation = Observation(
        ObservationKind.BOUNCED,
        earliest,
        clock(),
        source="SMTP server's answer",
        key=f"rcpt:{to}",
        text=said,
        reasons=(f"The mail server refused the address {to}: {said}",),
        evidence=(Evidence("raw_mail", "message/rfc822", "refused.eml", raw),),
    )
    raise Rejected(f"The address {to} was refused: {said}", observation)


def _is_companys_refusal(code: int, said: str) -> bool:
    """Tell a dead address from a quarrel with us; without an enhanced code, 550 to 553 are about the address."""
    if re.search(r"\b5\.\d+\.\d+\b", said):
        return code >= 500 and COMPANYS_OWN_REFUSALS.search(said) is not None
    return code in (550, 551, 552, 553)


def _name_copy(smtp: smtplib.SMTP, address: str) -> None:
    code, answer = smtp.rcpt(address)
    if code not in (250, 251):
        raise NotSent(f"Nothing was sent: our own mailbox {address} was refused ({_say(code, answer)}).")


def _hand_over(smtp: smtplib.SMTP, raw: bytes) -> str:
    code, answer = smtp.docmd("DATA")
    if code != 354:
        raise NotSent(f"Nothing was sent: the mail server refused the message ({_say(code, answer)}).")
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw).removesuffix(b"\r\n") + b"\r\n"
    smtp.send(re.sub(rb"(?m)^\.", b"..", lines))
    # The dot is the point of no return: until it has left, no server delivers anything.
    try:
        smtp.send(b".\r\n")
        code, answer = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise SendUnknown(
            f"The mail server fell silent after the message was complete ({_words(error)})."
        ) from error
    if code != 250:
        raise NotSent(f"Nothing was sent: the mail server refused the message ({_say(code, answer)}).")
    return _say(code, answer)


def _say(code: int, answer: bytes) -> str:
    return f"{code} {answer.decode('utf-8', 'replace')}".strip()


def _words(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _say(error.smtp_code, said if isinstance(said, bytes) else str(said).encode())
    return str(error) or type(error).__name__


# --- in ------------------------------------------------------------------------------------------------------


def fetch_new(account: MailAccount, positions: Mapping[str, Position]) -> Iterator[IncomingMail]:
    """Yield what has arrived in the account's folders since `positions`, each folder oldest first.

    A folder without a position, or whose UIDVALIDITY has changed, is read from the start; a folder that does not
    exist is passed over. Store each mail together with its new position, and nothing is lost. Raises MailboxDown.
    """
    with _imap(account) as imap:
        for folder in _folders(imap, account.folders):
            yield from _read_folder(imap, folder, positions.get(folder))


def wait_for_mail(
    account: MailAccount,
    timeout: float,
    stop_event: threading.Event,
    positions: Mapping[str, Position] | None = None,
) -> bool:
    """Wait up to `timeout` seconds for new mail in the inbox and return whether some came.

    Listens by IDLE where the server offers it, else only waits. With `positions`, mail that came before the
    listening began ends the wait too. Raises MailboxDown.
    """
    deadline = time.monotonic() + timeout
    with _imap(account) as imap:
        folder = account.folders[0]
        status = _examine(imap, folder)
        known = int(status[b"UIDNEXT"]) if positions is None else _first_new(status, positions.get(folder))
        if _new_uids(imap, known):
            return True
        if imap.has_capability("IDLE"):
            return _idle(imap, known, deadline, stop_event)
    stop_event.wait(max(0.0, deadline - time.monotonic()))
    return False


def find_copy(account: MailAccount, message_id: str) -> IncomingMail | None:
    """Find the mail with this Message-ID in any folder of our mailbox, or None. Raises MailboxDown."""
    with _imap(account) as imap:
        for folder in _all_folders(imap):
            status = _examine(imap, folder)
            uids = imap.search(["HEADER", "Message-ID", message_id])
            for mail in _fetch(imap, folder, status, sorted(uids)):
                if _message_id(mail.raw) == message_id:
                    return mail
    return None


def check(account: MailAccount) -> None:
    """Sign in to both servers and read nothing. Raises MailboxDown for IMAP, NotSent for SMTP."""
    with _imap(account) as imap:
        _examine(imap, account.folders[0])
    with _smtp(account) as smtp:
        smtp.noop()


@contextmanager
def _imap(account: MailAccount) -> Iterator[IMAPClient]:
    where = f"The mailbox {account.address} on {account.imap_host}:{account.imap_port}"
    try:
        with _signed_in(account) as imap:
            yield imap
    except TokenRefused as error:
        raise MailboxDown(f"{where} could not be signed in to. {error}") from error
    except LoginError as error:
        proof = "OAuth token" if account.oauth else "user name or password"
        raise MailboxDown(f"{where} refused our {proof} ({error}).") from error
    except (OSError, IMAPClientError) as error:
        raise MailboxDown(f"{where} could not be read ({error}).") from error


@contextmanager
def _signed_in(account: MailAccount) -> Iterator[IMAPClient]:
    tls = account.imap_security == "tls"
    client: AbstractContextManager[IMAPClient] = IMAPClient(
        account.imap_host, account.imap_port, ssl=tls, timeout=TIMEOUT
    )
    with client as imap:
        imap.normalise_times = False  # else times lose their zone
        if account.imap_security == "starttls":
            imap.starttls(ssl.create_default_context())
        user = account.username or account.address
        if account.oauth is not None:
            sign_in_imap(imap, user, account.oauth)
        else:
            imap.login(user, account.password)
        yield imap


def _all_folders(imap: IMAPClient) -> list[str]:
    listed = imap.list_folders()
    return [name for flags, _, name in listed if not {b"\\Noselect", b"\\NonExistent"} & set(flags)]


def _folders(imap: IMAPClient, wanted: Sequence[str]) -> list[str]:
    """Return the wanted folders that exist, and the one that the server itself calls its junk folder."""
    listed = imap.list_folders()
    names = {name.casefold(): name for _, _, name in listed}
    found = [names[folder.casefold()] for folder in wanted if folder.casefold() in names]
    found += [name for flags, _, name in listed if b"\\Junk" in flags]
    return list(dict.fromkeys(found))


def _examine(imap: IMAPClient, folder: str) -> Mapping[bytes, Any]:
    status: Mapping[bytes, Any] = imap.select_folder(folder, readonly=True)
    return status


def _read_folder(imap: IMAPClient, folder: str, known: Position | None) -> Iterator[IncomingMail]:
    status = _examine(imap, folder)
    uids = _new_uids(imap, _first_new(status, known))
    for start in range(0, len(uids), BATCH):
        yield from _fetch(imap, folder, status, uids[start : start + BATCH])


def _first_new(status: Mapping[bytes, Any], known: Position | None) -> int:
    return first_unread_uid(int(status[b"UIDVALIDITY"]), known)


def first_unread_uid(uidvalidity: int, known: Position | None) -> int:
    """Return the lowest UID that may be unread: all of them when the server has numbered its mail anew."""
    return known.last_uid + 1 if known and known.uidvalidity == uidvalidity else 1


def _new_uids(imap: IMAPClient, first: int) -> list[int]:
    # "n:*" names the last message even when its UID is below n (RFC 3501, 6.4.8), hence the filter.
    return sorted(uid for uid in imap.search(["UID", f"{first}:*"]) if uid >= first)


def _fetch(
    imap: IMAPClient, folder: str, status: Mapping[bytes, Any], uids: Sequence[int]
) -> Iterator[IncomingMail]:
    fetched = imap.fetch(uids, ["BODY.PEEK[]", "INTERNALDATE"])
    for uid in uids:
        # A message deleted since the search is answered with nothing at all.
        if b"BODY[]" in fetched.get(uid, {}):
            received = fetched[uid][b"INTERNALDATE"].astimezone(UTC)
            yield IncomingMail(folder, int(status[b"UIDVALIDITY"]), uid, received, fetched[uid][b"BODY[]"])


def _idle(imap: IMAPClient, first: int, deadline: float, stop_event: threading.Event) -> bool:
    """Listen in stretches, each ended by a look: a server may speak where nobody listens, or in torn lines."""
    stretch = FIRST_STRETCH
    while not stop_event.is_set() and (left := deadline - time.monotonic()) > 0:
        imap.idle()
        _until_readable(imap, min(left, stretch), stop_event)
        imap.idle_done()
        if _new_uids(imap, first):
            return True
        stretch = min(2 * stretch, IDLE_STRETCH)
    return False


def _until_readable(imap: IMAPClient, seconds: float, stop_event: threading.Event) -> None:
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(imap.socket(), selectors.EVENT_READ)
        while not stop_event.is_set() and (left := end - time.monotonic()) > 0:
            if selector.select(min(left, STOP_SLICE)):
                return


def _message_id(raw: bytes) -> str:
    # The older parser: it takes whatever others wrote, where the newer one raises on some of it.
    return str(message_from_bytes(raw).get("Message-ID", "")).strip()
