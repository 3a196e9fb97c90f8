"""The words for what can happen to a probe, and the order in which it may."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from audit_app.domain.errors import Conflict


class ObservationKind(StrEnum):
    """What one observation says. Only a human reply stops the clock."""

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
    """A bot is about to be asked for a person; noted before that happens."""
    ASKED_PERSON = "asked_person"
    """That it was asked stands in the chat."""
    NO_PERSON = "no_person"
    """The bot says that there is no way to a person."""
    TAKEN_BACK = "taken_back"
    """A mail that was assigned here and is not of this probe; it says nothing about it."""


AUTOMATIC = frozenset({ObservationKind.ACKNOWLEDGED, ObservationKind.BOT_MESSAGE})
"""Messages that no person wrote."""
REPLIES = AUTOMATIC | {ObservationKind.HUMAN_REPLY, ObservationKind.UNCERTAIN_REPLY}
"""What one message can be judged to be: the same key among these is the same message."""


class ProbeState(StrEnum):
    """How far the sending of a probe has come."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    SEND_UNKNOWN = "send_unknown"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNSENT = frozenset({ProbeState.PLANNED, ProbeState.CLAIMED})
"""Nothing has left the house, and it may still go out."""
JUDGED = frozenset({ProbeState.SENT, ProbeState.FAILED})
"""What becomes of the message is known, so that the answers, or the refusal of the address, can be judged."""


# A claim may be given back, because nothing has left the house before "sending". From there back to "planned" leads
# only the word of the driver that nobody took the message: one that may have gone out is never sent again. Where a
# mail shows that it was taken all the same, the next claim makes it "sent". Where the only proof that it left was a mail
# that turns out to be another's, nobody knows again whether it did.
TRANSITIONS: Mapping[ProbeState, frozenset[ProbeState]] = MappingProxyType(
    {
        ProbeState.PLANNED: frozenset({ProbeState.CLAIMED, ProbeState.CANCELLED}),
        ProbeState.CLAIMED: frozenset(
            {
                ProbeState.PLANNED,
                ProbeState.SENDING,
                ProbeState.SENT,
                ProbeState.FAILED,
                ProbeState.CANCELLED,
            }
        ),
        ProbeState.SENDING: frozenset(
            {ProbeState.PLANNED, ProbeState.SENT, ProbeState.SEND_UNKNOWN, ProbeState.FAILED}
        ),
        ProbeState.SEND_UNKNOWN: frozenset({ProbeState.SENT, ProbeState.FAILED}),
        ProbeState.SENT: frozenset({ProbeState.SEND_UNKNOWN}),
        ProbeState.FAILED: frozenset(),
        ProbeState.CANCELLED: frozenset(),
    }
)


def check_transition(before: ProbeState, after: ProbeState) -> None:
    """Let a probe go from one state to another, if it may.

    Raises:
        Conflict: it may not.
    """
    if after not in TRANSITIONS[before]:
        possible = (
            " or ".join(f"“{state}”" for state in ProbeState if state in TRANSITIONS[before])
            or "nothing else"
        )
        raise Conflict(f"A probe that is “{before}” cannot become “{after}”; it can become {possible}.")
