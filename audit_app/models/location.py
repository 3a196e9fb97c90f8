"""Where service is judged: regions, locations and their touchpoints."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ForeignKey, String, Text, UniqueConstraint, and_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.domain.time.clock import OpeningHours
from audit_app.domain.time.timetable import Former, Timetable
from audit_app.models.base import Base
from audit_app.models.types import Json, JsonObject, words


class ChannelName(StrEnum):
    """The ways in which a customer reaches a location."""

    EMAIL = "email"
    CONTACT_FORM = "contact_form"
    CHAT = "chat"
    PHONE = "phone"
    IN_PERSON = "in_person"


class Organisation(Base):
    """The company that is audited; a database holds exactly one."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sample_data: Mapped[bool] = mapped_column(default=False)
    notices_mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailboxes.id", ondelete="SET NULL"))
    """The mailbox that the product's own mail leaves from; without one there is none."""
    time_zone: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """The reporting zone, in whose days and weeks every figure is taken; empty until it is chosen."""
    restored_at: Mapped[datetime | None]
    """When the database was last restored from a backup: what had its moment before may have been sent already."""
    quick_seconds: Mapped[int] = mapped_column(default=60, server_default="60")
    """How soon after our message, in seconds, a mail comes that perhaps nobody wrote."""
    at_once_seconds: Mapped[int] = mapped_column(default=10, server_default="10")
    """How soon one comes that nobody wrote, unless it takes up a word of our question."""


class Region(Base):
    """A group of locations that one manager answers for."""

    __tablename__ = "regions"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    locations: Mapped[list[Location]] = relationship(back_populates="region")


class Location(Base):
    """The shop, branch or desk that is judged."""

    __tablename__ = "locations"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(500), default="")
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id"), index=True)
    time_zone: Mapped[str] = mapped_column(String(64))
    opening_hours: Mapped[JsonObject] = mapped_column(Json)
    """As `domain.clock.OpeningHours` writes itself to JSON."""
    ended_at: Mapped[datetime | None]
    """Since when it is switched off; what was measured before stays in the scores of its time."""
    weight: Mapped[Fraction] = mapped_column(default=Fraction(1))
    """What it counts for in a group's score, where the policy goes by weights; exact, not negative."""

    region: Mapped[Region] = relationship(back_populates="locations")
    touchpoints: Mapped[list[Touchpoint]] = relationship(back_populates="location")
    former_hours: Mapped[list[FormerHours]] = relationship(order_by="FormerHours.until, FormerHours.id")

    @hybrid_property
    def active(self) -> bool:
        """Whether it belongs to the chain today."""
        return self.ended_at is None

    @active.inplace.expression
    @classmethod
    def _active(cls) -> ColumnElement[bool]:
        return cls.ended_at.is_(None)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which this location's times are shown."""
        return ZoneInfo(self.time_zone)

    @property
    def timetable(self) -> Timetable:
        """What the opening-hours clock goes by, now and for what was before."""
        former = [
            Former(OpeningHours.model_validate(each.opening_hours), ZoneInfo(each.time_zone), each.until)
            for each in self.former_hours
        ]
        return Timetable(OpeningHours.model_validate(self.opening_hours), self.zone, former)


class FormerHours(Base):
    """Opening hours and time zone that a location had until an instant; what was measured by them stays as it is."""

    __tablename__ = "former_hours"

    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), index=True)
    until: Mapped[datetime]
    time_zone: Mapped[str] = mapped_column(String(64))
    opening_hours: Mapped[JsonObject] = mapped_column(Json)


class Touchpoint(Base):
    """One address of a location's channel; probes go only to confirmed ones."""

    __tablename__ = "touchpoints"
    __table_args__ = (UniqueConstraint("location_id", "channel", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), index=True)
    channel: Mapped[ChannelName] = mapped_column(words(ChannelName))
    address: Mapped[str] = mapped_column(String(500))
    """An e-mail address, a page's URL or a telephone number."""
    contact_page: Mapped[str | None] = mapped_column(String(500))
    """The page on which customers find an e-mail address; opened before the mail goes out."""
    widget: Mapped[str] = mapped_column(String(80), default="")
    """For a chat: the name of the widget's adapter."""
    form_mapping: Mapped[str] = mapped_column(Text, default="")
    """For an odd contact form: YAML that says which field is which."""
    confirmed_at: Mapped[datetime | None]
    """When an administrator confirmed that the address is the company's own; nothing is sent before."""
    confirmed_by: Mapped[str] = mapped_column(String(300), default="")
    """Who confirmed it, by name and address at that time; empty when a program entered it as confirmed."""
    active: Mapped[bool] = mapped_column(default=True)

    location: Mapped[Location] = relationship(back_populates="touchpoints")

    @hybrid_property
    def is_open(self) -> bool:
        """Whether probes may go there: confirmed, and neither it nor its location is switched off."""
        return self.active and self.confirmed_at is not None and self.location.active

    @is_open.inplace.expression
    @classmethod
    def _is_open(cls) -> ColumnElement[bool]:
        return and_(cls.active, cls.confirmed_at.is_not(None), cls.location.has(Location.active))
