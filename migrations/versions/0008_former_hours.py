"""Opening hours and time zones that locations had before

Revision: 0008, after: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("opening_hours", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=op.f("fk_former_hours_location_id_locations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_hours")),
    )
    op.create_index(op.f("ix_former_hours_location_id"), "former_hours", ["location_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_former_hours_location_id"), table_name="former_hours")
    op.drop_table("former_hours")
