"""The declarative base that all models share."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from audit_app.models.types import Exact, Instant

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name of its own, so that a migration can drop it on any database."""


class Base(DeclarativeBase):
    """Base of all models: times are UTC instants, fractions are exact."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Instant, Fraction: Exact}
