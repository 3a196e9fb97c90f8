"""What the demo company remembers over a restart: mail, chats and the answers its staff still owe.

One SQLite file in the data directory. Every method may be called from any thread.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from audit_app.demo.company.errors import CompanyError

_TABLES = """
CREATE TABLE IF NOT EXISTS folder (
  account TEXT, name TEXT, uid_validity INTEGER NOT NULL, next_uid INTEGER NOT NULL, PRIMARY KEY (account, name));
CREATE TABLE IF NOT EXISTS mail (
  account TEXT, folder TEXT, uid INTEGER, received_at REAL NOT NULL, flags TEXT NOT NULL, raw BLOB NOT NULL,
  PRIMARY KEY (account, folder, uid));
CREATE TABLE IF NOT EXISTS shop_mail (
  id INTEGER PRIMARY KEY, shop TEXT NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL,
  received_at REAL NOT NULL, raw BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS conversation (
  id TEXT PRIMARY KEY, shop TEXT NOT NULL, visitor TEXT NOT NULL, email TEXT NOT NULL, started_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS chat_message (
  id INTEGER PRIMARY KEY AUTOINCREMENT, conversation TEXT NOT NULL REFERENCES conversation, role TEXT NOT NULL,
  author TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL, client_key TEXT, UNIQUE (conversation, client_key));
CREATE TABLE IF NOT EXISTS plan (
  id INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
  body TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class StoredMail:
    """One message in a shopper's folder, with its IMAP position."""

    uid: int
    received_at: datetime
    flags: tuple[str, ...]
    raw: bytes


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One message that a shop got, by e-mail or through its contact form."""

    id: int
    shop: str
    sender: str
    recipient: str
    received_at: datetime
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The message with its headers and text parsed."""
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def message_id(self) -> str:
        """The Message-ID with its angle brackets, or an empty text."""
        return str(self.message["Message-ID"] or "").strip()


@dataclass(frozen=True, slots=True)
class Conversation:
    """One chat between a visitor and a shop."""

    id: str
    shop: str
    visitor: str
    email: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One line of a chat; ``role`` is visitor, operator, bot or system."""

    id: int
    conversation: str
    role: str
    author: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """An answer that a member of staff will give when ``due``; ``subject`` is what it answers."""

    id: int
    due: datetime
    kind: str
    subject: str
    body: dict[str, Any]


class Store:
    """The demo company's memory; raises CompanyError when its directory cannot be used."""

    def __init__(self, data_dir: Path) -> None:
        path = data_dir / "company.sqlite3"
        self._lock = threading.RLock()
        self._depth = 0
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _TABLES)
        except (OSError, sqlite3.Error) as error:
            raise CompanyError(
                f"The demo company cannot keep its data in {path} ({error}): make the folder writable."
            ) from error

    def close(self) -> None:
        """Close the file; the store is of no use afterwards."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do everything inside or nothing; transactions inside a transaction belong to the outer one."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self._db
            except BaseException:
                if outermost:
                    self._db.execute("ROLLBACK")
                raise
            else:
                if outermost:
                    self._db.execute("COMMIT")
            finally:
                self._depth -= 1

    # Mailboxes

    def add_folder(self, account: str, name: str) -> None:
        """Make a folder unless it exists."""
        with self.transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO folder VALUES (?, ?, ?, 1)",
                (account, name, secrets.randbelow(2**31 - 1) + 1),
            )

    def remove_folder(self, account: str, name: str) -> None:
        """Remove a folder with all its mail."""
        with self.transaction() as db:
            db.execute("DELETE FROM mail WHERE account = ? AND folder = ?", (account, name))
            db.execute("DELETE FROM folder WHERE account = ? AND name = ?", (account, name))

    def folders(self, account: str) -> list[str]:
        """The names of an account's folders."""
        with self.transaction() as db:
            rows = db.execute("SELECT name FROM folder WHERE account = ? ORDER BY name", (account,))
            return [name for (name,) in rows]

    def folder_state(self, account: str, name: str) -> tuple[int, int]:
        """The folder's UIDVALIDITY and next UID."""
        with self.transaction() as db:
            row = db.execute(
                "SELECT uid_validity, next_uid FROM folder WHERE account = ? AND name = ?", (account, name)
            ).fetchone()
        return int(row[0]), int(row[1])

    def add_mail(
        self, account: str, folder: str, at: datetime, raw: bytes, flags: tuple[str, ...] = ()
    ) -> int:
        """Put a message into a folder, which is made if need be; gives its UID."""
        with self.transaction() as db:
            self.add_folder(account, folder)
            (uid,) = db.execute(
                "UPDATE folder SET next_uid = next_uid + 1 WHERE account = ? AND name = ? RETURNING next_uid - 1",
                (account, folder),
            ).fetchone()
            db.execute(
                "INSERT INTO mail VALUES (?, ?, ?, ?, ?, ?)",
                (account, folder, uid, at.timestamp(), json.dumps(flags), raw),
            )
        return int(uid)

    def mail_after(self, account: str, folder: str, uid: int) -> list[StoredMail]:
        """The folder's messages with a higher UID, in order."""
        with self.transaction() as db:
            rows = db.execute(
                "SELECT uid, received_at, flags, raw FROM mail WHERE account = ? AND folder = ? AND uid > ?"
                " ORDER BY uid",
                (account, folder, uid),
            ).fetchall()
        return [
            StoredMail(n, _instant(at), tuple(json.loads(flags)), bytes(raw)) for n, at, flags, raw in rows
        ]

    def set_flags(self, account: str, folder: str, uid: int, flags: tuple[str, ...]) -> None:
        """Replace the flags of one message."""
        with self.transaction() as db:
            db.execute(
                "UPDATE mail SET flags = ? WHERE account = ? AND folder = ? AND uid = ?",
                (json.dumps(flags), account, folder, uid),
            )

    def remove_mail(self, account: str, folder: str, uid: int) -> None:
        """Remove one message; its UID is never given again."""
        with self.transaction() as db:
            db.execute(
                "DELETE FROM mail WHERE account = ? AND folder = ? AND uid = ?", (account, folder, uid)
            )

    # What the shops got

    def add_shop_mail(self, shop: str, sender: str, recipient: str, at: datetime, raw: bytes) -> ReceivedMail:
        """Put a message into a shop's inbox."""
        with self.transaction() as db:
            cursor = db.execute(
                "INSERT INTO shop_mail (shop, sender, recipient, received_at, raw) VALUES (?, ?, ?, ?, ?)",
                (shop, sender, recipient, at.timestamp(), raw),
            )
        return ReceivedMail(int(cursor.lastrowid or 0), shop, sender, recipient, at, raw)

    def next_shop_mail_id(self) -> int:
        """The id that the next message to a shop will have; ask inside the transaction that adds it."""
        with self.transaction() as db:
            (last,) = db.execute("SELECT COALESCE(MAX(id), 0) FROM shop_mail").fetchone()
        return int(last) + 1

    def shop_mail(self, id_: int | None = None) -> list[ReceivedMail]:
        """Every message that a shop ever got, oldest first, or the one with this id."""
        with self.transaction() as db:
            rows = db.execute(
                "SELECT id, shop, sender, recipient, received_at, raw FROM shop_mail"
                " WHERE ?1 IS NULL OR id = ?1 ORDER BY id",
                (id_,),
            )
            return [
                ReceivedMail(n, shop, who, to, _instant(at), bytes(raw)) for n, shop, who, to, at, raw in rows
            ]

    # Chats

    def add_conversation(self, shop: str, visitor: str, email: str, at: datetime) -> Conversation:
        """Begin a conversation under an id that nobody can guess."""
        conversation = Conversation(secrets.token_urlsafe(18), shop, visitor, email)
        with self.transaction() as db:
            db.execute(
                "INSERT INTO conversation VALUES (?, ?, ?, ?, ?)",
                (conversation.id, shop, visitor, email, at.timestamp()),
            )
        return conversation

    def conversation(self, id_: str) -> Conversation | None:
        """The conversation with this id, if there is one."""
        with self.transaction() as db:
            row = db.execute(
                "SELECT id, shop, visitor, email FROM conversation WHERE id = ?", (id_,)
            ).fetchone()
        return Conversation(*row) if row else None

    def add_chat_message(
        self,
        conversation: str,
        role: str,
        author: str,
        text: str,
        at: datetime,
        client_key: str | None = None,
    ) -> bool:
        """Add a line to a conversation; False when this ``client_key`` has been added before."""
        with self.transaction() as db:
            cursor = db.execute(
                "INSERT OR IGNORE INTO chat_message (conversation, role, author, text, at, client_key)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (conversation, role, author, text, at.timestamp(), client_key),
            )
        return cursor.rowcount == 1

    def chat_messages(self, conversation: str | None = None) -> list[ChatMessage]:
        """The lines of one conversation, or of all, oldest first."""
        with self.transaction() as db:
            rows = db.execute(
                "SELECT id, conversation, role, author, text, at FROM chat_message"
                " WHERE ?1 IS NULL OR conversation = ?1 ORDER BY id",
                (conversation,),
            )
            return [
                ChatMessage(n, which, role, who, text, _instant(at)) for n, which, role, who, text, at in rows
            ]

    def count_visitor_messages(self, shop: str) -> int:
        """How many messages visitors have written to one shop."""
        with self.transaction() as db:
            (count,) = db.execute(
                "SELECT COUNT(*) FROM chat_message m JOIN conversation c ON c.id = m.conversation"
                " WHERE c.shop = ? AND m.role = 'visitor'",
                (shop,),
            ).fetchone()
        return int(count)

    # What the staff still owe

    def add_plan(self, due: datetime, kind: str, subject: str, body: dict[str, Any]) -> Plan:
        """Note an answer that is to be given later."""
        with self.transaction() as db:
            cursor = db.execute(
                "INSERT INTO plan (due, kind, subject, body) VALUES (?, ?, ?, ?)",
                (due.timestamp(), kind, subject, json.dumps(body)),
            )
        return Plan(int(cursor.lastrowid or 0), due, kind, subject, body)

    def remove_plan(self, id_: int) -> None:
        """Strike off an answer that has been given."""
        with self.transaction() as db:
            db.execute("DELETE FROM plan WHERE id = ?", (id_,))

    def plans(self, subject: str | None = None) -> list[Plan]:
        """The answers still owed, for one subject or for all, soonest first."""
        with self.transaction() as db:
            rows = db.execute(
                "SELECT id, due, kind, subject, body FROM plan WHERE ?1 IS NULL OR subject = ?1 ORDER BY due",
                (subject,),
            )
            return [Plan(n, _instant(due), kind, what, json.loads(body)) for n, due, kind, what, body in rows]


def _instant(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
