"""Leaving our address: in the form of a chat where nobody is, and where one asks for it once something was said."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from probes.base import Fact, FactKind
from probes.browser.browsers import BrowserError, pictures
from probes.channels.chat.parts import gone
from probes.channels.chat.timestamps import OUR_CLOCK
from probes.channels.chat.writing import address_field, form_was_taken, ready_to_leave_address

if TYPE_CHECKING:
    from probes.channels.chat.session import ChatSession

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


async def left_in_form(chat: ChatSession, text: str, earliest: datetime) -> Fact:
    """Return `sent` when the form for those who find nobody there was taken. Raises BrowserError."""
    deadline = time.monotonic() + chat.patience.confirm
    while not await form_was_taken(chat.entrance):
        if time.monotonic() >= deadline:
            raise BrowserError("the form for those who find nobody there did not say that it was taken")
        chat.changes.clear()
        await chat.changes.wait(0.5)
    wordless = chat.entrance.wordless
    return Fact(
        FactKind.SENT,
        earliest,
        datetime.now(UTC),
        source=OUR_CLOCK,
        key="offline form",
        text="" if wordless else text,
        role="visitor",
        reasons=(ADDRESS_ALONE if wordless else IN_FORM,),
        details={"offline form": True},
        evidence=await pictures(chat.page, "sent"),
    )


async def leave_address(chat: ChatSession) -> None:
    """Leave the probe's address where the chat asks for one after our message, once; that is among its `remarks` then.

    Whatever goes wrong with it, the message is sent and may be answered in the chat: it is no failure.
    """
    asked = chat.entrance.widget.address
    if chat.address_left or asked is None:
        return
    began = datetime.now(UTC)
    with suppress(BrowserError):
        if leave := await ready_to_leave_address(chat.entrance):
            chat.address_left = True
            await leave()
            taken = await gone(address_field(chat.entrance.chat, asked), TAKE_SECONDS)
            chat.remarks.append(await _left(chat, began, TAKEN if taken else NOT_TAKEN))


async def _left(chat: ChatSession, began: datetime, reason: str) -> Fact:
    return Fact(
        FactKind.SYSTEM_LINE,
        began,
        datetime.now(UTC),
        source=OUR_CLOCK,
        key="address left",
        role="system",
        reasons=(reason,),
        evidence=await pictures(chat.page, "address-left"),
    )
