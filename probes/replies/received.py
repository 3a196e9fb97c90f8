"""When a mail reached us, by the Received line on top of it: the last server on the way wrote it (RFC 5321, 4.4)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from probes.replies.mail import ReadMail

BY = re.compile(r"(?:^|\s)by\s+([A-Za-z0-9.:-]+)", re.IGNORECASE)
LONGEST_LINE = 4000


@dataclass(frozen=True, slots=True)
class Received:
    """When the last server took the mail, exact to the second, and whether its name is one of ours."""

    at: datetime
    by_us: bool


def last_received(mail: ReadMail, hosts: Collection[str]) -> Received | None:
    """Read the topmost Received line; `hosts` are domains and servers of ours. None without one that has a time.

    Lines below it were written by others, who may write what they like. A topmost one that names no server of ours
    is our provider's as a rule (few write into it the name that we know them by), but whoever sent the mail might
    have written it, if our provider writes none.
    """
    line = mail.header("Received")[:LONGEST_LINE]
    by, date = BY.search(line), line.rpartition(";")[2].strip()
    try:
        at = parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if at.tzinfo is None:
        return None
    ours = by is not None and any(_belongs(by[1].casefold(), host.casefold()) for host in hosts)
    return Received(at.astimezone(UTC), ours)


def _belongs(server: str, host: str) -> bool:
    """Tell whether `server` is `host`, below it, or its neighbour under a domain of at least two names."""
    if server == host or server.endswith(f".{host}"):
        return True
    domain = host.partition(".")[2]
    return "." in domain and not host.replace(".", "").isdigit() and server.endswith(f".{domain}")
