"""Edits of answers, kept one by one, and when a visit was made beside when it arrived

Revision: 0021, after: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # Tables refer to visits with ON DELETE CASCADE: to build the table anew, as SQLite's batches do, would delete rows.
    for name in ("opened_at", "finished_at", "received_at"):
        op.add_column("visits", sa.Column(name, INSTANT, nullable=True))
    op.add_column(
        "visits", sa.Column("clock_uncertain", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("visits", sa.Column("active_seconds", sa.Integer(), nullable=True))
    op.add_column("visits", sa.Column("device_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE visits SET opened_at = started_at, finished_at = submitted_at, received_at = submitted_at"
    )
    op.drop_index("ix_visits_submitted_at", table_name="visits")
    op.drop_column("visits", "submitted_at")
    op.create_index("ix_visits_finished_at", "visits", ["finished_at"])
    op.create_index("ix_visits_received_at", "visits", ["received_at"])
    op.create_index("ix_checklist_versions_content_hash", "checklist_versions", ["content_hash"])
    _rename_key("question_key", 120, "path", 200)
    op.add_column("answers", sa.Column("edit_id", sa.String(36), nullable=True))
    op.create_table(
        "answer_edits",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.Column("not_applicable", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.Column("resolves_id", sa.String(36), nullable=True),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_answer_edits_visit_id_visits", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_answer_edits_author_id_users"),
        sa.ForeignKeyConstraint(
            ["resolves_id"], ["answer_edits.id"], name="fk_answer_edits_resolves_id_answer_edits"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_answer_edits"),
        sa.UniqueConstraint("visit_id", "number", name="uq_answer_edits_visit_id_number"),
    )


def downgrade() -> None:
    op.drop_table("answer_edits")
    op.drop_column("answers", "edit_id")
    _rename_key("path", 200, "question_key", 120)
    op.drop_index("ix_checklist_versions_content_hash", table_name="checklist_versions")
    op.add_column("visits", sa.Column("submitted_at", INSTANT, nullable=True))
    op.execute("UPDATE visits SET submitted_at = finished_at")
    op.create_index("ix_visits_submitted_at", "visits", ["submitted_at"])
    for name in ("finished_at", "received_at"):
        op.drop_index(f"ix_visits_{name}", table_name="visits")
    for name in ("device_id", "active_seconds", "clock_uncertain", "received_at", "finished_at", "opened_at"):
        op.drop_column("visits", name)


def _rename_key(old: str, old_length: int, new: str, new_length: int) -> None:
    """Rename the column that says which question an answer is for; no table refers to answers."""
    with op.batch_alter_table("answers") as answers:
        answers.drop_constraint(f"uq_answers_visit_id_{old}", type_="unique")
        answers.alter_column(
            old,
            new_column_name=new,
            existing_type=sa.String(old_length),
            type_=sa.String(new_length),
            nullable=False,
        )
    with op.batch_alter_table("answers") as answers:
        answers.create_unique_constraint(f"uq_answers_visit_id_{new}", ["visit_id", new])
