"""When a mail reached us, by the Received line on top of it: the last server on the way wrote it (RFC 5321, 4.4)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

from publicsuffixlist import PublicSuffixList

from probes.replies.mail import ReadMail

BY = re.compile(r"(?:^|\s)by\s+([A-Za-z0-9.:-]+)", re.IGNORECASE)
LONGEST_LINE = 4000
"""Characters of a header line that are read."""
NUMBER = re.compile(r"\d+")
NETWORK = 2
"""Groups of an IPv6 address by which its network is known."""


@dataclass(frozen=True, slots=True)
class Received:
    """When the last server took the mail, exact to the second, and whether its name is one of ours."""

    at: datetime
    by_us: bool


def last_received(
    mail: ReadMail, hosts: Collection[str], shown: Collection[str] | None = None
) -> Received | None:
    """Read the topmost Received line; `hosts` are domains and servers of ours. None without one that has a time.

    `shown` are the servers that wrote the topmost line into mail that we know to be our own; where there was such
    mail, nobody else's line counts as ours, whatever name it bears.

    Lines below it were written by others, who may write what they like. A topmost one that names no server of ours
    is our provider's as a rule (few write into it the name that we know them by), but whoever sent the mail might
    have written it, if our provider writes none.
    """
    line = mail.header("Received")[:LONGEST_LINE]
    server, date = server_of(mail), line.rpartition(";")[2].strip()
    try:
        at = parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if at.tzinfo is None:
        return None
    return Received(at.astimezone(UTC), _is_ours(server, hosts, shown))


def _is_ours(server: str, hosts: Collection[str], shown: Collection[str] | None) -> bool:
    if not server:
        return False
    if shown is not None:
        return any(is_alike(server, host) for host in shown)
    return any(_belongs(server, host.casefold()) for host in hosts)


def server_of(mail: ReadMail) -> str:
    """Return the server that wrote the topmost Received line, in lower case; nothing where none did."""
    by = BY.search(mail.header("Received")[:LONGEST_LINE])
    return by[1].casefold().rstrip(".") if by else ""


def is_alike(server: str, shown: str) -> bool:
    """Tell whether a server is one that is known, or another of the same row: "mx2.example.net" beside "mx1"."""
    if ":" in server or ":" in shown:  # addresses: those of one network
        return server.split(":")[:NETWORK] == shown.split(":")[:NETWORK]
    return NUMBER.sub("#", server) == NUMBER.sub("#", shown)


def _belongs(server: str, host: str) -> bool:
    """Tell whether `server` is `host`, or both are below one name that somebody registered (publicsuffix.org)."""
    registered = _registered(host)
    return server == host or (registered is not None and _registered(server) == registered)


def _registered(host: str) -> str | None:
    """Return the name that somebody registered, "example.co.uk" of "mx.example.co.uk"; None for an address or suffix."""
    if ":" in host or host.replace(".", "").isdigit():
        return None
    found: str | None = _suffixes().privatesuffix(host)
    return found


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
