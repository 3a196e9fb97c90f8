"""What proves something: raw mail, screenshots, transcripts, traces, photos."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column

from audit_app.models.base import Base
from audit_app.models.types import words

IMAGES = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/webp": (b"RIFF",),
}
"""What a browser may show inside a page, with the bytes that such a file begins with."""


class EvidenceKind(StrEnum):
    """What sort of thing the evidence is."""

    RAW_MAIL = "raw_mail"
    SCREENSHOT = "screenshot"
    TRANSCRIPT = "transcript"
    TRACE = "trace"
    HTML = "html"
    PHOTO = "photo"


class Evidence(Base):
    """Bytes kept as they were seen; stored in the database so that they commit with what they prove."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[EvidenceKind] = mapped_column(words(EvidenceKind))
    media_type: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    """When the retention rule took the bytes away; `size` and `sha256` go on saying what they were."""
    probe_id: Mapped[int | None] = mapped_column(ForeignKey("probes.id"), index=True)
    observation_id: Mapped[int | None] = mapped_column(ForeignKey("observations.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), index=True)
    question_key: Mapped[str] = mapped_column(String(120), default="")

    @classmethod
    def of(cls, kind: EvidenceKind, media_type: str, name: str, content: bytes, now: datetime) -> Evidence:
        """Evidence for `content`, with its size and SHA-256 taken from the bytes."""
        return cls(
            kind=kind,
            media_type=media_type,
            name=name,
            content=content,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            created_at=now,
        )


def is_picture(evidence: Evidence) -> bool:
    """Whether a page may show the evidence as a picture, going by its type."""
    return evidence.media_type in IMAGES
