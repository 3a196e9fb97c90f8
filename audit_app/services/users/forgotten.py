"""A forgotten password: a link by mail, good once and for an hour."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from audit_app.domain.errors import NotFound
from audit_app.models import PasswordReset, User
from audit_app.services.notices.outbox import add_notice, notices_mailbox
from audit_app.services.users.passwords import Hash, hash_password
from audit_app.services.users.sessions import hash_of
from audit_app.services.users.users import set_password

GOOD_FOR = timedelta(hours=1)
KIND = "password"


class LinkEnded(NotFound):
    """The link was used, is older than an hour, or never was one."""


def can_reset(session: Session) -> bool:
    """Whether there is a mailbox from which links could be sent."""
    return notices_mailbox(session) is not None


def send_link(session: Session, email: str, link: Callable[[str], str], now: datetime) -> None:
    """Have a link sent to whoever signs in with `email`; does nothing, and says nothing, when nobody does.

    `link` makes the address of the page from the secret.
    """
    user = session.scalar(select(User).where(User.email == email.strip().lower(), User.active))
    if user is None or not can_reset(session):
        return
    session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))
    token = secrets.token_urlsafe(32)
    session.add(PasswordReset(token_hash=hash_of(token), user=user, created_at=now))
    add_notice(session, KIND, user.email, "Choose a new password", _text(user, link(token)), now)


def _text(user: User, link: str) -> str:
    return (
        f"Hello {user.name},\n\n"
        "somebody, probably you, asked for a new password for this address. Choose it here:\n\n"
        f"{link}\n\n"
        "The link is good once and for an hour. If it was not you, do nothing: your password stays as it is.\n"
    )


def reset_of(session: Session, token: str, now: datetime) -> PasswordReset:
    """What the link with the secret `token` stands for; raises LinkEnded."""
    query = select(PasswordReset).where(
        PasswordReset.token_hash == hash_of(token), PasswordReset.created_at > now - GOOD_FOR
    )
    found = session.scalar(query.options(joinedload(PasswordReset.user)))
    if found is None or not found.user.active:
        raise _ended()
    return found


def _ended() -> LinkEnded:
    return LinkEnded("This link is no longer good. Links work once and for an hour. Ask for a new one.")


def choose_password(
    session: Session, token: str, password: str, now: datetime, hash: Hash = hash_password
) -> User:
    """Give the password that its owner chose by a link, and sign them out everywhere; raises LinkEnded, WeakPassword."""
    user = reset_of(session, token, now).user
    set_password(session, user, password, hash)
    # The database says who came first where one link is used twice at the same moment.
    used = delete(PasswordReset).where(PasswordReset.token_hash == hash_of(token)).returning(PasswordReset.id)
    if session.scalar(used) is None:
        raise _ended()
    return user


def forget_ended_links(session: Session, now: datetime) -> None:
    """Delete the links that nobody used in time."""
    session.execute(delete(PasswordReset).where(PasswordReset.created_at <= now - GOOD_FOR))
