"""What is attached where a form insists on a file: a blank white page, which says nothing and belongs to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from io import BytesIO

from PIL import Image

SIZE = (480, 640)
FORMATS = {
    "PNG": ("page.png", "image/png", (".png", "image/png", "image/*")),
    "JPEG": ("page.jpg", "image/jpeg", (".jpg", ".jpeg", "image/jpeg", "image/jpg")),
    "PDF": ("page.pdf", "application/pdf", (".pdf", "application/pdf")),
    "GIF": ("page.gif", "image/gif", (".gif", "image/gif")),
    "WEBP": ("page.webp", "image/webp", (".webp", "image/webp")),
}
"""Name, media type, and how a form asks for it, by the name that Pillow has for the format."""


@dataclass(frozen=True)
class Attachment:
    """One file in memory."""

    name: str
    media_type: str
    content: bytes


def blank_page(accepts: str) -> Attachment | None:
    """Make a blank page of the first kind that a field's `accept` names; None if it names none that we can make.

    The notation is HTML's: endings and media types, separated by commas; empty means anything.
    """
    wanted = [each.strip().lower() for each in accepts.split(",") if each.strip()]
    if not wanted or "*/*" in wanted:
        return _drawn("PNG")
    found = (name for each in wanted for name, (_, _, asked) in FORMATS.items() if each in asked)
    return next((_drawn(name) for name in found), None)


@cache
def _drawn(picture_format: str) -> Attachment:
    name, media_type, _ = FORMATS[picture_format]
    content = BytesIO()
    Image.new("RGB", SIZE, "white").save(content, picture_format)
    return Attachment(name, media_type, content.getvalue())
