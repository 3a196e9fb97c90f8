"""What a scenario's customer does when a bot answers, and what a wording is for

Revision: 0015, after: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The scenarios that there are say one thing and wait, so that no series changes in its middle.
    op.add_column(
        "scenarios", sa.Column("asks_for_person", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("wordings", sa.Column("purpose", sa.String(24), server_default="opening", nullable=False))


def downgrade() -> None:
    op.execute("DELETE FROM wordings WHERE purpose <> 'opening'")
    op.execute("UPDATE observations SET kind = 'system_line' WHERE kind IN ('asking_person', 'asked_person')")
    op.execute("UPDATE observations SET kind = 'bot_message' WHERE kind = 'no_person'")
    op.execute("UPDATE probes SET outcome = 'unanswered' WHERE outcome = 'no_way_to_person'")
    op.drop_column("wordings", "purpose")
    op.drop_column("scenarios", "asks_for_person")
