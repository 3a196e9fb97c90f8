"""Who signs in, and what each of them may see."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base
from audit_app.models.location import Location, Region


class RoleName(StrEnum):
    """The four roles; a person may have several."""

    ADMIN = "admin"
    MANAGER = "manager"
    AUDITOR = "auditor"
    CONTACT = "contact"


user_roles = Table(
    "user_roles",
    Base.metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
)
user_regions = Table(
    "user_regions",
    Base.metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("region_id", ForeignKey("regions.id", ondelete="CASCADE"), primary_key=True),
)
user_locations = Table(
    "user_locations",
    Base.metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("location_id", ForeignKey("locations.id", ondelete="CASCADE"), primary_key=True),
)


class Role(Base):
    """A named set of rights."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str] = mapped_column(String(255), default="")


class User(Base):
    """A person who signs in; the e-mail address is stored in lower case."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    """Whether somebody else gave the password, so that a new one has to be chosen before anything else."""
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]

    roles: Mapped[list[Role]] = relationship(secondary=user_roles, order_by=Role.id)
    regions: Mapped[list[Region]] = relationship(secondary=user_regions, order_by=Region.name)
    """The regions a manager answers for."""
    locations: Mapped[list[Location]] = relationship(secondary=user_locations, order_by=Location.name)
    """The locations a location contact belongs to."""

    def is_a(self, *roles: RoleName) -> bool:
        """Whether the person has one of `roles`."""
        return any(role.name in roles for role in self.roles)
