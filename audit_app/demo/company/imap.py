"""The IMAP server where the shoppers read their mail: pymap, with its folders kept in the store.

pymap's own in-memory folders give search, IDLE and all the rest; they forget on exit. Here they are a view
of the store: every message comes from it, and every change goes to it.
"""

from __future__ import annotations

import asyncio
import re
import socket
from argparse import Namespace
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import uuid4

from proxyprotocol.result import ProxyResultLocal
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message
from pymap.concurrent import Subsystem
from pymap.exceptions import NotAllowedError
from pymap.flags import FlagOp
from pymap.imap import IMAPServer
from pymap.interfaces.message import CachedMessage
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import ObjectId
from pymap.parsing.specials.flag import Flag
from pymap.user import UserMetadata
from pysasl.creds.server import ServerCredentials
from pysasl.hashing import Cleartext

from audit_app.demo.chain import SHOPPER_DOMAIN
from audit_app.demo.company.store import Store

FOLDERS = ("INBOX", "Sent", "Junk")
_ACCOUNT = re.compile(rf"[a-z0-9][a-z0-9._-]{{0,63}}@{re.escape(SHOPPER_DOMAIN)}")


def is_account(name: str) -> bool:
    """Whether a shopper may sign in under this name: a plain lower-case address of the shoppers' domain."""
    return _ACCOUNT.fullmatch(name) is not None


class StoredFolder(MailboxData):
    """A folder whose messages, flags and UIDs are in the store."""

    def __init__(self, owner: StoredFolders, name: str) -> None:
        super().__init__(owner._content_cache, owner._thread_cache)
        self._store, self._account, self._name = owner.store, owner.account, name
        self._store.add_folder(self._account, name)
        self._uid_validity, _ = self._store.folder_state(self._account, name)
        self._max_uid = 0
        self._catching_up = asyncio.Lock()

    async def catch_up(self) -> None:
        """Show what has come into the store since the last look, in the order of the UIDs."""
        async with self._catching_up:
            _, next_uid = self._store.folder_state(self._account, self._name)
            for mail in self._store.mail_after(self._account, self._name, self._max_uid):
                self._max_uid = mail.uid - 1
                await super().append(
                    AppendMessage(mail.raw, mail.received_at, _flags(mail.flags)), recent=True
                )
            self._max_uid = max(self._max_uid, next_uid - 1)

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        """Keep a message that a mail program puts into the folder."""
        when = append_msg.when or datetime.now(UTC)
        raw, flags = bytes(append_msg.literal), _names(append_msg.flag_set)
        uid = self._store.add_mail(self._account, self._name, when, raw, flags)
        await self.catch_up()
        return self._messages[uid]

    async def copy(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        """Put a copy of one message into another folder; gives its UID there."""
        mail = next(iter(self._store.mail_after(self._account, self._name, uid - 1)), None)
        if mail is None or mail.uid != uid:
            return None
        copied = await destination.append(AppendMessage(mail.raw, mail.received_at, _flags(mail.flags)))
        return int(copied.uid)

    async def move(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        """Move one message into another folder; gives its UID there."""
        moved = await self.copy(uid, destination)
        if moved is not None:
            await self.delete([uid])
        return moved

    async def update(
        self, uid: int, cached_msg: CachedMessage, flag_set: frozenset[Flag], mode: FlagOp
    ) -> Message:
        """Change the flags of one message."""
        message = await super().update(uid, cached_msg, flag_set, mode)
        self._store.set_flags(self._account, self._name, uid, _names(message.permanent_flags))
        return message

    async def delete(self, uids: Iterable[int]) -> None:
        """Remove messages for good."""
        gone = list(uids)
        for uid in gone:
            self._store.remove_mail(self._account, self._name, uid)
        await super().delete(gone)


class StoredFolders(MailboxSet):
    """All folders of one shopper."""

    def __init__(self, store: Store, account: str) -> None:
        super().__init__()
        self.store, self.account = store, account
        self._stored = {name: StoredFolder(self, name) for name in {*FOLDERS, *store.folders(account)}}
        self._set.update(self._stored)
        self._inbox = self._set.pop("INBOX")

    async def catch_up(self) -> None:
        """Show in every folder what has come into the store."""
        for folder in list(self._stored.values()):
            await folder.catch_up()

    async def add_mailbox(self, name: str) -> ObjectId:
        """Make a folder; raises ValueError when there is one of that name."""
        if name in self._set:
            raise ValueError(name)
        self._set[name] = self._stored[name] = StoredFolder(self, name)
        return self._set[name].mailbox_id

    async def delete_mailbox(self, name: str) -> None:
        """Remove a folder with its mail; raises KeyError when there is none of that name."""
        await super().delete_mailbox(name)
        del self._stored[name]
        self.store.remove_folder(self.account, name)

    async def rename_mailbox(self, before: str, after: str) -> None:
        """Refuse: no shopper renames folders."""
        raise NotAllowedError("Folders keep their names here.")


class Shoppers(Login):
    """Lets any address of the shoppers' domain sign in with the one password of the demo."""

    def __init__(self, config: Config, store: Store, password: str) -> None:
        super().__init__(config)
        self._store, self._password = store, password

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        """Check name and password, and bring the shopper's folders up to date."""
        name = credentials.authcid
        if is_account(name):
            self.users_dict.setdefault(name, UserMetadata(self.config, name, password=self._password))
        identity = await super().authenticate(credentials)
        if name not in self.config.set_cache:
            folders = StoredFolders(self._store, name)
            await folders.catch_up()
            self.config.set_cache[name] = (folders, FilterSet())
        return identity


class ImapServer:
    """The running server; made and used inside one event loop alone. `idle`: whether it tells of mail by itself."""

    def __init__(self, store: Store, password: str, *, idle: bool = True) -> None:
        self._config = _QuietConfig(
            Namespace(proxy_protocol=None, passlib_cfg=None),
            host=None,
            port=0,
            tls_enabled=False,
            hash_context=Cleartext(),
            cpu_subsystem=Subsystem.for_asyncio(),
            demo_data=False,
            demo_user="",
            demo_password="",
            disable_idle=not idle,
        )
        self._serve = IMAPServer(Shoppers(self._config, store, password), self._config)

    async def start(self, listener: socket.socket) -> asyncio.Server:
        """Serve on a socket that listens already."""
        self._config.apply_context()
        return await asyncio.start_server(self._connected, sock=listener)

    async def announce(self, account: str) -> None:
        """Tell the shopper's open connections that mail has come."""
        folders, _ = self._config.set_cache.get(account, (None, None))
        if isinstance(folders, StoredFolders):
            await folders.catch_up()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        info = SocketInfo.get(writer, ProxyResultLocal(), unique_id=uuid4().bytes)
        await self._serve(reader, writer, info)


class _QuietConfig(Config):
    """Greets without looking its own name up, which can take seconds on some networks."""

    @property
    def greeting(self) -> bytes:
        return b"mail." + SHOPPER_DOMAIN.encode() + b" ready"


def _flags(names: Iterable[str]) -> frozenset[Flag]:
    return frozenset(Flag(name) for name in names)


def _names(flags: Iterable[Flag]) -> tuple[str, ...]:
    return tuple(sorted(str(flag) for flag in flags))
