"""What is known of a mail from outside of it: when, whom we had written to, and who was told the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

QUICK, AT_ONCE = timedelta(seconds=60), timedelta(seconds=10)
"""How soon a letter comes that a person may have written, and how soon one that nobody has read and answered."""


@dataclass(frozen=True, slots=True)
class Twin:
    """An answer to another message of ours that says the same."""

    name: str
    """What it is called in a reason: a file, or a probe and its mail."""
    after: timedelta | None = None
    """How long after our message it came."""
    decided: str = ""
    """What a person decided about it, `human` or `automatic`; empty where nobody did."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All of it is optional: what is not known proves nothing."""

    sent_at: datetime | None = None
    """When our message left, at the latest."""
    received_at: datetime | None = None
    subject: str = ""
    """The subject of our message."""
    names: tuple[str, ...] = ()
    """What the company and its location are called; none of it is a person's name."""
    twins: tuple[Twin, ...] = ()
    quick: timedelta = QUICK
    at_once: timedelta = AT_ONCE

    @property
    def after(self) -> timedelta | None:
        """How long after our message the mail came; None where either instant is not known, or they contradict."""
        if self.sent_at is None or self.received_at is None or self.received_at < self.sent_at:
            return None
        return self.received_at - self.sent_at


UNKNOWN = Circumstances()
