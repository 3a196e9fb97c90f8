"""How long a visitor waits at a form."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FormTimeouts:
    """All in seconds."""

    show: float = 15.0
    """For a form to appear."""
    settle: float = 6.0
    """For the page to come to rest after a choice."""
    click: float = 6.0
    """For one click."""
    confirm: float = 30.0
    """For a sign that the message was taken."""
    steady: float = 1.5
    """How long a form has to stay away or empty before that counts as a sign."""
