"""Until when a location belonged to the chain, and the company's reporting zone

Revision: 0018, after: 0017
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
locations = sa.table(
    "locations",
    sa.column("id", sa.Integer),
    sa.column("time_zone", sa.String),
    sa.column("active", sa.Boolean),
    sa.column("ended_at", INSTANT),
)
organisations = sa.table("organisations", sa.column("time_zone", sa.String))


def upgrade() -> None:
    op.add_column("locations", sa.Column("ended_at", INSTANT, nullable=True))
    # When it was switched off nobody wrote down; until now it had what is stored, and all of that stays.
    op.execute(sa.update(locations).where(sa.not_(locations.c.active)).values(ended_at=datetime.now(UTC)))
    op.add_column("organisations", sa.Column("time_zone", sa.String(64), server_default="", nullable=False))
    op.execute(sa.update(organisations).values(time_zone=sa.func.coalesce(_reported_by(), "")))
    op.drop_column("locations", "active")


def downgrade() -> None:
    op.add_column("locations", sa.Column("active", sa.Boolean, server_default=sa.true(), nullable=False))
    op.execute(sa.update(locations).where(locations.c.ended_at.is_not(None)).values(active=sa.false()))
    op.drop_column("organisations", "time_zone")
    op.drop_column("locations", "ended_at")


def _reported_by() -> sa.ScalarSelect[str]:
    """The zone that all figures were taken by so far: that of most locations in use."""
    count = sa.func.count(locations.c.id)
    return (
        sa.select(locations.c.time_zone)
        .where(locations.c.active)
        .group_by(locations.c.time_zone)
        .order_by(count.desc(), locations.c.time_zone)
        .limit(1)
        .scalar_subquery()
    )
