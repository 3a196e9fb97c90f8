"""Leaving our address: in the form of a chat where nobody is, and where one asks for it once something was said."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime

from probes.base import OUR_CLOCK, Fact, FactKind
from probes.browser.browsers import BrowserError, pictures
from probes.channels.chat.entrance import Entrance
from probes.channels.chat.filling import address_field
from probes.channels.chat.parts import gone
from probes.channels.chat.writing import form_was_taken

TAKE_SECONDS = 2.0
"""So long a chat has to show that it took an address, for nobody looks at its answers meanwhile."""
IN_FORM = "Nobody was there: the message was left in the chat's form, and answers come by mail"
ADDRESS_ALONE = (
    "Nobody was there, and the chat's form takes an e-mail address and no message: the probe's own was left,"
    " and whoever answers does it by mail"
)
TAKEN = "The chat asked for an e-mail address and took the probe's own: an answer may come by mail, too"
NOT_TAKEN = (
    "The chat asked for an e-mail address; the probe's own was filled in, and the chat asks for it still"
)


async def left_in_form(entrance: Entrance, text: str, earliest: datetime) -> Fact:
    """Return `sent` when the form for those who find nobody there was taken. Raises BrowserError."""
    deadline = time.monotonic() + entrance.patience.confirm
    while not await form_was_taken(entrance):
        if time.monotonic() >= deadline:
            raise BrowserError("the form for those who find nobody there did not say that it was taken")
        entrance.changes.clear()
        await entrance.changes.wait(0.5)
    return Fact(
        FactKind.SENT,
        earliest,
        datetime.now(UTC),
        source=OUR_CLOCK,
        key="offline form",
        text="" if entrance.wordless else text,
        role="visitor",
        reasons=(ADDRESS_ALONE if entrance.wordless else IN_FORM,),
        details={"offline form": True},
        evidence=await pictures(entrance.view, "sent"),
    )


class AddressQuestion:
    """The question for our e-mail address that a chat may ask once something was said; answered once at most.

    Whatever goes wrong with it, the message is sent and may be answered in the chat: it is no failure.
    """

    def __init__(self, entrance: Entrance, answered: bool = False) -> None:
        """`answered` says that an earlier visit has left the address."""
        self._entrance = entrance
        self.answered = answered

    async def answer(self) -> Fact | None:
        """Leave the probe's address where the chat asks for it, and return what became of that."""
        asked = self._entrance.widget.address
        if self.answered or asked is None:
            return None
        began = datetime.now(UTC)
        with suppress(BrowserError):
            if leave := await self._entrance.ready_to_leave_address():
                self.answered = True
                await leave()
                taken = await gone(address_field(self._entrance.chat, asked), TAKE_SECONDS)
                return await self._left(began, TAKEN if taken else NOT_TAKEN)
        return None

    async def _left(self, began: datetime, reason: str) -> Fact:
        return Fact(
            FactKind.SYSTEM_LINE,
            began,
            datetime.now(UTC),
            source=OUR_CLOCK,
            key="address left",
            role="system",
            reasons=(reason,),
            evidence=await pictures(self._entrance.view, "address-left"),
        )
