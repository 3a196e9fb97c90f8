"""What administrators taught about the chats of pages: adapters with all their versions, and the tries on the way."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base
from audit_app.models.evidence import Evidence
from audit_app.models.types import Json, JsonObject, words


class TrialState(StrEnum):
    """How far a try is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    """It ended by itself; whether there is something to write in is in its result."""
    FAILED = "failed"
    """Our equipment failed: nothing is known about the page."""


class WidgetAdapter(Base):
    """The description of a chat that this installation was taught; touchpoints name it."""

    __tablename__ = "widget_adapters"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)

    versions: Mapped[list[WidgetVersion]] = relationship(
        back_populates="adapter", order_by="WidgetVersion.number", cascade="all, delete-orphan"
    )

    @property
    def current(self) -> WidgetVersion:
        """The version that probes use."""
        return self.versions[-1]


class WidgetVersion(Base):
    """One text of an adapter; it never changes, and the newest is in use."""

    __tablename__ = "widget_versions"
    __table_args__ = (UniqueConstraint("adapter_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    adapter_id: Mapped[int] = mapped_column(ForeignKey("widget_adapters.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    """YAML, as the files in probes/widgets."""
    page: Mapped[str] = mapped_column(String(500))
    """The page that it was tried on."""
    stored_by: Mapped[str] = mapped_column(String(300))
    stored_at: Mapped[datetime]

    adapter: Mapped[WidgetAdapter] = relationship(back_populates="versions")


trial_pictures = Table(
    "widget_trial_pictures",
    Base.metadata,
    Column("trial_id", Integer, ForeignKey("widget_trials.id", ondelete="CASCADE"), primary_key=True),
    Column("evidence_id", Integer, ForeignKey("evidence.id", ondelete="CASCADE"), primary_key=True),
)


class WidgetTrial(Base):
    """One dry run on a page, made by a worker; a correction is a new try after this one."""

    __tablename__ = "widget_trials"
    __table_args__ = (Index("ix_widget_trials_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page: Mapped[str] = mapped_column(String(500))
    widget: Mapped[str] = mapped_column(String(80))
    """What was asked for where there is no text: `auto`, or a shipped widget."""
    text: Mapped[str] = mapped_column(Text, default="")
    """The description that is tried, as YAML."""
    adapter_name: Mapped[str] = mapped_column(String(40), default="")
    """The stored adapter that is being changed, if it is one."""
    earlier_id: Mapped[int | None] = mapped_column(
        ForeignKey("widget_trials.id", ondelete="SET NULL"), index=True
    )
    """The try that this one corrects."""
    state: Mapped[TrialState] = mapped_column(words(TrialState), default=TrialState.QUEUED)
    progress: Mapped[str] = mapped_column(String(200), default="")
    result: Mapped[JsonObject | None] = mapped_column(Json)
    """As `probes.channels.chat.channel.trial.Trial` writes itself to JSON."""
    problem: Mapped[str] = mapped_column(Text, default="")
    """What failed on our side."""
    asked_by: Mapped[str] = mapped_column(String(300))
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    starts: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str] = mapped_column(String(120), default="")
    claimed_until: Mapped[datetime | None]

    pictures: Mapped[list[Evidence]] = relationship(secondary=trial_pictures, order_by="Evidence.id")

    @property
    def is_running(self) -> bool:
        """Whether its end is still to be waited for."""
        return self.state in (TrialState.QUEUED, TrialState.RUNNING)
