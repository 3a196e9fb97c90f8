"""Who is signed in where: devices, sessions, and tries at passwords."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base
from audit_app.models.user import User


class Device(Base):
    """A browser in which somebody has signed in before, known by a secret cookie of which only the hash is kept."""

    __tablename__ = "devices"
    __table_args__ = (UniqueConstraint("user_id", "token_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    """What people call it, for example “Firefox on Linux”."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class UserSession(Base):
    """One sign-in that has not ended; whoever signs out, or is signed out, has no row any more."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(String(64))
    """The network address it was begun from."""
    lasting: Mapped[bool] = mapped_column(default=False)
    """Whether the person chose to stay signed in: then only its whole life ends it."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]

    user: Mapped[User] = relationship()
    device: Mapped[Device] = relationship()


class SignInLimit(Base):
    """How often passwords were tried in vain, by account, network address, device or signed-in person."""

    __tablename__ = "sign_in_limits"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]


class PasswordReset(Base):
    """A link by which a person who forgot their password chooses a new one; used links have no row any more."""

    __tablename__ = "password_resets"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]

    user: Mapped[User] = relationship()
