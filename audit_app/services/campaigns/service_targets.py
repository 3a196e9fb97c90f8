"""Service targets: within how many hours an answer is due, by which clock, and when silence is final.

Verdicts are computed from the target each time, so the hours of one by which probes are judged never change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audit_app.domain.errors import InvalidInput, NotFound
from audit_app.models import Campaign, ClockName, Probe, ServiceTarget
from audit_app.services.entry.fields import FieldErrors, all_or_nothing, check_name

LONGEST_NAME = 120
MOST_HOURS = 24 * 30


@dataclass(frozen=True, slots=True)
class TargetEntry:
    """What is entered about a service target; None stands for what is no whole number."""

    name: str
    stretch_hours: int | None = 8
    target_hours: int | None = 10
    cutoff_hours: int | None = 20
    clock: str = ClockName.ELAPSED


def all_targets(session: Session) -> Sequence[ServiceTarget]:
    """All service targets by their names."""
    return session.scalars(select(ServiceTarget).order_by(ServiceTarget.name)).all()


def target_by_id(session: Session, target_id: int) -> ServiceTarget:
    """The service target with the number; raises NotFound."""
    found = session.get(ServiceTarget, target_id)
    if found is None:
        raise NotFound(
            f"There is no service target {target_id}. Choose one from the list of service targets."
        )
    return found


def campaigns_under(session: Session, target: ServiceTarget) -> Sequence[str]:
    """The names of all campaigns that are judged by it, running or not."""
    return session.scalars(
        select(Campaign.name).where(Campaign.target_id == target.id).order_by(Campaign.name)
    ).all()


def probes_under(session: Session, target: ServiceTarget) -> int:
    """How many probes are judged by it."""
    query = select(func.count(Probe.id)).join(Probe.campaign).where(Campaign.target_id == target.id)
    return session.scalar(query) or 0


def add_target(session: Session, entry: TargetEntry) -> ServiceTarget:
    """Add a service target. Raises InvalidFields."""
    target = ServiceTarget()
    with session.no_autoflush:
        _fill(session, target, entry)
    with all_or_nothing(session, "name"):
        session.add(target)
    return target


def change_target(session: Session, target: ServiceTarget, entry: TargetEntry) -> None:
    """Change a service target: its name always, its hours and clock while no probe is judged by it.

    Raises InvalidFields.
    """
    with all_or_nothing(session, "name"), session.no_autoflush:
        _fill(session, target, entry)


def _fill(session: Session, target: ServiceTarget, entry: TargetEntry) -> None:
    errors, name = FieldErrors(), " ".join(entry.name.split())
    with errors.field("name"):
        check_name(session, target, name, LONGEST_NAME, "service target")
    with errors.field("stretch_hours"):
        stretch = _hours(entry.stretch_hours)
    with errors.field("target_hours"):
        due = _hours(entry.target_hours)
    with errors.field("cutoff_hours"):
        cutoff = _hours(entry.cutoff_hours)
    with errors.field("clock"):
        if entry.clock not in set(ClockName):
            raise InvalidInput("Choose which hours count.")
    errors.raise_if_any()
    with errors.field("target_hours"):
        if not stretch <= due <= cutoff:
            raise InvalidInput("The stretch goal comes first, then the target, then the end of waiting.")
        _check_unused(session, target, (stretch, due, cutoff, ClockName(entry.clock)))
    errors.raise_if_any()
    target.name, target.clock = name, ClockName(entry.clock)
    target.stretch_hours, target.target_hours, target.cutoff_hours = stretch, due, cutoff


def _hours(number: int | None) -> int:
    if number is None or not 1 <= number <= MOST_HOURS:
        raise InvalidInput(f"Enter whole hours, from 1 to {MOST_HOURS}.")
    return number


def _check_unused(session: Session, target: ServiceTarget, wanted: tuple[int, int, int, ClockName]) -> None:
    before = (target.stretch_hours, target.target_hours, target.cutoff_hours, target.clock)
    if target.id is not None and wanted != before and (count := probes_under(session, target)):
        raise InvalidInput(
            f"{count} {'probe is' if count == 1 else 'probes are'} judged by these hours, and a verdict does not change "
            "afterwards. Add another service target."
        )
