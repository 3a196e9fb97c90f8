"""What each location counts for in a group, and rules with minima where the first ones were never changed

Revision: 0017, after: 0016
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

FIRST_RULES = "827b65f753b721bb94e4dab4b5de2a945c210c863f3756e530a54fada7481e32"
"""The hash of the default rules so far. Rules that somebody has changed stay in force until somebody changes them."""
NEXT_RULES = "ec10257ff9362d9a8c29f17d16d53dab1fa706152fc7211c31f342be2a7b50df"
CONTENT = {
    "weights": {"visits": "45", "speed": "30", "reply_quality": "25"},
    "speed_curve": [],
    "minima": {"visits": 1, "probes": 4, "band_visits": 3, "band_probes": 9, "weight": "50"},
    "groups": "alike",
    "bands": [
        {"letter": letter, "lowest": lowest}
        for letter, lowest in (("A", "90"), ("B", "80"), ("C", "70"), ("D", "60"), ("E", "0"))
    ],
    "stretch_hours": "8",
    "target_hours": "10",
    "cutoff_hours": "20",
}

policies = sa.table(
    "score_policies",
    sa.column("id", sa.Integer),
    sa.column("number", sa.Integer),
    sa.column("content", sa.JSON),
    sa.column("content_hash", sa.String),
    sa.column("created_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    op.add_column("locations", sa.Column("weight", sa.Text(), server_default="1/1", nullable=False))
    newest = op.get_bind().execute(sa.select(policies).order_by(policies.c.number.desc()).limit(1)).first()
    if newest is not None and newest.content_hash == FIRST_RULES:
        # Periods that ended before now keep the first rules.
        now = datetime.now(UTC)
        on_sqlite = op.get_bind().dialect.name == "sqlite"
        op.execute(
            policies.insert().values(
                number=newest.number + 1,
                content=CONTENT,
                content_hash=NEXT_RULES,
                created_at=now.replace(tzinfo=None) if on_sqlite else now,
            )
        )


def downgrade() -> None:
    op.drop_column("locations", "weight")
