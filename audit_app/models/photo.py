"""Photos of visits, and the parts in which they arrive."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from audit_app.models.base import Base
from audit_app.models.types import words


class PhotoState(StrEnum):
    """How far a photo is; only READY ones belong to an answer."""

    UPLOADING = "uploading"
    READY = "ready"
    REFUSED = "refused"


class Photo(Base):
    """A photo at a question; `evidence_id` is set once its bytes are complete and were read."""

    __tablename__ = "photos"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    """A UUID of the device."""
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(String(200))
    caption: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int]
    """Its place among the photos of the question."""
    name: Mapped[str] = mapped_column(String(200))
    """What the file was called on the device."""
    taken_at: Mapped[datetime | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the bytes that the device sends."""
    size: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    """Bytes that are here."""
    state: Mapped[PhotoState] = mapped_column(words(PhotoState), default=PhotoState.UPLOADING)
    phash: Mapped[str] = mapped_column(String(16), default="")
    """The perceptual hash in hexadecimal: alike for pictures that look alike."""
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    thumbnail_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class PhotoPart(Base):
    """Some bytes of a photo that is still on its way."""

    __tablename__ = "photo_parts"
    __table_args__ = (UniqueConstraint("photo_id", "offset"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    photo_id: Mapped[str] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"))
    offset: Mapped[int]
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
