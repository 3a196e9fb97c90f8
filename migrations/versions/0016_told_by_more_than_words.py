"""What tells who wrote a mail besides its words: what it repeats, how soon it came, which servers are ours

Revision: 0016, after: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

organisations = sa.table(
    "organisations",
    sa.column("sample_data", sa.Boolean),
    sa.column("quick_seconds", sa.Integer),
    sa.column("at_once_seconds", sa.Integer),
)


def upgrade() -> None:
    op.add_column("incoming_mails", sa.Column("fingerprint", sa.JSON, server_default="[]", nullable=False))
    op.add_column("mailboxes", sa.Column("servers_shown", sa.JSON, nullable=True))
    op.add_column(
        "organisations", sa.Column("quick_seconds", sa.Integer, server_default="60", nullable=False)
    )
    op.add_column(
        "organisations", sa.Column("at_once_seconds", sa.Integer, server_default="10", nullable=False)
    )
    # The demo's staff answer in seconds.
    op.execute(
        sa.update(organisations).where(organisations.c.sample_data).values(quick_seconds=5, at_once_seconds=1)
    )


def downgrade() -> None:
    op.drop_column("organisations", "at_once_seconds")
    op.drop_column("organisations", "quick_seconds")
    op.drop_column("mailboxes", "servers_shown")
    op.drop_column("incoming_mails", "fingerprint")
