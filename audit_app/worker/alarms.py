"""Telling people that something of ours is broken, by whatever Apprise can reach."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

import apprise
from sqlalchemy.orm import Session

from audit_app.config import Settings
from audit_app.domain.errors import InvalidInput
from audit_app.models import AlarmKind
from audit_app.services.operations import alarms
from audit_app.services.operations.browser import usable_browser
from audit_app.worker.context import WorkerContext, log, utc_now

# Its messages hold addresses, and those hold passwords.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


class Notifier:
    """Sends short messages to the addresses of AUDIT_ALARM_URLS; with none it tells nobody."""

    def __init__(self, addresses: Sequence[str]) -> None:
        """Read the addresses; raises InvalidInput with the place of one that Apprise does not know."""
        self._targets = [_target(number, address) for number, address in enumerate(addresses, 1)]

    def __bool__(self) -> bool:
        """Whether there is anybody to tell."""
        return bool(self._targets)

    def notify(self, title: str, body: str) -> bool:
        """Send one message; blocks. True when it reached at least one address, so that none gets it twice."""
        reached = [_reached(target, title, body) for target in self._targets]
        return any(reached)


def _target(number: int, address: str) -> apprise.Apprise:
    target = apprise.Apprise()
    if not target.add(address):
        raise InvalidInput(
            f"AUDIT_ALARM_URLS: address {number} is none that Apprise knows; write it as "
            "mailtos://user:password@host?to=… or see https://github.com/caronc/apprise/wiki."
        )
    return target


def _reached(target: apprise.Apprise, title: str, body: str) -> bool:
    try:
        return bool(target.notify(title=title, body=body))
    except Exception as error:  # an alarm that cannot be sent must not stop the work
        log.error("alarm.failed", error=type(error).__name__)
        return False


async def send_news(context: WorkerContext, notifier: Notifier) -> None:
    """Tell what people do not know yet; what reaches nobody is told again later."""
    if not notifier:
        return
    for news in await context.do(alarms.claim_news, utc_now()):
        reached = await asyncio.to_thread(notifier.notify, news.title, news.text)
        log.info("alarm.told" if reached else "alarm.not_told", alarm=news.alarm_id, active=news.active)
        if reached:
            await context.do(alarms.mark_told, news)


def note_browser(session: Session, settings: Settings, machine: str, now: datetime) -> None:
    """Raise or end the alarm about the browser of this machine, by whether one is found."""
    if settings.remote_browser or usable_browser(settings.browser):
        alarms.end_alarm(session, AlarmKind.BROWSER, machine, now)
    else:
        reason = "No browser was found. Run: audit-app browser, or name one in AUDIT_BROWSER."
        alarms.raise_alarm(session, AlarmKind.BROWSER, machine, machine, reason, now)
