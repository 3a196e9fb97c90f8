"""What every channel can do, and what the runner lends it.

The runner owns time-outs, retries and history; a channel only does one thing at a time and tells the truth.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from probes.base import JSON, Fact, Message
from probes.browser.browsers import Browsers
from probes.mail.imap import MailAccount

Begin: TypeAlias = Callable[[], Coroutine[object, object, None]]


@dataclass(frozen=True)
class Equipment:
    """What the runner lends a channel: its browsers, and the mailbox that answers come to."""

    browsers: Browsers
    account: MailAccount | None = None


async def unrecorded() -> None:
    """Begin to send without a record of it, for whoever will not have to find out after a crash."""


class Attempt(Protocol):
    """One probe at the company's door. Opening it sent nothing; `send` is the only call that does."""

    async def prepare(self) -> Sequence[Fact]:
        """Go as far as a customer can without sending. Raises NotSent or Blocked."""

    async def state(self) -> Mapping[str, JSON]:
        """Return what is needed to come back later, in another process too. Store it in `begin`, at the latest."""

    async def send(self, begin: Begin = unrecorded) -> Fact:
        """Send the message once and return `sent`. Raises NotSent, Deferred, Rejected, Blocked or SendUnknown.

        `begin` is awaited once, at the last moment at which nothing has left: before the dot that completes a mail,
        before the click that sends. Whoever died before it may try again, and whoever died after it must not. What it
        raises ends the attempt, and nothing is sent.
        """

    async def find_sent(self, since: datetime) -> Fact | None:
        """Look for proof that the message left after `since`: `sent`, or None if the place it would be in lacks it.

        Raises OurFailure when that place cannot be looked at, for then absence proves nothing.
        """

    def watch(self, until: datetime, since: datetime | None = None) -> AsyncGenerator[Fact, None]:
        """Yield what comes back up to `until`, each fact once, those already there first.

        `since` is when the channel was last looked at. Raises OurFailure when it can no longer be.
        """


class Channel(Protocol):
    """A way to write to a company. A channel holds nothing; an attempt holds one probe."""

    @property
    def answers_come_to(self) -> Literal["mailbox", "session"]:
        """Say where to watch: the mailbox that all probes share, or the attempt itself, kept open or reopened."""

    def open(
        self, equipment: Equipment, message: Message, state: Mapping[str, JSON] | None = None
    ) -> AbstractAsyncContextManager[Attempt]:
        """Open an attempt; with the `state` of an earlier one, go back to it rather than begin anew."""
