"""What people did with a mail, and ratings of answers that were taken back

Revision: 0009, after: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "incoming_mails", sa.Column("handled", sa.JSON(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.add_column("reply_ratings", sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("UPDATE observations SET kind = 'system_line' WHERE kind = 'taken_back'")
    op.drop_column("reply_ratings", "set_aside_at")
    op.drop_column("incoming_mails", "handled")
