"""When a mail reached us, by the line that our own mail server wrote on top of it."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from probes.replies.mail import ReadMail

BY = re.compile(r"(?:^|\s)by\s+([A-Za-z0-9.-]+)", re.IGNORECASE)
LONGEST_LINE = 4000


def received_by_us(mail: ReadMail, hosts: Collection[str]) -> datetime | None:
    """Return the time of the topmost Received line, exact to the second, if a server of `hosts` wrote it.

    `hosts` are domains and servers of ours. Lines below the topmost were written by others, who may write what
    they like, and so may a topmost one that names no server of ours: None.
    """
    line = mail.header("Received")[:LONGEST_LINE]
    by, date = BY.search(line), line.rpartition(";")[2].strip()
    if by is None or not any(_belongs(by[1].casefold(), host.casefold()) for host in hosts):
        return None
    try:
        at = parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _belongs(server: str, host: str) -> bool:
    """Tell whether `server` is `host`, below it, or its neighbour under a domain of at least two names."""
    if server == host or server.endswith(f".{host}"):
        return True
    domain = host.partition(".")[2]
    return "." in domain and not host.replace(".", "").isdigit() and server.endswith(f".{domain}")
