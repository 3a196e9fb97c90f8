"""People who sign in: adding, changing, switching off, and their passwords."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from audit_app.domain.errors import Conflict, InvalidInput, NotFound
from audit_app.models import Assignment, AssignmentState, Location, Region, Role, RoleName, User
from audit_app.services.entry.fields import unless_refused
from audit_app.services.users.passwords import Hash, check_password, hash_password
from audit_app.services.users.sessions import end_sessions

ROLE_DESCRIPTIONS = {
    RoleName.ADMIN: "Sets everything up and sees everything.",
    RoleName.MANAGER: "Sees the results of the regions they answer for.",
    RoleName.AUDITOR: "Makes visits and sees their own.",
    RoleName.CONTACT: "Sees the results of their own locations.",
}


class AddressInvalid(InvalidInput):
    """What was entered is not an e-mail address."""


class AddressTaken(Conflict):
    """Somebody else signs in with this address."""


Keyed = TypeVar("Keyed", Region, Location)


def add_user(
    session: Session,
    email: str,
    name: str,
    password: str,
    roles: Sequence[str],
    regions: Sequence[str],
    locations: Sequence[str],
    now: datetime,
    hash: Hash = hash_password,
    must_change_password: bool = False,
) -> User:
    """Add a person with `roles`; `regions` and `locations` are keys.

    `must_change_password` when somebody else chose the password: they have to choose one of their own at first.

    Raises:
        InvalidInput: a name, address, role, region, location or password that cannot be used, saying which.
        AddressTaken: somebody has this address already.
    """
    user = User(fs_uniquifier=uuid.uuid4().hex, created_at=now, must_change_password=must_change_password)
    with unless_refused(session, _just_taken(email)):
        _fill(session, user, email, name, roles, regions, locations)
        check_password(session, password, user)
        user.password = hash(password)
        session.add(user)
    return user


def change_user(
    session: Session,
    user: User,
    email: str,
    name: str,
    roles: Sequence[str],
    regions: Sequence[str],
    locations: Sequence[str],
) -> None:
    """Change who a person is and what they may; raises as `add_user` does, and Conflict for the last administrator."""
    if user.active and user.is_a(RoleName.ADMIN) and RoleName.ADMIN not in roles:
        _keep_an_administrator(session, user)
    with unless_refused(session, _just_taken(email)):
        _fill(session, user, email, name, roles, regions, locations)


def set_password(
    session: Session,
    user: User,
    password: str,
    hash: Hash = hash_password,
    must_change_password: bool = False,
) -> None:
    """Give a person a new password and sign them out everywhere; raises WeakPassword.

    `must_change_password` when it is not they who chose it.
    """
    check_password(session, password, user)
    user.password, user.must_change_password = hash(password), must_change_password
    end_sessions(session, user)


def deactivate(session: Session, user: User, by: User) -> None:
    """Switch an account off and sign it out; raises Conflict for the last administrator and for one's own account."""
    if user.id == by.id:
        raise Conflict("You cannot switch off your own account. Ask another administrator to do it.")
    if user.active and user.is_a(RoleName.ADMIN):
        _keep_an_administrator(session, user)
    user.active = False
    end_sessions(session, user)


def reactivate(session: Session, user: User) -> None:
    """Let a person sign in again, with the password they had."""
    user.active = True
    session.flush()


def user_by_id(session: Session, user_id: int) -> User:
    """The person with the number; raises NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(f"There is no user {user_id}. Choose one from the list of users.")
    return user


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which people to list, and in which order (name, email or created)."""

    words: str = ""
    role: str = ""
    active: bool | None = None
    sort: str = "name"
    descending: bool = False


SORTS = {"name": func.lower(User.name), "email": User.email, "created": User.created_at}


def users_matching(wanted: UserFilter) -> Select[User]:
    """People whose name or address has all of the words, of the role, in the order wanted."""
    query = select(User).options(
        selectinload(User.roles), selectinload(User.regions), selectinload(User.locations)
    )
    for word in wanted.words.split():
        # Capitalised too, because SQLite knows no capitals beyond ASCII: “åsa” is to find Åsa.
        names = (User.name.icontains(part, autoescape=True) for part in {word, word.capitalize()})
        query = query.where(or_(User.email.icontains(word, autoescape=True), *names))
    if wanted.role:
        query = query.where(User.roles.any(Role.name == wanted.role))
    if wanted.active is not None:
        query = query.where(User.active == wanted.active)
    column = SORTS.get(wanted.sort, SORTS["name"])
    return query.order_by(column.desc() if wanted.descending else column, User.id)


def open_assignments(session: Session, user: User) -> int:
    """How many visits the person is still to make; nobody makes them once the account is off."""
    query = select(func.count(Assignment.id)).where(
        Assignment.auditor_id == user.id, Assignment.state == AssignmentState.OPEN
    )
    return session.scalar(query) or 0


def _fill(
    session: Session,
    user: User,
    email: str,
    name: str,
    roles: Sequence[str],
    regions: Sequence[str],
    locations: Sequence[str],
) -> None:
    address, called = _address(email), _name(name)
    known = _roles(session, roles)
    theirs = _by_key(session, Region, "region", regions)
    own = _by_key(session, Location, "location", locations)
    _check_free(session, user, address)
    user.email, user.name = address, called
    user.roles, user.regions, user.locations = known, theirs, own


def _address(email: str) -> str:
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise AddressInvalid(f"“{email.strip()}” is not an e-mail address. {error}") from None


def _name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > 200:
        raise InvalidInput("Enter the person's name, with at most 200 characters.")
    return cleaned


def _roles(session: Session, names: Iterable[str]) -> list[Role]:
    wanted = list(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in set(RoleName)]
    if unknown:
        raise InvalidInput(f"There is no role “{unknown[0]}”. The roles are: {', '.join(RoleName)}.")
    if not wanted:
        raise InvalidInput(f"Choose at least one role. The roles are: {', '.join(RoleName)}.")
    return [_role(session, RoleName(name)) for name in wanted]


def _role(session: Session, name: RoleName) -> Role:
    role = session.scalar(select(Role).where(Role.name == name.value))
    if role is None:
        role = Role(name=name.value, description=ROLE_DESCRIPTIONS[name])
        session.add(role)
        session.flush()
    return role


def _by_key(session: Session, model: type[Keyed], what: str, keys: Iterable[str]) -> list[Keyed]:
    wanted = list(dict.fromkeys(keys))
    found = {row.key: row for row in session.scalars(select(model).where(model.key.in_(wanted)))}
    for key in wanted:
        if key not in found:
            raise InvalidInput(f"There is no {what} with the key “{key}”.")
    return [found[key] for key in wanted]


def _check_free(session: Session, user: User, address: str) -> None:
    with session.no_autoflush:
        other = session.scalar(select(User).where(User.email == address, User.id != (user.id or 0)))
    if other is not None:
        raise AddressTaken(
            f"{other.name} already has the address {address}. Change that account, or use another address."
        )


def _just_taken(email: str) -> AddressTaken:
    return AddressTaken(f"Somebody has just taken the address {email}. Reload the list of users.")


def _keep_an_administrator(session: Session, leaving: User) -> None:
    # Locked, so that two administrators cannot remove each other at the same moment.
    query = (
        select(User.id)
        .where(User.active, User.roles.any(Role.name == RoleName.ADMIN.value))
        .with_for_update()
    )
    if set(session.scalars(query)) <= {leaving.id}:
        raise Conflict(f"{leaving.name} is the last active administrator. Make somebody else one first.")
