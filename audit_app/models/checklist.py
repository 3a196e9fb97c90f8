"""Checklists and their immutable, numbered versions."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from sqlalchemy import ForeignKey, String, UniqueConstraint, event, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, deferred, mapped_column, relationship

from audit_app.domain.checklists import checklist as domain
from audit_app.domain.errors import Conflict
from audit_app.models.base import Base
from audit_app.models.types import Json, JsonObject

MOST_READ = 100
"""So many versions a process keeps as it has read them."""
_read: dict[str, domain.Checklist] = {}
"""Versions by the hash of their content; they are frozen, so that any session may have them."""


class Checklist(Base):
    """A form that auditors fill in; its questions live in its versions."""

    __tablename__ = "checklists"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    versions: Mapped[list[ChecklistVersion]] = relationship(
        back_populates="checklist", order_by="ChecklistVersion.number"
    )


class ChecklistVersion(Base):
    """One edition of a checklist; once stored it never changes."""

    __tablename__ = "checklist_versions"
    __table_args__ = (UniqueConstraint("checklist_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklists.id"))
    number: Mapped[int]
    content: Mapped[JsonObject] = deferred(mapped_column(Json, nullable=False))
    content_hash: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime]

    checklist: Mapped[Checklist] = relationship(back_populates="versions")

    @cached_property
    def form(self) -> domain.Checklist:
        """The questions as the domain knows them, read once in a process: to read 300 takes longer than to save one."""
        if (known := _read.get(self.content_hash)) is not None:
            return known
        form = domain.Checklist.model_validate(self.content)
        if len(_read) >= MOST_READ:
            _read.clear()
        _read[self.content_hash] = form
        return form


@event.listens_for(ChecklistVersion, "before_update")
def _refuse_change(
    _mapper: Mapper[ChecklistVersion], _connection: Connection, version: ChecklistVersion
) -> None:
    """Old visits keep showing and scoring with the version they were made with."""
    if any(attribute.history.has_changes() for attribute in inspect(version).attrs):
        raise Conflict(
            f"Version {version.number} of a checklist cannot change; store the edit as the next version."
        )
