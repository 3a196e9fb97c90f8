"""Which hosts that are not public probes may reach; those in use are listed, and allowed until somebody has answered

Revision: 0012, after: 0011
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NAMED_PRIVATE = (
    ".local",
    ".localhost",
    ".localdomain",
    ".lan",
    ".internal",
    ".intranet",
    ".corp",
    ".home",
    ".home.arpa",
)
ASK_SECONDS = 10.0
"""What asking for the addresses of all names may take together; a name without an answer is left out."""
MOST_NAMES = 500
NOTE = "In use by a confirmed touchpoint before the upgrade"


def upgrade() -> None:
    hosts = op.create_table(
        "private_hosts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("address", sa.String(255), nullable=False, unique=True),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(300), nullable=False, server_default=""),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(300), nullable=False, server_default=""),
    )
    rows = [{"address": host, "allowed": True, "note": NOTE} for host in sorted(_private(_hosts_in_use()))]
    if rows:
        op.bulk_insert(hosts, rows)


def downgrade() -> None:
    op.drop_table("private_hosts")


def _hosts_in_use() -> set[str]:
    pages = op.get_bind().execute(
        sa.text("SELECT address FROM touchpoints WHERE confirmed_at IS NOT NULL AND address LIKE 'http%'"
                " UNION SELECT contact_page FROM touchpoints WHERE confirmed_at IS NOT NULL AND contact_page IS NOT NULL")
    )  # fmt: skip
    return {host for (page,) in pages if (host := _host_of(page))}


def _host_of(page: str) -> str:
    try:
        return (urlsplit(page).hostname or "").casefold().rstrip(".")
    except ValueError:
        return ""


def _private(hosts: set[str]) -> set[str]:
    plain = {host for host in hosts if _is_private(host) or "." not in host or host.endswith(NAMED_PRIVATE)}
    return plain | _resolved_private(sorted(hosts - plain)[:MOST_NAMES])


def _is_private(address: str) -> bool:
    try:
        return not ipaddress.ip_address(address).is_global
    except ValueError:
        return False


def _resolved_private(names: list[str]) -> set[str]:
    found: set[str] = set()

    def ask(name: str) -> None:
        try:
            addresses = socket.getaddrinfo(name, None)
        except (OSError, UnicodeError):
            return
        if any(_is_private(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in addresses):
            found.add(name)

    asking = [threading.Thread(target=ask, args=(name,), daemon=True) for name in names]
    end = time.monotonic() + ASK_SECONDS
    for each in asking:
        each.start()
    for each in asking:
        each.join(max(0.0, end - time.monotonic()))
    return set(found)
