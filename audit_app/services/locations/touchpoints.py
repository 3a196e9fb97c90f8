"""Touchpoints: where probes may go once an administrator has confirmed that the address is the company's own.

Nothing here deletes a touchpoint: it is switched off, and what was sent to it stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from audit_app.domain.errors import Conflict, InvalidInput, NotFound
from audit_app.models import Campaign, ChannelName, Location, Mailbox, Probe, Touchpoint, User
from audit_app.services.entry.fields import (
    FieldErrors,
    InvalidFields,
    all_or_nothing,
    email_address,
    page_address,
)
from audit_app.services.entry.text import plain
from audit_app.services.locations.form_mappings import mapping_problems
from audit_app.services.probes.channels import supported
from audit_app.services.probes.pending import UnderWay, probes_under_way, running_campaigns
from audit_app.services.widgets.adapters import stored_choices
from probes.widgets.files import AUTO, load_widget, widget_names

STATES = {
    "confirmed": "Confirmed",
    "waiting": "Not confirmed",
    "off": "Switched off",
}
"""The states by which touchpoints can be listed, and their words."""


@dataclass(frozen=True, slots=True)
class TouchpointEntry:
    """What is entered about a touchpoint; what does not belong to its channel is passed over."""

    address: str
    contact_page: str = ""
    widget: str = AUTO
    form_mapping: str = ""


@dataclass(frozen=True, slots=True)
class TouchpointFilter:
    """Which touchpoints to list; empty means all, but those switched off only when they are asked for."""

    words: str = ""
    channel: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What stops when a touchpoint gets no more probes."""

    probes: UnderWay
    campaigns: Sequence[str]


def widget_choices(session: Session) -> list[tuple[str, str]]:
    """What a chat touchpoint may name as its widget: the stored value, and its words for people."""
    taught = [(name, f"{title} (taught here)") for name, title in stored_choices(session)]
    known = [(name, load_widget(name).name) for name in widget_names()]
    return [(AUTO, "Find out on the page"), *taught, *known]


def touchpoint_by_id(session: Session, touchpoint_id: int) -> Touchpoint:
    """The touchpoint with the number; raises NotFound."""
    found = session.get(Touchpoint, touchpoint_id)
    if found is None:
        raise NotFound(f"There is no touchpoint {touchpoint_id}. Choose one from the list of touchpoints.")
    return found


def add_touchpoint(
    session: Session, location_key: str, channel: ChannelName, entry: TouchpointEntry
) -> Touchpoint:
    """Add a touchpoint; no probe goes there before it is confirmed. Raises InvalidFields."""
    if channel not in supported():
        known = ", ".join(each.value for each in supported())
        raise InvalidFields({"channel": f"No probe goes by {channel.value}; the channels are {known}."})
    location = session.scalar(select(Location).where(Location.key == location_key))
    if location is None:
        raise InvalidFields({"location": f"There is no location “{location_key}”. Choose one of the list."})
    touchpoint = Touchpoint(location_id=location.id, channel=channel)
    with all_or_nothing(session, "address"):
        _fill(session, touchpoint, entry)
        session.add(touchpoint)
    return touchpoint


def change_touchpoint(session: Session, touchpoint: Touchpoint, entry: TouchpointEntry) -> bool:
    """Change a touchpoint; returns whether that withdrew its confirmation, as another address does.

    Raises InvalidFields.
    """
    _lock_touchpoints(session, touchpoint)
    before, confirmed = touchpoint.address, touchpoint.confirmed_at is not None
    with all_or_nothing(session, "address"):
        _fill(session, touchpoint, entry)
        if touchpoint.address != before:
            withdraw(session, touchpoint)
    return confirmed and touchpoint.confirmed_at is None


def confirm(session: Session, touchpoint: Touchpoint, address: str, by: str, now: datetime) -> None:
    """Note that `by` says: this `address` is the company's own and may receive test messages.

    What is confirmed already stays as it was first said. Raises InvalidInput when nobody says so, and Conflict when
    the touchpoint has another address by now, or is switched off.
    """
    if not by.strip():
        raise InvalidInput("Say who confirms it: the name is kept with the confirmation.")
    _lock_touchpoints(session, touchpoint)
    if touchpoint.address != address:
        raise Conflict(
            f"The address was changed to {touchpoint.address} meanwhile. Look at it, and confirm that one."
        )
    if not touchpoint.active:
        raise Conflict("This touchpoint is switched off. Switch it on before you confirm it.")
    if touchpoint.confirmed_at is None:
        touchpoint.confirmed_at, touchpoint.confirmed_by = now, by.strip()[:300]
    session.flush()


def person_in_words(user: User) -> str:
    """Who somebody is, in words that stay true when the account changes."""
    return f"{user.name} ({user.email})"


