"""Sending the product's own mail: each notice once, one after the other."""

from __future__ import annotations

import asyncio

from audit_app.services.mailboxes.accounts import account_of
from audit_app.services.notices import outbox
from audit_app.worker.context import WorkerContext, log, utc_now
from probes.base import NotSent, ProbeError, Rejected
from probes.mail.smtp import send


async def send_notices(context: WorkerContext) -> None:
    """Send what is due; that it is being sent is committed before a word leaves."""
    for letter in await context.do(outbox.take_notices, utc_now()):
        await _send(context, letter)


async def _send(context: WorkerContext, letter: outbox.Letter) -> None:
    try:
        # No copy to ourselves: it would lie among the answers, and what it says may be secret.
        await asyncio.to_thread(send, account_of(letter.mailbox), letter.raw, copy=False)
    except NotSent as error:
        await context.do(outbox.note_not_sent, letter.notice_id, str(error), utc_now())
        log.warning("notice.not_sent", notice=letter.notice_id, kind=letter.kind, reason=str(error)[:300])
    except Rejected as error:
        await context.do(outbox.note_refused, letter.notice_id, str(error))
        log.warning("notice.refused", notice=letter.notice_id, kind=letter.kind)
    except ProbeError as error:
        await context.do(outbox.note_unknown, letter.notice_id, str(error))
        log.warning("notice.unknown", notice=letter.notice_id, kind=letter.kind, reason=str(error)[:300])
    else:
        await context.do(outbox.note_sent, letter.notice_id, utc_now())
        log.info("notice.sent", notice=letter.notice_id, kind=letter.kind)
