"""What was learnt about a probe's message on its way, by which later mail is matched to it."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from audit_app.models.base import Base
from audit_app.models.types import words

LONGEST_KEY = 500
"""Characters; what is longer is no key, for PostgreSQL indexes no value of more than about 2,700 bytes."""


class KeyKind(StrEnum):
    """What a learnt key is."""

    MESSAGE_ID = "message_id"
    """The Message-ID under which our message was delivered, when a relay gave it another than ours."""
    TICKET = "ticket"
    """A sender's domain, a blank, and the number under which they file the probe."""


class ProbeKey(Base):
    """One learnt key; two probes may share one (one ticket for two letters), and then it matches neither."""

    __tablename__ = "probe_keys"
    __table_args__ = (
        UniqueConstraint("probe_id", "kind", "value"),
        Index("ix_probe_keys_kind_value", "kind", "value"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    probe_id: Mapped[int] = mapped_column(ForeignKey("probes.id", ondelete="CASCADE"))
    kind: Mapped[KeyKind] = mapped_column(words(KeyKind))
    value: Mapped[str] = mapped_column(String(LONGEST_KEY))
