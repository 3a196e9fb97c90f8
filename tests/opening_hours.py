"""Opening hours that many tests use."""

from __future__ import annotations

from datetime import time

from audit_app.domain.time.clock import OpeningHours, Weekday

ALWAYS_OPEN = OpeningHours.on(Weekday, time(0), time(0))
WORKING_DAYS = tuple(Weekday)[:5]
"""Monday to Friday."""
