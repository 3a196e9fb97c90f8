"""Chat widgets that this installation was taught: stored with all their versions, and used by touchpoints."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import yaml
from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from audit_app.domain.errors import Conflict, InvalidInput, NotFound
from audit_app.models import ChannelName, Location, Touchpoint, WidgetAdapter, WidgetVersion
from audit_app.services.widgets.check import check_widget_text
from probes.base import OurFailure
from probes.widgets.files import AUTO, GENERIC, load_widget, widget_names
from probes.widgets.schema import Widget

FOUND_OUT = {"", AUTO}
"""What touchpoints name whose chat is found out on the page."""
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


def free_name(session: Session, name: str) -> str:
    """The name, if a new adapter may have it; raises InvalidInput."""
    name = name.strip().lower()
    if not NAME.fullmatch(name):
        raise InvalidInput(
            "Enter a name of small letters, digits and hyphens, such as “our-shop”; at most 40."
        )
    if name in (AUTO, *widget_names()):
        raise InvalidInput(f"“{name}” is a widget that comes with the program. Choose another name.")
    if session.scalar(select(WidgetAdapter.id).where(WidgetAdapter.name == name)) is not None:
        raise InvalidInput(
            f"There is an adapter called “{name}” already. Choose another name, or change that one."
        )
    return name


def suggested_name(session: Session, page: str) -> str:
    """A free name made of the page's host."""
    host = (urlsplit(page).hostname or "chat").removeprefix("www.")
    stem = re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")[:34].strip("-") or "chat"
    taken = {*widget_names(), *session.scalars(select(WidgetAdapter.name))}
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (stem, *numbered) if name not in taken)


def store(session: Session, name: str, text: str, page: str, by: str, now: datetime) -> WidgetAdapter:
    """Keep a new adapter; raises InvalidInput when its name or its text cannot be used."""
    adapter = WidgetAdapter(name=free_name(session, name))
    _check(text)
    adapter.versions = [_version(1, text, page, by, now)]
    try:
        with session.begin_nested():
            session.add(adapter)
    except IntegrityError:
        raise InvalidInput(
            f"Somebody has just stored an adapter called “{name}”. Choose another name."
        ) from None
    return adapter


def store_again(
    session: Session, adapter: WidgetAdapter, text: str, page: str, by: str, now: datetime
) -> WidgetVersion:
    """Keep a new version, which probes use from now on; the earlier ones stay. Raises InvalidInput, Conflict."""
    _check(text)
    number = adapter.current.number + 1
    version = _version(number, text, page, by, now)
    try:
        with session.begin_nested():
            adapter.versions.append(version)
            session.flush()
    except IntegrityError:
        raise Conflict(
            f"Somebody has just changed “{adapter.name}”. Look at it before you store yours."
        ) from None
    return version


def _version(number: int, text: str, page: str, by: str, now: datetime) -> WidgetVersion:
    return WidgetVersion(number=number, text=text, page=page, stored_by=by[:300], stored_at=now)


def _check(text: str) -> None:
    if problems := check_widget_text(text, "description"):
        raise InvalidInput(" ".join(str(problem) for problem in problems))


def adapter_by_name(session: Session, name: str) -> WidgetAdapter:
    """The stored adapter; raises NotFound."""
    query = (
        select(WidgetAdapter).where(WidgetAdapter.name == name).options(selectinload(WidgetAdapter.versions))
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound(
            f"There is no stored adapter called “{name}”. Choose one from the list of chat widgets."
        )
    return found


def adapters(session: Session) -> Sequence[WidgetAdapter]:
    """All stored adapters by name."""
    query = select(WidgetAdapter).order_by(WidgetAdapter.name).options(selectinload(WidgetAdapter.versions))
    return session.scalars(query).all()


def title_of(text: str) -> str:
    """What a description calls its chat."""
    return _written(text, "name")


def verified_of(text: str) -> str:
    """How a description says that it is known to work."""
    return _written(text, "verified")


def _written(text: str, key: str) -> str:
    written = yaml.safe_load(text)
    return str(written.get(key, "")) if isinstance(written, dict) else ""


def shipped() -> list[tuple[str, Widget]]:
    """The widgets that come with the program, by what people call them."""
    known = [(name, load_widget(name)) for name in widget_names() if name != GENERIC]
    return sorted(known, key=lambda pair: pair[1].name.casefold())


def stored_choices(session: Session) -> list[tuple[str, str]]:
    """The stored adapters, by name, with what people call them."""
    return [(each.name, title_of(each.current.text) or each.name) for each in adapters(session)]


def description_for(session: Session, name: str) -> str:
    """The text of the stored adapter `name`, or nothing when `name` is a shipped widget or `auto`.

    Raises OurFailure for anything else, a file on this machine included: touchpoints name only what is known here.
    """
    if not name or name == AUTO:
        return ""
    adapter = session.scalar(select(WidgetAdapter).where(WidgetAdapter.name == name))
    if adapter is not None:
        return adapter.current.text
    if name not in widget_names():
        raise OurFailure(
            f"There is no chat widget called “{name}”. Choose one for the touchpoint, or teach it one."
        )
    return ""


# --- use ------------------------------------------------------------------------------------------------------


def touchpoints_using(session: Session, name: str) -> Sequence[Touchpoint]:
    """The chat touchpoints that name the adapter, switched-off ones too."""
    return session.scalars(_chats().where(Touchpoint.widget == name)).all()


def use_counts(session: Session) -> dict[str, int]:
    """How many chat touchpoints name each widget."""
    query = select(Touchpoint.widget, func.count()).where(Touchpoint.channel == ChannelName.CHAT)
    return dict(list(session.execute(query.group_by(Touchpoint.widget))))


def could_use(session: Session, adapter: WidgetAdapter) -> list[tuple[Touchpoint, bool]]:
    """The active chat touchpoints that do not use the adapter, those on its page's host first and marked."""
    host = urlsplit(adapter.current.page).hostname
    others = session.scalars(_chats().where(Touchpoint.active, Touchpoint.widget != adapter.name))
    marked = [(each, urlsplit(each.address).hostname == host) for each in others]
    return sorted(marked, key=lambda pair: not pair[1])


def use_for(session: Session, adapter: WidgetAdapter, touchpoint_ids: Collection[int]) -> list[Touchpoint]:
    """Let these chat touchpoints use the adapter; others are passed over. Returns those that do now."""
    chosen = session.scalars(_chats().where(Touchpoint.id.in_(touchpoint_ids))).all()
    for touchpoint in chosen:
        touchpoint.widget = adapter.name
    session.flush()
    return list(chosen)


def delete(session: Session, adapter: WidgetAdapter) -> None:
    """Delete an adapter with all its versions; raises Conflict while a touchpoint names it."""
    if used := touchpoints_using(session, adapter.name):
        names = ", ".join(sorted({each.location.name for each in used})[:5])
        raise Conflict(
            f"“{adapter.name}” is used by {len(used)} touchpoints ({names}). Give them another first."
        )
    session.delete(adapter)
    session.flush()


def _chats() -> Select[Touchpoint]:
    return (
        select(Touchpoint)
        .join(Touchpoint.location)
        .where(Touchpoint.channel == ChannelName.CHAT)
        .options(joinedload(Touchpoint.location))
        .order_by(Location.name, Touchpoint.address)
    )
