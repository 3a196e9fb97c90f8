"""Photos of visits: announced, sent in parts that can be resumed, read, and kept as evidence."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, undefer

from audit_app.domain.errors import AuditError, Conflict, InvalidInput, NotFound
from audit_app.models import Evidence, EvidenceKind, Photo, PhotoPart, PhotoState, User, Visit, VisitState
from audit_app.services.visits.edits import NOT_YOURS, VisitWithdrawn
from audit_app.services.visits.picture import NoPicture, Picture, Unreadable
from audit_app.services.visits.pictures import read_safely
from audit_app.services.visits.visible import visible_visits

LARGEST = 15 * 1024**2
LARGEST_PART = 256 * 1024
MOST_AT_A_QUESTION = 10
UPLOADS_KEPT = timedelta(days=14)
NOT_READ = "This photo cannot be read. Take it again; the old one stays on this phone until you remove it."


class WrongOffset(Conflict):
    """The part does not begin where the last one ended; `offset` is where that is."""

    def __init__(self, offset: int) -> None:
        super().__init__("The photo goes on at another place; it is sent from there.")
        self.offset = offset


class PhotoRefused(AuditError):
    """What was sent is no photo that can be kept; the text is for the person."""


class PhotoDamaged(AuditError):
    """The bytes that arrived are not those that the device had."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a device says of a photo before it sends it; `sha256` in hexadecimal and `size` in bytes are the file's."""

    id: str
    path: str
    name: str
    size: int
    sha256: str
    position: int
    caption: str
    taken_at: datetime | None


def announce(session: Session, visit: Visit, said: Announcement, now: datetime) -> Photo:
    """Note a photo that is to come, or a new caption or place of one that is known.

    Raises PhotoRefused when it is too large, InvalidInput when the question does not exist or has enough photos,
    Conflict when the visit was submitted or the number belongs to another photo, VisitWithdrawn.
    """
    _lock(session, visit)
    photo = session.get(Photo, said.id)
    if photo is None:
        _check_new(session, visit, said)
        photo = Photo(
            id=said.id, visit_id=visit.id, path=said.path, size=said.size, sha256=said.sha256, created_at=now
        )
        session.add(photo)
    elif (photo.visit_id, photo.path, photo.sha256) != (visit.id, said.path, said.sha256):
        raise Conflict("The number of this photo belongs to another one. Take it again.")
    photo.name, photo.caption, photo.position = said.name, said.caption, said.position
    photo.taken_at, photo.removed_at = said.taken_at, None
    session.flush()
    return photo


def _lock(session: Session, visit: Visit) -> None:
    session.refresh(visit, with_for_update=True)
    if visit.state is VisitState.WITHDRAWN:
        raise VisitWithdrawn(NOT_YOURS)
    if visit.state is VisitState.SUBMITTED:
        raise Conflict(
            "This visit was submitted already, so it takes no more photos. Tell the manager if it matters."
        )


