"""What a probe is to the outside: the message, the facts it brings home, and the ways it can fail.

Every channel speaks in these words, so that whoever runs probes need not know one channel from another.
The runner owns time-outs, retries and history; a channel only does one thing at a time and tells the truth.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from probes.browser import Browsers
    from probes.mailbox import MailAccount

JSON: TypeAlias = "str | int | float | bool | None | Sequence[JSON] | Mapping[str, JSON]"
Begin: TypeAlias = Callable[[], Coroutine[object, object, None]]
EvidenceKind: TypeAlias = Literal["raw_mail", "screenshot", "transcript", "trace", "html"]


class ObservationKind(StrEnum):
    """What happened to a probe; only `human_reply` stops the clock."""

    SENT = "sent"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    GREETING = "greeting"
    TYPING = "typing"
    SYSTEM_LINE = "system_line"
    BOT_MESSAGE = "bot_message"
    HUMAN_REPLY = "human_reply"
    UNCERTAIN_REPLY = "uncertain_reply"
    BOUNCED = "bounced"
    BLOCKED = "blocked"
    LOST = "lost"
    FAILED = "failed"
    ADDRESS_SEEN = "address_seen"


@dataclass(frozen=True)
class Evidence:
    """A file that proves something, in memory; whoever receives it stores it."""

    kind: EvidenceKind
    media_type: str
    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Observation:
    """One fact about a probe. It happened between `earliest` and `latest` (both aware UTC, equal when exact).

    `source` says whose clock that is; `key` names the fact for good (a Message-ID, a chat message's id), so that
    seeing it twice is not two facts. `author` is the name shown beside a message, `role` the part its writer plays.
    """

    kind: ObservationKind
    earliest: datetime
    latest: datetime
    source: str
    key: str
    text: str = ""
    role: str = ""
    author: str = ""
    reasons: tuple[str, ...] = ()
    details: Mapping[str, JSON] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a time without a zone or an interval that runs backwards, with ValueError."""
        if self.earliest.tzinfo is None or self.latest.tzinfo is None:
            raise ValueError(f"The time of an observation ({self.kind}) needs a time zone")
        if self.earliest > self.latest:
            raise ValueError(f"An observation ({self.kind}) cannot end before it begins")


@dataclass(frozen=True)
class Message:
    """What one probe says, to whom, and as whom. All of it is decided and stored before anything is sent.

    `from_address` belongs to this probe alone where the mailbox allows it, which makes it the surest way to match
    an answer. `url` is the page a customer would start from: the contact page for e-mail, the chat's page for chat;
    `widget` names the file in probes/widgets/ that describes the chat on it, unless `widget_text` does, as YAML;
    `form_mapping` is YAML that explains an odd contact form.
    """

    token: str
    channel: str
    persona_name: str
    from_address: str
    text: str
    to: str = ""
    subject: str = ""
    language: str = "en"
    message_id: str = ""
    url: str = ""
    widget: str = ""
    widget_text: str = ""
    form_mapping: str = ""
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Equipment:
    """What the runner lends a channel: its browsers, and the mailbox that answers come to."""

    browsers: Browsers
    account: MailAccount | None = None


class ProbeError(Exception):
    """Something kept a probe from going on. `str()` is a sentence for people; `evidence` shows what was seen."""

    def __init__(self, sentence: str, evidence: Sequence[Evidence] = ()) -> None:
        super().__init__(sentence)
        self.evidence = tuple(evidence)


class NotSent(ProbeError):
    """Certainly nothing was sent, so it is safe to try again."""


class Deferred(NotSent):
    """Sending was put off: a mail server said "not now", or the line broke before the message was complete.

    Only a driver that knows that nobody took the message raises it; the same message is then tried again later.
    """


class SendUnknown(ProbeError):
    """Nobody can tell whether the message left; look for it before anything else, and never just send again."""


class Rejected(ProbeError):
    """The company's own server refused its own address: nothing was sent, and that is the company's failure.

    `observation` (bounced) holds the server's words.
    """

    def __init__(self, sentence: str, observation: Observation) -> None:
        super().__init__(sentence, observation.evidence)
        self.observation = observation


class Blocked(ProbeError):
    """The way is closed to a probe that does not pretend: a captcha, a sign-in or a refusal. Nothing was sent."""

    def __init__(
        self,
        kind: Literal["captcha", "login_wall", "blocked"],
        sentence: str,
        evidence: Sequence[Evidence] = (),
    ) -> None:
        super().__init__(sentence, evidence)
        self.kind = kind


class OurFailure(ProbeError):
    """Our own equipment failed; the company has nothing to do with it."""


class MailboxDown(OurFailure):
    """Our mailbox could not be reached, or refused us."""


async def unrecorded() -> None:
    """Begin to send without a record of it, for whoever will not have to find out after a crash."""


class Attempt(Protocol):
    """One probe at the company's door. Opening it sent nothing; `send` is the only call that does."""

    async def prepare(self) -> Sequence[Observation]:
        """Go as far as a customer can without sending. Raises NotSent or Blocked."""

    async def state(self) -> Mapping[str, JSON]:
        """Return what is needed to come back later, in another process too. Store it in `begin`, at the latest."""

    async def send(self, begin: Begin = unrecorded) -> Observation:
        """Send the message once and return `sent`. Raises NotSent, Deferred, Rejected, Blocked or SendUnknown.

        `begin` is awaited once, at the last moment at which nothing has left: before the dot that completes a mail,
        before the click that sends. Whoever died before it may try again, and whoever died after it must not. What it
        raises ends the attempt, and nothing is sent.
        """

    async def find_sent(self, since: datetime) -> Observation | None:
        """Look for proof that the message left after `since`: `sent`, or None if the place it would be in lacks it.

        Raises OurFailure when that place cannot be looked at, for then absence proves nothing.
        """

    def watch(self, until: datetime, since: datetime | None = None) -> AsyncGenerator[Observation, None]:
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