def withdraw(session: Session, touchpoint: Touchpoint) -> None:
    """Take the confirmation back: from now on nothing is sent there."""
    _lock_touchpoints(session, touchpoint)
    touchpoint.confirmed_at, touchpoint.confirmed_by = None, ""
    session.flush()


def switch(session: Session, touchpoint: Touchpoint, *, on: bool) -> None:
    """Switch a touchpoint on or off; off, nothing is sent there, and answers to what was sent still count."""
    touchpoint.active = on
    session.flush()


def usage_of(session: Session, touchpoint: Touchpoint) -> Usage:
    """What the touchpoint is in use for now."""
    return Usage(
        probes=probes_under_way(session, Probe.touchpoint_id == touchpoint.id),
        campaigns=running_campaigns(session, Campaign.touchpoints.any(Touchpoint.id == touchpoint.id)),
    )


def touchpoints_matching(session: Session, wanted: TouchpointFilter) -> list[Touchpoint]:
    """The touchpoints that fit, by location, channel and address."""
    query = (
        select(Touchpoint)
        .join(Touchpoint.location)
        .options(joinedload(Touchpoint.location))
        .order_by(Location.name, Touchpoint.channel, Touchpoint.address)
    )
    if wanted.channel:
        query = query.where(Touchpoint.channel == wanted.channel)
    # Compared here, because SQLite knows neither that Ö is a capital ö nor that people type o for both.
    words = plain(wanted.words).split()
    return [
        touchpoint
        for touchpoint in session.scalars(_in_state(query, wanted.state))
        if all(word in plain(f"{touchpoint.location.name} {touchpoint.address}") for word in words)
    ]


def _in_state(query: Select[Touchpoint], state: str) -> Select[Touchpoint]:
    if state == "off":
        return query.where(or_(~Touchpoint.active, ~Location.active))
    query = query.where(Touchpoint.active, Location.active)
    if state == "confirmed":
        return query.where(Touchpoint.confirmed_at.is_not(None))
    return query.where(Touchpoint.confirmed_at.is_(None)) if state == "waiting" else query


def _fill(session: Session, touchpoint: Touchpoint, entry: TouchpointEntry) -> None:
    channel, errors = touchpoint.channel, FieldErrors()
    contact_page, widget, mapping = None, touchpoint.widget or "", ""
    with errors.field("address"):
        by_mail = channel is ChannelName.EMAIL
        address = email_address(entry.address) if by_mail else page_address(entry.address)
        _check_free(session, touchpoint, address)
    with errors.field("contact_page"):
        if channel is ChannelName.EMAIL and entry.contact_page.strip():
            contact_page = page_address(entry.contact_page)
    with errors.field("widget"):
        if channel is ChannelName.CHAT:
            widget = _known_widget(session, entry.widget)
    with errors.field("form_mapping"):
        if channel is ChannelName.CONTACT_FORM:
            mapping = _usable_mapping(entry.form_mapping)
    errors.raise_if_any()
    touchpoint.address, touchpoint.contact_page = address, contact_page
    touchpoint.widget, touchpoint.form_mapping = widget, mapping


def _known_widget(session: Session, name: str) -> str:
    if name not in dict(widget_choices(session)):
        raise InvalidInput(f"There is no chat widget called “{name}”. Choose one of the list.")
    return name


def _usable_mapping(text: str) -> str:
    if not text.strip():
        return ""
    problems = mapping_problems(text)
    if problems:
        raise InvalidInput("\n".join(problems))
    return text


def _check_free(session: Session, touchpoint: Touchpoint, address: str) -> None:
    with session.no_autoflush:
        same = Touchpoint.address == address
        if touchpoint.channel is ChannelName.EMAIL:
            same = func.lower(Touchpoint.address) == address.lower()
        query = select(Touchpoint).where(
            Touchpoint.location_id == touchpoint.location_id,
            Touchpoint.channel == touchpoint.channel,
            Touchpoint.id != (touchpoint.id or 0),
            same,
        )
        other = session.scalar(query.limit(1))
        ours = session.scalar(select(Mailbox.id).where(Mailbox.address == address.lower()))
    if other is not None:
        what = "has this address already" if other.active else "has this address already, but switched off"
        raise InvalidInput(f"{other.location.name} {what}. Change touchpoint {other.id} instead.")
    if ours is not None:
        raise InvalidInput(
            f"{address} is a mailbox of ours, from which probes are sent; enter the company's."
        )


def _lock_touchpoints(session: Session, touchpoint: Touchpoint) -> None:
    """Look at it again, locked: who confirms one address while another is being entered confirms nothing."""
    session.flush()
    session.refresh(touchpoint, with_for_update=True)
