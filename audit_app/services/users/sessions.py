"""Who is signed in, and where: sessions begin, are seen, and end on the server."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session, joinedload

from audit_app.domain.errors import NotFound
from audit_app.domain.session_life import SessionLife
from audit_app.models import Device, User, UserSession
from audit_app.services.entry.text import storable

SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is known when a session was last used."""
DEVICE_FORGOTTEN = timedelta(days=400)
"""After so long without a sign-in a device is a new one; browsers keep no cookie longer."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has just begun, with the secrets that its cookies carry."""

    row: UserSession
    token: str
    device_token: str


def begin_session(
    session: Session,
    user: User,
    device_token: str,
    user_agent: str,
    address: str,
    lasting: bool,
    now: datetime,
) -> Begun:
    """Sign `user` in; `device_token` is what the device's cookie says, empty for a new one."""
    device_token = device_token or secrets.token_urlsafe(32)
    device = device_of(session, user, device_token) or Device(
        user_id=user.id, token_hash=hash_of(device_token), created_at=now
    )
    device.name, device.last_seen_at = device_name(user_agent), now
    session.add(device)
    token = secrets.token_urlsafe(32)
    row = UserSession(
        token_hash=hash_of(token),
        user=user,
        device=device,
        address=storable(address, 64),
        lasting=lasting,
        created_at=now,
        last_seen_at=now,
    )
    session.add(row)
    session.flush()
    return Begun(row, token, device_token)


def device_of(session: Session, user: User, device_token: str) -> Device | None:
    """The device with that cookie, if `user` has signed in on it before."""
    query = select(Device).where(Device.user_id == user.id, Device.token_hash == hash_of(device_token))
    return session.scalar(query)


def live_session(session: Session, token: str, life: SessionLife, now: datetime) -> UserSession | None:
    """The session of the cookie `token`, with its user; None when it has ended."""
    query = select(UserSession).where(UserSession.token_hash == hash_of(token), _alive(life, now))
    return session.scalar(query.options(joinedload(UserSession.user)))


def sessions_of(session: Session, user: User, life: SessionLife, now: datetime) -> Sequence[UserSession]:
    """Where `user` is signed in, the latest used first."""
    query = select(UserSession).where(UserSession.user_id == user.id, _alive(life, now))
    query = query.options(joinedload(UserSession.device)).order_by(
        UserSession.last_seen_at.desc(), UserSession.id.desc()
    )
    return session.scalars(query).all()


def note_seen(session: Session, session_id: int, now: datetime) -> None:
    """Note that a session is in use."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=now))


def end_session(session: Session, user: User, session_id: int) -> None:
    """End one session of `user`; raises NotFound when there is none with that number."""
    ended = delete(UserSession).where(UserSession.id == session_id, UserSession.user_id == user.id)
    if session.scalar(ended.returning(UserSession.id)) is None:
        raise NotFound(
            "This sign-in has ended already. Reload the page to see where the account is signed in."
        )


def end_sessions(session: Session, user: User) -> None:
    """End all sessions of `user`, and every cookie that was handed out for them."""
    user.fs_uniquifier = uuid.uuid4().hex
    session.execute(delete(UserSession).where(UserSession.user_id == user.id))
    session.flush()


def end_other_sessions(session: Session, user: User, kept_id: int) -> None:
    """End the sessions of `user` but the one with the number `kept_id`."""
    session.execute(delete(UserSession).where(UserSession.user_id == user.id, UserSession.id != kept_id))


def forget_ended(session: Session, life: SessionLife, now: datetime) -> None:
    """Delete what has ended by itself: sessions by their life, devices that were not used for a year."""
    session.execute(delete(UserSession).where(~_alive(life, now)))
    unused = Device.id.not_in(select(UserSession.device_id))
    session.execute(delete(Device).where(Device.last_seen_at < now - DEVICE_FORGOTTEN, unused))


def _alive(life: SessionLife, now: datetime) -> ColumnElement[bool]:
    used = or_(UserSession.lasting, UserSession.last_seen_at > now - life.idle)
    return and_(UserSession.created_at > now - life.whole, used)


def hash_of(token: str) -> str:
    """What is kept of a secret: whoever reads the database cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def device_name(user_agent: str) -> str:
    """What people call a browser that calls itself `user_agent`, for example “Firefox on Linux”."""
    browser = next((name for sign, name in BROWSERS if re.search(rf"\b{sign}/", user_agent)), "")
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown device"
