"""The one family of errors that the application raises on purpose.

The text of each is a sentence for people: it says what is wrong, where, and what to do about it.
The names carry no "Error": ``except NotFound`` reads as it is meant.
"""

from __future__ import annotations

from pydantic_core import ErrorDetails


class AuditError(Exception):
    """Anything that went wrong in a way the application foresaw; ``str(error)`` is fit to show."""


class NotFound(AuditError):
    """The thing asked for does not exist, or not for the one who asks."""


class InvalidInput(AuditError):
    """What was given cannot be used as it is; the text says where and how to put it right."""


class Conflict(AuditError):
    """What was asked for does not fit the present state, often because somebody was faster."""


class NotAllowed(AuditError):
    """The one who asks may not do this."""


def reason_of(details: ErrorDetails) -> str:
    """What pydantic found wrong at one place, in the words of our own check where it was one."""
    return str(details.get("ctx", {}).get("error") or details["msg"])
