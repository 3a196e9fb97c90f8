"""Who confirmed a touchpoint, and what explains its contact form

Revision: 0006, after: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("touchpoints", sa.Column("form_mapping", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "touchpoints", sa.Column("confirmed_by", sa.String(length=300), server_default="", nullable=False)
    )


def downgrade() -> None:
    for name in ("confirmed_by", "form_mapping"):
        op.drop_column("touchpoints", name)
