"""Alembic's entry: runs the migrations on the engine that `audit_app.migrate` hands over."""

from __future__ import annotations

from typing import Any

from alembic import context

from audit_app.models import Base
from audit_app.models.types import Exact, Instant, Sealed


def render_type(kind: str, column_type: Any, _context: Any) -> str | bool:
    """Write plain database types into migrations, so that they do not change with our code."""
    if kind != "type":
        return False
    if isinstance(column_type, Instant):
        return "sa.DateTime(timezone=True)"
    if isinstance(column_type, Exact):
        return "sa.Text()"
    if isinstance(column_type, Sealed):
        return "sa.LargeBinary()"
    if column_type.__class__.__name__ == "Enum":
        return f"sa.String(length={column_type.length})"
    if column_type.__class__.__name__ == "JSON":
        return "sa.JSON()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_type,
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
