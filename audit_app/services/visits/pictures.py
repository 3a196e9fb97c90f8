"""Photos that somebody sent, read by a process of its own: whatever a file makes a decoder do, no more than that ends."""

from __future__ import annotations

from audit_app.services.entry.child_process import ChildFailed, Limits, run
from audit_app.services.visits.picture import Picture, Unreadable

LIMITS = Limits(seconds=30, megabytes=1536)


def read_safely(content: bytes) -> Picture:
    """The picture in `content`, read by another process within limits; raises NoPicture or Unreadable."""
    # What decodes takes a second to import, and many processes never see a photo.
    from audit_app.services.visits.picture_reader import read_picture

    try:
        return run(LIMITS, read_picture, content)
    except ChildFailed as failed:
        raise Unreadable(str(failed)) from failed
