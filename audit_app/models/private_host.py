"""Hosts and networks that are not public, and whether probes' browsers may reach them all the same."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from audit_app.models.base import Base


class PrivateHost(Base):
    """One host's name, address or network, as `probes.browser.reach.normal_entry` writes it."""

    __tablename__ = "private_hosts"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(255), unique=True)
    allowed: Mapped[bool]
    note: Mapped[str] = mapped_column(String(300), default="")
    """What it is for, for people."""
    answered_at: Mapped[datetime | None]
    """When an administrator decided; None where it was in use before anybody could, and is allowed until then."""
    answered_by: Mapped[str] = mapped_column(String(300), default="")
    """Who decided, by name and address at that time; empty when a program did."""
