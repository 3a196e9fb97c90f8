"""What a probe is to the outside: the message, the facts it brings home, and the ways it can fail.

Every channel speaks in these words, so that whoever runs probes need not know one channel from another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

JSON: TypeAlias = "str | int | float | bool | None | Sequence[JSON] | Mapping[str, JSON]"
ProofKind: TypeAlias = Literal["raw_mail", "screenshot", "transcript", "trace", "html"]
OUR_CLOCK = "our clock"
"""What a fact names as its source where no server gave the time."""


class FactKind(StrEnum):
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
    ASKING_PERSON = "asking_person"
    """A bot is about to be asked for a person; stored before that happens, so that it never happens twice."""
    ASKED_PERSON = "asked_person"
    """That it was asked stands in the chat."""
    NO_PERSON = "no_person"
    """The bot says that there is no way to a person."""


@dataclass(frozen=True)
class Proof:
    """A file that proves something, in memory; whoever receives it stores it."""

    kind: ProofKind
    media_type: str
    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Fact:
    """One fact about a probe. It happened between `earliest` and `latest` (both aware UTC, equal when exact).

    `source` says whose clock that is; `key` names the fact for good (a Message-ID, a chat message's id), so that
    seeing it twice is not two facts. `author` is the name shown beside a message, `role` the part its writer plays:
    visitor (that is us), person, bot, system, machine or unknown; empty where nobody wrote. `reasons` are for people.

    Raises:
        ValueError: a time has no zone, or the interval runs backwards.
    """

    kind: FactKind
    earliest: datetime
    latest: datetime
    source: str
    key: str
    text: str = ""
    role: str = ""
    author: str = ""
    reasons: tuple[str, ...] = ()
    details: Mapping[str, JSON] = field(default_factory=dict)
    evidence: tuple[Proof, ...] = ()

    def __post_init__(self) -> None:
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
    `form_mapping` is YAML that explains an odd contact form. `language` is a two-letter code, `time_zone` the IANA name
    of the zone that the customer's browser is in; `message_id` has its angle brackets.
    `ask_person` is the sentence that asks a chat's bot for a person, empty where our visitor does not; `asked` how often
    that was begun already.
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
    ask_person: str = ""
    asked: int = 0


class ProbeError(Exception):
    """Something kept a probe from going on. `str()` is a sentence for people; `evidence` shows what was seen."""

    def __init__(self, sentence: str, evidence: Sequence[Proof] = ()) -> None:
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

    def __init__(self, sentence: str, observation: Fact) -> None:
        super().__init__(sentence, observation.evidence)
        self.observation = observation


class Blocked(ProbeError):
    """The way is closed to a probe that does not pretend: a captcha, a sign-in or a refusal. Nothing was sent."""

    def __init__(
        self,
        kind: Literal["captcha", "login_wall", "blocked"],
        sentence: str,
        evidence: Sequence[Proof] = (),
    ) -> None:
        super().__init__(sentence, evidence)
        self.kind = kind


class OurFailure(ProbeError):
    """Our own equipment failed; the company has nothing to do with it."""


class MailboxDown(OurFailure):
    """Our mailbox could not be reached, or refused us."""
