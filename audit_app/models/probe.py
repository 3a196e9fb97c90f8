"""Probes and their ledger of observations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, select
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, relationship

from audit_app.domain.probes.probe import ObservationKind, ProbeState
from audit_app.domain.probes.response_time import InTime, Outcome
from audit_app.models.base import Base
from audit_app.models.campaign import Campaign, ClockName, Persona, Scenario, ServiceTarget
from audit_app.models.evidence import Evidence
from audit_app.models.location import ChannelName, Touchpoint
from audit_app.models.types import Json, JsonObject, Sealed, words


def _of_target(column: InstrumentedAttribute[Any]) -> Callable[[DefaultExecutionContext], Any]:
    """What `column` is at the moment in the service target of a new probe's campaign."""

    def found(context: DefaultExecutionContext) -> Any:
        campaign = context.get_current_parameters()["campaign_id"]  # type: ignore[no-untyped-call]
        query = select(column).join(Campaign, Campaign.target_id == ServiceTarget.id)
        return context.connection.execute(query.where(Campaign.id == campaign)).scalar_one()

    return found


class Probe(Base):
    """One test message to one touchpoint, and all that followed.

    What identifies the message (token, addresses, Message-ID, text) is stored when the probe is planned,
    that is before anything is sent; `state` says how far it came.
    """

    __tablename__ = "probes"
    __table_args__ = (
        UniqueConstraint("touchpoint_id", "channel", "slot"),
        Index("ix_probes_state_next_look_at", "state", "next_look_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    touchpoint_id: Mapped[int] = mapped_column(ForeignKey("touchpoints.id"), index=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenarios.id"))
    persona_id: Mapped[int] = mapped_column(ForeignKey("personas.id"))
    channel: Mapped[ChannelName] = mapped_column(words(ChannelName))
    slot: Mapped[datetime]
    """The moment for which the probe was planned; one probe per touchpoint, channel and slot."""

    stretch_hours: Mapped[int] = mapped_column(default=_of_target(ServiceTarget.stretch_hours))
    target_hours: Mapped[int] = mapped_column(default=_of_target(ServiceTarget.target_hours))
    cutoff_hours: Mapped[int] = mapped_column(default=_of_target(ServiceTarget.cutoff_hours))
    clock: Mapped[ClockName] = mapped_column(words(ClockName), default=_of_target(ServiceTarget.clock))
    """What it is judged and scored by: the service target that its campaign had when it was sent."""

    token: Mapped[str] = mapped_column(String(32), unique=True)
    message_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    from_address: Mapped[str] = mapped_column(String(255), index=True)
    to_address: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8), default="en")

    state: Mapped[ProbeState] = mapped_column(words(ProbeState), default=ProbeState.PLANNED)
    is_test: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Sent by hand to see whether the way is open: it stands on the page of tests alone, and in no figure."""
    planned_at: Mapped[datetime]
    claimed_by: Mapped[str] = mapped_column(String(120), default="")
    claimed_until: Mapped[datetime | None]
    """A claim that ran out belongs to nobody: its worker died."""
    sending_at: Mapped[datetime | None]
    """When the last step before sending was stored."""
    failure: Mapped[str] = mapped_column(Text, default="")
    """Why it was not sent, could not be confirmed or is left out, in words."""
    chat_state: Mapped[str | None] = mapped_column(Sealed)
    """The browser's storage for a chat, as JSON, so that it can be reopened."""
    next_look_at: Mapped[datetime | None]
    """When the channel is to be looked at again; None when nothing more is to be seen."""
    looked_at: Mapped[datetime | None]

    sent_earliest: Mapped[datetime | None]
    sent_latest: Mapped[datetime | None] = mapped_column(index=True)
    acknowledged_at: Mapped[datetime | None]
    answered_earliest: Mapped[datetime | None]
    answered_latest: Mapped[datetime | None]
    cutoff_at: Mapped[datetime | None]
    elapsed_seconds: Mapped[float | None]
    """From sending to the person's answer on the elapsed clock."""
    opening_seconds: Mapped[float | None]
    """The same on the location's opening-hours clock."""
    outcome: Mapped[Outcome] = mapped_column(words(Outcome), default=Outcome.OPEN, index=True)
    in_time: Mapped[InTime | None] = mapped_column(words(InTime))
    """Whether an answered one met its target; None for every other outcome."""
    closed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    """When the retention rule took away what others wrote; times and outcome stay."""

    campaign: Mapped[Campaign] = relationship()
    touchpoint: Mapped[Touchpoint] = relationship()
    scenario: Mapped[Scenario] = relationship()
    persona: Mapped[Persona] = relationship()
    observations: Mapped[list[Observation]] = relationship(
        back_populates="probe", order_by="Observation.latest, Observation.id"
    )
    evidence: Mapped[list[Evidence]] = relationship(order_by=Evidence.id)

    def judge_by(self, target: ServiceTarget) -> None:
        """Take over the hours and the clock of `target`, by which it is judged from now on."""
        self.stretch_hours, self.target_hours = target.stretch_hours, target.target_hours
        self.cutoff_hours, self.clock = target.cutoff_hours, target.clock


class Observation(Base):
    """One fact about a probe, with the interval in which it happened, its source and its evidence."""

    __tablename__ = "observations"
    __table_args__ = (UniqueConstraint("probe_id", "kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    probe_id: Mapped[int] = mapped_column(ForeignKey("probes.id"))
    kind: Mapped[ObservationKind] = mapped_column(words(ObservationKind))
    key: Mapped[str] = mapped_column(String(998))
    """What makes it the same fact when it is seen again: a Message-ID, a chat message's id."""
    earliest: Mapped[datetime]
    latest: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(40), default="")
    author: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    reasons: Mapped[list[str]] = mapped_column(Json, default=list)
    details: Mapped[JsonObject] = mapped_column(Json, default=dict)
    recorded_at: Mapped[datetime]

    probe: Mapped[Probe] = relationship(back_populates="observations")
    evidence: Mapped[list[Evidence]] = relationship(order_by=Evidence.id)
