"""How long sign-ins last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class SessionLife:
    """After what time a session ends by itself."""

    idle: timedelta
    """Without use; not for those who chose to stay signed in."""
    whole: timedelta
    """From signing in, whatever happens."""
