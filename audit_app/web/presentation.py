"""How values look on pages: times in a location's zone, durations, numbers."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the filters and what every template knows."""
