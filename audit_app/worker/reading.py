"""Reading our mailboxes: one thread for each, which listens, reads what is new and now and then reads back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from audit_app.domain.errors import AuditError
from audit_app.models import Mailbox
from audit_app.services.mail import intake
from audit_app.services.mailboxes import state
from audit_app.services.mailboxes.accounts import account_of, keep_renewed_token
from audit_app.worker.context import WorkerContext, log, utc_now
from probes.base import ProbeError
from probes.mail.imap import FetchedMail, MailAccount, Position, fetch_new, wait_for_mail

LISTEN_SECONDS = 60.0
"""How long one listening lasts; then all folders are read, the spam folder too."""
READ_BACK_SECONDS = 900.0
READ_BACK_MAILS = 50
"""How many older UIDs are read again each time: some servers let a mail appear after a later one."""
RESCAN_SECONDS = 6 * 3600.0
RESCAN_BACK = timedelta(days=3)
"""How far back all mail is read again now and then, whatever its UIDs: servers restored from a copy go back in time."""
LONGEST_WAIT = 300.0
DOWN_AFTER = 2
"""Failures in a row after which the mailbox counts as down; one alone is a dropped line."""

Result = TypeVar("Result")
Positions = Mapping[str, Position]


class MailboxReader:
    """Keeps reading one mailbox until the worker stops or the mailbox is switched off."""

    def __init__(self, context: WorkerContext, mailbox_id: int) -> None:
        self._context, self._mailbox_id = context, mailbox_id
        # Its own thread: it is busy listening most of the time, and must not keep others from the database.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"mailbox-{mailbox_id}")
        self._read_back_at = self._rescan_at = 0.0
        self._failures = 0

    async def run(self) -> None:
        """Read until there is no more reason to; failures are noted and tried again, each time later."""
        try:
            while not self._context.stop.is_set() and await self._in_thread(self._once):
                pass
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _once(self) -> bool:
        """Read and listen once; returns whether to go on."""
        try:
            self._read(*self._context.do_here(self._where_to_begin))
            self._listen(*self._context.do_here(self._where_we_are))
        except _SwitchedOff:
            return False
        except Exception as error:  # our mailbox, the network or the database: wait and try again, for ever
            self._failed(error)
        return True

    def _where_we_are(self, session: Session) -> tuple[MailAccount, Positions]:
        mailbox = session.get(Mailbox, self._mailbox_id)
        if mailbox is None or not mailbox.active:
            raise _SwitchedOff
        return account_of(mailbox), state.positions_of(session, mailbox)

    def _where_to_begin(self, session: Session) -> tuple[MailAccount, Positions]:
        """Where the last reading ended; at the start and every quarter of an hour some mails before that.

        At the start and every six hours all mails of the last days.
        """
        account, positions = self._where_we_are(session)
        if time.monotonic() < self._read_back_at:
            return account, positions
        self._read_back_at = time.monotonic() + READ_BACK_SECONDS
        if time.monotonic() >= self._rescan_at:
            self._rescan_at = time.monotonic() + RESCAN_SECONDS
            mailbox = session.get_one(Mailbox, self._mailbox_id)
            positions = state.positions_before(session, mailbox, utc_now() - RESCAN_BACK)
        return account, {
            name: replace(position, last_uid=max(0, position.last_uid - READ_BACK_MAILS))
            for name, position in positions.items()
        }

    def _read(self, account: MailAccount, positions: Positions) -> None:
        began = utc_now()
        for incoming in fetch_new(account, positions):
            self._store(incoming)
        self._context.do_here(self._note_read, account, began)
        self._failures = 0

    def _store(self, incoming: FetchedMail) -> None:
        """Store one mail, with its place, in one transaction; until it is committed the mailbox counts as unread."""
        arrival = intake.Arrival.of(incoming)

        def store(session: Session) -> list[int]:
            mailbox = session.get_one(Mailbox, self._mailbox_id)
            return [row.id for row in intake.store_new_mail(session, mailbox, [arrival], utc_now())]

        for mail_id in self._context.do_here(store):
            log.info("mail.stored", step="mail_stored", mail=mail_id, mailbox=self._mailbox_id)
            self._context.mail_came.set()

    def _note_read(self, session: Session, account: MailAccount, began: datetime) -> None:
        mailbox = session.get_one(Mailbox, self._mailbox_id)
        keep_renewed_token(session, mailbox, account)
        state.mailbox_read(session, mailbox, began)
        down_for = state.mailbox_up(session, mailbox, utc_now())
        if down_for is not None:
            log.info("mailbox.up", mailbox=self._mailbox_id, down_seconds=round(down_for.total_seconds()))

    def _listen(self, account: MailAccount, positions: Positions) -> None:
        if not self._context.halt.is_set():
            wait_for_mail(account, LISTEN_SECONDS, self._context.halt, positions)

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        foreseen = isinstance(error, (ProbeError, AuditError))
        reason = str(error) if foreseen else f"Reading the mailbox failed: {type(error).__name__}"
        log.warning(
            "mailbox.failed",
            mailbox=self._mailbox_id,
            failures=self._failures,
            reason=reason,
            exc_info=not foreseen,
        )
        if self._failures >= DOWN_AFTER:
            self._note_down(reason)
        self._context.halt.wait(min(2.0 ** (self._failures - 1), LONGEST_WAIT))

    def _note_down(self, reason: str) -> None:
        def note(session: Session) -> None:
            state.mailbox_down(session, session.get_one(Mailbox, self._mailbox_id), reason, utc_now())

        try:
            self._context.do_here(note)
        except Exception as error:  # the database itself may be what is away
            log.warning("mailbox.not_noted", mailbox=self._mailbox_id, error=type(error).__name__)


class _SwitchedOff(Exception):
    """The mailbox was deleted or switched off."""
