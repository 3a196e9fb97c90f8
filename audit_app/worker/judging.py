"""Judging stored mail, beside the reading of the mailboxes: in a thread of its own, one mail after the other."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from audit_app.services.mail.judging import Filed, Judge, Transactions
from audit_app.worker.context import WorkerContext, log, step, utc_now

LOOK_SECONDS = 5.0
"""Between two looks for mail that another worker stored or left behind."""


class MailJudge:
    """Keeps judging the mail that waits until the worker stops."""

    def __init__(self, context: WorkerContext) -> None:
        self._context = context
        self._judge = Judge(
            Transactions(context.read_here, context.do_here),
            context.name,
            context.lease,
            utc_now,
            context.rules,
        )
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="judge")

    async def run(self) -> None:
        """Judge until there is no more reason to; failures are logged, and the mail is judged again later."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._work)
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    def _work(self) -> None:
        while not self._context.halt.is_set():
            if not self._some():
                self._context.mail_came.wait(LOOK_SECONDS)

    def _some(self) -> bool:
        """Judge some mail; whether there was any."""
        self._context.mail_came.clear()
        any_filed = False
        try:
            for filed in self._judge.judge_some(self._context.halt.is_set):
                any_filed = True
                _say(filed)
        except Exception as error:  # the database, or no room for a process: wait and try again, for ever
            log.warning("mail.not_judged", error=type(error).__name__, reason=str(error)[:500])
            return False
        return any_filed


def _say(mail: Filed) -> None:
    log.info("mail.judged", mail=mail.mail_id, probe=mail.probe_id, state=mail.state.value, kind=mail.kind)
    if mail.probe_id is not None:
        step("mail_judged", mail.probe_id, mail=mail.mail_id, kind=mail.kind)
