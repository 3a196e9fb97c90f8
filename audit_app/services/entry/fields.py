"""What people enter when they set something up: every mistake is told, each at its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audit_app.domain.errors import AuditError, InvalidInput
from audit_app.domain.time.period import SENSIBLE_YEARS
from audit_app.models import Campaign, ServiceTarget

LONGEST_PAGE = 500
Day = TypeVar("Day", bound=date)


class InvalidFields(InvalidInput):
    """Fields that cannot be used as they are; `problems` says why by the field's name, each reason on its line."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("\n".join(problems.values()))
        self.problems = dict(problems)


class FieldErrors:
    """What is wrong with the fields of one entry: reading goes on after a mistake, so that all are told at once."""

    def __init__(self) -> None:
        self.problems: dict[str, str] = {}

    @contextmanager
    def field(self, name: str) -> Iterator[None]:
        """Note what is wrong with the field `name` instead of raising it."""
        try:
            yield
        except InvalidInput as error:
            self.problems.setdefault(name, str(error))

    def raise_if_any(self) -> None:
        """Raise InvalidFields if anything was wrong."""
        if self.problems:
            raise InvalidFields(self.problems)


@contextmanager
def unless_refused(session: Session, refusal: AuditError) -> Iterator[None]:
    """Write what is changed within, all or nothing; raises `refusal` when the database does not take it."""
    # It has the last word: between a look and the write another process may have entered or used the same.
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError:
        raise refusal from None


def all_or_nothing(session: Session, field: str) -> AbstractContextManager[None]:
    """Write what is added or changed within; raises InvalidFields for `field` when somebody was quicker."""
    problem = "Somebody has just entered the same. Reload the list."
    return unless_refused(session, InvalidFields({field: problem}))


def email_address(text: str) -> str:
    """The e-mail address in its usual form; raises InvalidInput."""
    if not text.strip():
        raise InvalidInput("Enter an e-mail address.")
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise InvalidInput(f"“{text.strip()}” is not an e-mail address. {error}") from None


def page_address(text: str) -> str:
    """The address of a page that a browser can open; raises InvalidInput."""
    address = text.strip()
    if not address:
        raise InvalidInput("Enter the address of the page.")
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not address.isprintable() or " " in address:
        raise InvalidInput(f"“{address}” is not the address of a page. Copy it whole, with https://.")
    if parts.username is not None or parts.password is not None:
        raise InvalidInput(
            "Leave out the user name and password in the address; pages there are not for customers."
        )
    if len(address) > LONGEST_PAGE:
        raise InvalidInput(f"The address has {len(address)} characters; at most {LONGEST_PAGE} are kept.")
    return address


def check_name(session: Session, row: Campaign | ServiceTarget, name: str, longest: int, what: str) -> None:
    """Raise InvalidInput unless `name` can be the name of `row`, and no other row of its kind has it."""
    if not name or len(name) > longest or not name.isprintable():
        raise InvalidInput(f"Enter a name, with at most {longest} characters.")
    kind = type(row)
    other = session.scalar(select(kind).where(kind.name == name))
    if other is not None and other is not row:
        raise InvalidInput(f"There is a {what} called “{name}” already.")


def local_day(text: str) -> date:
    """The day that `text` writes; raises InvalidInput."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(f"“{text.strip()[:30]}” is no date. Write it as 2026-12-31.") from None
    return _in_our_time(day)


def local_moment(text: str, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, that `text` writes in the local time of `zone`; raises InvalidInput."""
    if not text.strip():
        raise InvalidInput("Enter the day and the time.")
    try:
        local = datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        raise InvalidInput(f"“{text.strip()[:30]}” is no time. Write it as 2026-11-23 09:30.") from None
    _in_our_time(local)
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local:
        raise InvalidInput(
            f"There is no {local:%H:%M} on that day in {zone.key}, for the clocks change. Enter another time."
        )
    return instant


def moment_text(moment: datetime, zone: ZoneInfo) -> str:
    """The local time, to the minute, as a browser's field for it has it and `local_moment` reads it."""
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def _in_our_time(day: Day) -> Day:
    if day.year not in SENSIBLE_YEARS:
        raise InvalidInput(f"The year {day.year} is not one of ours. Check the date.")
    return day
