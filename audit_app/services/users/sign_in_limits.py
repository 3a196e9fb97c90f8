"""Holding back those who try passwords, in one place for all processes.

What is tried is counted by account and by network address. On a device that has signed in to the account before only
that device counts: whoever tries the password elsewhere cannot lock its owner out.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audit_app.models import Device, SignInLimit, User
from audit_app.services.users.sessions import hash_of

FREE = 10
"""Attempts in vain that cost nothing; each further one doubles the wait."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(hours=24)
"""After so long without an attempt counting begins anew."""
MOST_DOUBLINGS = 10


def keys_of_sign_in(session: Session, email: str, address: str, device_token: str) -> tuple[str, ...]:
    """By what an attempt to sign in is counted."""
    account = email.strip().casefold()
    known = select(Device.id).join(User, User.id == Device.user_id)
    known = known.where(User.email == account, Device.token_hash == hash_of(device_token))
    device = session.scalar(known) if device_token else None
    if device is not None:
        return (f"device:{device}",)
    return (f"address:{_network(address)}", f"account:{hashlib.sha256(account.encode()).hexdigest()}")


def key_of_person(user: User) -> tuple[str, ...]:
    """By what attempts of somebody who is signed in are counted."""
    return (f"person:{user.id}",)


def _network(address: str) -> str:
    """An address as it is handed out: one of IPv4, a network of 64 bits of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def count_attempt(session: Session, keys: Sequence[str], now: datetime) -> timedelta | None:
    """Count an attempt before its password is looked at; returns how long to wait when it must not be."""
    rows = [_locked(session, key, now) for key in keys]
    waits = [row.blocked_until - now for row in rows if row.blocked_until and row.blocked_until > now]
    if waits:
        return max(waits)
    for row in rows:
        if now - row.last_at > FORGOTTEN_AFTER:
            row.failures = 0
        row.failures, row.last_at = row.failures + 1, now
        row.blocked_until = now + _wait(row.failures) if row.failures >= FREE else None
    session.flush()
    return None


def _wait(failures: int) -> timedelta:
    doublings = min(failures - FREE, MOST_DOUBLINGS)
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))


def note_success(session: Session, keys: Sequence[str]) -> None:
    """Take back what `count_attempt` counted: account and device begin anew, the address loses this one attempt.

    If it began anew as well, an attacker could wash an address clean with an account of their own.
    """
    for row in session.scalars(select(SignInLimit).where(SignInLimit.key.in_(keys)).with_for_update()):
        if row.key.startswith("address:") and row.failures > 1:
            row.failures, row.blocked_until = row.failures - 1, None
        else:
            session.delete(row)
    session.flush()


def forget_old_limits(session: Session, now: datetime) -> None:
    """Delete what counts no more."""
    session.execute(delete(SignInLimit).where(SignInLimit.last_at < now - FORGOTTEN_AFTER))


def _locked(session: Session, key: str, now: datetime) -> SignInLimit:
    query = select(SignInLimit).where(SignInLimit.key == key).with_for_update()
    row = session.scalar(query)
    if row is not None:
        return row
    try:
        with session.begin_nested():
            session.add(SignInLimit(key=key, failures=0, last_at=now))
    except IntegrityError:
        pass  # another process has just made it
    return session.scalars(query).one()
