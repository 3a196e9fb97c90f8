"""The service target that each probe is judged by, and whether its answer met it

Revision: 0010, after: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TARGET = ("stretch_hours", "target_hours", "cutoff_hours", "clock")
BATCH = 1000


def upgrade() -> None:
    for name, least in zip(TARGET[:3], ("8", "10", "20"), strict=True):
        op.add_column("probes", sa.Column(name, sa.Integer(), server_default=least, nullable=False))
    op.add_column("probes", sa.Column("clock", sa.String(24), server_default="elapsed", nullable=False))
    op.add_column("probes", sa.Column("in_time", sa.String(24), nullable=True))
    # A campaign could not change its target while it had probes, so each was judged by the one that is there now.
    for name in TARGET:
        op.execute(
            f"UPDATE probes SET {name} = (SELECT service_targets.{name} FROM campaigns "  # noqa: S608 -- our own names
            "JOIN service_targets ON service_targets.id = campaigns.target_id "
            "WHERE campaigns.id = probes.campaign_id)"
        )
    _judge_answers()


def downgrade() -> None:
    for name in ("in_time", *reversed(TARGET)):
        op.drop_column("probes", name)


def _judge_answers() -> None:
    """Say of each answer whether it was in time: surely, surely not, or seen too seldom to tell.

    At most it took what is recorded on the clock that judges; at least, that without the time between the looks.
    """
    instants = ("sent_earliest", "sent_latest", "answered_earliest", "answered_latest")
    probes = sa.table(
        "probes",
        *(sa.column(name) for name in ("id", "outcome", "clock", "target_hours", "in_time")),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in instants),
        *(sa.column(name, sa.Float) for name in ("elapsed_seconds", "opening_seconds")),
    )
    answered = sa.select(probes).where(probes.c.outcome == "answered", probes.c.answered_latest.is_not(None))
    rows = op.get_bind().execute(answered).all()
    for verdict in ("met", "breached", "cannot_tell"):
        ids = [row.id for row in rows if _verdict(row) == verdict]
        for start in range(0, len(ids), BATCH):
            chosen = probes.c.id.in_(ids[start : start + BATCH])
            op.execute(probes.update().where(chosen).values(in_time=verdict))


def _verdict(row: sa.Row) -> str:
    sent_earliest = row.sent_earliest or row.sent_latest
    elapsed = (row.answered_latest - sent_earliest).total_seconds()
    by_hours = row.clock == "opening_hours" and row.opening_seconds is not None
    most = row.opening_seconds if by_hours else max(0.0, elapsed)
    between = row.answered_latest - (row.answered_earliest or row.answered_latest)
    between += (row.sent_latest or sent_earliest) - sent_earliest
    limit = row.target_hours * 3600
    if most <= limit:
        return "met"
    return "breached" if most - between.total_seconds() > limit else "cannot_tell"
