"""What is asked, by whom, how often and with which limits."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base
from audit_app.models.location import ChannelName, Touchpoint
from audit_app.models.mailbox import Mailbox
from audit_app.models.types import words


class ClockName(StrEnum):
    """Which hours count towards a service target."""

    ELAPSED = "elapsed"
    OPENING_HOURS = "opening_hours"


class WordingPurpose(StrEnum):
    """What a wording is for."""

    OPENING = "opening"
    ASK_FOR_PERSON = "ask_for_person"
    """What its customer says to a chat's bot; no probe begins with it."""


class ServiceTarget(Base):
    """Within how many hours an answer is due, and on which clock."""

    __tablename__ = "service_targets"
    __table_args__ = (
        CheckConstraint("stretch_hours <= target_hours AND target_hours <= cutoff_hours", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    target_hours: Mapped[int] = mapped_column(default=10)
    stretch_hours: Mapped[int] = mapped_column(default=8)
    cutoff_hours: Mapped[int] = mapped_column(default=20)
    """Hours after which silence is final."""
    clock: Mapped[ClockName] = mapped_column(words(ClockName), default=ClockName.ELAPSED)


class Persona(Base):
    """Who the probe claims to be; invented, never a real third person."""

    __tablename__ = "personas"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    segment: Mapped[str] = mapped_column(String(80), default="newcomer")
    language: Mapped[str] = mapped_column(String(8), default="en")
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id"))

    mailbox: Mapped[Mailbox] = relationship()


class Scenario(Base):
    """What is asked; its wordings say how."""

    __tablename__ = "scenarios"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    complaint: Mapped[bool] = mapped_column(default=False)
    asks_for_person: Mapped[bool] = mapped_column(default=False)
    """Whether its customer asks a chat's bot for a person; the others say one thing and wait."""
    wordings: Mapped[list[Wording]] = relationship(back_populates="scenario", order_by="Wording.id")


class Wording(Base):
    """One way to ask a scenario's question; `{name}` and `{location}` are filled in."""

    __tablename__ = "wordings"

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenarios.id"))
    channel: Mapped[ChannelName] = mapped_column(words(ChannelName))
    language: Mapped[str] = mapped_column(String(8), default="en")
    subject: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    purpose: Mapped[WordingPurpose] = mapped_column(words(WordingPurpose), default=WordingPurpose.OPENING)

    scenario: Mapped[Scenario] = relationship(back_populates="wordings")


campaign_touchpoints = Table(
    "campaign_touchpoints",
    Base.metadata,
    Column("campaign_id", ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    Column("touchpoint_id", ForeignKey("touchpoints.id", ondelete="CASCADE"), primary_key=True),
)
campaign_scenarios = Table(
    "campaign_scenarios",
    Base.metadata,
    Column("campaign_id", ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    Column("scenario_id", ForeignKey("scenarios.id", ondelete="CASCADE"), primary_key=True),
)
campaign_personas = Table(
    "campaign_personas",
    Base.metadata,
    Column("campaign_id", ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    Column("persona_id", ForeignKey("personas.id", ondelete="CASCADE"), primary_key=True),
)


class Campaign(Base):
    """A plan: touchpoints × scenarios × personas, one probe per touchpoint and slot, within limits."""

    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("name"),
        CheckConstraint("every_minutes > 0", name="interval"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    starts_at: Mapped[datetime]
    """The first slot; later ones follow every `every_minutes`."""
    ends_at: Mapped[datetime | None]
    every_minutes: Mapped[int]
    daily_cap: Mapped[int] = mapped_column(default=3)
    """Most probes to one touchpoint within any 24 hours, over all campaigns."""
    weekly_cap: Mapped[int] = mapped_column(default=10)
    """Most probes to one touchpoint within any seven days, over all campaigns."""
    target_id: Mapped[int] = mapped_column(ForeignKey("service_targets.id"))

    target: Mapped[ServiceTarget] = relationship()
    touchpoints: Mapped[list[Touchpoint]] = relationship(
        secondary=campaign_touchpoints, order_by=Touchpoint.id
    )
    scenarios: Mapped[list[Scenario]] = relationship(secondary=campaign_scenarios, order_by=Scenario.id)
    personas: Mapped[list[Persona]] = relationship(secondary=campaign_personas, order_by=Persona.id)