def _check_new(session: Session, visit: Visit, said: Announcement) -> None:
    visit.version.form.question(said.path)
    if said.size > LARGEST:
        megabytes = -(-said.size // 1024**2)
        raise PhotoRefused(
            f"This photo has {megabytes} MB; 15 MB is the most. Take it again with the camera of this page."
        )
    here = (Photo.visit_id == visit.id) & (Photo.path == said.path) & Photo.removed_at.is_(None)
    if (session.scalar(select(func.count()).where(here)) or 0) >= MOST_AT_A_QUESTION:
        raise InvalidInput(
            f"This question has {MOST_AT_A_QUESTION} photos, which is the most. Remove one first."
        )


def photo_of(session: Session, visit: Visit, photo_id: str) -> Photo:
    """The photo of a visit; raises NotFound when it was not announced."""
    photo = session.get(Photo, photo_id)
    if photo is None or photo.visit_id != visit.id:
        raise NotFound("This photo was not announced. It is sent again from the start.")
    return photo


def photos_of(session: Session, visit: Visit) -> list[Photo]:
    """The photos of a visit that were not removed, in the order of their questions' lists."""
    here = select(Photo).where(Photo.visit_id == visit.id, Photo.removed_at.is_(None))
    return list(session.scalars(here.order_by(Photo.path, Photo.position, Photo.created_at, Photo.id)))


def missing_photos(session: Session, visit: Visit, ids: list[str]) -> list[str]:
    """Those of `ids` whose bytes are not all here, in their order."""
    ready = (Photo.visit_id == visit.id) & (Photo.state == PhotoState.READY)
    known = set(session.scalars(select(Photo.id).where(ready)))
    return [each for each in ids if each not in known]


def append(session: Session, photo: Photo, offset: int, content: bytes) -> None:
    """Take the part of a photo that begins at `offset`; raises WrongOffset, or InvalidInput when it is too long."""
    session.refresh(photo, with_for_update=True)
    if offset != photo.received or photo.state is not PhotoState.UPLOADING:
        raise WrongOffset(photo.received)
    if len(content) > LARGEST_PART or offset + len(content) > photo.size:
        raise InvalidInput("This part of the photo is longer than was said. It is sent again from the start.")
    if content:
        session.add(PhotoPart(photo_id=photo.id, offset=offset, content=content))
        photo.received += len(content)
    session.flush()


def whole(session: Session, photo: Photo) -> bytes:
    """All bytes of a photo that has arrived, in order."""
    parts = select(PhotoPart.content).where(PhotoPart.photo_id == photo.id).order_by(PhotoPart.offset)
    return b"".join(session.scalars(parts))


def read_photo(name: str, sha256: str, content: bytes) -> Picture:
    """The picture that a file called `name` holds; takes no transaction. Raises PhotoRefused, or PhotoDamaged."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise PhotoDamaged(NOT_READ)
    try:
        return read_safely(content)
    except NoPicture:
        raise PhotoRefused(
            f"{name} is no photo. Take a photo, or choose a JPEG, PNG, WebP or HEIC."
        ) from None
    except Unreadable:
        raise PhotoRefused(NOT_READ) from None


def keep(session: Session, photo: Photo, picture: Picture, now: datetime) -> None:
    """Keep the picture of a photo as evidence; doing so twice keeps one."""
    session.refresh(photo, with_for_update=True)
    if photo.state is not PhotoState.UPLOADING:
        return
    files = [
        Evidence.of(EvidenceKind.PHOTO, "image/jpeg", f"{photo.id}{suffix}.jpg", content, now)
        for suffix, content in (("", picture.content), ("-small", picture.thumbnail))
    ]
    for file in files:
        file.visit_id = photo.visit_id
    session.add_all(files)
    session.flush()
    photo.evidence_id, photo.thumbnail_id = (file.id for file in files)
    if photo.taken_at is None and picture.taken is not None:
        zone = session.get_one(Visit, photo.visit_id).location.zone
        photo.taken_at = picture.taken if picture.taken.tzinfo else picture.taken.replace(tzinfo=zone)
    photo.width, photo.height, photo.phash = picture.width, picture.height, picture.phash
    photo.state = PhotoState.READY
    _forget_parts(session, photo)


def refuse(session: Session, photo: Photo) -> None:
    """Note that what was sent is no photo."""
    photo.state = PhotoState.REFUSED
    _forget_parts(session, photo)


def start_again(session: Session, photo: Photo) -> None:
    """Forget what arrived of a photo, so that it is sent from the start."""
    photo.received = 0
    _forget_parts(session, photo)


def _forget_parts(session: Session, photo: Photo) -> None:
    session.execute(delete(PhotoPart).where(PhotoPart.photo_id == photo.id))
    session.flush()


def remove(session: Session, visit: Visit, photo: Photo, now: datetime) -> None:
    """Take a photo out of its answer; to announce it again undoes that."""
    _lock(session, visit)
    photo.removed_at = photo.removed_at or now
    session.flush()


def forget_half_uploads(session: Session, now: datetime) -> None:
    """Delete the parts of photos that were announced two weeks ago and never arrived; they can be sent anew."""
    old = select(Photo.id).where(Photo.state == PhotoState.UPLOADING, Photo.created_at < now - UPLOADS_KEPT)
    session.execute(delete(PhotoPart).where(PhotoPart.photo_id.in_(old)))
    session.execute(update(Photo).where(Photo.id.in_(old), Photo.received > 0).values(received=0))


def visible_photo(session: Session, user: User, visit_id: int, photo_id: str, *, small: bool) -> Evidence:
    """The file of a photo for who may see its visit; raises NotFound alike for none and for another's."""
    file = Photo.thumbnail_id if small else Photo.evidence_id
    visits = visible_visits(user).where(Visit.id == visit_id).with_only_columns(Visit.id)
    query = (
        select(Evidence)
        .join(Photo, file == Evidence.id)
        .where(Photo.id == photo_id, Photo.visit_id.in_(visits), Photo.removed_at.is_(None))
        .where(Evidence.erased_at.is_(None))
    )
    evidence = session.scalar(query.options(undefer(Evidence.content)))
    if evidence is None:
        raise NotFound("There is no such photo among yours. Open it from its visit.")
    return evidence
