"""A photo as it is kept, and why one cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class NoPicture(Exception):
    """The bytes are no picture of a sort that is taken."""


class Unreadable(Exception):
    """The picture cannot be decoded, or has too many pixels."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo as it is kept: two JPEG files without metadata, its size in pixels, and its perceptual hash."""

    content: bytes
    thumbnail: bytes
    width: int
    height: int
    phash: str
    taken: datetime | None
    """When the camera says that it was taken, without a zone where the file names none."""
