"""Opening hours and time zones that locations had before

Revision: 0008, after: 0007
"""

from __future__ import annotations

from datetime import date
from typing import Any

import holidays
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
    _write_holidays_out()
    op.drop_index(op.f("ix_former_hours_location_id"), table_name="former_hours")
    op.drop_table("former_hours")


def _write_holidays_out() -> None:
    """Give each location its country's holidays as dates, because earlier versions know no country and refuse one."""
    locations = sa.table("locations", sa.column("id", sa.Integer), sa.column("opening_hours", sa.JSON))
    for row in op.get_bind().execute(sa.select(locations)).all():
        changed = locations.update().where(locations.c.id == row.id)
        op.execute(changed.values(opening_hours=_with_dates(row.opening_hours)))


def _with_dates(hours: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in hours.items() if name not in {"country", "part", "open_on"}}
    if not hours.get("country"):
        return kept
    this_year = date.today().year  # noqa: DTZ011 - some years before and after are written, whatever the zone
    years = range(this_year - 2, this_year + 3)
    public = holidays.country_holidays(hours["country"], subdiv=hours.get("part") or None, years=years)
    closed = {day.isoformat() for day in public} - set(hours.get("open_on", ()))
    return kept | {"holidays": sorted(closed | set(hours.get("holidays", ())))}
