"""Chat widgets that administrators taught, and the dry runs on the way there

Revision: 0007, after: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "widget_adapters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_widget_adapters")),
        sa.UniqueConstraint("name", name=op.f("uq_widget_adapters_name")),
    )
    op.create_table(
        "widget_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("adapter_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("page", sa.String(length=500), nullable=False),
        sa.Column("stored_by", sa.String(length=300), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["adapter_id"], ["widget_adapters.id"], name=op.f("fk_widget_versions_adapter_id_widget_adapters")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_widget_versions")),
        sa.UniqueConstraint("adapter_id", "number", name=op.f("uq_widget_versions_adapter_id_number")),
    )
    op.create_table(
        "widget_trials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=500), nullable=False),
        sa.Column("widget", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("adapter_name", sa.String(length=40), nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("progress", sa.String(length=200), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=300), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(length=120), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["earlier_id"],
            ["widget_trials.id"],
            name=op.f("fk_widget_trials_earlier_id_widget_trials"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_widget_trials")),
    )
    op.create_index("ix_widget_trials_earlier_id", "widget_trials", ["earlier_id"], unique=False)
    op.create_index("ix_widget_trials_state", "widget_trials", ["state"], unique=False)
    op.create_table(
        "widget_trial_pictures",
        sa.Column("trial_id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"],
            ["evidence.id"],
            name=op.f("fk_widget_trial_pictures_evidence_id_evidence"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"],
            ["widget_trials.id"],
            name=op.f("fk_widget_trial_pictures_trial_id_widget_trials"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("trial_id", "evidence_id", name=op.f("pk_widget_trial_pictures")),
    )


def downgrade() -> None:
    op.drop_table("widget_trial_pictures")
    op.drop_index("ix_widget_trials_state", table_name="widget_trials")
    op.drop_index("ix_widget_trials_earlier_id", table_name="widget_trials")
    op.drop_table("widget_trials")
    op.drop_table("widget_versions")
    op.drop_table("widget_adapters")
