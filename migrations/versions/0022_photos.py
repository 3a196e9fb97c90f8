"""Photos of visits, and the parts in which they arrive

Revision: 0022, after: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "photos",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("phash", sa.String(16), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        sa.Column("thumbnail_id", sa.Integer(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_photos_visit_id_visits", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_photos_evidence_id_evidence"),
        sa.ForeignKeyConstraint(["thumbnail_id"], ["evidence.id"], name="fk_photos_thumbnail_id_evidence"),
        sa.PrimaryKeyConstraint("id", name="pk_photos"),
    )
    op.create_index("ix_photos_visit_id", "photos", ["visit_id"])
    op.create_table(
        "photo_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.String(36), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name="fk_photo_parts_photo_id_photos", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_photo_parts"),
        sa.UniqueConstraint("photo_id", "offset", name="uq_photo_parts_photo_id_offset"),
    )


def downgrade() -> None:
    op.drop_table("photo_parts")
    op.drop_table("photos")
