"""How a mailbox is signed in to, and how it gets an address for each probe

Revision: 0004, after: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXTS = {"oauth_token_url": 500, "oauth_scope": 500, "oauth_client_id": 255}
SECRETS = ("oauth_client_secret", "oauth_refresh_token")


def upgrade() -> None:
    for name, length in TEXTS.items():
        op.add_column(
            "mailboxes", sa.Column(name, sa.String(length=length), server_default="", nullable=False)
        )
    for name in SECRETS:
        op.add_column("mailboxes", sa.Column(name, sa.LargeBinary(), nullable=True))
    op.add_column(
        "mailboxes",
        sa.Column("address_style", sa.String(length=24), server_default="plus", nullable=False),
    )


def downgrade() -> None:
    for name in ("address_style", *SECRETS, *TEXTS):
        op.drop_column("mailboxes", name)
