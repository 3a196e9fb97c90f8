"""Opening the database for a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from audit_app.config import load_settings
from audit_app.database import open_engine, transaction
from audit_app.migrate import check_current


@contextmanager
def current_engine() -> Iterator[Engine]:
    """The configured database; raises when it is unreachable, older or newer than the code."""
    engine = open_engine(load_settings())
    try:
        check_current(engine)
        yield engine
    finally:
        engine.dispose()


@contextmanager
def current_database() -> Iterator[Session]:
    """A transaction on the configured database; raises as `current_engine` does."""
    with current_engine() as engine, transaction(engine) as session:
        yield session
