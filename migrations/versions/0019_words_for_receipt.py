"""Plain words for the sources of a time that mail servers call INTERNALDATE

Revision: 0019, after: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

WORDS = {
    "mailbox's receipt time (INTERNALDATE)": "when the mailbox took the mail",
    "between the last Received line and the mailbox's receipt (INTERNALDATE)": (
        "between the last Received line and when the mailbox took the mail"
    ),
}
observations = sa.table("observations", sa.column("source", sa.String))


def upgrade() -> None:
    for before, after in WORDS.items():
        op.execute(sa.update(observations).where(observations.c.source == before).values(source=after))


def downgrade() -> None:
    for before, after in WORDS.items():
        op.execute(sa.update(observations).where(observations.c.source == after).values(source=before))
