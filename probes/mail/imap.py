"""Our own mailbox: read by IMAP. Everything here blocks, with time-outs; call it from a thread.

The mailbox is only ever read (EXAMINE, BODY.PEEK), so another mail program beside it sees nothing change.
"""

from __future__ import annotations

import selectors
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any, Literal, TypeAlias

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from probes.base import MailboxDown
from probes.mail.oauth import OAuth, TokenRefused, sign_in_imap

SPAM_FOLDERS = frozenset(
    {
        "junk", "spam", "junk e-mail", "junk email", "junk mail", "junk-e-mail", "bulk", "bulk mail", "spamverdacht",
        "unerwünscht", "werbung", "skräppost", "søppelpost", "uønsket e-post", "uønsket mail", "roskaposti",
        "courrier indésirable", "indésirables", "pourriel", "correo no deseado", "no deseado", "correo basura",
        "posta indesiderata", "lixo eletrônico", "ongewenste e-mail", "ongewenst", "wiadomości-śmieci", "niechciane",
        "нежелательная почта", "спам", "דואר זבל", "ספאם", "nedorite", "e-mailuri nedorite", "mesaje nedorite",
    }
)  # fmt: skip
"""What mail programs and providers call it, where the server marks none (RFC 6154)."""
CLOSED = frozenset({b"\\Noselect", b"\\NonExistent"})
"""Folders that only hold others."""
Security: TypeAlias = Literal["none", "starttls", "tls"]

TIMEOUT = 30.0
"""Seconds that one network step may take."""
BATCH = 20
"""Mails that are fetched at a time."""
STOP_SLICE = 0.5
"""Seconds between two looks at the stop event while the server has nothing to say."""
FIRST_STRETCH, IDLE_STRETCH = 1.0, 60.0
"""Seconds of listening at a time, each twice the last."""


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
class FetchedMail:
    """One raw message as it lies in our mailbox; `received_at` is the server's time, exact to the second."""

    folder: str
    uidvalidity: int
    uid: int
    received_at: datetime
    raw: bytes = field(repr=False)


def fetch_new(account: MailAccount, positions: Mapping[str, Position]) -> Iterator[FetchedMail]:
    """Yield what has arrived in the account's folders since `positions`, each folder oldest first.

    A folder without a position, or whose UIDVALIDITY has changed, is read from the start; a folder that does not
    exist is passed over. Store each mail together with its new position, and nothing is lost. Raises MailboxDown.
    """
    with _imap(account) as imap:
        for folder in folders_to_read(imap, account.folders):
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


def find_copy(account: MailAccount, message_id: str) -> FetchedMail | None:
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
    """Sign in to the IMAP server and read nothing. Raises MailboxDown."""
    with _imap(account) as imap:
        _examine(imap, account.folders[0])


@contextmanager
def _imap(account: MailAccount) -> Iterator[IMAPClient]:
    where = f"The mailbox {account.address} on {account.imap_host}:{account.imap_port}"
    try:
        with connect_imap(account) as imap:
            yield imap
    except TokenRefused as error:
        raise MailboxDown(f"{where} could not be signed in to. {error}") from error
    except LoginError as error:
        proof = "OAuth token" if account.oauth else "user name or password"
        raise MailboxDown(f"{where} refused our {proof} ({error}).") from error
    except (OSError, IMAPClientError) as error:
        raise MailboxDown(f"{where} could not be read ({error}).") from error


@contextmanager
def connect_imap(account: MailAccount, timeout: float = TIMEOUT) -> Iterator[IMAPClient]:
    """Connect and sign in. Raises OSError, IMAPClientError (LoginError when refused) or TokenRefused."""
    tls = account.imap_security == "tls"
    client: AbstractContextManager[IMAPClient] = IMAPClient(
        account.imap_host, account.imap_port, ssl=tls, timeout=timeout
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
    return [name for flags, _, name in imap.list_folders() if not CLOSED & set(flags)]


def folders_to_read(imap: IMAPClient, wanted: Sequence[str]) -> list[str]:
    """Return the wanted folders that exist, and those for spam: what the server marks as such, and what is named so."""
    listed = [each for each in imap.list_folders() if not CLOSED & set(each[0])]
    names = {name.casefold(): name for _, _, name in listed}
    found = [names[folder.casefold()] for folder in wanted if folder.casefold() in names]
    found += [name for flags, mark, name in listed if b"\\Junk" in flags or is_for_spam(name, mark)]
    return list(dict.fromkeys(found))


def is_for_spam(name: str, mark: bytes | None) -> bool:
    """Tell a spam folder by its own name; some servers keep it below the inbox or [Gmail], with `mark` between."""
    return name.split(mark.decode() if mark else "/")[-1].casefold() in SPAM_FOLDERS


def _examine(imap: IMAPClient, folder: str) -> Mapping[bytes, Any]:
    status: Mapping[bytes, Any] = imap.select_folder(folder, readonly=True)
    return status


def _read_folder(imap: IMAPClient, folder: str, known: Position | None) -> Iterator[FetchedMail]:
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
) -> Iterator[FetchedMail]:
    fetched = imap.fetch(uids, ["BODY.PEEK[]", "INTERNALDATE"])
    for uid in uids:
        # A message deleted since the search is answered with nothing at all.
        if b"BODY[]" in fetched.get(uid, {}):
            received = fetched[uid][b"INTERNALDATE"].astimezone(UTC)
            yield FetchedMail(folder, int(status[b"UIDVALIDITY"]), uid, received, fetched[uid][b"BODY[]"])


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
