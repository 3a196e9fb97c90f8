"""Whether our message reached the company's server, as far as the chat shows it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from probes.channels.chat.transcript import Line
from probes.channels.chat.vocabulary import (
    is_retry,
    says_delivered,
    says_failed,
    says_no_connection,
    says_sending,
)


class Delivery(StrEnum):
    """What a chat shows of our message."""

    STANDS = "stands"
    """It stands there, and nothing says more."""
    WAITING = "waiting"
    """It is still on its way."""
    ANSWERED = "answered"
    """Somebody has answered it; a machine in the page can do that, too, before the server has it."""
    DELIVERED = "delivered"
    """The chat says that the server has it."""
    FAILED = "failed"
    """The chat says that it was not sent."""
    DOUBTFUL = "doubtful"
    """Something points to a failure: a button that sends again, a chat that is not connected."""


def delivery_of(own: Line, after: Sequence[Line], notices: Sequence[str] = ()) -> tuple[Delivery, str]:
    """Judge our message by what stands beside it, what was said `after` it and the chat's `notices`; with the words.

    A failure outweighs all else, for a chat may greet by a machine whatever becomes of our message.
    """
    first = [line.text for line in after[:1] if line.role in ("system", "unknown")]
    beside = [*own.beside, *(text for text in first if _begins_failed(text))]
    for kind, test, texts in (
        (Delivery.FAILED, _failed_in_words, beside),
        (Delivery.DOUBTFUL, says_failed, beside),
        (Delivery.DOUBTFUL, says_no_connection, [*beside, *notices]),
        (Delivery.DOUBTFUL, says_failed, notices),
        (Delivery.WAITING, says_sending, beside),
        (Delivery.DELIVERED, says_delivered, beside),
    ):
        if said := next((text for text in texts if test(text)), ""):
            return kind, said
    answered = any(line.role in ("bot", "person", "unknown") for line in after)
    return (Delivery.ANSWERED if answered else Delivery.STANDS), ""


def _failed_in_words(text: str) -> bool:
    return says_failed(text) and not is_retry(text)


def _begins_failed(text: str) -> bool:
    return says_failed(text.split(".")[0][:60])
